"""An announcement's paper on its board: unit by unit printed, then handed out."""

from collections.abc import Sequence
from uuid import UUID

import streamlit as st

from core.db import reading, transaction
from models import Announcement, DeliveryStatus
from services import paper_rounds
from services.access import Actor
from services.paper_rounds import PaperRow
from ui import leave_for, parts, refusals
from ui.kept import read_once, seen_by
from ui.parts import Column, Text, Tone
from ui.words import _, near, number


def of(item: Announcement, *, actor: Actor) -> None:
    """All of it; nothing where the plan has no paper."""

    def read() -> Sequence[PaperRow]:
        with reading() as session:
            return paper_rounds.listing(session, actor=actor, announcement_id=item.id)

    rows = read_once("papers", seen_by(actor, item.id), read)
    if not rows:
        return
    handed = sum(row.status is DeliveryStatus.DELIVERED for row in rows)
    words = _("đã phát {n} / {all} tổ", n=number(handed), all=number(len(rows)))
    with st.expander(_("Tờ in: {words}", words=words), key="papers", icon=":material/print:"):
        parts.table([_("Tổ, thôn"), Column(_("Tờ in"), "state")], [(row.unit_label, _stands(row)) for row in rows], fold=False)
        _mark(item.id, rows, actor)


def _stands(row: PaperRow) -> Text:
    tone, words = _step(row.status)
    at = row.handed_at if row.status is DeliveryStatus.DELIVERED else row.printed_at
    return parts.joined(parts.badge(tone, words), parts.small(near(at))) if at else parts.badge(tone, words)


def _step(status: DeliveryStatus) -> tuple[Tone, str]:
    if status is DeliveryStatus.DELIVERED:
        return "arrived", _("đã phát")
    return ("waiting", _("đã in, chưa phát")) if status is DeliveryStatus.SENT else ("unknown", _("chưa in"))


def _mark(announcement_id: UUID, rows: Sequence[PaperRow], actor: Actor) -> None:
    names = {row.delivery_id: row.unit_label for row in rows}
    open_ones = [row.delivery_id for row in rows if row.status is not DeliveryStatus.DELIVERED]
    chosen = st.multiselect(
        _("Những tổ nào"), list(names), default=open_ones, format_func=names.__getitem__, key="papers_units",
        placeholder=_("Chọn tổ"),
    )  # fmt: skip
    with st.container(horizontal=True):
        pressed = {
            DeliveryStatus.SENT: st.button(_("Đã in"), key="papers_sent", disabled=not chosen),
            DeliveryStatus.DELIVERED: st.button(_("Đã phát"), key="papers_delivered", type="primary", disabled=not chosen),
            DeliveryStatus.QUEUED: st.button(_("Bỏ dấu"), key="papers_queued", disabled=not chosen),
        }
    status = next((status for status, is_pressed in pressed.items() if is_pressed), None)
    if status is None:
        return
    with refusals():
        with transaction() as session:
            done = paper_rounds.mark(
                session, actor=actor, announcement_id=announcement_id, delivery_ids=chosen, status=status
            )  # fmt: skip
        leave_for("pages/announcement.py", id=str(announcement_id), news=_("Đã ghi cho {n} tổ.", n=number(done)))
