"""When and where residents find the digital team: the hours of the week, and whether somebody is there today. No names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import case
from sqlmodel import Session, col, select

from core import clock
from models import DutyPattern, DutyPost, DutyShift, TeamMember, User
from services import duty_patterns, roster, wards
from services.access import May

SINGLE_DAYS = timedelta(days=14)  # so far ahead hours of one day only are told


@dataclass(frozen=True)
class Weekly:
    """Days of the week (0: Monday) with the same hours; the hours as instants of today."""

    weekdays: tuple[int, ...]
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Span:
    """Hours of one day, and whether anybody stands there."""

    day: date
    starts_at: datetime
    ends_at: datetime
    is_kept: bool


@dataclass(frozen=True)
class PublicPost:
    """A post as residents look for it."""

    name: str
    address: str
    weekly: Sequence[Weekly]
    single: Sequence[Span]  # of days that do not come every week
    today: Sequence[Span]  # that are not over

    @property
    def is_let_down(self) -> bool:
        """Whether hours of today have nobody: better told than found out at a closed door."""
        return any(not span.is_kept for span in self.today)


def of_ward(session: Session, *, ward_id: UUID) -> list[PublicPost]:
    """The open posts of a ward, its own desk first; none without hours. Public: nothing of persons. Four queries."""
    today = clock.today()
    found = session.exec(
        select(DutyPattern, DutyPost)
        .join(DutyPost, col(DutyPost.id) == DutyPattern.post_id)
        .where(
            DutyPost.ward_id == ward_id, col(DutyPost.closed_on).is_(None), duty_patterns.lasts_on(today),
            DutyPattern.first_on <= today + SINGLE_DAYS,
        )
    ).all()  # fmt: skip
    if not found:
        return []
    posts = sorted(
        {post.id: post for _one, post in found}.values(), key=lambda one: (one.unit_id != one.ward_id, one.name, one.id)
    )
    spans = roster.of_posts(session, col(DutyPost.ward_id) == ward_id, today, today + SINGLE_DAYS)
    made = []
    for post in posts:
        patterns = [one for one, its in found if its.id == post.id]
        once = {one.id for one in patterns if one.is_once}
        own = [slot for slot in spans if slot.post.id == post.id]
        made.append(
            PublicPost(
                post.name, post.address, _weekly([one for one in patterns if one.id not in once]),
                [_span(slot) for slot in own if slot.pattern_id in once],
                [_span(slot) for slot in own if slot.day == today and not slot.is_over],
            )
        )  # fmt: skip
    return made


def _weekly(patterns: Sequence[DutyPattern]) -> list[Weekly]:
    days: dict[tuple[time, time], set[int]] = {}
    for one in patterns:
        days.setdefault((one.starts, one.ends), set()).add(one.weekday)
    hours = {(one.starts, one.ends): duty_patterns.hours_on(one, clock.today()) for one in patterns}
    return [Weekly(tuple(sorted(days[span])), *hours[span]) for span in sorted(days)]


def _span(slot: roster.Slot) -> Span:
    return Span(slot.day, slot.starts_at, slot.ends_at, bool(slot.on_duty))


def answering(session: Session, *, ward_id: UUID) -> UUID | None:
    """The user who has duty at a post of the ward now, at its own desk first, and may answer; None where nobody."""
    now = clock.now()
    return session.exec(
        select(User.id)
        .join(TeamMember, col(TeamMember.user_id) == User.id)
        .join(DutyShift, col(DutyShift.member_id) == TeamMember.id)
        .join(DutyPattern, col(DutyPattern.id) == DutyShift.pattern_id)
        .join(DutyPost, col(DutyPost.id) == DutyPattern.post_id)
        .where(
            TeamMember.ward_id == ward_id, col(User.is_active), col(User.role).in_(May.ANSWER_INQUIRIES.roles),
            DutyShift.starts_at <= now, DutyShift.ends_at > now, col(DutyShift.dropped_at).is_(None),
        )
        .order_by(case((col(DutyPost.unit_id) == DutyPost.ward_id, 0), else_=1), col(DutyShift.starts_at), col(User.id))
        .limit(1)
    ).first()  # fmt: skip


def ward_of(session: Session, *, code: str = "") -> UUID | None:
    """The ward whose posts a public page shows, as `wards.meant` finds it among those that have any."""
    return wards.meant(session, among=select(DutyPost.ward_id).where(col(DutyPost.closed_on).is_(None)), code=code)
