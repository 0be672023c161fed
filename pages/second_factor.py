"""Xác nhận hai bước: an app that makes codes, passkeys, recovery codes; for some roles before anything else."""

import streamlit as st

from core.addresses import safe_path
from core.db import reading
from services import second_factors
from ui import _, enter, factors, parts

actor = enter()
with reading() as session:
    seen = second_factors.standing(session, actor=actor)
    begun = second_factors.begun_app(session, actor=actor)
why = _("Vai trò của ông/bà cần thêm một bước sau mật khẩu.") if seen.is_required else _("Thêm một bước sau mật khẩu.")
with st.container(key="factors"):
    parts.head(_("Xác nhận hai bước"), why)
    if actor.must_enrol:
        parts.note(
            "waiting", _("Làm một lần, khoảng hai phút"),
            _("Cần điện thoại có ứng dụng tạo mã, hoặc máy có vân tay, khuôn mặt, mã PIN. Xong mới vào được các trang khác."),
        )  # fmt: skip
    if not factors.fresh_codes():
        if begun:
            factors.new_app(actor, begun)
        else:
            factors.ways(actor, seen)
            factors.recovery(actor, seen)
            if not actor.must_enrol and "next" in st.query_params and st.button(_("Đi tiếp"), key="on", type="primary"):
                parts.go(safe_path(st.query_params["next"]))
    if actor.must_enrol:
        parts.sign_out_button()
    else:
        st.page_link("pages/account.py", label=_("Về tài khoản của tôi"), icon=":material/arrow_back:")
