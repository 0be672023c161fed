"""The bar of the reviewing page: what this person may do with the announcement now, asked once more where it matters."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from models import Announcement, AnnouncementStatus
from services import access, drafts
from services.access import Actor, May
from services.plans import Plan
from ui import parts, review
from ui.bar import two_storeys
from ui.words import _

Act = Literal["", "edit", "again", "back", "drop", "submit", "approve", "take_back"]


@dataclass(frozen=True)
class Pressed:
    """What was pressed, with the words that go with it, and where a refusal is said."""

    act: Act
    word: DeltaGenerator
    text: str = ""


def draw(item: Announcement, plan: Plan, *, actor: Actor, may_approve: bool, is_own: bool, now: datetime) -> Pressed:
    """The bar as it stands for this person, and what they pressed in it."""
    word, buttons = two_storeys()
    is_waiting = item.status is AnnouncementStatus.IN_REVIEW and may_approve
    may_drop = drafts.may_drop(item, actor=actor)
    if is_waiting and review.is_asking(item.id, "back"):
        reason = word.text_input(_("Lý do trả lại, người soạn sẽ thấy"), key="r_reason", max_chars=500)
        with buttons:
            review.way_back(item.id)
            return Pressed("back" if st.button(_("Trả lại người soạn"), key="r_back_ok", type="primary") else "", word, reason)
    if may_drop and review.is_asking(item.id, "stop"):
        with word:
            parts.note("overdue", *review.lost(item, plan))
        with buttons:
            review.way_back(item.id)
            label = _("Dừng gửi") if item.status is AnnouncementStatus.SCHEDULED else _("Bỏ bản này")
            return Pressed("drop" if st.button(label, key="r_stop_ok", type="primary") else "", word)
    with word:
        note = review.note_asked(item, is_own=is_own, now=now) if is_waiting else ""
    with buttons:
        return Pressed(_buttons(item, plan, actor, is_waiting=is_waiting, may_drop=may_drop, now=now), word, note)


def _buttons(item: Announcement, plan: Plan, actor: Actor, *, is_waiting: bool, may_drop: bool, now: datetime) -> Act:
    act: Act = ""
    is_planned = item.status is AnnouncementStatus.SCHEDULED
    if drafts.may_edit(item, actor=actor) and st.button(_("Sửa"), key="r_edit"):
        act = "edit"
    if item.status is AnnouncementStatus.CANCELLED and st.button(_("Dùng lại"), key="r_again", type="primary"):
        act = "again"
    if may_drop:
        st.button(_("Dừng gửi") if is_planned else _("Bỏ"), key="r_stop", on_click=review.ask, args=(item.id, "stop"))
    if is_planned and access.may(actor, May.APPROVE) and st.button(_("Rút lại duyệt"), key="r_take_back"):
        act = "take_back"
    if is_waiting:
        st.button(_("Trả lại"), key="r_back", on_click=review.ask, args=(item.id, "back"))
        if st.button(review.button_of(item, plan, now=now), key="r_ok", type="primary"):
            act = "approve"
    if item.status is AnnouncementStatus.DRAFT and st.button(_("Trình duyệt"), key="r_submit", type="primary"):
        act = "submit"
    return act
