"""Openings of short links: written in groups, counted by hour for good, kept one by one for 90 days."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, Integer, Update, Uuid, delete, func, update
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from core import clock
from core.bulk import as_json, counting, given, named_ids, told_ids
from core.ids import new_id
from core.one_way import Question, asked
from models import Device, Model, Purpose, Scan, ScanHour, ShortLink, Unit
from services import known_openings, scan_statements
from services.access import Actor, May, path_range, require

_TABLES = Model.metadata.tables
_LINK = _TABLES["shortlink"].c
KEPT = timedelta(days=90)  # raw rows; the counts by hour stay


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
    writing at once: a unique index decides, and only what it took is counted. A visitor comes back as new once the raw
    row is older than `KEPT`. Openings of a link that is gone from the database are dropped. A fixed number of
    statements, whatever the size of the group (at most `scan_statements.MOST`), and some for each household whose own phone
    was among them.
    """
    if not openings:
        return
    link_ids = {opening.link_id.int: opening.link_id for opening in openings}.values()  # of numbers Python is quicker to tell
    links = _standing(session, link_ids)
    rows, minutes = _written_out(sorted(openings, key=itemgetter(1)), {number: link.hex for number, link in links.items()})
    new = scan_statements.write(session, rows=rows, now=clock.now())
    firsts = Counter(minutes[n] for n in new.places)
    counters = _counters(session, {link.hex: link for link in links.values()}, Counter(minutes), firsts)
    *_, opened = asked(session, *counters, known_openings.by_ties(first_id=new.first_id, last_id=new.last_id))
    known_openings.note(session, opened=opened)


_MINUTE, _SECOND = len("2026-11-24 05:04"), len("2026-11-24 05:04:03")


def _written_out(openings: Sequence[Opening], links: Mapping[int, str]) -> tuple[list[str], list[str]]:
    """Openings of these links (digits by number), the earliest first, as they are written, and the link and minute of each.

    The redirects stand still meanwhile, thousands of times: what is the same for a whole second is said once.
    """
    led: set[str] = set()
    rows, minutes = [], []
    second = minute = ""
    until = datetime.min.replace(tzinfo=UTC)
    for link_id, at, device, visitor in openings:
        if at >= until:
            begun = at.astimezone(UTC).replace(microsecond=0)
            until = begun + timedelta(seconds=1)
            second = begun.isoformat(" ")[:_SECOND]
            minute = second[:_MINUTE]
        if link := links.get(link_id.int):
            leads = (of_both := link + visitor) not in led
            led.add(of_both)
            minutes.append(link + minute)
            rows.append(scan_statements.written(link, second, at.microsecond, device, visitor, leads=leads))
    return rows, minutes


class _Link(NamedTuple):
    hex: str
    id: UUID
    announcement_id: UUID | None
    group_id: UUID | None


def _standing(session: Session, link_ids: Collection[UUID]) -> dict[int, _Link]:
    """Those of these links that are still there, and stay while this is written."""
    dialect = session.get_bind().dialect.name
    told = {"ids": told_ids(dialect, link_ids)}
    *_, found = asked(session, *known_openings.turns(session, link_ids=link_ids), Question(_of_links(dialect), told))
    return {row[0].int: _Link(row[0].hex, *row) for row in found}


@cache
def _of_links(dialect: str) -> Executable:
    found = columns(_LINK.id, _LINK.announcement_id, _LINK.group_id).where(_LINK.id.in_(named_ids(dialect, "ids")))
    return found.with_for_update(read=True, key_share=True, of=_LINK.id)


def _counters(
    session: Session, links: dict[str, _Link], counted: Counter[str], new: Counter[str]
) -> Iterator[Question]:  # fmt: skip
    """What adds to the counters what was `counted`, and what was `new`, by the link's digits and the minute.

    Each counter is gone through in one order: writers wait for each other in a row.
    """
    hours, scans, opens = Counter[tuple[UUID, datetime]](), Counter[UUID](), Counter[tuple[UUID, UUID, datetime]]()
    for key, n in counted.items():
        link = links[key[:32]]
        hours[link.id, _start(key[32:], 60)] += n
        scans[link.id] += n
    first_hours = Counter[tuple[UUID, datetime]]()
    for key, n in new.items():
        link = links[key[:32]]
        first_hours[link.id, _start(key[32:], 60)] += n
        if link.announcement_id and link.group_id:
            opens[link.announcement_id, link.group_id, _start(key[32:], 5)] += n
    made: dict[str, Any] = {"created_at": clock.now()}
    by_hour = [
        {"id": new_id(), **made, "link_id": link_id, "hour": at, "scans": n, "first_scans": first_hours[link_id, at]}
        for (link_id, at), n in sorted(hours.items())
    ]
    dialect = session.get_bind().dialect.name
    yield counting(dialect, _TABLES["scanhour"], by_hour, key=("link_id", "hour"), add=("scans", "first_scans"))
    yield Question(_more(dialect), {"rows": as_json(scans.items())})
    by_five_minutes = [
        {"id": new_id(), **made, "announcement_id": announcement_id, "group_id": group_id, "at": at, "opens": n, "known": 0}
        for (announcement_id, group_id, at), n in sorted(opens.items())
    ]
    if by_five_minutes:
        yield counting(dialect, _TABLES["reachcount"], by_five_minutes, key=("announcement_id", "group_id", "at"), add=("opens",))


@cache
def _more(dialect: str) -> Update:
    """Where there may be many writers, links are held in one order before any is changed."""
    told = given(dialect, "rows", {"id": Uuid(), "more": Integer()}).c
    held = columns(_LINK.id, told.more).where(_LINK.id == told.id).order_by(_LINK.id)
    if dialect == "postgresql":
        held = held.with_for_update(key_share=True, of=_LINK.id)
    mine = held.cte().c
    return update(_TABLES["shortlink"]).where(_LINK.id == mine.id).values(scans=_LINK.scans + mine.more)


def _start(minute: str, minutes: int) -> datetime:
    """Of the so many minutes (up to 60) that a minute of UTC lies in."""
    return clock.begun(datetime.fromisoformat(minute).replace(tzinfo=UTC), minutes)


def by_day(
    session: Session, *, actor: Actor, link_id: UUID | None = None, purposes: Collection[Purpose] = (), days: int = 28
) -> list[DayOfScans]:
    """Openings of the actor's links (of one, of some purposes) on each of the last `days` days, today the last; zeros too.

    Raises:
        NotAllowed: the actor sees no figures.
    """
    require(actor, May.SEE_FIGURES)
    today = clock.today()
    first_day = today - timedelta(days=days - 1)
    since = clock.midnight(first_day)
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


def old(before: datetime) -> ColumnElement[bool]:
    """Single openings from before an instant."""
    return col(Scan.at) < before


def forget_raw(session: Session, *, before: datetime) -> int:
    """Delete the single openings older than an instant; the counts stay. How many."""
    return session.exec(delete(Scan).where(old(before))).rowcount
