"""Asking who sits at an open screen to show a secret again, before what would harm most if a stranger did it.

A page does nothing for it: where a service refuses with `Unproven` inside `refusals()`, the question stands over the page, and
what was typed stays. A file to take away is drawn by `download`.
"""

from collections.abc import Callable
from urllib.parse import urlencode

import streamlit as st
from markupsafe import Markup

from core.db import reading, transaction
from services import passwords, proofs, second_factors, sessions, step_up
from services.access import Actor
from ui import parts
from ui.words import _

ASKED = "proof_asked"


def ask() -> None:
    """Put the question before the person, now."""
    st.session_state[ASKED] = True
    st.rerun()


def answer(actor: Actor, way_back: str) -> None:
    """Draw the question where it was asked. `way_back` is where a passkey's page returns to."""
    if not st.session_state.get(ASKED):
        return
    if proofs.is_fresh(actor):
        del st.session_state[ASKED]
        return
    st.dialog(_("Xác nhận lại là chính ông/bà"), on_dismiss=_dropped)(_question)(actor, way_back)


def _dropped() -> None:
    st.session_state.pop(ASKED, None)


def _question(actor: Actor, way_back: str) -> None:
    parts.hint(_("Việc này đụng tới dữ liệu cá nhân, khóa hoặc tài khoản. Xác nhận một lần dùng được 10 phút ở máy này."))
    with st.form("proof", border=False):
        word = st.text_input(
            _("Mật khẩu, hoặc mã 6 số trong ứng dụng"), type="password", key="proof_word", autocomplete="current-password"
        )
        is_sent = st.form_submit_button(_("Xác nhận"), type="primary", key="proof_send")
    if is_sent:
        if word and _is_right(actor, word):
            st.session_state.pop(ASKED, None)
            st.session_state["news"] = _("Đã xác nhận. Xin bấm lại việc vừa rồi.")
            st.rerun()
        st.error(_("Mật khẩu hoặc mã không đúng. Sai năm lần thì đợi mười lăm phút rồi thử lại."))
    with reading() as session:
        has_passkey = bool(actor.id and second_factors.passkeys_of(session, user_id=actor.id))
    if has_passkey:
        address = f"/second-step?{urlencode({'next': way_back})}"
        parts.html(Markup('<a href="{}" target="_self">{}</a>').format(address, _("Dùng khóa truy cập của máy")))


def _is_right(actor: Actor, word: str) -> bool:
    """Counted first, checked between two transactions: a password takes a fifth of a second."""
    cookie = st.context.cookies.get(sessions.cookie_name(), "")
    with transaction() as session:
        asked = step_up.ask(session, actor=actor, word=word, address=st.context.ip_address or "local")
    is_right = asked.way is not None or (not asked.is_code and passwords.is_right(word, asked.hashed))
    with transaction() as session:
        return step_up.settle(session, asked=asked, token=cookie, is_right=is_right)


def download(
    actor: Actor, label: str, make: Callable[[], bytes], name: str, kind: str, *, key: str, icon: str = ":material/download:"
) -> None:
    """A button that takes personal data away, made when it is pressed; the same button asks first where that was too long ago.

    The service that makes it requires the proof again.
    """
    if proofs.is_fresh(actor):
        st.download_button(label, make, name, kind, key=key, icon=icon, on_click="ignore")
    elif st.button(label, key=f"{key}_asks", icon=icon):
        ask()
