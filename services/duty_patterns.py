"""Where the digital team stands and at which hours of the week: posts, patterns, days off; and the shifts made of them.

Shifts are made some weeks ahead, when a pattern is written and every night. What became of a made shift since (swapped, dropped)
is never made anew: each pattern knows up to which day it is planned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.text import clean
from models import DayOff, DutyPattern, DutyPost, DutyRegular, DutyShift, TeamMember, Unit
from services import access, audit, duty_free, team_members, units
from services.access import Actor, May

AHEAD = timedelta(days=42)
NAME_MAX, ADDRESS_MAX, NOTE_MAX, PEOPLE_MAX = 80, 160, 120, 9
LONGEST = 12  # hours of one shift


@dataclass(frozen=True)
class PatternForm:
    """Hours of a week at a post. `last_on` None: until it is ended; the same as `first_on`: that one day."""

    post_id: UUID
    weekdays: tuple[int, ...]  # 0: Monday
    starts: time
    ends: time
    people: int = 1
    first_on: date | None = None  # today
    last_on: date | None = None
    member_ids: tuple[UUID, ...] = ()  # who stands there each time


@dataclass(frozen=True)
class PatternRow:
    """A pattern with who stands there."""

    pattern: DutyPattern
    names: tuple[str, ...]


@dataclass(frozen=True)
class PostRow:
    """A post with its patterns in the order of the week."""

    post: DutyPost
    unit_label: str
    patterns: list[PatternRow]


def posts(session: Session, *, actor: Actor) -> list[PostRow]:
    """The posts in sight that are open, the wards' own first; with the patterns of today and to come. Three queries.

    Raises:
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.KEEP_TEAM)
    found = session.exec(
        select(DutyPost, Unit)
        .join(Unit, col(Unit.id) == DutyPost.unit_id)
        .where(access.path_range(actor.unit_path), col(DutyPost.closed_on).is_(None))
        .order_by(col(DutyPost.unit_id) != col(DutyPost.ward_id), col(DutyPost.name), col(DutyPost.id))
    ).all()
    ids = [post.id for post, _unit in found]
    patterns = session.exec(
        select(DutyPattern)
        .where(col(DutyPattern.post_id).in_(ids), lasts_on(clock.today()))
        .order_by(col(DutyPattern.weekday), col(DutyPattern.starts), col(DutyPattern.id))
    ).all()
    regulars = session.exec(
        select(DutyRegular.pattern_id, TeamMember.name)
        .join(TeamMember, col(TeamMember.id) == DutyRegular.member_id)
        .where(col(DutyRegular.pattern_id).in_([one.id for one in patterns]))
        .order_by(col(TeamMember.name))
    ).all()
    rows = [PatternRow(one, tuple(name for id_, name in regulars if id_ == one.id)) for one in patterns]
    return [PostRow(post, unit.label, [row for row in rows if row.pattern.post_id == post.id]) for post, unit in found]


def lasts_on(day: date) -> ColumnElement[bool]:
    """Whether a pattern has not ended before a day."""
    return col(DutyPattern.last_on).is_(None) | (col(DutyPattern.last_on) >= day)


def add_post(session: Session, *, actor: Actor, unit_id: UUID, name: str, address: str = "") -> DutyPost:
    """A place to stand at: the ward's desk, a group's hall.

    Raises:
        Invalid: a value cannot be right (`details["field"]`). NotAllowed: the actor may not write.
        NotFound: the unit lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_TEAM)
    unit = team_members.place(session, actor=actor, unit_id=unit_id)
    title, where = clean(name), clean(address)
    if not title or len(title) > NAME_MAX:
        raise Invalid(N_("Xin ghi tên nơi trực, nhiều nhất {most} chữ."), most=NAME_MAX, field="name")
    if len(where) > ADDRESS_MAX:
        raise Invalid(N_("Địa chỉ dài quá {most} chữ."), most=ADDRESS_MAX, field="address")
    post = DutyPost(ward_id=access.commune_of(session, unit).id, unit_id=unit.id, name=title, address=where)
    session.add(post)
    session.flush()
    audit.record(session, actor=actor, action="duty_post.added", subject_kind="duty_post", subject_id=post.id)
    return post


def close_post(session: Session, *, actor: Actor, post_id: UUID) -> None:
    """Nobody stands there any more from today on. Closed already, nothing changes.

    Raises:
        NotAllowed: the actor may not write. NotFound: outside the actor's sight.
    """
    access.require(actor, May.KEEP_TEAM)
    post = _post(session, actor, post_id)
    if post.closed_on is not None:
        return
    for pattern in session.exec(select(DutyPattern).where(DutyPattern.post_id == post.id, lasts_on(clock.today()))).all():
        _end(session, pattern, clock.today())
    post.closed_on = clock.today()
    session.add(post)
    audit.record(session, actor=actor, action="duty_post.closed", subject_kind="duty_post", subject_id=post.id)


# ---- patterns


def add(session: Session, *, actor: Actor, form: PatternForm) -> list[DutyPattern]:
    """The same hours on each of these weekdays; who stands there each time has shifts made for the weeks ahead.

    Raises:
        Invalid: a value cannot be right, or a member already stands elsewhere at these hours (`details["field"]`).
        NotAllowed: the actor may not write. NotFound: the post or a member lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_TEAM)
    post = _post(session, actor, form.post_id)
    first = form.first_on or clock.today()
    _check(post, form, first)
    members = [team_members.seen(session, actor, id_) for id_ in dict.fromkeys(form.member_ids)]
    if any(member.ward_id != post.ward_id for member in members):
        raise Invalid(N_("Nơi trực chỉ có người của cùng phường."), field="members")
    duty_free.locked(session, [member.id for member in members])
    made = []
    for weekday in sorted(set(form.weekdays)):
        pattern = DutyPattern(
            post_id=post.id, weekday=weekday, starts=form.starts, ends=form.ends, people=max(form.people, len(members)),
            first_on=first, last_on=form.last_on, planned_until=first - timedelta(days=1),
        )  # fmt: skip
        session.add(pattern)
        session.flush()
        session.add_all([DutyRegular(pattern_id=pattern.id, member_id=member.id) for member in members])
        session.flush()
        _plan(session, pattern, ward_id=post.ward_id, strict=True)
        made.append(pattern)
    audit.record(
        session, actor=actor, action="duty_pattern.added", subject_kind="duty_post", subject_id=post.id,
        weekdays=sorted(set(form.weekdays)), hours=f"{form.starts:%H:%M}-{form.ends:%H:%M}",
    )  # fmt: skip
    return made


def end(session: Session, *, actor: Actor, pattern_id: UUID, on: date | None = None) -> DutyPattern:
    """From the day `on` (today) these hours are none any more; shifts that lie ahead are dropped.

    Raises:
        Invalid: the day has passed. NotAllowed: the actor may not write. NotFound: outside the actor's sight.
    """
    access.require(actor, May.KEEP_TEAM)
    pattern = seen(session, actor, pattern_id)
    day = on or clock.today()
    if day < clock.today():
        raise Invalid(N_("Ngày này đã qua. Xin chọn từ hôm nay trở đi."), field="on")
    _end(session, pattern, day)
    audit.record(
        session, actor=actor, action="duty_pattern.ended", subject_kind="duty_post", subject_id=pattern.post_id,
        on=day.isoformat(),
    )  # fmt: skip
    return pattern


def _check(post: DutyPost, form: PatternForm, first: date) -> None:
    if post.closed_on is not None:
        raise Invalid(N_("Nơi trực này đã đóng."), field="post_id")
    if not form.weekdays or any(not 0 <= day <= 6 for day in form.weekdays):
        raise Invalid(N_("Xin chọn ít nhất một ngày trong tuần."), field="weekdays")
    if not form.starts < form.ends:
        raise Invalid(N_("Giờ hết ca phải sau giờ bắt đầu."), field="ends")
    if datetime.combine(first, form.ends) - datetime.combine(first, form.starts) > timedelta(hours=LONGEST):
        raise Invalid(N_("Một ca dài nhất {most} giờ."), most=LONGEST, field="ends")
    if not 1 <= form.people <= PEOPLE_MAX or len(form.member_ids) > PEOPLE_MAX:
        raise Invalid(N_("Mỗi ca có từ 1 đến {most} người."), most=PEOPLE_MAX, field="people")
    if first < clock.today() or (form.last_on is not None and form.last_on < first):
        raise Invalid(N_("Lịch bắt đầu từ hôm nay trở đi và không kết thúc trước khi bắt đầu."), field="first_on")
    if form.last_on is not None and not any(
        (first + timedelta(days=n)).weekday() in form.weekdays for n in range(min(7, (form.last_on - first).days + 1))
    ):
        raise Invalid(N_("Trong những ngày ấy không có thứ nào đã chọn."), field="weekdays")


def seen(session: Session, actor: Actor, pattern_id: UUID) -> DutyPattern:
    """A pattern whose post the actor sees, for services that have checked the role.

    Raises:
        NotFound: outside the actor's sight.
    """
    query = select(DutyPattern).join(DutyPost, col(DutyPost.id) == DutyPattern.post_id).join(
        Unit, col(Unit.id) == DutyPost.unit_id
    )  # fmt: skip
    found = session.exec(query.where(DutyPattern.id == pattern_id, access.path_range(actor.unit_path))).first()
    if found is None:
        raise NotFound(N_("Không tìm thấy ca trực này."))
    return found


def _post(session: Session, actor: Actor, post_id: UUID) -> DutyPost:
    query = select(DutyPost).join(Unit, col(Unit.id) == DutyPost.unit_id).where(DutyPost.id == post_id)
    found = session.exec(query.where(access.path_range(actor.unit_path))).first()
    if found is None:
        raise NotFound(N_("Không tìm thấy nơi trực này."))
    return found


def _end(session: Session, pattern: DutyPattern, day: date) -> None:
    last = day - timedelta(days=1)
    if days_of(pattern, day, day) and hours_on(pattern, day)[0] <= clock.now():
        last = day  # it has begun: this day stays
    if last < pattern.first_on:  # it never was
        session.delete(pattern)
        session.flush()
        return
    duty_free.drop(session, (col(DutyShift.pattern_id) == pattern.id) & (col(DutyShift.day) >= day))
    pattern.last_on = last
    session.add(pattern)


# ---- making shifts


def extend(session: Session) -> int:
    """Make the shifts of the weeks ahead that are not made yet, for every ward; how many. Done twice, it is as done once.

    A member who is absent or stands elsewhere then is left out: the gap is called out.
    """
    until = clock.today() + AHEAD
    found = session.exec(
        select(DutyPattern, DutyPost)
        .join(DutyPost, col(DutyPost.id) == DutyPattern.post_id)
        .where(lasts_on(clock.today()), DutyPattern.planned_until < until, col(DutyPost.closed_on).is_(None))
        .order_by(col(DutyPattern.id))
        .with_for_update(of=DutyPattern)
    ).all()
    patterns = [pattern.id for pattern, _post in found]
    duty_free.locked(session, session.exec(select(DutyRegular.member_id).where(col(DutyRegular.pattern_id).in_(patterns))))
    return sum(_plan(session, pattern, ward_id=post.ward_id, strict=False) for pattern, post in found)


def _plan(session: Session, pattern: DutyPattern, *, ward_id: UUID, strict: bool) -> int:
    """Shifts of the regular members up to the horizon; `strict` refuses where one of them stands elsewhere."""
    since = max(pattern.planned_until + timedelta(days=1), clock.today())
    until = clock.today() + AHEAD
    if pattern.last_on is not None:
        until = min(until, pattern.last_on)
    days = days_of(pattern, since, until)
    off = {one.day for one in session.exec(select(DayOff).where(DayOff.ward_id == ward_id, col(DayOff.day).in_(days)))}
    members = session.exec(
        select(TeamMember)
        .join(DutyRegular, col(DutyRegular.member_id) == TeamMember.id)
        .where(DutyRegular.pattern_id == pattern.id)
        .order_by(col(TeamMember.id))
    ).all()
    made = 0
    for member in duty_free.locked(session, [member.id for member in members]):
        made += sum(_put(session, pattern, member, day, strict=strict) for day in days if day not in off)
    pattern.planned_until = max(pattern.planned_until, until)
    session.add(pattern)
    session.flush()
    return made


def _put(session: Session, pattern: DutyPattern, member: TeamMember, day: date, *, strict: bool) -> bool:
    starts_at, ends_at = hours_on(pattern, day)
    if ends_at <= clock.now():
        return False
    try:
        duty_free.require_free(session, member, starts_at, ends_at)
    except duty_free.Absent:
        return False
    except Invalid as refusal:
        if strict:
            raise Invalid(refusal.message, **{**refusal.details, "field": "members"}) from refusal
        return False
    session.add(DutyShift(pattern_id=pattern.id, member_id=member.id, day=day, starts_at=starts_at, ends_at=ends_at))
    session.flush()
    return True


def hours_on(pattern: DutyPattern, day: date) -> tuple[datetime, datetime]:
    """When it begins and ends on a day, on the clocks of this place."""
    zone = clock.zone()
    return datetime.combine(day, pattern.starts, zone), datetime.combine(day, pattern.ends, zone)


def days_of(pattern: DutyPattern, first: date, last: date) -> list[date]:
    """The days within a span, both ends with it, on which a pattern has its hours."""
    since = max(first, pattern.first_on)
    until = last if pattern.last_on is None else min(last, pattern.last_on)
    start = since + timedelta(days=(pattern.weekday - since.weekday()) % 7)
    return [start + timedelta(days=7 * n) for n in range(max(0, (until - start).days // 7 + 1))]


# ---- days off


def take_off(session: Session, *, actor: Actor, day: date, note: str = "") -> DayOff:
    """Nobody stands anywhere in the ward on a day: its shifts are dropped. Said twice, the note is replaced.

    Raises:
        Invalid: the day has passed, or the note is too long. NotAllowed: the actor may not write.
    """
    access.require(actor, May.KEEP_TEAM)
    ward = units.commune_for(session, actor=actor)
    words = clean(note)
    if day < clock.today():
        raise Invalid(N_("Ngày này đã qua. Xin chọn từ hôm nay trở đi."), field="day")
    if len(words) > NOTE_MAX:
        raise Invalid(N_("Ghi chú dài quá {most} chữ."), most=NOTE_MAX, field="note")
    off = session.exec(select(DayOff).where(DayOff.ward_id == ward.id, DayOff.day == day)).first() or DayOff(
        ward_id=ward.id, day=day
    )
    off.note = words
    session.add(off)
    here = select(DutyPattern.id).join(DutyPost, col(DutyPost.id) == DutyPattern.post_id).where(DutyPost.ward_id == ward.id)
    duty_free.drop(session, col(DutyShift.pattern_id).in_(here) & (col(DutyShift.day) == day))
    session.flush()
    audit.record(session, actor=actor, action="day_off.added", subject_kind="unit", subject_id=ward.id, on=day.isoformat())
    return off


def days_off(session: Session, *, actor: Actor) -> Sequence[DayOff]:
    """Days off of the actor's ward, from today on.

    Raises:
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.KEEP_TEAM)
    ward = units.commune_for(session, actor=actor)
    wanted = select(DayOff).where(DayOff.ward_id == ward.id, DayOff.day >= clock.today())
    return session.exec(wanted.order_by(col(DayOff.day))).all()
