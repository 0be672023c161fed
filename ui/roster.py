"""The duty roster on screen: its gaps, a week day by day, one slot, the forms of posts and hours."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from itertools import groupby
from uuid import UUID

import streamlit as st

from core import clock, formats
from core.db import transaction
from models import DayOff, TeamMember, Unit
from services import duty_absences, duty_patterns
from services.access import Actor
from services.duty_absences import Away
from services.duty_patterns import PatternForm, PatternRow, PostRow
from services.roster import Slot
from ui import emptied, leave_for, parts, refusals
from ui.forms import Slots, refusals_at
from ui.parts import Figure, Tone
from ui.words import _, beginning, day, hour, language, number

PAGE, POSTS = "pages/roster.py", "pages/duty_posts.py"
GAPS_SHOWN = 5


def on_today(gaps: Sequence[Slot]) -> None:
    """The line of the first screen; nothing where nobody is missing."""
    if gaps:
        first = gaps[0]
        words = _("Gần nhất: {when}, {post}.", when=hours(first), post=first.post.name)
        parts.action(
            "duty", "overdue" if first.day == clock.today() else "waiting", _("{n} ca trực còn thiếu người", n=number(len(gaps))),
            words, _("Xếp người"), page=PAGE, ca=str(first.pattern_id), ngay=first.day.isoformat(),
        )  # fmt: skip


def hours(slot: Slot) -> str:
    """`thứ Tư 25/11/2026, 7 giờ 30 – 11 giờ 30`."""
    return f"{day(slot.day)}, {span(slot)}"


def span(slot: Slot) -> str:
    """`7 giờ 30 – 11 giờ 30`."""
    return f"{hour(slot.starts_at)} – {hour(slot.ends_at)}"


def week_asked() -> date:
    """The Monday of the week in the page's address, or of this one."""
    try:
        wanted = date.fromisoformat(st.query_params.get("tuan", ""))
    except ValueError:
        wanted = clock.today()
    return wanted - timedelta(days=wanted.weekday())


def weeks(monday: date) -> None:
    """The ways to the week before and the one after."""
    parts.lines(
        parts.joined(
            parts.link(_("Tuần trước"), "roster", tuan=(monday - timedelta(days=7)).isoformat()), " · ",
            parts.link(_("Tuần này"), "roster"), " · ",
            parts.link(_("Tuần sau"), "roster", tuan=(monday + timedelta(days=7)).isoformat()),
        )
    )  # fmt: skip


def figures(slots: Sequence[Slot], gaps: Sequence[Slot], away: Sequence[Away]) -> None:
    """How much of the week is filled."""
    wanted = sum(slot.people for slot in slots)
    filled = sum(min(slot.people, len(slot.on_duty)) for slot in slots)
    missing = sum(slot.missing for slot in gaps)
    parts.figures(
        Figure(_("Đã có người trong tuần"), number(filled), _("/ {n} chỗ trực", n=number(wanted))),
        Figure(_("Còn thiếu, 7 ngày tới"), number(missing), _("người"), "", "overdue" if missing else None),
        Figure(_("Đang hoặc sắp vắng"), number(len({one.absence.member_id for one in away})), _("người")),
    )  # fmt: skip


def week(slots: Sequence[Slot]) -> None:
    """Day by day, each slot with its people and the way into it."""
    for on, of_day in groupby(slots, key=lambda slot: slot.day):
        parts.section(beginning(day(on)), _("hôm nay") if on == clock.today() else "")
        for slot in of_day:
            line(slot)


def gap(slot: Slot) -> None:
    """A slot that lacks somebody, with its day."""
    line(slot, names_day=True)


def line(slot: Slot, *, names_day: bool = False) -> None:
    """One slot of a list."""
    who = ", ".join(one.name + (_(" (đang nhờ thay)") if one.asks_to_swap else "") for one in slot.on_duty)
    missing = _("thiếu {n} người", n=number(slot.missing)) if slot.missing else ""
    title = f"{beginning(hours(slot)) if names_day else span(slot)} · {slot.post.name}"
    with parts.line(
        f"{'gap_' if names_day else ''}{slot.pattern_id.hex}_{slot.day:%m%d}",
        tone(slot),
        title,
        ", ".join(filter(None, (who, missing))),
    ):
        query = {"ca": str(slot.pattern_id), "ngay": slot.day.isoformat()}
        st.page_link(PAGE, label=_("Xếp người") if slot.missing and not slot.is_over else _("Mở"), query_params=query)


def tone(slot: Slot) -> Tone:
    """How a slot stands."""
    if slot.missing:
        return "unknown" if slot.is_over else "overdue" if not slot.on_duty else "waiting"
    return "arrived"


def place(free: Sequence[TeamMember], slot: Slot) -> UUID | None:
    """Who is to stand there; None until it was pressed."""
    if not free:
        parts.hint(_("Không còn ai rảnh giờ này. Thêm thành viên, hoặc mở ca khác để đổi người."))
        return None
    names = {one.id: one.name for one in free}
    with st.form("r_place", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        chosen: UUID | None = st.selectbox(
            _("Thêm người trực"), list(names), format_func=names.__getitem__, key="r_who", width=320
        )
        label = _("Xếp vào ca") if slot.missing else _("Xếp thêm")
        return chosen if st.form_submit_button(label, type="primary", key="r_place_ok") else None


# ---- who is away


def absences(away: Sequence[Away], members: Sequence[TeamMember], actor: Actor) -> None:
    """Who is away, and the form to note it for someone who telephoned."""
    parts.section(_("Vắng mặt"))
    if not away:
        parts.hint(_("Chưa ai báo vắng."))
    for one in away:
        days = day(one.absence.first_on) + (
            f" – {day(one.absence.last_on)}" if one.absence.last_on != one.absence.first_on else ""
        )
        detail = ", ".join(filter(None, (days, one.absence.reason, _("{n} ca bỏ trống", n=number(one.shifts)))))
        with parts.line(f"away_{one.absence.id.hex}", "unknown", one.name, detail):
            if st.button(_("Lại trực được"), key=f"back_{one.absence.id.hex}"):
                with refusals():
                    with transaction() as session:
                        duty_absences.come_back(session, actor=actor, absence_id=one.absence.id)
                    leave_for(PAGE, news=_("Đã bỏ báo vắng."))
    if members:
        with st.expander(_("Ghi người báo vắng"), key="r_away"):
            _away_form(members, actor)


def _away_form(members: Sequence[TeamMember], actor: Actor) -> None:
    names = {one.id: one.name for one in members}
    with st.form("r_away_form", border=False):
        who = st.selectbox(_("Ai vắng"), list(names), format_func=names.__getitem__, key="r_away_who")
        with st.container(horizontal=True):
            first = st.date_input(_("Từ ngày"), clock.today(), key="r_away_first", format="DD/MM/YYYY", width=170)
            last = st.date_input(_("Đến hết ngày"), clock.today(), key="r_away_last", format="DD/MM/YYYY", width=170)
        slots = {"first_on": st.empty(), "last_on": st.empty()}
        reason = st.text_input(_("Lý do"), key="r_away_why", max_chars=duty_absences.REASON_MAX)
        is_said = st.form_submit_button(_("Ghi vắng"), key="r_away_ok")
    if is_said and who and isinstance(first, date) and isinstance(last, date):
        with refusals_at(slots):
            with transaction() as session:
                duty_absences.be_away(session, actor=actor, member_id=who, first_on=first, last_on=last, reason=reason or "")
            emptied({"r_away_why": ""})
            leave_for(PAGE, news=_("Đã ghi vắng. Ca bỏ trống hiện ở trên."))


# ---- posts and hours


def pattern_title(row: PatternRow) -> str:
    """`thứ Tư, 7 giờ 30 – 11 giờ 30`."""
    one = row.pattern
    since, until = duty_patterns.hours_on(one, clock.today())
    on = day(one.first_on) if one.is_once else formats.weekday(one.weekday, language=language())
    return f"{on}, {hour(since)} – {hour(until)}"


def pattern_detail(row: PatternRow) -> str:
    """How many, who, from when to when."""
    one = row.pattern
    return ", ".join(
        filter(
            None,
            (
                _("{n} người", n=number(one.people)), *row.names,
                _("từ {day}", day=day(one.first_on)) if one.first_on > clock.today() and not one.is_once else "",
                _("đến {day}", day=day(one.last_on)) if one.last_on and not one.is_once else "",
            ),
        )
    )  # fmt: skip


def pattern(row: PatternRow) -> bool:
    """One line of a post's hours; True when they are to end."""
    id_ = row.pattern.id
    with parts.line(f"pat_{id_.hex}", "arrived", pattern_title(row), pattern_detail(row)):
        return st.button(_("Thôi giờ này"), key=f"end_{id_.hex}")


def post_form(places: Sequence[Unit]) -> tuple[UUID, str, str] | None:
    """A new post: whose, its name, where."""
    labels = {unit.id: unit.label for unit in places}
    with st.form("p_post", border=False):
        unit_id = st.selectbox(_("Của đơn vị nào"), list(labels), format_func=labels.__getitem__, key="p_unit")
        name = st.text_input(
            _("Tên nơi trực"), key="p_name", max_chars=duty_patterns.NAME_MAX, placeholder=_("Bộ phận Một cửa, Nhà văn hóa tổ 9…")
        )
        address = st.text_input(_("Địa chỉ"), key="p_address", max_chars=duty_patterns.ADDRESS_MAX)
        is_sent = st.form_submit_button(_("Thêm nơi trực"), key="p_post_ok")
    return (unit_id, name or "", address or "") if is_sent and unit_id else None


def pattern_form(rows: Sequence[PostRow], members: Sequence[TeamMember]) -> tuple[PatternForm, Slots] | None:
    """New hours: where, on which days, from when to when, how many, who each time."""
    labels = {row.post.id: row.post.name for row in rows}
    names = {one.id: one.name for one in members}
    with st.form("p_pattern", border=False):
        post_id = st.selectbox(_("Nơi trực"), list(labels), format_func=labels.__getitem__, key="p_where")
        days = st.pills(
            _("Những ngày nào"), list(range(7)), selection_mode="multi", key="p_days",
            format_func=lambda one: formats.weekday(one, language=language()),
        )  # fmt: skip
        slots = {"weekdays": st.empty()}
        with st.container(horizontal=True):
            starts = st.time_input(_("Từ"), time(7, 30), key="p_from", step=900, width=140)
            ends = st.time_input(_("Đến"), time(11, 30), key="p_to", step=900, width=140)
            people = st.number_input(_("Cần mấy người"), 1, duty_patterns.PEOPLE_MAX, 1, key="p_people", width=150)
        slots["ends"] = slots["people"] = st.empty()
        who = st.multiselect(
            _("Ai trực đều"), list(names), format_func=names.__getitem__, key="p_who", placeholder=_("để trống thì xếp sau")
        )
        slots["members"] = st.empty()
        with st.container(horizontal=True):
            first = st.date_input(_("Bắt đầu từ"), clock.today(), key="p_first", format="DD/MM/YYYY", width=170)
            last = st.date_input(
                _("Kết thúc"), None, key="p_last", format="DD/MM/YYYY", width=170, help=_("Để trống thì trực đến khi thôi.")
            )
        slots["first_on"] = st.empty()
        is_sent = st.form_submit_button(_("Thêm giờ trực"), type="primary", key="p_pattern_ok")
    if not (is_sent and post_id and isinstance(first, date)):
        return None
    until = last if isinstance(last, date) else None
    return PatternForm(post_id, tuple(days), starts, ends, int(people), first, until, tuple(who)), slots


def days_off(found: Sequence[DayOff]) -> None:
    """The days off to come."""
    parts.lines(*(f"{day(one.day)}{', ' if one.note else ''}{one.note}" for one in found))
