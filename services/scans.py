"""Openings of short links: written in groups, counted by hour for good, kept one by one for 90 days."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from core import clock
from core.db import upsert
from core.ids import new_id
from models import Device, Model, Purpose, Scan, ScanHour, ShortLink, Unit
from services.access import Actor, path_range

KEPT = timedelta(days=90)  # raw rows; the counts by hour stay
BUCKET = timedelta(minutes=5)
_tables = Model.metadata.tables
_scan, _hour, _reach, _link = (_tables[name] for name in ("scan", "scanhour", "reachcount", "shortlink"))


class Opening(NamedTuple):
    """One opening by a person. `visitor` is the keyed digest of a first-party cookie."""

    link_id: UUID
    at: datetime
    device: Device
    visitor: str


@dataclass(frozen=True)
class DayOfScans:
    """A day on the calendars of this place: openings, and phones that opened for the first time."""

    day: date
    scans: int
    first_scans: int


def record(session: Session, openings: Sequence[Opening]) -> None:
    """Write openings and add them to every counter: by hour, by link, and for a group's link by five minutes.

    Exactly one opening of a link by a visitor is the first, also within one group of openings and between processes
    writing at once: the database decides by a unique index, and only what it took is counted. A visitor comes back
    as new once the raw row is older than `KEPT`. Openings of a link that is gone from the database are dropped. A fixed
    number of statements, in one order, so that writers of several processes cannot lock each other out.
    """
    groups = _groups_of(session, {opening.link_id for opening in openings})
    ordered = sorted((opening for opening in openings if opening.link_id in groups), key=lambda o: (o.link_id, o.visitor, o.at))
    if not ordered:
        return
    first_of: dict[tuple[UUID, str], Opening] = {}
    for opening in ordered:
        first_of.setdefault((opening.link_id, opening.visitor), opening)
    taken = _insert_firsts(session, list(first_of.values()))
    firsts = [first_of[pair] for pair in taken]
    _insert_others(session, [opening for opening in ordered if not _is_taken(opening, first_of, taken)])
    _count_hours(session, ordered, firsts)
    _count_links(session, ordered)
    _count_reach(session, firsts, groups)


def _is_taken(opening: Opening, first_of: dict[tuple[UUID, str], Opening], taken: set[tuple[UUID, str]]) -> bool:
    pair = opening.link_id, opening.visitor
    return pair in taken and first_of[pair] is opening


def _groups_of(session: Session, link_ids: set[UUID]) -> dict[UUID, tuple[UUID, UUID] | None]:
    """The links that exist, and for a group's link to an announcement, both their ids."""
    wanted = select(ShortLink.id, ShortLink.announcement_id, ShortLink.group_id).where(col(ShortLink.id).in_(link_ids))
    return {
        link_id: (announcement_id, group_id) if announcement_id and group_id else None
        for link_id, announcement_id, group_id in session.exec(wanted)
    }


def _rows(openings: Sequence[Opening], *, is_first: bool) -> list[dict[str, Any]]:
    now = clock.now()
    return [
        {
            "id": new_id(), "created_at": now, "link_id": opening.link_id, "at": opening.at, "device": opening.device,
            "visitor": opening.visitor, "is_first": is_first,
        }
        for opening in openings
    ]  # fmt: skip


def _insert_firsts(session: Session, openings: Sequence[Opening]) -> set[tuple[UUID, str]]:
    """Try each as the first of its visitor; those that the database took."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = (
        dialect.insert(_scan)
        .on_conflict_do_nothing(index_elements=["link_id", "visitor"], index_where=text("is_first"))
        .returning(_scan.c.link_id, _scan.c.visitor)
    )
    return {(link_id, visitor) for link_id, visitor in session.execute(statement, _rows(openings, is_first=True))}


def _insert_others(session: Session, openings: Sequence[Opening]) -> None:
    if openings:
        session.execute(insert(_scan), _rows(openings, is_first=False))


def _count_hours(session: Session, openings: Sequence[Opening], firsts: Sequence[Opening]) -> None:
    scans = Counter((opening.link_id, _hour_of(opening.at)) for opening in openings)
    first_scans = Counter((opening.link_id, _hour_of(opening.at)) for opening in firsts)
    now = clock.now()
    rows = [
        {
            "id": new_id(),
            "created_at": now,
            "link_id": link_id,
            "hour": hour,
            "scans": n,
            "first_scans": first_scans[link_id, hour],
        }
        for (link_id, hour), n in sorted(scans.items())
    ]
    upsert(session, _hour, rows, key=["link_id", "hour"], add=["scans", "first_scans"])


def _count_links(session: Session, openings: Sequence[Opening]) -> None:
    sums = sorted(Counter(opening.link_id for opening in openings).items())
    statement = update(_link).where(_link.c.id == bindparam("of_link")).values(scans=_link.c.scans + bindparam("more"))
    session.execute(statement, [{"of_link": link_id, "more": n} for link_id, n in sums])


def _count_reach(session: Session, firsts: Sequence[Opening], groups: dict[UUID, tuple[UUID, UUID] | None]) -> None:
    opens: Counter[tuple[UUID, UUID, datetime]] = Counter()
    for opening in firsts:
        if pair := groups[opening.link_id]:
            opens[(*pair, bucket_of(opening.at))] += 1
    now = clock.now()
    rows = [
        {
            "id": new_id(), "created_at": now, "announcement_id": announcement_id, "group_id": group_id, "at": at,
            "opens": n, "known": 0,
        }
        for (announcement_id, group_id, at), n in sorted(opens.items())
    ]  # fmt: skip
    upsert(session, _reach, rows, key=["announcement_id", "group_id", "at"], add=["opens"])


def _hour_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def bucket_of(at: datetime) -> datetime:
    """The start of the five minutes an instant lies in, UTC."""
    utc = at.astimezone(UTC)
    return utc.replace(minute=utc.minute - utc.minute % 5, second=0, microsecond=0)


def by_day(
    session: Session, *, actor: Actor, link_id: UUID | None = None, purposes: Collection[Purpose] = (), days: int = 28
) -> list[DayOfScans]:
    """Openings of the actor's links (of one, of some purposes) on each of the last `days` days, today the last; zeros too."""
    today = clock.today()
    first_day = today - timedelta(days=days - 1)
    since = datetime.combine(first_day, time(), clock.zone())
    wanted = (
        select(ScanHour.hour, func.sum(ScanHour.scans), func.sum(ScanHour.first_scans))
        .where(col(ScanHour.hour) >= since)
        .join(ShortLink, col(ShortLink.id) == col(ScanHour.link_id))
        .group_by(col(ScanHour.hour))
    )
    if actor.unit_path:
        wanted = wanted.join(Unit, col(Unit.id) == col(ShortLink.unit_id)).where(path_range(actor.unit_path))
    if purposes:
        wanted = wanted.where(col(ShortLink.purpose).in_(purposes))
    if link_id:
        wanted = wanted.where(ScanHour.link_id == link_id)
    scans: Counter[date] = Counter()
    firsts: Counter[date] = Counter()
    for hour, n, n_first in session.exec(wanted):
        day = clock.local(hour).date()
        scans[day] += int(n)
        firsts[day] += int(n_first)
    return [
        DayOfScans(day, scans[day], firsts[day]) for day in (first_day + timedelta(days=n) for n in range(days))
    ]  # fmt: skip


def forget_raw(session: Session, *, before: datetime) -> int:
    """Delete the single openings older than an instant; the counts stay. How many."""
    return session.exec(delete(Scan).where(col(Scan.at) < before)).rowcount
