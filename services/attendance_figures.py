"""How many come to an event, from which groups, and who they are, for the ward."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from core import clock
from models import Announcement, AnnouncementStatus, AsksFor, Attendance, Group, Household, Relay, Unit
from services import access, attendance_places, audit, drafts, event_days, progress, proofs
from services.access import Actor, May
from services.attendance import takes_answers

SEEN_BACK = timedelta(days=60)


@dataclass(frozen=True)
class Figures:
    """People who come: with a place, in the queue, already in."""

    placed: int = 0
    waiting: int = 0
    arrived: int = 0


@dataclass(frozen=True)
class OfGroup:
    """The people who come from one chat group; without a name: by the ward's link, or entered by the ward."""

    name: str
    figures: Figures
    counted: int | None = None  # by its leader, in whatever way

    @property
    def expected(self) -> int:
        """People to be prepared for: those who answered, or the leader's count where it is greater; never both together."""
        return max(self.figures.placed + self.figures.waiting, self.counted or 0)


@dataclass(frozen=True)
class Coming:
    """What the board says of an event."""

    event: Announcement
    total: Figures
    groups: list[OfGroup]  # most people first
    is_open: bool  # whether answers are still taken

    @property
    def expected(self) -> int:
        """People to be prepared for, group by group."""
        return sum(one.expected for one in self.groups)


@dataclass(frozen=True)
class PartyRow:
    """One party on the ward's list."""

    id: UUID
    code: str
    name: str  # of the head of its household, or as it was left; "" of a phone without one
    household_id: UUID | None
    place: str  # residential unit, or chat group
    people: int
    turn: int
    arrived: int
    arrived_at: datetime | None

    def with_name(self, name: str) -> "PartyRow":
        """The same under another name."""
        return replace(self, name=name)


@dataclass(frozen=True)
class EventToday:
    """An event of a day."""

    announcement: Announcement
    figures: Figures


def coming(session: Session, *, actor: Actor, announcement_id: UUID) -> Coming | None:
    """The figures of an announcement's event by group; None where nobody is asked to come. Four queries.

    Raises:
        NotAllowed: the actor may not write. NotFound: it lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_EVENTS)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    if announcement.sent_at is None or announcement.asks_for is not AsksFor.ATTENDANCE:
        return None
    event = attendance_places.event_of(session, announcement)
    answered = session.execute(
        select(col(Attendance.group_id), *_counts())
        .where(Attendance.announcement_id == event.id)
        .group_by(col(Attendance.group_id))
    ).all()
    figures = {id_: Figures(int(placed), int(waiting), int(arrived)) for id_, placed, waiting, arrived in answered}
    counts = select(Relay.group_id, Relay.attending).where(
        Relay.announcement_id == announcement.id, col(Relay.attending).is_not(None)
    )  # fmt: skip
    counted = dict(session.exec(counts).all())
    ids = {*figures, *counted}
    names = dict(session.exec(select(Group.id, Group.name).where(col(Group.id).in_([id_ for id_ in ids if id_]))).all())
    groups = [
        OfGroup(names.get(id_, "") if id_ else "", figures.get(id_, Figures()), counted.get(id_) if id_ else None) for id_ in ids
    ]
    groups.sort(key=lambda one: (-one.expected, one.name))
    total = Figures(*(sum(getattr(one.figures, name) for one in groups) for name in ("placed", "waiting", "arrived")))
    return Coming(event, total, groups, takes_answers(announcement))


def parties(session: Session, *, actor: Actor, announcement_id: UUID) -> list[PartyRow]:
    """Everyone who comes, by turn: those with a place, then the queue. Two queries.

    Raises:
        NotAllowed, NotFound: as `coming`.
    """
    access.require(actor, May.KEEP_EVENTS)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    return rows_of_event(session, event=attendance_places.event_of(session, announcement))


def take(session: Session, *, actor: Actor, announcement_id: UUID) -> list[PartyRow]:
    """The same to take away as a table, names in full: kept in the audit.

    Raises:
        Unproven: the actor must show a secret again. NotAllowed, NotFound: as `coming`.
    """
    proofs.require(actor)
    rows = parties(session, actor=actor, announcement_id=announcement_id)
    audit.record(
        session, actor=actor, action="attendance.exported", subject_kind="announcement", subject_id=announcement_id,
        parties=len(rows),
    )  # fmt: skip
    return rows


def rows_of_event(session: Session, *, event: Announcement) -> list[PartyRow]:
    """The parties of an event, for a service that has checked who asks."""
    found = session.exec(
        select(Attendance, Household, Unit, Group)
        .outerjoin(Household, col(Household.id) == Attendance.household_id)
        .outerjoin(Unit, col(Unit.id) == Household.unit_id)
        .outerjoin(Group, col(Group.id) == Attendance.group_id)
        .where(Attendance.announcement_id == event.id)
        .order_by(col(Attendance.has_place).desc(), col(Attendance.asked_at), col(Attendance.id))
    ).all()
    placed = sum(row.has_place for row, *_ in found)
    return [
        PartyRow(
            id=row.id, code=row.code, name=home.head_name if home else row.name, household_id=row.household_id,
            place=unit.label if unit else group.name if group else "", people=row.people,
            turn=0 if row.has_place else at - placed, arrived=row.arrived, arrived_at=row.arrived_at,
        ) for at, (row, home, unit, group) in enumerate(found, 1)
    ]  # fmt: skip


def of_event(session: Session, event_id: UUID, *, group_id: UUID | None = None) -> Figures:
    """The figures of an event, or of one group's part in it, for a service that has checked who asks."""
    query = select(*_counts()).where(Attendance.announcement_id == event_id)
    query = query.where(Attendance.group_id == group_id) if group_id else query
    placed, waiting, arrived = session.execute(query).one()
    return Figures(int(placed or 0), int(waiting or 0), int(arrived or 0))


def _counts() -> Sequence[Any]:
    placed = case((col(Attendance.has_place), col(Attendance.people)), else_=0)
    waiting = case((col(Attendance.has_place), 0), else_=col(Attendance.people))
    return func.sum(placed), func.sum(waiting), func.sum(col(Attendance.arrived))


# ---- on the day


def on_day(session: Session, *, actor: Actor, day: date) -> list[EventToday]:
    """The events of a day in the actor's sight with their figures, two queries.

    Raises:
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.KEEP_EVENTS)
    asked = session.exec(
        select(Announcement).where(
            col(Announcement.unit_id).in_(access.visible_units(actor)), Announcement.asks_for == AsksFor.ATTENDANCE,
            Announcement.status == AnnouncementStatus.SENT, col(Announcement.sent_at) > clock.now() - SEEN_BACK,
            col(Announcement.follows_id).is_(None), ~progress.is_corrected(),
        )
        .order_by(col(Announcement.sent_at))
    ).all()  # fmt: skip
    events = {one.id: attendance_places.event_of(session, one).id for one in asked if day in event_days.days_of(one)}
    counted = session.execute(
        select(col(Attendance.announcement_id), *_counts())
        .where(col(Attendance.announcement_id).in_(events.values()))
        .group_by(col(Attendance.announcement_id))
    ).all()
    of = {id_: Figures(int(placed), int(waiting), int(arrived)) for id_, placed, waiting, arrived in counted}
    return [EventToday(one, of.get(events[one.id], Figures())) for one in asked if one.id in events]
