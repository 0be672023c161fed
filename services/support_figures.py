"""What the team's help adds up to: by month, by procedure, by member. To help, not to rank: by name, never by count.

A member sees the own month at once. What each member did is the team's own while the month runs, and until the fifth of the next:
then the ward's staff see it too. Sums of the whole team, and of procedures, hold for everybody at once (docs/decisions/0046).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from core import clock
from models import HelpOutcome, Lesson, Procedure, ProcedureLevel, SupportVisit, TeamMember
from services import access, team_members
from services.access import Actor, May

TEAM_FIRST = timedelta(days=4)  # after the first of the next month, in which what each member did is the team's own
ONLINE = (ProcedureLevel.FULL, ProcedureLevel.PARTIAL)


@dataclass(frozen=True)
class Sums:
    """What some help adds up to."""

    supports: int = 0
    online: int = 0  # with a procedure that can be done online, not sent elsewhere
    first_timers: int = 0
    elsewhere: int = 0  # sent elsewhere: where a lesson, or a word on the page, would help
    minutes: int = 0


@dataclass(frozen=True)
class OfProcedure:
    """The help with one procedure; None for what is none of the ward's."""

    procedure: Procedure | None
    sums: Sums

    @property
    def usual_minutes(self) -> int:
        """How long it takes on the average."""
        return round(self.sums.minutes / self.sums.supports) if self.sums.supports else 0


@dataclass(frozen=True)
class OfMember:
    """The help of one member."""

    member: TeamMember
    sums: Sums


def _span(month: date) -> tuple[datetime, datetime]:
    first, after = clock.month_of(month)
    return clock.midnight(first), clock.midnight(after)


def counted(*keys: Any) -> Select[Any]:
    """Keys, then the five sums of `Sums`, over the log with its procedures."""
    helped = col(SupportVisit.outcome) != HelpOutcome.SENT_ELSEWHERE
    is_online = col(Procedure.level).in_(ONLINE) & helped
    return (
        columns(
            *keys, func.count(), _count(is_online), _count(col(SupportVisit.is_first_online).is_(True)), _count(~helped),
            func.sum(col(SupportVisit.minutes)),
        )
        .select_from(SupportVisit)
        .outerjoin(Procedure, col(Procedure.id) == col(SupportVisit.procedure_id))
        .where(col(SupportVisit.taken_back_at).is_(None))
    )  # fmt: skip


def _count(which: ColumnElement[bool]) -> Any:
    return func.sum(case((which, 1), else_=0))


def _sums(row: Sequence[Any]) -> Sums:
    return Sums(*(int(n or 0) for n in row))


def _within(month: date) -> ColumnElement[bool]:
    since, until = _span(month)
    return (col(SupportVisit.helped_at) >= since) & (col(SupportVisit.helped_at) < until)


def _in_sight(actor: Actor) -> ColumnElement[bool]:
    return col(SupportVisit.ward_id).in_(access.visible_units(actor))


def own(session: Session, *, token: str) -> Sums:
    """What a member did this month, on the own page.

    Raises:
        NotFound: as `team_members.opened`.
    """
    held = team_members.opened(session, token=token)
    mine = counted().where(col(SupportVisit.member_id) == held.member.id, _within(clock.today()))
    return _sums(session.execute(mine).one())


def by_month(session: Session, *, actor: Actor, months: int = 12) -> list[tuple[date, Sums]]:
    """The last months in their order, this one with them, those without help too. One query.

    Raises:
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.STUDY_FIGURES)
    firsts = [clock.month_of(clock.today())[0]]
    while len(firsts) < months:
        firsts.append((firsts[-1] - timedelta(days=1)).replace(day=1))
    firsts.reverse()
    starts = [_span(first)[0] for first in firsts]
    number = case(*[(col(SupportVisit.helped_at) < start, place) for place, start in enumerate(starts)], else_=len(starts))
    found = {
        int(row[0]): _sums(row[1:])
        for row in session.execute(
            counted(number.label("number")).where(_in_sight(actor), col(SupportVisit.helped_at) >= starts[0]).group_by("number")
        )
    }
    return [(first, found.get(place, Sums())) for place, first in enumerate(firsts, start=1)]


def by_procedure(session: Session, *, actor: Actor, month: date) -> list[OfProcedure]:
    """The month by procedure, what was asked for most first.

    Raises:
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.STUDY_FIGURES)
    key = col(SupportVisit.procedure_id)
    found = session.execute(counted(key).where(_in_sight(actor), _within(month)).group_by(key)).all()
    ids = [row[0] for row in found if row[0]]
    named = {one.id: one for one in session.exec(select(Procedure).where(col(Procedure.id).in_(ids)))}
    rows = [OfProcedure(named.get(row[0]), _sums(row[1:])) for row in found]
    return sorted(rows, key=lambda row: (-row.sums.supports, row.procedure.name if row.procedure else "~"))


def is_shared(month: date) -> bool:
    """Whether a month is over so long that the ward's staff see what each member did."""
    return clock.today() >= shared_from(month)


def shared_from(month: date) -> date:
    """The day from which they do."""
    return clock.month_of(month)[1] + TEAM_FIRST


def by_member(session: Session, *, actor: Actor, month: date) -> list[OfMember] | None:
    """The month by member, by name. None while it is the team's own: only its head and the member see it then.

    Raises:
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.STUDY_FIGURES)
    me = team_members.own(session, actor=actor)
    if not is_shared(month) and not (me and me.is_head):
        return None
    key = col(SupportVisit.member_id)
    found = session.execute(counted(key).where(_in_sight(actor), _within(month)).group_by(key)).all()
    sums: dict[UUID, Sums] = {row[0]: _sums(row[1:]) for row in found}
    people = session.exec(select(TeamMember).where(col(TeamMember.id).in_(sums)))
    return [OfMember(one, sums[one.id]) for one in sorted(people, key=lambda one: team_members.by_name(one.name))]


@dataclass(frozen=True)
class Taught:
    """The lessons of a month that were held."""

    lessons: int
    people: int
    first_timers: int


def taught(session: Session, *, actor: Actor, month: date) -> Taught:
    """How many lessons, how many came.

    Raises:
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.STUDY_FIGURES)
    since, until = _span(month)
    held = columns(func.count(), func.sum(col(Lesson.people)), func.sum(col(Lesson.first_timers))).where(
        col(Lesson.ward_id).in_(access.visible_units(actor)), col(Lesson.starts_at) >= since, col(Lesson.starts_at) < until,
        col(Lesson.people).is_not(None),
    )  # fmt: skip
    return Taught(*(int(n or 0) for n in session.execute(held).one()))
