"""Taking up an old announcement in a new draft: the press, and what must be said anew."""

from collections.abc import Mapping
from uuid import UUID

import streamlit as st

from core.db import transaction
from models import Announcement
from services import copies
from services.access import Actor
from ui import leave_for, parts, refusals
from ui.words import _


def button(actor: Actor, announcement_id: UUID | None, *, key: str) -> None:
    """The press that makes the new draft and leads to it."""
    pressed = st.button(_("Chép thành bản mới"), key=key, icon=":material/content_copy:", disabled=announcement_id is None)
    if not pressed or announcement_id is None:
        return
    with refusals():
        with transaction() as session:
            made = copies.make(session, actor=actor, announcement_id=announcement_id)
        leave_for("pages/compose.py", id=str(made.id), copied="1", news=_("Đã chép thành một dự thảo mới."))


def pick(actor: Actor, titles: Mapping[UUID, str]) -> None:
    """The same from a list: which one, then the press."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            _("Soạn lại từ thông báo cũ"), list(titles), format_func=titles.__getitem__, index=None, key="a_copy", width=340,
            placeholder=_("Chọn thông báo"),
        )  # fmt: skip
        button(actor, chosen, key="a_copy_ok")


def blanks(draft: Announcement | None) -> None:
    """What a copy does not say yet, and days of the old one that are still in it; nothing once all is mended."""
    if draft is None or "copied" not in st.query_params:
        return
    missing = [
        label for label, value in (
            (_("khi nào"), draft.facts.get("when")), (_("hạn đến mọi hộ"), draft.must_reach_by),
        ) if not value
    ]  # fmt: skip
    days = copies.days_in([draft.title, draft.body, draft.group_text, *draft.facts.values()])
    said = [
        *([_("Xin điền lại: {what}.", what=", ".join(missing))] if missing else []),
        *([_("Trong lời còn ngày của bản cũ, xin xem lại: {days}.", days=", ".join(days))] if days else []),
    ]
    if said:
        parts.note("waiting", _("Bản này chép từ một thông báo cũ"), " ".join(said))
