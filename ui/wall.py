"""The wall view: one announcement in type that is read across a room."""

from collections.abc import Callable
from datetime import datetime

import streamlit as st
from markupsafe import Markup

from services.foresight import Foresight
from services.reach import Board
from ui import parts
from ui.previews import stamp_of
from ui.words import _, near, number, share, span

EVERY_SECONDS = 10
LATE_SHOWN = 8


def redrawn(draw: Callable[[], None]) -> Callable[[], None]:
    """Draw again every few seconds, without anybody's doing."""
    made: Callable[[], None] = st.fragment(run_every=EVERY_SECONDS)(draw)
    return made


def nothing() -> None:
    """No announcement is under way."""
    parts.html(
        Markup('<div class="cn-wall"><h1>{}</h1><p class="w-note">{}</p></div>').format(
            _("Không có thông báo nào đang truyền đi"), _("Màn hình tự cập nhật khi có thông báo mới.")
        )
    )


def draw(seen: Board, ahead: Foresight, *, now: datetime, place: int, of: int) -> None:
    """How far it is: posted, told, until when, what is expected; which groups are late, by the name of the group."""
    everyone = seen.households or 1
    told = seen.known if seen.counts_known else seen.estimated
    cells = [
        _cell(_("Tổ đã đăng"), number(seen.posted), _("/ {n} tổ", n=number(len(seen.rows))), "overdue" if seen.overdue else ""),
        _cell(
            _("Biết chắc đã nhận") if seen.counts_known else _("Ước tính theo số máy đã mở"), share(told / everyone, 0),
            _("{n} / {all} hộ", n=number(told), all=number(seen.households)), "",
        ),
        _due(seen, now),
    ]  # fmt: skip
    if ahead.expected and ahead.deadline:
        said = ahead.expected
        expected = f"{share(said.low / everyone, 0)} – {share(said.high / everyone, 0)}"
        cells.append(_cell(_("Dự báo đến hạn"), share(said.middle / everyone, 0), expected, ""))
    body = Markup(
        '<div class="cn-wall"><p class="w-top">{}<span>{}</span></p><h1>{}</h1><div class="w-bar">{}</div><dl>{}</dl>{}</div>'
    ).format(
        parts.stamp(stamp_of(seen.announcement.urgency)), _when(seen, now, place, of), seen.announcement.title,
        parts.bar(seen.known / everyone if seen.counts_known else None, seen.estimated / everyone), parts.joined(*cells),
        _late(seen),
    )  # fmt: skip
    parts.html(body)


def _when(seen: Board, now: datetime, place: int, of: int) -> str:
    sent = _("Gửi {at}", at=near(seen.announcement.sent_at or now))
    turns = _("{n} trong {all} thông báo", n=place + 1, all=of) if of > 1 else ""
    return ", ".join(part for part in (sent, turns, _("cập nhật {at}", at=near(now))) if part)


def _cell(label: str, value: str, of: str, tone: str) -> Markup:
    return Markup('<div class="{}"><dt>{}</dt><dd>{}</dd><dd class="w-of">{}</dd></div>').format(tone, label, value, of)


def _due(seen: Board, now: datetime) -> Markup:
    until = seen.announcement.must_reach_by
    if until is None:
        return _cell(_("Thời hạn"), "–", "", "")
    if until <= now:
        return _cell(_("Thời hạn"), _("đã qua"), near(until), "")
    return _cell(_("Còn lại"), span(until - now), near(until), "")


def _late(seen: Board) -> Markup:
    """Groups by their own name: a place, not a person."""
    late = [row.unit_label for row in seen.overdue]
    if not late:
        words = _("Tất cả các tổ đã đăng") if not seen.waiting else _("{n} tổ còn thời gian", n=number(seen.waiting))
        return Markup('<p class="w-note">{}</p>').format(words)
    more = f" (+{len(late) - LATE_SHOWN})" if len(late) > LATE_SHOWN else ""
    names = "; ".join(late[:LATE_SHOWN]) + more
    return Markup('<p class="w-late overdue">{}<span>{} {}</span></p>').format(
        parts.icon("overdue"), _("Chưa đăng, đã quá hạn:"), names
    )
