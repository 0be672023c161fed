"""The parts of the inbox: its filters, a line of the list, what waits in figures."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from models import Inquiry, InquiryChannel, InquiryKind, InquiryStatus, Topic, Unit
from services.inquiries import Box, Counts, Filters, Row
from services.office_hours import OfficeHours
from ui import addressed, paging, parts, places
from ui.parts import Column, Figure, Text, Tone
from ui.words import _, near, number, span

SHOWN = 120  # letters of what was asked
NARROWED: dict[str, Any] = {"viec": Topic, "kenh": InquiryChannel, "loai": InquiryKind}
TONES: dict[InquiryStatus, Tone] = {
    InquiryStatus.NEW: "waiting", InquiryStatus.ASSIGNED: "waiting", InquiryStatus.ANSWERED: "arrived",
    InquiryStatus.CLOSED: "arrived", InquiryStatus.SPAM: "unknown",
}  # fmt: skip


def on_today(waiting: int, *, late: int) -> None:
    """The line of the first screen; nothing where nobody waits for an answer."""
    if not waiting:
        return
    detail = _("{n} câu đã quá hạn.", n=number(late)) if late else _("Câu gấp nhất đứng trước.")
    box = Box.LATE if late else Box.WAITING
    parts.action(
        "inquiries", "overdue" if late else "waiting", _("{n} câu hỏi chờ trả lời", n=number(waiting)), detail, _("Trả lời"),
        page="pages/inbox.py", ngan=box.value,
    )  # fmt: skip


def figures(counts: Counts) -> None:
    """How much waits."""
    parts.figures(
        Figure(_("Chờ trả lời"), number(counts.waiting), _("câu hỏi")),
        Figure(_("Quá hạn"), number(counts.late), "", "", "overdue" if counts.late else None),
        Figure(_("Của tôi"), number(counts.mine)),
        Figure(_("Tạm gác"), number(counts.snoozed)),
    )


def closed_now(hours: OfficeHours, now: datetime) -> None:
    """While the office is closed no time to answer runs out: from when it goes on."""
    if not hours.is_open(now):
        parts.hint(_("Ngoài giờ làm việc: hạn trả lời tính tiếp từ {when}.", when=near(hours.after(now, 0))))


def filters(listed: Sequence[Unit]) -> Filters:
    """What the reader narrows the list by; all of it stands in the address."""
    box = addressed.segments(
        _("Ngăn"), _words(Box), key="ngan", usual=Box.WAITING.value, label_visibility="collapsed", on_change=paging.first
    )
    # Folded away, so that on a phone the list begins on the first screen.
    with st.container(horizontal=True, vertical_alignment="center"):
        words = st.text_input(
            _("Tìm trong lời đã nói"), key="tim", type="search", live=True, icon=":material/search:", width=240,
            placeholder=_("ví dụ: mat dien, Lan"), bind="query-params", on_change=paging.first, label_visibility="collapsed",
        )  # fmt: skip
        by_code = {unit.code: unit for unit in listed}
        narrows = sum(bool(addressed.asked(key, _words(kind))) for key, kind in NARROWED.items())
        narrows += bool(addressed.asked("to", by_code))
        label = _("Lọc ({n})", n=number(narrows)) if narrows else _("Lọc")
        with st.popover(label, icon=":material/filter_alt:", key="inbox_narrow"):
            topic = _one_of(_("Việc gì"), "viec")
            channel = _one_of(_("Qua đâu"), "kenh")
            kind = _one_of(_("Loại"), "loai")
            place = places.one_of(_("Tổ, thôn"), listed, key="to", placeholder=_("tất cả"), width=260, on_change=paging.first)
    return Filters(Box(box), words or "", topic, channel, kind, place)


def _one_of(label: str, key: str) -> Any:
    kind = NARROWED[key]
    chosen = addressed.select(
        label, _words(kind), key=key, placeholder=_("tất cả"), width=260, on_change=paging.first
    )  # fmt: skip
    return kind(chosen) if chosen else None


def _words(kind: Any) -> dict[str, str]:
    return {one.value: _(one.label) for one in kind}


def shortened(text: str, most: int = SHOWN) -> str:
    """The beginning of a text, on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"


def due(inquiry: Inquiry, now: datetime) -> Text:
    """By when it is to be answered, or how it stands."""
    if inquiry.due_at is None:
        return parts.badge(TONES[inquiry.status], _(inquiry.status.label))
    left = inquiry.due_at - now
    if inquiry.snoozed_until and inquiry.snoozed_until > now:
        return parts.due_cell("unknown", near(inquiry.due_at), _("gác tới {when}", when=near(inquiry.snoozed_until)))
    if left.total_seconds() < 0:
        return parts.due_cell("overdue", near(inquiry.due_at), _("quá hạn {time}", time=span(-left)))
    return parts.due_cell("waiting", near(inquiry.due_at), _("còn {time}", time=span(left)))


def table(rows: Sequence[Row], now: datetime) -> None:
    """The threads of a page."""
    heads = (_("Hỏi gì"), Column(_("Hạn trả lời"), "state"), Column(_("Việc"), "desk"), Column(_("Qua"), "desk"),
             Column(_("Ai trả lời"), "desk"))  # fmt: skip
    parts.table(heads, [_cells(row, now) for row in rows])


def _cells(row: Row, now: datetime) -> tuple[Text, ...]:
    one = row.inquiry
    words = shortened(one.text) or _("(đã xóa)")
    told = [
        one.from_name, row.place, _("{n} ảnh", n=number(len(one.photos))) if one.photos else "",
        _("và {n} người hỏi giống", n=number(row.alike)) if row.alike else "", near(one.asked_at),
    ]  # fmt: skip
    name = parts.joined(parts.link(words, "inquiry", id=str(one.id)), parts.small(" · ".join(filter(None, told))))
    kind = "" if one.kind is InquiryKind.QUESTION else _(one.kind.label)
    topic = parts.joined(_(one.topic.label), parts.small(kind)) if kind else _(one.topic.label)
    return name, due(one, now), topic, _(one.channel.label), row.assignee or parts.soft(_("chưa giao"))
