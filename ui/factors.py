"""The second factor on one's own screens: an app with its QR code, passkeys, recovery codes shown once."""

from typing import NoReturn
from uuid import UUID

import streamlit as st

from core.db import transaction
from models import FactorKind, SecondFactor
from services import proofs, second_factors
from services.access import Actor
from services.second_factors import NewApp, Standing
from ui import codes, leave_for, parts, refusals
from ui.words import _, near, number

HERE = "pages/second_factor.py"
CODES = "fresh_codes"
KINDS = {FactorKind.TOTP: ":material/phonelink_lock:", FactorKind.PASSKEY: ":material/passkey:"}


def _again(news: str = "") -> NoReturn:
    """Draw the page anew; where the person was going stays in its address."""
    leave_for(HERE, news=news, **({"next": st.query_params["next"]} if "next" in st.query_params else {}))


def ways(actor: Actor, seen: Standing) -> None:
    """What one has, and the two buttons that add to it."""
    parts.section(_("Cách xác nhận"), _("hỏi sau mật khẩu, mỗi lần đăng nhập"))
    if not seen.factors:
        parts.hint(_("Chưa có cách nào. Ai biết mật khẩu là vào được."))
    for one in seen.factors:
        _line(actor, one)
    with st.container(horizontal=True):
        if st.button(_("Dùng ứng dụng tạo mã"), key="f_app", type="secondary" if seen.factors else "primary",
                     icon=KINDS[FactorKind.TOTP]):  # fmt: skip
            with refusals():
                with transaction() as session:
                    second_factors.begin_app(session, actor=actor)
                _again()
        if st.button(_("Dùng khóa truy cập của máy"), key="f_key", icon=KINDS[FactorKind.PASSKEY]):
            with refusals():
                proofs.require(actor)
                parts.go("/passkeys/new")
    parts.hint(_("Ứng dụng tạo mã: Google Authenticator, Microsoft Authenticator, FreeOTP hoặc tương tự, không cần mạng."))


def _line(actor: Actor, one: SecondFactor) -> None:
    used = near(one.last_used_at) if one.last_used_at else _("chưa dùng lần nào")
    key = one.id.hex
    detail = f"{_(one.kind.label)}, {used}"
    with parts.line(f"f{key}", "arrived", one.name, detail), st.popover(_("Sửa"), key=f"f_more_{key}"):
        name = st.text_input(_("Tên để nhận ra"), one.name, key=f"f_name_{key}", max_chars=40)
        if st.button(_("Ghi tên"), key=f"f_rename_{key}"):
            with refusals():
                with transaction() as session:
                    second_factors.rename(session, actor=actor, factor_id=one.id, name=name or "")
                _again(_("Đã ghi."))
        if st.button(_("Bỏ cách này"), key=f"f_remove_{key}"):
            _remove(actor, one.id)


def _remove(actor: Actor, factor_id: UUID) -> None:
    with refusals():
        with transaction() as session:
            second_factors.remove(session, actor=actor, factor_id=factor_id)
        _again(_("Đã bỏ."))


def new_app(actor: Actor, begun: NewApp) -> None:
    """The code to scan, and the place for the first code the app shows."""
    parts.section(_("Quét mã bằng ứng dụng"), _("hoặc gõ các chữ ở dưới vào ứng dụng"))
    codes.once(begun.address, says=_("Mã QR để ứng dụng tạo mã quét"))
    st.code(begun.letters, language=None, wrap_lines=True)
    with st.form("app", border=False):
        code = st.text_input(_("Mã 6 số ứng dụng đang hiện"), key="f_code", max_chars=6, autocomplete="one-time-code")
        name = st.text_input(_("Tên để nhận ra"), key="f_new_name", max_chars=40, placeholder=_("ví dụ: điện thoại của tôi"))
        is_sent = st.form_submit_button(_("Xác nhận"), type="primary", key="f_confirm")
    if is_sent:
        with refusals():
            with transaction() as session:
                is_right = second_factors.confirm_app(
                    session, actor=actor, code=code or "", name=name or "", address=st.context.ip_address or "local"
                )
                is_first = is_right and not second_factors.standing(session, actor=actor).codes_left
                fresh = second_factors.new_codes(session, actor=actor) if is_first else []
            if is_right:
                st.session_state[CODES] = fresh
                _again(_("Đã thêm. Từ lần đăng nhập sau sẽ hỏi mã."))
            st.error(_("Mã không đúng. Xin xem giờ của điện thoại có đúng không, rồi gõ mã đang hiện."))
    if st.button(_("Thôi"), key="f_drop", type="tertiary"):
        with transaction() as session:
            second_factors.drop_begun(session, actor=actor)
        _again()


def fresh_codes() -> bool:
    """Recovery codes just made, until their owner says they are put away; True while they stand here."""
    fresh: list[str] = st.session_state.get(CODES) or []
    if not fresh:
        return False
    parts.section(_("Mã khôi phục"), _("chỉ hiện lần này"))
    parts.hint(_("Mỗi mã thay được điện thoại một lần. In ra hoặc chép lại, cất nơi khác với điện thoại; đừng chụp màn hình."))
    st.code("\n".join(fresh), language=None)
    with st.container(horizontal=True):
        st.download_button(
            _("Tải về để in"), "\n".join(fresh), "ma-khoi-phuc.txt", "text/plain", key="f_codes_file", on_click="ignore",
            icon=":material/download:",
        )  # fmt: skip
        if st.button(_("Tôi đã cất các mã này"), key="f_put_away", type="primary"):
            del st.session_state[CODES]
            _again()
    return True


def recovery(actor: Actor, seen: Standing) -> None:
    """How many codes are left, and the button for new ones."""
    if not seen.factors:
        return
    parts.section(_("Mã khôi phục"), _("khi mất điện thoại"))
    tone: parts.Tone = "arrived" if seen.codes_left > 2 else "overdue"
    words = _("Còn {n} mã chưa dùng", n=number(seen.codes_left)) if seen.codes_left else _("Chưa có mã nào")
    label = _("Lấy mã mới") if seen.codes_left else _("Lấy mã khôi phục")
    if parts.action("f_codes", tone, words, _("Lấy mã mới thì mã cũ hết dùng được."), label):
        with refusals():
            with transaction() as session:
                fresh = second_factors.new_codes(session, actor=actor)
            st.session_state[CODES] = fresh
            _again()
