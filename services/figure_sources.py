"""What figures are added up from, by day: moves, announcements, openings, scans, messages, knocks; a query or two each.

Nothing here knows who asks: `services.figure_values` has narrowed the path to what they see. A day is one of this place, whatever
UTC says: an announcement of half past midnight counts on the day people here call so.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any, Literal, TypeVar
from uuid import UUID

from sqlalchemy import Select, and_, case, func, literal, select, union_all
from sqlmodel import Session

from core import clock
from core.bulk import batches
from models import LEFT, AnnouncementStatus, AsksFor, DeliveryStatus, DoorOutcome, Model, UnitKind
from services import presence
from services.access import path_range
from services.links import PRINTED
from services.relay_pace import Wait, took

ARRIVED = (DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ)
BY_PEOPLE = ("relay", "print", "loudspeaker")  # what goes by people's hands costs no provider anything
IDS_AT_A_TIME = 500

_TABLES = Model.metadata.tables
_UNIT, _DAY, _GROUP = _TABLES["unit"].c, _TABLES["unitday"].c, _TABLES["chat_group"].c
_SAID, _RELAY, _COUNT = _TABLES["announcement"].c, _TABLES["relay"].c, _TABLES["reachcount"].c
_SENT, _REACH = _TABLES["delivery"].c, _TABLES["reach"].c
_LINK, _HOUR = _TABLES["shortlink"].c, _TABLES["scanhour"].c
_KNOCK, _LINE, _LIST = _TABLES["doorknock"].c, _TABLES["doorline"].c, _TABLES["doorlist"].c
Item = TypeVar("Item")
Period = tuple[date, date]  # first and last day
Pair = tuple[float, float]
ByDay = dict[date, Pair]
Counts = tuple[int, int]
NONE: Counts = (0, 0)


@dataclass(frozen=True)
class Sending:
    """An announcement as figures count it. Every count of households is capped by group, as on its board."""

    id: UUID
    title: str
    unit_id: UUID
    sent_at: datetime
    households: int
    asks: bool
    is_there: bool  # sent, not still being sent: only then do groups that have not posted count as waiting
    known: int = 0
    estimated: int = 0
    waits: Sequence[Wait] = ()  # minutes to posting, and whether it still runs; of the groups of the place
    wait_paths: Sequence[str] = ()  # of each of these, the unit
    to_half: Wait | None = None
    to_ninety: Wait | None = None

    @property
    def day(self) -> date:
        """The day on which it was sent."""
        return clock.local(self.sent_at).date()


@dataclass
class Messages:
    """What left by accounts for one announcement on one channel."""

    channel: str
    sent: int = 0
    cost: int = 0
    paid_arrived: int = 0


@dataclass(frozen=True)
class Posted:
    """A group's part in an announcement."""

    announcement_id: UUID
    group_id: UUID
    households: int
    posted_at: datetime | None
    path: str  # of the group's unit
    is_below: bool  # whether it lies in the place asked for


@dataclass
class _Found:
    said: list[Any]
    posts: dict[UUID, list[Posted]] = field(default_factory=lambda: defaultdict(list))
    counts: dict[tuple[UUID, UUID | None], Counts] = field(default_factory=dict)


def between(since: date, until: date) -> tuple[datetime, datetime]:
    """The instants at which the first day begins and the last one ends, here."""
    return clock.midnight(since), clock.midnight(until + timedelta(days=1))


def whole(periods: Sequence[Period]) -> Period:
    """From the first day of some periods, in their order, to the last."""
    return periods[0][0], max(last for _, last in periods)


def by_period(periods: Sequence[Period], dated: Iterable[tuple[date, Item]]) -> list[list[Item]]:
    """What lies in each of some periods, which are in their order; what lies in none is left out."""
    found: list[list[Item]] = [[] for _ in periods]
    for day, one in dated:
        at = bisect_right(periods, (day, date.max)) - 1
        if at >= 0 and day <= periods[at][1]:
            found[at].append(one)
    return found


def moves(session: Session, *, path: str, since: date, until: date) -> ByDay:
    """By day, how many more and how many fewer households were in a chat; see `gained`."""
    query = gained("day", path=path, since=since, until=until)
    return {row[0]: (int(row[1]), int(row[2])) for row in session.execute(query)}


def moves_by_unit(session: Session, *, path: str, since: date, until: date) -> dict[UUID, ByDay]:
    """The same of each residential unit."""
    return _by_unit(
        (row[0], row[1], int(row[2]), int(row[3]))
        for row in session.execute(gained("unit_id", "day", path=path, since=since, until=until))
    )


def gained(*by: Literal["day", "unit_id"], path: str, since: date, until: date) -> Select[Any]:
    """By day, by unit or by both, how many more and how many fewer households were in a chat: residential units added up.

    So that entered less left is what the households in a chat gained, but for units that begin or end. Where one household
    joins and another leaves the same unit on a day, neither is counted.
    """
    is_below = path_range(path) & (_UNIT.kind == UnitKind.RESIDENTIAL)
    valid = (_UNIT.valid_from, _UNIT.valid_to)
    latest = select(_DAY.joined).where(_DAY.unit_id == _UNIT.id, _DAY.day < since).order_by(_DAY.day.desc()).limit(1)
    start = literal(since - timedelta(days=1), _DAY.day.type)
    stood = select(_UNIT.id.label("unit_id"), start.label("day"), latest.scalar_subquery().label("joined"), *valid)
    changed = select(_DAY.unit_id, _DAY.day, _DAY.joined, *valid).join(_TABLES["unit"], _UNIT.id == _DAY.unit_id)
    rows = union_all(stood.where(is_below), changed.where(is_below, _DAY.day >= since, _DAY.day <= until)).subquery().c
    before = func.lag(rows.joined).over(partition_by=rows.unit_id, order_by=rows.day)
    steps = select(*rows, (rows.joined - func.coalesce(before, 0)).label("more")).subquery().c
    is_valid = (steps.valid_from.is_(None) | (steps.valid_from <= steps.day)) & presence.lasts(steps.valid_to, steps.day)
    sums = [func.sum(case((sign * steps.more > 0, sign * steps.more), else_=0)) for sign in (1, -1)]
    columns = [steps[name] for name in by]
    return select(*columns, *sums).where(steps.day >= since, is_valid).group_by(*columns)


def sendings(
    session: Session, *, path: str, wards_path: str, since: date, until: date, times_from: date | None = None
) -> list[Sending]:  # fmt: skip
    """Announcements sent on these days, the oldest first: of the wards at or below `wards_path`, with the groups below `path`.

    Of those sent from `times_from` on also how long each took to half and to nine tenths of its households.
    """
    start, end = between(since, until)
    said = session.execute(
        select(_SAID.id, _SAID.title, _SAID.unit_id, _SAID.sent_at, _SAID.households, _SAID.asks_for, _SAID.status)
        .select_from(_TABLES["announcement"].join(_TABLES["unit"], _UNIT.id == _SAID.unit_id))
        .where(path_range(wards_path), _SAID.status.in_(LEFT), _SAID.sent_at >= start, _SAID.sent_at < end)
        .order_by(_SAID.sent_at, _SAID.id)
    ).all()  # fmt: skip
    found = _Found(list(said))
    for ids in batches([row.id for row in said], IDS_AT_A_TIME):
        _read_posts(session, found, ids, path)
        found.counts |= counts_by_chat(session, ids)
    told = _told_at(session, [row for row in said if clock.local(row.sent_at).date() >= times_from]) if times_from else {}
    return [_sending(row, found, told.get(row.id, [])) for row in said]


def _read_posts(session: Session, found: _Found, ids: Sequence[UUID], path: str) -> None:
    rows = session.execute(
        select(_RELAY.announcement_id, _RELAY.group_id, _RELAY.households, _RELAY.posted_at, _UNIT.path)
        .select_from(
            _TABLES["relay"].join(_TABLES["chat_group"], _GROUP.id == _RELAY.group_id)
            .join(_TABLES["unit"], _UNIT.id == _GROUP.unit_id)
        ).where(_RELAY.announcement_id.in_(ids))
    )  # fmt: skip
    for row in rows:
        found.posts[row[0]].append(Posted(row[0], row[1], row[2], row[3], row[4], row[4].startswith(path)))


def counts_by_chat(
    session: Session, ids: Sequence[UUID], *, chats: Select[tuple[UUID]] | None = None
) -> dict[tuple[UUID, UUID | None], Counts]:  # fmt: skip
    """Openings and answers of announcements by group, without one what was said elsewhere; of these groups alone."""
    keys = (_COUNT.announcement_id, _COUNT.group_id)
    sums = select(*keys, func.sum(_COUNT.opens), func.sum(_COUNT.known)).where(keys[0].in_(ids)).group_by(*keys)
    if chats is not None:
        sums = sums.where(keys[1].in_(chats))
    return {(row[0], row[1]): (int(row[2]), int(row[3])) for row in session.execute(sums)}


def heard(chats: Iterable[tuple[int, Counts]], *, households: int, elsewhere: int = 0) -> Counts:
    """Households known to have been told, and estimated, as on the board: capped by chat, each with its households."""
    known = by_opens = 0
    for there, (opens, said) in chats:
        known += min(said, there) if there else said
        by_opens += min(opens, there)
    known = min(known + elsewhere, households)
    return known, min(max(known, by_opens), households)


def _told_at(session: Session, said: Sequence[Any]) -> dict[UUID, list[datetime | None]]:
    """When half and when nine tenths of the households of each announcement that asks were told; None where they are not yet."""
    asked = [row for row in said if row.asks_for != AsksFor.NOTHING and row.households]
    told: dict[UUID, list[datetime | None]] = {}
    for some in batches(asked, IDS_AT_A_TIME):
        place = func.row_number().over(partition_by=_REACH.announcement_id, order_by=_REACH.told_at)
        ranked = (
            select(_REACH.announcement_id, _REACH.told_at, place.label("place"))
            .where(_REACH.announcement_id.in_([row.id for row in some])).subquery()
        )  # fmt: skip
        wanted = {row.id: (ceil(row.households * 0.5), ceil(row.households * 0.9)) for row in some}
        places = sorted({place for pair in wanted.values() for place in pair})
        at = {
            (row[0], row[1]): row[2]
            for row in session.execute(
                select(ranked.c.announcement_id, ranked.c.place, ranked.c.told_at).where(ranked.c.place.in_(places))
            )
        }
        told |= {id_: [at.get((id_, place)) for place in pair] for id_, pair in wanted.items()}
    return told


def _sending(row: Any, found: _Found, told: Sequence[datetime | None]) -> Sending:
    posts, now = found.posts[row.id], clock.now()
    known, estimated = heard(
        ((post.households, found.counts.get((row.id, post.group_id), NONE)) for post in posts), households=row.households,
        elsewhere=found.counts.get((row.id, None), NONE)[1],
    )  # fmt: skip
    to_half, to_ninety = [took(row.sent_at, at, now) for at in told] if told else (None, None)
    return Sending(
        row.id, row.title, row.unit_id, row.sent_at, row.households, asks=row.asks_for != AsksFor.NOTHING,
        is_there=row.status == AnnouncementStatus.SENT, known=known, estimated=estimated,
        waits=[took(row.sent_at, post.posted_at, now) for post in posts if post.is_below],
        wait_paths=[post.path for post in posts if post.is_below], to_half=to_half, to_ninety=to_ninety,
    )  # fmt: skip


def opens(session: Session, *, path: str, since: date, until: date) -> ByDay:
    """Phones that opened a group's link for the first time, by day, of groups below a path; the second number is none."""
    query = open_rows(path=path, since=since, until=until).with_only_columns(_COUNT.at, func.sum(_COUNT.opens))
    return _by_day((clock.local(at).date(), int(n), 0) for at, n in session.execute(query.group_by(_COUNT.at)))


def opens_by_unit(session: Session, *, path: str, since: date, until: date) -> dict[UUID, ByDay]:
    """The same of each unit with groups."""
    query = open_rows(path=path, since=since, until=until).with_only_columns(_GROUP.unit_id, _COUNT.at, func.sum(_COUNT.opens))
    found = session.execute(query.group_by(_GROUP.unit_id, _COUNT.at))
    return _by_unit((unit_id, clock.local(at).date(), int(n), 0) for unit_id, at, n in found)


def open_rows(*, path: str, since: date, until: date) -> Select[Any]:
    """Counters of phones that opened links of groups of units below a path on these days, to be given columns."""
    start, end = between(since, until)
    return (
        select(_COUNT.at)
        .select_from(
            _TABLES["reachcount"].join(_TABLES["chat_group"], _GROUP.id == _COUNT.group_id)
            .join(_TABLES["unit"], _UNIT.id == _GROUP.unit_id)
        ).where(path_range(path), _COUNT.at >= start, _COUNT.at < end, _COUNT.opens > 0)
    )  # fmt: skip


def scans(session: Session, *, path: str, since: date, until: date) -> ByDay:
    """Openings of printed codes by day, and how many of them were a phone's first."""
    sums = (_HOUR.hour, func.sum(_HOUR.scans), func.sum(_HOUR.first_scans))
    query = scan_rows(path=path, since=since, until=until).with_only_columns(*sums).group_by(_HOUR.hour)
    return _by_day((clock.local(at).date(), int(n), int(firsts)) for at, n, firsts in session.execute(query))


def scan_rows(*, path: str, since: date, until: date) -> Select[Any]:
    """Hours of openings of printed codes of units below a path on these days, to be given columns."""
    start, end = between(since, until)
    return (
        select(_HOUR.hour)
        .select_from(
            _TABLES["scanhour"].join(_TABLES["shortlink"], _LINK.id == _HOUR.link_id)
            .join(_TABLES["unit"], _UNIT.id == _LINK.unit_id)
        ).where(path_range(path), _LINK.purpose.in_(PRINTED), _HOUR.hour >= start, _HOUR.hour < end)
    )  # fmt: skip


def messages(session: Session, *, announcement_ids: Sequence[UUID]) -> dict[UUID, list[Messages]]:
    """What left by accounts for these announcements: by channel, messages, đồng, and how many that cost something arrived."""
    has_arrived = and_(_SENT.status.in_(ARRIVED), _SENT.cost > 0)
    sums = (func.count(), func.sum(_SENT.cost), func.sum(case((has_arrived, 1), else_=0)))
    found: dict[UUID, list[Messages]] = defaultdict(list)
    for ids in batches(announcement_ids, IDS_AT_A_TIME):
        query = (
            select(_SENT.announcement_id, _SENT.channel, *sums)
            .where(_SENT.announcement_id.in_(ids), _SENT.sent_at.is_not(None), _SENT.channel.not_in(BY_PEOPLE))
            .group_by(_SENT.announcement_id, _SENT.channel)
        )
        for id_, channel, sent, cost, arrived in session.execute(query):
            found[id_].append(Messages(str(channel), int(sent), int(cost or 0), int(arrived or 0)))
    return found


def knocks(session: Session, *, path: str, since: date, until: date) -> ByDay:
    """Knocks at doors by day that told a household, and all that were entered and not taken back."""
    query = door_rows(path=path, since=since, until=until).with_only_columns(_KNOCK.knocked_at, _KNOCK.outcome)
    return _by_day((clock.local(at).date(), int(outcome == DoorOutcome.TOLD), 1) for at, outcome in session.execute(query))


def knocks_by_unit(session: Session, *, path: str, since: date, until: date) -> dict[UUID, ByDay]:
    """The same of each residential unit."""
    columns = (_LIST.unit_id, _KNOCK.knocked_at, _KNOCK.outcome)
    found = session.execute(door_rows(path=path, since=since, until=until).with_only_columns(*columns))
    return _by_unit(
        (unit_id, clock.local(at).date(), int(outcome == DoorOutcome.TOLD), 1) for unit_id, at, outcome in found
    )  # fmt: skip


def door_rows(*, path: str, since: date, until: date) -> Select[Any]:
    """Knocks of these days on door lists of units below a path, entered and not taken back; to be given columns."""
    start, end = between(since, until)
    knock, line, sheet = _TABLES["doorknock"], _TABLES["doorline"], _TABLES["doorlist"]
    rooms = knock.join(line, _LINE.id == _KNOCK.door_line_id).join(sheet, _LIST.id == _LINE.door_list_id)
    query = select(_KNOCK.id).select_from(rooms.join(_TABLES["unit"], _UNIT.id == _LIST.unit_id))
    return query.where(path_range(path), _KNOCK.knocked_at >= start, _KNOCK.knocked_at < end, _KNOCK.outcome.is_not(None))


def _by_day(rows: Iterable[tuple[date, float, float]]) -> ByDay:
    found: ByDay = {}
    for day, one, other in rows:
        before = found.get(day, (0, 0))
        found[day] = (before[0] + one, before[1] + other)
    return found


def _by_unit(rows: Iterable[tuple[UUID, date, float, float]]) -> dict[UUID, ByDay]:
    some: dict[UUID, list[tuple[date, float, float]]] = defaultdict(list)
    for unit_id, day, one, other in rows:
        some[unit_id].append((day, one, other))
    return {unit_id: _by_day(of_unit) for unit_id, of_unit in some.items()}
