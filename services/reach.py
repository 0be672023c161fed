"""The reach board: per group and for the ward, what has arrived, what is on its way, what is late, what was taken back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import case, func, true
from sqlmodel import Session, col, select

from core import clock
from models import (
    Announcement,
    AnnouncementStatus,
    AsksFor,
    AuditEvent,
    Delivery,
    DeliveryStatus,
    DoorLine,
    DoorList,
    DoorOutcome,
    Group,
    Reach,
    ReachCount,
    Relay,
    Unit,
    User,
)
from services import access, audit, corrections, drafts, known_openings, relay_addresses, relays
from services.access import Actor, May


@dataclass(frozen=True)
class BoardRow:
    """One group of the board."""

    relay_id: UUID
    group_id: UUID
    group: str
    unit_label: str
    leader: str
    leader_phone: str | None
    households: int
    opens: int
    known_raw: int
    opened_at: datetime | None
    posted_at: datetime | None
    posted_by: str  # "leader", or the name of whoever entered it
    deleted_at: datetime | None  # since when the leader says that a withdrawn text is gone from the group
    reminded: datetime | None
    due_at: datetime | None
    is_overdue: bool  # and still to be posted
    is_cancelled: bool  # not posted, and not to be posted any more
    confirmed_raw: int = 0  # of those known, who answered themselves
    doors: int = 0  # on the unit's door list
    doors_knocked: int = 0
    doors_told: int = 0

    @property
    def known(self) -> int:
        """Households known to have been told, never more than there are."""
        return min(self.known_raw, self.households) if self.households else self.known_raw

    @property
    def confirmed(self) -> int:
        """Of those known, households that said so themselves; the others were told in person, or opened on a phone we know."""
        return min(self.confirmed_raw, self.known)

    @property
    def by_opens(self) -> int:
        """Households by phones that opened (design §4: opens ÷ households, at most 1)."""
        return min(self.opens, self.households) if self.households else 0

    @property
    def estimated(self) -> int:
        """By phones that opened, but never fewer than are known: who answered by another link opened none of this group's."""
        return max(self.known, self.by_opens)


@dataclass(frozen=True)
class Point:
    """The board's curve at an instant: households, cumulated."""

    at: datetime
    known: int
    estimated: int


@dataclass(frozen=True)
class Withdrawal:
    """That it was taken back, when and by whom."""

    at: datetime
    by: str


@dataclass(frozen=True)
class Board:
    """All that the board's screen shows, in a fixed number of queries."""

    announcement: Announcement
    author: str
    approver: str
    general_url: str
    leaders_url: str
    rows: list[BoardRow]
    points: list[Point]
    deliveries: dict[str, int]
    known_elsewhere: int  # by the ward's general link, by telephone or at the door: in no group
    confirmed_elsewhere: int  # of those, who answered by the general link
    withdrawal: Withdrawal | None
    correction: Announcement | None  # that stands for it now
    corrects: Announcement | None
    is_expired: bool
    time_to_half: timedelta | None
    time_to_ninety: timedelta | None

    @property
    def is_withdrawn(self) -> bool:
        """Whether the ward has taken it back."""
        return self.announcement.status is AnnouncementStatus.CANCELLED

    @property
    def counts_known(self) -> bool:
        """Whether residents were asked to answer, or some were told in person; else nothing can be known."""
        return self.announcement.asks_for is not AsksFor.NOTHING or self.known > 0

    @property
    def households(self) -> int:
        """Of the audience, on the day it was sent."""
        return self.announcement.households

    @property
    def known(self) -> int:
        """Households known to have been told."""
        return min(sum(row.known for row in self.rows) + self.known_elsewhere, self.households)

    @property
    def confirmed(self) -> int:
        """Of those known, households that said so themselves."""
        return min(sum(row.confirmed for row in self.rows) + self.confirmed_elsewhere, self.known)

    @property
    def by_opens(self) -> int:
        """Households by phones that opened."""
        return min(sum(row.by_opens for row in self.rows), self.households)

    @property
    def estimated(self) -> int:
        """By phones that opened, but never fewer than are known."""
        return max(self.known, self.by_opens)

    @property
    def paths(self) -> dict[str, int]:
        """Households by path as they were when it was sent."""
        plan = self.announcement.plan
        return dict(plan.get("sent", plan).get("paths", {}))

    @property
    def changed_paths(self) -> tuple[dict[str, int], dict[str, int]] | None:
        """The paths that were approved and those it was sent by, where households or groups changed in between."""
        approved = self.announcement.plan.get("paths")
        return (dict(approved), self.paths) if approved and approved != self.paths else None

    @property
    def opens(self) -> int:
        """Phones that opened."""
        return sum(row.opens for row in self.rows)

    @property
    def posted(self) -> int:
        """Groups where it was posted."""
        return sum(row.posted_at is not None for row in self.rows)

    @property
    def deleted(self) -> int:
        """Groups from which a withdrawn text is said to be gone."""
        return sum(row.deleted_at is not None for row in self.rows)

    @property
    def unposted(self) -> int:
        """Groups where it was not posted and is not to be any more."""
        return sum(row.is_cancelled for row in self.rows)

    @property
    def overdue(self) -> list[BoardRow]:
        """Groups past their time, largest first."""
        return sorted((row for row in self.rows if row.is_overdue), key=lambda row: -row.households)

    @property
    def waiting(self) -> int:
        """Groups that still have time."""
        return sum(row.posted_at is None and not row.is_overdue and not row.is_cancelled for row in self.rows)

    @property
    def minutes_to_post(self) -> list[float | None]:
        """Relay time of every group; None for one still running."""
        start = self.announcement.sent_at
        if start is None:
            return []
        return [(row.posted_at - start).total_seconds() / 60 if row.posted_at else None for row in self.rows]


def board(session: Session, *, actor: Actor, announcement_id: UUID) -> Board:
    """The board of an announcement in the actor's sight.

    Raises:
        NotFound: it does not exist, or lies outside.
    """
    access.require(actor, May.WATCH)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    correction = corrections.standing_for(session, announcement.id)
    confirmed = _confirmed(session, announcement.id)
    rows = _rows(session, announcement, is_corrected=correction is not None, confirmed=confirmed)
    names = dict(
        session.exec(
            select(User.id, User.display_name).where(col(User.id).in_([announcement.author_id, announcement.approver_id]))
        ).all()
    )
    deliveries = session.exec(
        select(Delivery.status, func.count()).where(Delivery.announcement_id == announcement.id).group_by(col(Delivery.status))
    ).all()
    elsewhere = session.exec(
        select(func.coalesce(func.sum(ReachCount.known), 0)).where(
            ReachCount.announcement_id == announcement.id, col(ReachCount.group_id).is_(None)
        )
    ).one()
    made = Board(
        announcement=announcement, author=_name(names, announcement.author_id), approver=_name(names, announcement.approver_id),
        general_url=relays.general_url(session, announcement.id),
        leaders_url=relay_addresses.url_of(announcement.leaders_token) if announcement.leaders_token else "",
        rows=rows, points=_points(session, announcement, rows),
        deliveries={status.value: 0 for status in DeliveryStatus} | {DeliveryStatus(status).value: n for status, n in deliveries},
        known_elsewhere=elsewhere, confirmed_elsewhere=confirmed.get(None, 0),
        withdrawal=_withdrawal(session, announcement), correction=correction,
        corrects=session.get(Announcement, announcement.corrects_id) if announcement.corrects_id else None,
        is_expired=announcement.has_expired(clock.now()), time_to_half=None, time_to_ninety=None,
    )  # fmt: skip
    return replace(made, time_to_half=_time_to(session, made, 0.5), time_to_ninety=_time_to(session, made, 0.9))


def of_group(session: Session, *, actor: Actor, announcement_id: UUID, group_id: UUID) -> tuple[BoardRow | None, list[Point]]:
    """One group of the board and its own curve, which ends at the figures of its row; None where it got nothing to post.

    Raises:
        NotFound: as `board`.
    """
    access.require(actor, May.WATCH)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    is_corrected = corrections.standing_for(session, announcement.id) is not None
    rows = _rows(session, announcement, is_corrected=is_corrected, confirmed=_confirmed(session, announcement.id))
    row = next((one for one in rows if one.group_id == group_id), None)
    return row, _points(session, announcement, [row], group_id=group_id) if row else []


def _withdrawal(session: Session, announcement: Announcement) -> Withdrawal | None:
    """From the audit, which knows who did it; None for what is not withdrawn, or was so before there was an audit."""
    if announcement.status is not AnnouncementStatus.CANCELLED:
        return None
    events = audit.history(session, subject_kind="announcement", subject_id=announcement.id)
    found: AuditEvent | None = next((event for event in events if event.action == "announcement.cancel"), None)
    return Withdrawal(found.created_at, found.actor_name) if found else None


def _name(names: dict[UUID, str], user_id: UUID | None) -> str:
    return names.get(user_id, "") if user_id else ""


def _confirmed(session: Session, announcement_id: UUID) -> Mapping[UUID | None, int]:
    """By group, households that answered; under None those of the ward's general link."""
    answered = (
        select(Reach.group_id, func.count())
        .where(Reach.announcement_id == announcement_id, col(Reach.how).in_(known_openings.ANSWERS))
        .group_by(col(Reach.group_id))
    )
    return {group_id: int(count) for group_id, count in session.exec(answered)}


def _rows(
    session: Session, announcement: Announcement, *, is_corrected: bool, confirmed: Mapping[UUID | None, int]
) -> list[BoardRow]:  # fmt: skip
    counts = (
        select(ReachCount.group_id, func.sum(ReachCount.opens).label("opens"), func.sum(ReachCount.known).label("known"))
        .where(ReachCount.announcement_id == announcement.id)
        .group_by(col(ReachCount.group_id))
        .subquery()
    )
    found = session.exec(
        select(Relay, Delivery, Group, Unit, User, counts.c.opens, counts.c.known)  # type: ignore[call-overload]
        .join(Delivery, col(Delivery.id) == Relay.delivery_id)
        .join(Group, col(Group.id) == Relay.group_id)
        .join(Unit, col(Unit.id) == Group.unit_id)
        .outerjoin(User, col(User.id) == Group.leader_id)
        .outerjoin(counts, counts.c.group_id == Relay.group_id)
        .where(Relay.announcement_id == announcement.id)
        .order_by(col(Unit.code))
    ).all()
    doors = _doors(session, announcement.id)
    has_expired, today = announcement.has_expired(clock.now()), clock.today()
    is_ended = is_corrected or announcement.status is AnnouncementStatus.CANCELLED or has_expired

    def is_over(group: Group) -> bool:
        """Nobody posts into a closed group, nor what was withdrawn, corrected or has expired."""
        return is_ended or (group.closed_on is not None and group.closed_on <= today)

    return [
        BoardRow(
            relay_id=relay.id, group_id=group.id, group=group.name, unit_label=unit.label,
            leader=leader.display_name if leader else "", leader_phone=leader.phone if leader else None,
            households=relay.households, opens=int(opens or 0), known_raw=int(known or 0),
            confirmed_raw=confirmed.get(group.id, 0), opened_at=relay.opened_at,
            posted_at=relay.posted_at, posted_by=relay.posted_by, deleted_at=relays.deleted_at(relay, delivery),
            reminded=relay.reminded, due_at=relay.due_at,
            is_overdue=relays.is_overdue(relay) and not is_over(group),
            is_cancelled=is_over(group) and relay.posted_at is None,
            **dict(zip(("doors", "doors_knocked", "doors_told"), doors.get(unit.id, (0, 0, 0)), strict=True)),
        )
        for relay, delivery, group, unit, leader, opens, known in found
    ]  # fmt: skip


def _doors(session: Session, announcement_id: UUID) -> dict[UUID, tuple[int, int, int]]:
    """By unit: households on its door list, those knocked at, those told."""
    is_told = case((col(DoorLine.outcome) == DoorOutcome.TOLD, 1), else_=0)
    found = session.exec(
        select(DoorList.unit_id, func.count(), func.count(col(DoorLine.outcome)), func.sum(is_told))
        .join(DoorLine, col(DoorLine.door_list_id) == DoorList.id)
        .where(DoorList.announcement_id == announcement_id)
        .group_by(col(DoorList.unit_id))
    ).all()
    return {unit_id: (int(lines), int(knocked), int(told or 0)) for unit_id, lines, knocked, told in found}


def _points(
    session: Session, announcement: Announcement, rows: list[BoardRow], *, group_id: UUID | None = None
) -> list[Point]:  # fmt: skip
    """The curve from the five-minute counters, one query whatever the number of groups; of one of them where it is named.

    It ends at the board's own figures: where more phones opened than a group has households, the whole curve is scaled by
    what that leaves, for the counters say when, not by whom.
    """
    counters = session.exec(
        select(ReachCount.at, func.sum(ReachCount.opens), func.sum(ReachCount.known))
        .where(ReachCount.announcement_id == announcement.id, true() if group_id is None else ReachCount.group_id == group_id)
        .group_by(col(ReachCount.at))
        .order_by(col(ReachCount.at))
    ).all()
    opens, known = sum(int(n) for _, n, _ in counters), sum(int(n) for _, _, n in counters)
    elsewhere = known - sum(row.known_raw for row in rows)
    of_opens = sum(row.by_opens for row in rows) / opens if opens else 0.0
    of_known = (sum(row.known for row in rows) + elsewhere) / known if known else 0.0
    points: list[Point] = []
    opens = known = 0
    for at, more_opens, more_known in counters:
        opens, known = opens + int(more_opens), known + int(more_known)
        told = round(known * of_known)
        points.append(Point(at, told, max(told, round(opens * of_opens))))
    return points


def _time_to(session: Session, made: Board, share: float) -> timedelta | None:
    """From sending to the first instant at which that share of the audience was known to be reached."""
    start, needed = made.announcement.sent_at, ceil(made.households * share)
    if start is None or needed == 0 or made.known < needed:
        return None
    told = session.exec(
        select(Reach.told_at)
        .where(Reach.announcement_id == made.announcement.id)
        .order_by(col(Reach.told_at))
        .offset(needed - 1)
        .limit(1)
    ).first()
    return told - start if told else None
