"""The slot book on screen: the days, one reading in large type, the form of a new one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import streamlit as st

from core import clock
from core.db import reading
from models import Announcement, LoudspeakerSlot, Unit
from services import loudspeaker_paper
from services.access import Actor
from services.loudspeakers import MOST_MINUTES, MOST_READER, SlotForm, SlotRow, Stand
from services.ports import ports
from ui import parts, refusals
from ui.forms import Slots
from ui.parts import Figure, Tone
from ui.previews import stamp_of
from ui.words import _, day, hour, number

PAGE = "pages/loudspeaker.py"
MADE = "slot_book_made"
TONES: Mapping[Stand, Tone] = {"waiting": "waiting", "missed": "overdue", "read": "arrived", "void": "unknown"}


@dataclass(frozen=True)
class Filled:
    """A reading as the form gives it, and where its refusals are said."""

    announcement_id: UUID
    form: SlotForm
    slots: Slots


def figures(rows: Sequence[SlotRow]) -> None:
    """How many readings, how many were, how many nobody has marked."""
    missed = sum(row.stand == "missed" for row in rows)
    parts.figures(
        Figure(_("Đã đọc"), number(sum(row.stand == "read" for row in rows)), _("/ {n} lượt", n=number(len(rows)))),
        Figure(_("Sắp đọc"), number(sum(row.stand == "waiting" for row in rows)), _("lượt")),
        Figure(_("Quá giờ chưa đánh dấu"), number(missed), _("lượt"), tone="overdue" if missed else None),
    )


def book(rows: Sequence[SlotRow]) -> tuple[UUID, bool] | None:
    """The readings day by day; which one was marked as read (True) or unmarked (False) just now."""
    pressed = None
    for on, of_day in groupby(rows, key=lambda row: clock.local(row.slot.read_from).date()):
        parts.section(day(on).capitalize())
        for row in of_day:
            pressed = _line(row) or pressed
    return pressed


def _line(row: SlotRow) -> tuple[UUID, bool] | None:
    slot = row.slot
    who = _("người đọc: {name}", name=slot.reader) if slot.reader else _("chưa ghi người đọc")
    detail = ", ".join(part for part in (row.title, who, says(row)) if part)
    with parts.line(f"slot_{slot.id.hex}", TONES[row.stand], f"{hour(slot.read_from)} · {row.place}", detail):
        st.page_link(PAGE, label=_("Mở"), query_params={"luot": str(slot.id)})
        if row.stand == "read":
            return (slot.id, False) if st.button(_("Bỏ dấu"), key=f"undo_{slot.id.hex}") else None
        if row.is_due and st.button(_("Đã đọc"), key=f"read_{slot.id.hex}"):
            return slot.id, True
    return None


def says(row: SlotRow) -> str:
    """How a reading stands, in words."""
    if row.stand == "read" and row.slot.read_at:
        at = hour(row.slot.read_at)
        return _("đã đọc lúc {at}, {name} đánh dấu", at=at, name=row.read_by) if row.read_by else _("đã đọc lúc {at}", at=at)
    if row.stand == "void":
        return _(row.why_void)
    return _("quá giờ, chưa ai đánh dấu") if row.stand == "missed" else ""


def sheet(row: SlotRow) -> None:
    """One reading in large type, for whoever stands at the microphone."""
    slot = row.slot
    local = clock.local(slot.read_from)
    parts.head(
        f"{hour(slot.read_from)} · {row.place}", parts.badge(TONES[row.stand], says(row) or _("chờ đọc")), stamp_of(row.urgency),
        day(local.date()), _("người đọc: {name}", name=slot.reader) if slot.reader else "", row.title,
    )  # fmt: skip
    if row.stand == "void":
        parts.note("overdue", _("Đừng đọc bản này"), _(row.why_void))
        return
    parts.html(parts.spoken(row.text))
    parts.hint(_("Khoảng {n} giây. Đọc chậm, rõ, nghỉ ở mỗi dấu chấm.", n=number(round(row.seconds))))
    if row.left_out:
        parts.hint(_("Không kịp trong 45 giây nên đã bỏ: {sentences}", sentences=" ".join(row.left_out)))


def print_box(actor: Actor, *, first: date, last: date) -> None:
    """Make the paper of these days, then take it. What was booked since is not on it: it is made anew."""
    made: dict[str, Any] | None = st.session_state.get(MADE)
    if made and made["of"] == (first, last):
        st.download_button(
            _("Tải sổ loa ({n} trang)", n=number(made["pages"])), made["file"], "so-loa.pdf", "application/pdf", key="book_take",
            type="primary", icon=":material/print:", on_click="ignore",
        )  # fmt: skip
        return
    if st.button(_("In sổ loa"), key="book_make", icon=":material/print:"):
        with refusals():
            with reading() as session:
                lines, above = loudspeaker_paper.book(session, actor=actor, first=first, last=last)
            with st.spinner(_("Đang làm tờ in…")):
                file, pages = ports().paper.slot_book(lines, of=above)
            st.session_state[MADE] = {"of": (first, last), "file": file, "pages": pages}
            st.rerun()


def form(
    items: Sequence[Announcement], places: Sequence[Unit], *, chosen: UUID | None = None, slot: LoudspeakerSlot | None = None
) -> Filled | None:  # fmt: skip
    """What, where, when, by whom; for a reading that stands already only where, when and by whom."""
    key = slot.id.hex if slot else "new"
    titles = {item.id: item.title for item in items}
    names = {unit.id: unit.label for unit in places}
    at = clock.local(slot.read_from) if slot else _next_hour()
    slots: dict[str, st.delta_generator.DeltaGenerator] = {}
    with st.form(f"{key}_slot", width=620):
        item_id = slot.announcement_id if slot else None
        if slot is None:
            start = list(titles).index(chosen) if chosen in titles else 0
            item_id = st.selectbox(
                _("Đọc thông báo nào"), list(titles), index=start, format_func=titles.__getitem__, key=f"{key}_item"
            )
            slots["announcement"] = st.empty()
        place = st.selectbox(
            _("Loa ở đâu"), list(names), index=list(names).index(slot.unit_id) if slot and slot.unit_id in names else 0,
            format_func=names.__getitem__, key=f"{key}_place",
        )  # fmt: skip
        with st.container(horizontal=True):
            on = st.date_input(_("Ngày"), at.date(), key=f"{key}_on", format="DD/MM/YYYY", width=170)
            from_ = st.time_input(_("Giờ"), at.time(), key=f"{key}_from", step=300, width=150)
            minutes = st.number_input(
                _("Mấy phút"), 1, MOST_MINUTES, slot.minutes if slot else 1, key=f"{key}_minutes", width=140
            )
        slots["read_from"] = slots["minutes"] = st.empty()
        reader = st.text_input(_("Người đọc"), slot.reader if slot else "", key=f"{key}_reader", max_chars=MOST_READER)
        slots["reader"] = st.empty()
        is_sent = st.form_submit_button(_("Ghi lại") if slot else _("Thêm vào sổ"), type="primary", key=f"{key}_save")
    if not (is_sent and item_id and place and isinstance(on, date)):
        return None
    begin = datetime.combine(on, from_, clock.zone())
    return Filled(item_id, SlotForm(place, begin, reader or "", int(minutes)), slots)


def _next_hour() -> datetime:
    """Half past five in the evening, when people are home; tomorrow once that has passed."""
    now = clock.local(clock.now())
    evening = datetime.combine(now.date(), time(17, 30), clock.zone())
    return evening if evening > now else evening + timedelta(days=1)
