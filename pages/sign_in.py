"""Đăng nhập: the door. Who comes in goes on to where they wanted to be."""

from urllib.parse import quote

import streamlit as st

from core.db import transaction
from core.i18n import LANGUAGES
from core.settings import settings
from services import accounts
from ui import HOME, _, addressed, arrive, parts, second_door
from ui.door import ask

if arrive():
    st.switch_page(HOME)

with st.container(key="door"):
    main, foot = st.container(), st.container()
with foot:
    hint = st.container()
    st.session_state["language"] = addressed.segments(
        "Ngôn ngữ · Language · 言語", LANGUAGES, key="lang", usual=settings().language, label_visibility="collapsed"
    )
    with hint:
        parts.hint(_("Quên mật khẩu: nhờ quản trị viên của phường, xã đặt lại."))
with main:
    if second_door.come_back(st.query_params.get("next", "/")):
        st.stop()
    parts.head(_("Đăng nhập"), _("Dành cho cán bộ phường, xã, tổ trưởng, trưởng thôn và tổ công nghệ số."))
    match st.query_params.get("again"):
        case "ticket":
            parts.note("waiting", _("Lần đăng nhập trước chưa xong."), _("Xin nhập lại tên và mật khẩu."))
        case "elsewhere":
            parts.note(
                "waiting", _("Tài khoản ấy chưa dùng được ở đây."),
                _("Xin đăng nhập bằng tên và mật khẩu, hoặc nhờ quản trị viên của phường, xã."),
            )  # fmt: skip
        case "idle":
            parts.note("waiting", _("Đã đăng xuất vì 30 phút không dùng, hoặc đã 12 giờ."), _("Xin đăng nhập lại."))
        case "kept":
            parts.note(
                "waiting", _("Đã đăng xuất vì 30 phút không dùng, hoặc đã 12 giờ."),
                _("Những gì đang viết vẫn giữ: đăng nhập lại là thấy."),
            )  # fmt: skip
        case "out":
            parts.note("arrived", _("Đã đăng xuất khỏi thiết bị này."))
    tried = ask()
    second_door.offer()
    if tried and tried.is_right:
        with transaction() as session:
            ticket = accounts.admit(session, username=tried.username, address=tried.address)
        parts.go(f"/session/{ticket}?next={quote(st.query_params.get('next', '/'), safe='')}")
    elif tried:
        with transaction() as session:
            accounts.turn_away(session, username=tried.username, locks=tried.locks)
        # A locked door says the same: who guesses learns nothing from it.
        st.error(_("Tên đăng nhập hoặc mật khẩu không đúng. Sai năm lần thì đợi mười lăm phút rồi thử lại."))
