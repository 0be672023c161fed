"""The calendar of announcements: a month by weeks on a desk, its days one under the other on a phone."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

import streamlit as st
from markupsafe import Markup

from core import clock
from models import Announcement, AnnouncementStatus
from services.announcement_days import Entry
from ui import parts
from ui.words import _, day, hour, near, number, span


def names() -> dict[str, str]:
    """The two views, by the code that stands in the page's address."""
    return {"list": _("Danh sách"), "month": _("Lịch tháng")}


def month_asked() -> date:
    """The month in the page's address, or this one."""
    try:
        return datetime.strptime(st.query_params.get("thang", ""), "%Y-%m").replace(tzinfo=clock.zone()).date()
    except ValueError:
        return clock.today().replace(day=1)


def address(month: date) -> dict[str, str]:
    """What the page's address carries for a month of the calendar."""
    return {"xem": "month", "thang": f"{month:%Y-%m}"}


def draw(entries: Sequence[Entry], month: date, *, now: datetime, links: bool) -> None:
    """The month with its neighbours by a link; every entry names its hour and how long it is until then."""
    parts.section(_("Tháng {m}/{y}", m=month.month, y=month.year), _zone(now))
    parts.lines(parts.joined(_go(_before(month), _("Tháng trước")), " · ", _go(_after(month), _("Tháng sau"))))
    by_day: dict[date, list[Entry]] = {}
    for entry in entries:
        by_day.setdefault(entry.day, []).append(entry)
    heads = parts.joined(*(Markup('<th scope="col">{}</th>').format(_weekday(place)) for place in range(7)))
    weeks = parts.joined(*(_week(first, month, by_day, now, links=links) for first in _mondays(month)))
    parts.html(Markup('<table class="cn-cal"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(heads, weeks))
    if not entries:
        parts.hint(_("Tháng này chưa có thông báo nào gửi đi hay hẹn giờ."))


def hour_form(entries: Sequence[Entry]) -> tuple[Announcement, datetime] | None:
    """Which approved one is to leave when instead; None until it was pressed."""
    planned = {e.announcement.id: e for e in entries if e.announcement.status is AnnouncementStatus.SCHEDULED}
    if not planned:
        return None
    parts.section(_("Đổi giờ gửi"), _("người duyệt đổi giờ thì lần duyệt vẫn giữ"))
    with st.form("a_move", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        chosen: UUID | None = st.selectbox(
            _("Thông báo"), list(planned), key="a_which", width=360,
            format_func=lambda id_: f"{planned[id_].announcement.title} ({near(planned[id_].at)})",
        )  # fmt: skip
        on = st.date_input(_("Gửi ngày"), key="a_day", value=None, format="DD/MM/YYYY", width=190)
        at = st.time_input(_("lúc"), key="a_hour", value=None, step=900, width=120)
        is_pressed = st.form_submit_button(_("Đổi giờ"), key="a_move_ok")
    if not is_pressed or chosen is None:
        return None
    if not isinstance(on, date) or not isinstance(at, time):
        st.error(_("Hãy chọn cả ngày và giờ gửi."))
        return None
    return planned[chosen].announcement, datetime.combine(on, at, clock.zone())


def _week(first: date, month: date, by_day: dict[date, list[Entry]], now: datetime, *, links: bool) -> Markup:
    cells = []
    for one in (first + timedelta(days=place) for place in range(7)):
        entries = by_day.get(one, []) if one.month == month.month else []
        cells.append(_cell(one, entries, month, now, links=links))
    return Markup("<tr>{}</tr>").format(parts.joined(*cells))


def _cell(one: date, entries: list[Entry], month: date, now: datetime, *, links: bool) -> Markup:
    kinds = [
        name
        for name, is_so in (
            ("out", one.month != month.month), ("today", one == clock.local(now).date()), ("none", not entries),
        )
        if is_so
    ]  # fmt: skip
    told = Markup('<span class="d" aria-hidden="true">{}</span><b class="l">{}</b>').format(number(one.day), day(one))
    return Markup('<td class="{}">{}{}</td>').format(
        " ".join(kinds), told, parts.joined(*(_entry(e, now, links=links) for e in entries))
    )


def _entry(entry: Entry, now: datetime, *, links: bool) -> Markup:
    item = entry.announcement
    page = "announcement" if entry.is_sent else "review"
    title = parts.link(item.title, page, id=str(item.id)) if links else Markup("<b>{}</b>").format(item.title)
    tone, says = _stands(entry, now)
    return Markup('<p class="e">{}{}{}</p>').format(parts.badge(tone, hour(entry.at)), title, parts.small(says))


def _stands(entry: Entry, now: datetime) -> tuple[parts.Tone, str]:
    if entry.announcement.status is AnnouncementStatus.CANCELLED:
        return "unknown", _("đã thu hồi")
    if entry.is_sent:
        return "arrived", _("đã gửi")
    left = _("còn {span}", span=span(entry.at - now)) if entry.at > now else _("đã qua giờ")
    if entry.is_wish:
        return ("waiting" if entry.at > now else "overdue"), _("{left}, chưa duyệt", left=left)
    return "waiting", left


def _mondays(month: date) -> list[date]:
    start = month - timedelta(days=month.weekday())
    return [start + timedelta(weeks=place) for place in range(6) if start + timedelta(weeks=place) < _after(month)]


def _after(month: date) -> date:
    return clock.month_of(month)[1]


def _before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def _go(month: date, label: str) -> Markup:
    return parts.link(label, "announcements", **address(month))


def _weekday(place: int) -> str:
    return day(date(2026, 11, 2) + timedelta(days=place)).split(" 0")[0]  # a Monday and what follows


def _zone(now: datetime) -> str:
    ahead = clock.local(now).strftime("%z")
    return _("theo giờ tại phường, UTC{ahead}", ahead=f"{ahead[:3]}:{ahead[3:]}")
