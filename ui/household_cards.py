"""Household cards on screen: made beside the script, kept until another sheet is asked for; a lost card of one household."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import streamlit as st

from core.db import reading, transaction
from core.errors import Refusal
from services import access, household_cards
from services.access import Actor, May
from services.household_cards import Printed
from services.ports import ports
from ui import leave_for, parts, refusals
from ui.words import _, number
from ui.work import Tell, Work

STATE, MADE = "cards_work", "cards_made"
PDF = "application/pdf"


@dataclass(frozen=True)
class Sheet:
    """Cards on paper, and how many of the earlier ones were closed for them."""

    of: tuple[tuple[UUID, ...], bool]
    file: bytes
    cards: int
    pages: int
    revoked: int


def begin(actor: Actor, unit_ids: Sequence[UUID], *, revokes: bool) -> None:
    """Start to make the cards of these units."""
    st.session_state[STATE] = Work(partial(_make, actor, (tuple(unit_ids), revokes)))


def settle() -> None:
    """Wait for what was begun, with how far it is; keep the sheet.

    Raises:
        Refusal: it could not be made; no card was changed.
    """
    work: Work[Sheet] | None = st.session_state.get(STATE)
    if work is None:
        return
    work.watch(_("Đang làm thẻ và đọc lại từng mã"))
    del st.session_state[STATE]
    st.session_state[MADE] = work.result()


def made(unit_ids: Sequence[UUID], *, revokes: bool) -> Sheet | None:
    """The sheet that was made for exactly these units."""
    sheet: Sheet | None = st.session_state.get(MADE)
    return sheet if sheet and sheet.of == (tuple(unit_ids), revokes) else None


def take(sheet: Sheet) -> None:
    """What was made, to be taken away: it cannot be made again with the same codes."""
    words = _("{n} mã đều đọc lại đúng. Tải về ngay: đóng trang này là phải làm thẻ mới.", n=number(sheet.cards))
    if sheet.revoked:
        words += " " + _("Đã thu hồi {n} thẻ cũ.", n=number(sheet.revoked))
    parts.note("arrived", _("Đã làm {n} thẻ", n=number(sheet.cards)), words)
    st.download_button(
        _("Tải tờ in ({n} trang)", n=number(sheet.pages)), sheet.file, "the-ho-gia-dinh.pdf", PDF, key="cards_take",
        type="primary", icon=":material/print:", on_click="ignore",
    )  # fmt: skip


def _make(actor: Actor, of: tuple[tuple[UUID, ...], bool], tell: Tell) -> Sheet:
    """First the new cards, then the paper, and only when it is there are the earlier ones closed."""
    with transaction() as session:
        homes = household_cards.household_ids_of(session, actor=actor, unit_ids=of[0])
        printed = household_cards.issue(session, actor=actor, household_ids=homes)
    try:
        files, pages = _print(printed, tell)
    except Refusal:
        with transaction() as session:
            household_cards.withdraw(session, printed=printed)
        raise
    revoked = 0
    if of[1]:
        with transaction() as session:
            revoked = household_cards.revoke_older(session, actor=actor, printed=printed)
    return Sheet(of, files, len(homes), pages, revoked)


def _print(printed: Sequence[Printed], tell: Tell) -> tuple[bytes, int]:
    files, pages, done = [], 0, 0
    of = sum(len(one.cards) for one in printed)
    for one in printed:
        file, more = ports().paper.household_cards(
            one.cards, unit_name=one.unit.label, ward_name=one.ward.name, ward_phone=one.ward.shown_phone
        )  # fmt: skip
        files.append(file)
        pages, done = pages + more, done + len(one.cards)
        tell(done, of)
    return ports().paper.joined(files), pages


def lost(*, actor: Actor, household_id: UUID, page: str) -> None:
    """The cards of one household, and what to do when one is lost."""
    with reading() as session:
        standing = household_cards.standing(session, actor=actor, household_id=household_id)
    if not (standing.cards or standing.phones):
        return
    with st.expander(_("Thẻ hộ gia đình"), key="h_cards"):
        parts.facts(
            (_("Thẻ đang dùng"), number(standing.cards)), (_("Điện thoại đã gắn"), number(standing.phones)),
        )  # fmt: skip
        if not access.may(actor, May.GIVE_CARDS):
            return
        unties = st.checkbox(_("Gỡ cả điện thoại đã gắn: người nhặt được thẻ có thể đã gắn máy của họ"), key="h_cards_untie")
        if st.button(_("Thẻ bị mất, thu hồi"), key="h_cards_revoke", disabled=not (standing.cards or unties)):
            with refusals():
                with transaction() as session:
                    household_cards.revoke(session, actor=actor, household_id=household_id, unties=unties)
                leave_for(page, news=_("Đã thu hồi thẻ của hộ. Làm thẻ mới ở trang Thẻ hộ gia đình."), id=str(household_id))
