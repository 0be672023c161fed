"""Earlier announcements as they came in, group by group: what a forecast and the usual band are learnt from."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import Session, col

from core import clock
from models import Announcement, AnnouncementStatus, AsksFor, Model, Urgency
from services.progress import is_corrected
from services.usual_reach import PastPost

MOST = 24  # announcements one learns from: the latest
ENOUGH = 6  # of the same urgency, before those of another are left aside
WATCHED = timedelta(hours=72)  # longer nobody follows
_TABLES = Model.metadata.tables
_RELAY, _COUNT = _TABLES["relay"].c, _TABLES["reachcount"].c


@dataclass(frozen=True)
class Past:
    """One announcement: all its groups, and what became known in none of them (minutes as in `usual_reach`)."""

    announcement_id: UUID
    households: int
    sent: float
    end: float
    posts: Sequence[PastPost]
    elsewhere: Sequence[tuple[float, int]] = ()

    def reached_by(self, at: float) -> int:
        """Households until an instant, as the board counts them."""
        outside = sum(n for moment, n in self.elsewhere if moment <= at)
        return min(sum(post.told_by(at) for post in self.posts) + outside, self.households)


def counts_known(announcement: Announcement) -> bool:
    """Whether its forecast speaks of households known to have been told; where nothing is asked, of those estimated."""
    return announcement.asks_for is not AsksFor.NOTHING


def minutes(at: datetime) -> float:
    """Minutes on the clocks of this place."""
    return (at.timestamp() + (clock.local(at).utcoffset() or timedelta()).total_seconds()) / 60


def like(session: Session, announcement: Announcement) -> list[Past]:
    """The latest finished announcements of the same ward that ask alike, of the same urgency where there are enough."""
    is_pressing = announcement.urgency is not Urgency.NORMAL
    alike = (col(Announcement.urgency) != Urgency.NORMAL) == is_pressing
    found = _ended(session, announcement, alike)
    return of(session, found if len(found) >= ENOUGH else _ended(session, announcement, None))


def _ended(session: Session, announcement: Announcement, narrowed: ColumnElement[bool] | None) -> list[Announcement]:
    now = clock.now()
    asks = col(Announcement.asks_for) == announcement.asks_for
    query = select(Announcement).where(
        col(Announcement.unit_id) == announcement.unit_id, col(Announcement.id) != announcement.id, asks,
        col(Announcement.status) == AnnouncementStatus.SENT, col(Announcement.sent_at) < announcement.sent_at,
        col(Announcement.follows_id).is_(None), col(Announcement.households) > 0, ~is_corrected(),
        or_(col(Announcement.expires_at) <= now, col(Announcement.sent_at) <= now - WATCHED),
    )  # fmt: skip
    if narrowed is not None:
        query = query.where(narrowed)
    return list(session.execute(query.order_by(col(Announcement.sent_at).desc()).limit(MOST)).scalars())


def of(session: Session, announcements: Sequence[Announcement]) -> list[Past]:
    """Each of these, in two queries. The caller has narrowed by its actor."""
    by_id = {one.id: one for one in announcements if one.sent_at}
    if not by_id:
        return []
    counters: dict[tuple[UUID, UUID | None], list[tuple[float, int]]] = defaultdict(list)
    amounts = {id_: counts_known(one) for id_, one in by_id.items()}
    for id_, group_id, at, opens, known in session.execute(
        select(_COUNT.announcement_id, _COUNT.group_id, _COUNT.at, _COUNT.opens, _COUNT.known)
        .where(_COUNT.announcement_id.in_(list(by_id)), or_(_COUNT.opens > 0, _COUNT.known != 0))
    ):  # fmt: skip
        counters[id_, group_id].append((at.timestamp() / 60, known if amounts[id_] else opens))
    posts: dict[UUID, list[PastPost]] = defaultdict(list)
    for id_, group_id, posted_at, households in session.execute(
        select(_RELAY.announcement_id, _RELAY.group_id, _RELAY.posted_at, _RELAY.households)
        .where(_RELAY.announcement_id.in_(list(by_id)))
    ):  # fmt: skip
        one = by_id[id_]
        sent, end = _between(one)
        told = _moved(counters[id_, group_id], sent - _raw(one))
        posted = minutes(posted_at) if posted_at else _first(told)
        posts[id_].append(PastPost(id_, group_id, households, sent, posted, end, told))
    return [
        Past(id_, one.households, *_between(one), posts[id_], _moved(counters[id_, None], _between(one)[0] - _raw(one)))
        for id_, one in by_id.items()
    ]


def _first(told: Sequence[tuple[float, int]]) -> float | None:
    """A group whose households follow has been told, whatever its leader says."""
    return min((at for at, n in told if n > 0), default=None)


def _between(one: Announcement) -> tuple[float, float]:
    if one.sent_at is None:
        raise ValueError("only what was sent was watched")
    end = min(clock.now(), one.sent_at + WATCHED, one.expires_at or clock.now())
    return minutes(one.sent_at), minutes(max(end, one.sent_at))


def _raw(one: Announcement) -> float:
    return one.sent_at.timestamp() / 60 if one.sent_at else 0.0


def _moved(told: Sequence[tuple[float, int]], by: float) -> list[tuple[float, int]]:
    return sorted((at + by, n) for at, n in told)
