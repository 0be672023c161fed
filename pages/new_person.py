"""Thêm người dùng: a name, a role, a unit; the one-time password is shown once on the next screen."""

import streamlit as st

from core.db import reading, transaction
from models import Role
from services import accounts
from ui import _, enter, leave_for, refusals

actor = enter(_("Thêm người dùng"), needs=(Role.ADMIN,), lines=[_("Mật khẩu một lần hiện ở màn hình sau, dùng trong 7 ngày.")])
with reading() as session:
    units = {unit.id: unit.label for unit in accounts.posts(session, actor=actor)}

with st.form("person", width=560):
    display_name = st.text_input(_("Họ và tên"), key="display_name", max_chars=80)
    username = st.text_input(
        _("Tên đăng nhập"), key="username", max_chars=40, autocomplete="off",
        placeholder=_("chữ thường không dấu, ví dụ: hoa.tran"),
    )  # fmt: skip
    role = st.selectbox(_("Vai trò"), list(Role)[::-1], index=1, format_func=lambda one: _(one.label), key="role")
    unit_id = st.selectbox(_("Đơn vị"), list(units), format_func=units.__getitem__, key="unit")
    phone = st.text_input(_("Điện thoại"), key="phone", max_chars=20, placeholder=_("không bắt buộc"))
    sent = st.form_submit_button(_("Thêm người dùng"), type="primary", key="create")
if sent:
    with refusals():
        with transaction() as session:
            user, one_time = accounts.create_user(
                session, actor=actor, username=username, role=role, unit_id=unit_id, display_name=display_name, phone=phone
            )
        st.session_state["one_time"] = (user.id, one_time)
        leave_for("pages/person.py", news=_("Đã thêm {name}.", name=user.display_name), id=str(user.id))
st.page_link("pages/people.py", label=_("Về danh sách"), icon=":material/arrow_back:")
