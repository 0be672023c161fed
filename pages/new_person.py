"""Thêm người dùng: a name, a role, a unit; the one-time password is shown once on the next screen."""

import streamlit as st

from core.db import reading, transaction
from models import Role
from services import accounts
from services.access import May
from ui import _, enter, leave_for, refusals
from ui.accounts import choose_post, chosen

actor = enter(
    _("Thêm người dùng"), needs=May.KEEP_USERS.roles, lines=[_("Mật khẩu một lần hiện ở màn hình sau, dùng trong 7 ngày.")]
)
with reading() as session:
    posts = accounts.posts(session, actor=actor)

with st.container(border=True, width=560):
    display_name = st.text_input(_("Họ và tên"), key="display_name", max_chars=80)
    username = st.text_input(
        _("Tên đăng nhập"), key="username", max_chars=40, autocomplete="off",
        placeholder=_("chữ thường không dấu, ví dụ: hoa.tran"),
    )  # fmt: skip
    role = st.selectbox(_("Vai trò"), list(Role)[::-1], index=1, format_func=lambda one: _(one.label), key="role") or Role.LEAD
    unit_id = choose_post(actor, posts, role=role)
    phone = st.text_input(
        _("Điện thoại"),
        key="phone",
        max_chars=20,
        help=_("Tổ trưởng cần có số: để phường gọi khi trễ hạn, và để mở trang của tổ."),
    )
    sent = st.button(_("Thêm người dùng"), type="primary", key="create")
if sent:
    with refusals():
        unit_id = chosen(unit_id)
        with transaction() as session:
            user, one_time = accounts.create_user(
                session, actor=actor, username=username, role=role, unit_id=unit_id, display_name=display_name, phone=phone
            )
        st.session_state["one_time"] = (user.id, one_time)
        leave_for("pages/person.py", news=_("Đã thêm {name}.", name=user.display_name), id=str(user.id))
st.page_link("pages/people.py", label=_("Về danh sách"), icon=":material/arrow_back:")
