"""The duty roster of the digital team: who stands where on a day, where somebody is missing, who cannot come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_
from models import DayOff, DutyAbsence, DutyPattern, DutyPost, DutyShift, DutySwap, SwapStatus, TeamMember, Unit
from services import access, audit, duty_free, duty_patterns, team_members
from services.access import Actor, May

MOST_DAYS, CALLED_OUT = 42, timedelta(days=7)


@dataclass(frozen=True)
class OnDuty:
    """One person at a slot."""

    shift_id: UUID
    member_id: UUID
    name: str
    asks_to_swap: bool


@dataclass(frozen=True)
class Slot:
    """Hours of a post on a day, with who stands there."""

    pattern_id: UUID
    post: DutyPost
    day: date
    starts_at: datetime
    ends_at: datetime
    people: int
    on_duty: tuple[OnDuty, ...]

    @property
    def missing(self) -> int:
        """How many people there are too few."""
        return max(0, self.people - len(self.on_duty))

    @property
    def is_over(self) -> bool:
        """Whether it has ended: nobody can be found for it any more."""
        return self.ends_at <= clock.now()


def slots(session: Session, *, actor: Actor, first: date, last: date) -> list[Slot]:
    """Every slot of the posts in sight within a span of days, in the order of time, then by post. Four queries.

    Raises:
        Invalid: the days are in the wrong order, or too many. NotAllowed: the actor may not write.
    """
    access.require(actor, May.KEEP_TEAM)
    if not timedelta() <= last - first < timedelta(days=MOST_DAYS):
        raise Invalid(N_("Chọn từ một đến {most} ngày."), most=MOST_DAYS)
    return of_posts(session, access.path_range(actor.unit_path), first, last)


def of_posts(session: Session, which: ColumnElement[bool], first: date, last: date) -> list[Slot]:
    """The same for posts whose unit matches, for callers that have checked who asks."""
    found = session.exec(
        select(DutyPattern, DutyPost)
        .join(DutyPost, col(DutyPost.id) == DutyPattern.post_id)
        .join(Unit, col(Unit.id) == DutyPost.unit_id)
        .where(which, duty_patterns.lasts_on(first), DutyPattern.first_on <= last)
    ).all()
    off = session.exec(
        select(DayOff).where(
            col(DayOff.ward_id).in_({post.ward_id for _one, post in found}), DayOff.day >= first, DayOff.day <= last
        )
    )
    closed = {(one.ward_id, one.day) for one in off}
    standing = _standing(session, [one.id for one, _post in found], first, last)
    made = []
    for pattern, post in found:
        for day in duty_patterns.days_of(pattern, first, last):
            if (post.ward_id, day) in closed or (post.closed_on is not None and day >= post.closed_on):
                continue
            hours = duty_patterns.hours_on(pattern, day)
            made.append(Slot(pattern.id, post, day, *hours, pattern.people, tuple(standing.get((pattern.id, day), []))))
    return sorted(
        made, key=lambda slot: (slot.starts_at, slot.post.unit_id != slot.post.ward_id, slot.post.name, slot.pattern_id)
    )


def _standing(
    session: Session, pattern_ids: Iterable[UUID], first: date, last: date
) -> dict[tuple[UUID, date], list[OnDuty]]:  # fmt: skip
    asked = select(DutySwap.id).where(DutySwap.shift_id == DutyShift.id, DutySwap.status == SwapStatus.ASKED).exists()
    found = session.exec(
        select(DutyShift, TeamMember.name, asked)
        .join(TeamMember, col(TeamMember.id) == DutyShift.member_id)
        .where(
            col(DutyShift.pattern_id).in_(pattern_ids), DutyShift.day >= first, DutyShift.day <= last,
            col(DutyShift.dropped_at).is_(None),
        )
        .order_by(col(TeamMember.name), col(DutyShift.id))
    )  # fmt: skip
    by_slot: dict[tuple[UUID, date], list[OnDuty]] = {}
    for shift, name, asks in found:
        by_slot.setdefault((shift.pattern_id, shift.day), []).append(OnDuty(shift.id, shift.member_id, name, bool(asks)))
    return by_slot


def gaps(session: Session, *, actor: Actor) -> list[Slot]:
    """Slots of the week to come that lack somebody and are not over, the next first.

    Raises:
        NotAllowed: the actor may not write.
    """
    today = clock.today()
    week = slots(session, actor=actor, first=today, last=today + CALLED_OUT - timedelta(days=1))
    return [slot for slot in week if slot.missing and not slot.is_over]


def slot(session: Session, *, actor: Actor, pattern_id: UUID, day: date) -> Slot:
    """One slot.

    Raises:
        NotAllowed: the actor may not write. NotFound: outside the actor's sight, or no such hours that day.
    """
    access.require(actor, May.KEEP_TEAM)
    pattern = duty_patterns.seen(session, actor, pattern_id)
    found = of_posts(session, (col(DutyPattern.id) == pattern.id) & access.path_range(actor.unit_path), day, day)
    if not found:
        raise NotFound(N_("Không tìm thấy ca trực này."))
    return found[0]


def free_members(session: Session, *, actor: Actor, slot: Slot) -> list[TeamMember]:
    """Who could stand at a slot: of the post's ward, neither absent nor elsewhere; those of its unit first, then by name.

    Raises:
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.KEEP_TEAM)
    busy = select(DutyShift.member_id).where(
        col(DutyShift.dropped_at).is_(None), DutyShift.starts_at < slot.ends_at, DutyShift.ends_at > slot.starts_at
    )
    away = select(DutyAbsence.member_id).where(
        col(DutyAbsence.taken_back_at).is_(None), DutyAbsence.first_on <= slot.day, DutyAbsence.last_on >= slot.day
    )
    wanted = select(TeamMember).where(
        TeamMember.ward_id == slot.post.ward_id, team_members.is_here(), col(TeamMember.id).not_in(busy),
        col(TeamMember.id).not_in(away),
    )  # fmt: skip
    return sorted(session.exec(wanted), key=lambda one: (one.unit_id != slot.post.unit_id, team_members.by_name(one.name)))


# ---- placing people


def assign(session: Session, *, actor: Actor, pattern_id: UUID, day: date, member_id: UUID) -> DutyShift:
    """A member stands at a slot, this once. One who stands there already stays as they are.

    Raises:
        Invalid: they are absent or elsewhere, the slot is over, or has as many people as it can (`details["field"]`).
        NotAllowed: the actor may not write. NotFound: the slot or the member lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_TEAM)
    wanted = slot(session, actor=actor, pattern_id=pattern_id, day=day)
    member = team_members.seen(session, actor, member_id)
    if member.ward_id != wanted.post.ward_id:
        raise NotFound(N_("Không tìm thấy thành viên này."))
    [member] = duty_free.locked(session, [member.id])
    standing = _own(session, wanted, member)
    if standing is not None:
        return standing
    if wanted.is_over:
        raise Invalid(N_("Ca này đã qua."))
    if len(wanted.on_duty) >= duty_patterns.PEOPLE_MAX:
        raise Invalid(N_("Mỗi ca có từ 1 đến {most} người."), most=duty_patterns.PEOPLE_MAX, field="member_id")
    duty_free.require_free(session, member, wanted.starts_at, wanted.ends_at)
    shift = DutyShift(
        pattern_id=pattern_id, member_id=member.id, day=day, starts_at=wanted.starts_at, ends_at=wanted.ends_at
    )  # fmt: skip
    session.add(shift)
    session.flush()
    _note(session, actor, shift, "duty.assigned")
    return shift


def _own(session: Session, wanted: Slot, member: TeamMember) -> DutyShift | None:
    return session.exec(
        select(DutyShift).where(
            DutyShift.pattern_id == wanted.pattern_id, DutyShift.day == wanted.day, DutyShift.member_id == member.id,
            col(DutyShift.dropped_at).is_(None),
        )
    ).first()  # fmt: skip


def take_out(session: Session, *, actor: Actor, shift_id: UUID) -> None:
    """A member does not stand at a slot after all; the gap is called out. Done twice, nothing changes.

    Raises:
        Invalid: it has begun. NotAllowed: the actor may not write. NotFound: outside the actor's sight.
    """
    access.require(actor, May.KEEP_TEAM)
    shift = session.get(DutyShift, shift_id)
    if shift is None:
        raise NotFound(N_("Không tìm thấy ca trực này."))
    duty_patterns.seen(session, actor, shift.pattern_id)
    duty_free.locked(session, [shift.member_id])
    session.refresh(shift)
    if shift.dropped_at is not None:
        return
    if shift.starts_at <= clock.now():
        raise Invalid(N_("Ca này đã bắt đầu."))
    duty_free.drop(session, col(DutyShift.id) == shift.id)
    _note(session, actor, shift, "duty.taken_out")


def _note(session: Session, actor: Actor, shift: DutyShift, action: str) -> None:
    audit.record(
        session, actor=actor, action=action, subject_kind="team_member", subject_id=shift.member_id, on=shift.day.isoformat()
    )  # fmt: skip
