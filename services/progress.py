"""How far announcements have come, many at one look: for the list and for the first screen, as the reach board counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, case, func
from sqlmodel import Session, col, select

from core import clock
from models import LEFT, Announcement, AnnouncementStatus, AsksFor, Group, ReachCount, Relay, Urgency
from services import access, corrections
from services.access import Actor, May
from services.presence import stands

RECENT = timedelta(days=7)


@dataclass(frozen=True)
class Progress:
    """An announcement and how far it has come. The counts are those of its board."""

    announcement: Announcement
    relays: int = 0
    posted: int = 0
    overdue: int = 0  # still to be posted, past their time
    opens: int = 0  # phones
    known: int = 0  # households
    by_opens: int = 0  # households, by phones that opened
    is_corrected: bool = False

    @property
    def estimated(self) -> int:
        """By phones that opened, but never fewer than are known."""
        return max(self.known, self.by_opens)

    @property
    def counts_known(self) -> bool:
        """Whether residents were asked to answer, or some were told in person; else nothing can be known."""
        return self.announcement.asks_for is not AsksFor.NOTHING or self.known > 0


def under_way(now: datetime) -> ColumnElement[bool]:
    """Sent within a week, neither expired nor corrected since."""
    return (
        col(Announcement.status).in_(LEFT)
        & (col(Announcement.sent_at) > now - RECENT)
        & (col(Announcement.expires_at) > now)
        & ~is_corrected()
    )


def most_urgent_first() -> ColumnElement[int]:
    """The order of announcements by urgency."""
    return case({urgency.value: place for place, urgency in enumerate(reversed(Urgency))}, value=Announcement.urgency)


def is_corrected() -> ColumnElement[bool]:
    """Whether a sent correction stands for the announcement of the query around."""
    return col(Announcement.id).in_(corrections.corrected())


def most_pressing(session: Session, *, actor: Actor, limit: int) -> tuple[list[Progress], int]:
    """What is under way in the actor's sight, and how many there are: the most urgent first, then the nearest deadline.

    Deadlines to come stand before none, and those before what has passed. Five queries, whatever the size.
    """
    access.require(actor, May.WATCH)
    now = clock.now()
    until = col(Announcement.must_reach_by)
    nearest_first = case((until > now, 0), (until.is_(None), 1), else_=2), until
    found = session.exec(
        select(Announcement, func.count().over())
        .where(col(Announcement.unit_id).in_(access.visible_units(actor)), under_way(now))
        .order_by(most_urgent_first(), *nearest_first, col(Announcement.sent_at).desc())
        .limit(limit)
    ).all()
    of = of_announcements(session, [item for item, _all in found])
    return [of[item.id] for item, _all in found], found[0][1] if found else 0


def of_announcements(session: Session, announcements: Sequence[Announcement]) -> dict[UUID, Progress]:
    """The progress of each, in four queries. The caller has narrowed by its actor."""
    by_id = {item.id: item for item in announcements}
    corrected = set(session.exec(select(Announcement.id).where(col(Announcement.id).in_(list(by_id)), is_corrected())).all())
    elsewhere: dict[UUID, int] = dict(
        session.exec(
            select(ReachCount.announcement_id, func.sum(ReachCount.known))
            .where(col(ReachCount.announcement_id).in_(list(by_id)), col(ReachCount.group_id).is_(None))
            .group_by(col(ReachCount.announcement_id))
        ).all()
    )
    sums = {row[0]: [int(count or 0) for count in row[1:]] for row in _relays(session, list(by_id))}
    return {
        id_: _progress(item, sums.get(id_), elsewhere.get(id_, 0), is_corrected=id_ in corrected) for id_, item in by_id.items()
    }


def _progress(item: Announcement, sums: list[int] | None, elsewhere: int, *, is_corrected: bool) -> Progress:
    relays, posted, late, opens, known, by_opens = sums or [0] * 6
    is_open = item.status is AnnouncementStatus.SENT and not is_corrected and not item.has_expired(clock.now())
    return Progress(
        item, relays=relays, posted=posted, overdue=late if is_open else 0, opens=opens,
        known=min(known + elsewhere, item.households), by_opens=min(by_opens, item.households), is_corrected=is_corrected,
    )  # fmt: skip


def _relays(session: Session, ids: Sequence[UUID]) -> Sequence[tuple[UUID, int, int, int, int, int, int]]:
    """Sums over the groups of each announcement; in each group at most as many households as it has."""
    counts = (
        select(
            ReachCount.announcement_id, ReachCount.group_id, func.sum(ReachCount.opens).label("opens"),
            func.sum(ReachCount.known).label("known"),
        )
        .where(col(ReachCount.announcement_id).in_(ids))
        .group_by(col(ReachCount.announcement_id), col(ReachCount.group_id))
        .subquery()
    )  # fmt: skip
    size = col(Relay.households)
    opens, known = func.coalesce(counts.c.opens, 0), func.coalesce(counts.c.known, 0)
    is_late = col(Relay.posted_at).is_(None) & (col(Relay.due_at) <= clock.now()) & stands(clock.today())
    query = (
        select(  # type: ignore[call-overload]
            Relay.announcement_id, func.count(), func.count(col(Relay.posted_at)), func.sum(case((is_late, 1), else_=0)),
            func.sum(opens), func.sum(case((size == 0, known), (known > size, size), else_=known)),
            func.sum(case((opens > size, size), else_=opens)),
        )
        .join(Group, col(Group.id) == Relay.group_id)
        .outerjoin(counts, (counts.c.group_id == Relay.group_id) & (counts.c.announcement_id == Relay.announcement_id))
        .where(col(Relay.announcement_id).in_(ids))
        .group_by(col(Relay.announcement_id))
    )  # fmt: skip
    found: Sequence[tuple[UUID, int, int, int, int, int, int]] = session.exec(query).all()
    return found
