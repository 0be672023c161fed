"""Đặt mật khẩu: whoever came with a one-time password chooses an own one before anything else."""

import streamlit as st

from core.addresses import safe_path
from core.db import transaction
from services import accounts
from ui import HOME, _, enter, parts, refusals, token

with st.container(key="door"):
    actor = enter(_("Đặt mật khẩu của ông/bà"), lines=[_("Mật khẩu vừa dùng chỉ dùng được một lần.")])
    if not actor.must_change_password:
        st.switch_page(HOME)
    with st.form("new_password"):
        new = st.text_input(_("Mật khẩu mới"), type="password", key="new", autocomplete="new-password")
        again = st.text_input(_("Nhập lại mật khẩu mới"), type="password", key="again", autocomplete="new-password")
        parts.hint(_("Ít nhất 8 ký tự. Nên dùng ba bốn từ ghép lại, dễ nhớ mà khó đoán."))
        sent = st.form_submit_button(_("Đặt mật khẩu"), type="primary", key="set")
    if sent and new != again:
        st.error(_("Hai lần nhập không giống nhau."))
    elif sent:
        with refusals():
            with transaction() as session:
                accounts.change_password(session, actor=actor, new=new, token=token())
            parts.go(safe_path(st.query_params.get("next", "/")))
    parts.sign_out_button()
