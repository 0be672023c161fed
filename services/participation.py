"""How participation develops: all that one screen needs in one look, in a fixed number of queries.

Counts come from `UnitDay` and from the counters of announcements: no household is read, so that it costs the same however many
there are. Who only observes sees no count of a place with a handful of households.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import and_, case, extract, func, select
from sqlmodel import Session

from core import clock
from models import LEFT, AsksFor, Model, UnitKind
from services import access, figure_values, figures, groups, presence
from services.access import Actor, May, path_range, unit_for
from services.figure_sources import Period
from services.figure_values import Value
from services.figures import Coverage, CoverageTable
from services.relay_pace import RelayTimes, relay_times

SINCE = date(2020, 1, 1)  # the oldest day a range reaches back to
AREAS_MAX = 8  # former wards that still fit side by side
RECENT = 10
EVERY_THIRD = 24  # months after which growth is drawn by quarters
SUMS = figures.SUMS
TOLD = ("known", "estimated", "announcements")

_TABLES = Model.metadata.tables
_UNIT, _DAY = _TABLES["unit"].c, _TABLES["unitday"].c
_SAID, _RELAY, _COUNT = _TABLES["announcement"].c, _TABLES["relay"].c, _TABLES["reachcount"].c


@dataclass(frozen=True)
class MonthMoves:
    """Households that joined and left in a month."""

    month: date  # its first day
    joined: int
    left: int


@dataclass(frozen=True)
class Reached:
    """How far one announcement came, and how fast it was posted."""

    announcement_id: UUID
    title: str
    sent_at: datetime
    households: int  # of the audience, on the day it was sent
    asks: bool  # whether residents were asked to answer; where not, hardly anything can be known
    known: int  # of these, known to have been told
    estimated: int  # of these, by phones that opened, never fewer than are known
    groups: int
    posted: int  # of the groups
    minutes: float | None = None  # median over all groups; None without any, or while it is being sent
    is_running: bool = False  # the median group has not posted: "at least so much"


@dataclass(frozen=True)
class Overview:
    """The whole screen."""

    by: Literal["unit", "ward"]
    since: date  # the day the range is compared with
    table: CoverageTable
    before: CoverageTable
    growth: list[tuple[date, str, Coverage]]  # the whole first, then former wards where they are few; "" for units without one
    moves: list[MonthMoves]
    reached: list[Reached]  # the latest first
    hidden: list[Coverage]  # places whose counts this reader does not see, with nothing but their names
    told: Mapping[str, Value]  # figures of the register over the same days: known, estimated, announcements

    @property
    def days(self) -> Period:
        """The first and the last day of the range."""
        return self.since + timedelta(days=1), self.table.on


def overview(session: Session, *, actor: Actor, unit_id: UUID | None = None, months: int | None = 12) -> Overview:
    """Participation at and below a unit (all the actor sees) over so many months up to today; None: since 2020.

    Above a ward the rows are wards. For a viewer places with fewer than five households are left out of the rows, and one more
    where the total would give the number away.

    Raises:
        NotAllowed: a leader; they have a page of their own.
        NotFound: the unit lies outside the actor's sight.
    """
    access.require(actor, May.SEE_FIGURES)
    today = clock.today()
    days = groups.month_ends(today, months or _months_since(SINCE, today))
    wanted = unit_id or actor.unit_id
    scope = unit_for(session, actor=actor, unit_id=wanted) if wanted else None
    path = scope.path if scope else actor.unit_path
    by: Literal["unit", "ward"] = "ward" if scope is None or scope.kind is UnitKind.PROVINCE else "unit"
    table = figures.coverage(session, actor=actor, unit_id=unit_id, on=today, by=by)
    before = figures.coverage(session, actor=actor, unit_id=unit_id, on=days[0], by=by)
    marks = days if len(days) <= EVERY_THIRD else [day for day in days if day.month % 3 == 0]
    growth = figures.growth(session, actor=actor, unit_id=unit_id, days=[*marks, today], by="area")
    first = days[0] + timedelta(days=1)
    told = figure_values.of_period(session, actor=actor, unit_id=unit_id, names=TOLD, since=first, until=today)
    seen = Overview(
        by=by, since=days[0], table=table, before=before, growth=_with_whole(growth, table.total),
        moves=_moves(session, path, after=days[0], until=today), reached=_reached(session, path, since=first), hidden=[],
        told=told,
    )  # fmt: skip
    return _without_small(seen) if not access.may(actor, May.SEE_SMALL_COUNTS) else seen


def _months_since(start: date, today: date) -> int:
    return (today.year - start.year) * 12 + today.month - start.month + 1


def _with_whole(growth: Sequence[tuple[date, str, Coverage]], whole: Coverage) -> list[tuple[date, str, Coverage]]:
    """The sum of each day before its areas; alone where they are one, or too many to be told apart."""
    by_day: dict[date, list[Coverage]] = {}
    for day, _label, row in growth:
        by_day.setdefault(day, []).append(row)
    sums = [(day, whole.unit_name, _sum(whole, rows)) for day, rows in by_day.items()]
    areas = {row.area for _day, _label, row in growth}
    return [*sums, *((day, row.area, row) for day, _label, row in growth)] if 1 < len(areas) <= AREAS_MAX else sums


def _sum(named: Coverage, rows: Iterable[Coverage]) -> Coverage:
    listed = list(rows)
    return replace(named, **{name: sum(getattr(row, name) for row in listed) for name in SUMS})


def _moves(session: Session, path: str, *, after: date, until: date) -> list[MonthMoves]:
    """By month, how many more and how many fewer households were in a chat, added up over residential units and days.

    So that joined less left is what coverage gained. Where one household joins and another leaves the same residential unit on
    the same day, neither is counted. A household that moves within the ward leaves one unit and joins another.
    """
    unit, counts, earlier, between = (
        _TABLES["unit"], _TABLES["unitday"], _TABLES["unitday"].alias(), _TABLES["unitday"].alias(),
    )  # fmt: skip
    latest = select(func.max(between.c.day)).where(between.c.unit_id == _DAY.unit_id, between.c.day < _DAY.day)
    is_before = and_(earlier.c.unit_id == _DAY.unit_id, earlier.c.day == latest.correlate(counts).scalar_subquery())
    gained = _DAY.joined - func.coalesce(earlier.c.joined, 0)
    is_valid = presence.valid_on(_DAY.day)
    year, month = extract("year", _DAY.day), extract("month", _DAY.day)
    query = (
        select(year, month, func.sum(case((gained > 0, gained), else_=0)), func.sum(case((gained < 0, -gained), else_=0)))
        .select_from(unit.join(counts, _DAY.unit_id == _UNIT.id).outerjoin(earlier, is_before))
        .where(path_range(path), _UNIT.kind == UnitKind.RESIDENTIAL, is_valid, _DAY.day > after, _DAY.day <= until)
        .group_by(year, month)
    )
    found = {(int(row[0]), int(row[1])): (int(row[2]), int(row[3])) for row in session.execute(query)}
    firsts = [day.replace(day=1) for day in (*groups.month_ends(until, _months_since(after, until) - 1)[1:], until)]
    return [MonthMoves(first, *found.get((first.year, first.month), (0, 0))) for first in firsts]


def _reached(session: Session, path: str, *, since: date) -> list[Reached]:
    """The latest announcements of the range; counts are capped group by group, as the reach board does."""
    said, unit, relay = (_TABLES[name] for name in ("announcement", "unit", "relay"))
    latest = session.execute(
        select(_SAID.id, _SAID.title, _SAID.sent_at, _SAID.households, _SAID.asks_for)
        .select_from(said.join(unit, _UNIT.id == _SAID.unit_id))
        .where(path_range(path), _SAID.status.in_(LEFT), _SAID.sent_at >= clock.midnight(since))
        .order_by(_SAID.sent_at.desc()).limit(RECENT)
    ).all()  # fmt: skip
    ids = [row.id for row in latest]
    keys = (_COUNT.announcement_id, _COUNT.group_id)
    sums = {
        (row[0], row[1]): (int(row[2]), int(row[3]))
        for row in session.execute(
            select(*keys, func.sum(_COUNT.opens), func.sum(_COUNT.known)).where(keys[0].in_(ids)).group_by(*keys)
        )
    }
    relays: dict[UUID, list[Any]] = {id_: [] for id_ in ids}
    for row in session.execute(
        select(_RELAY.announcement_id, _RELAY.group_id, _RELAY.households, _RELAY.posted_at)
        .select_from(relay).where(_RELAY.announcement_id.in_(ids))
    ):  # fmt: skip
        relays[row.announcement_id].append(row)
    times = relay_times(session, announcement_ids=ids)
    return [_reached_of(row, relays[row.id], sums, times.of(row.id)) for row in latest]


def _reached_of(
    said: Any, relays: Sequence[Any], sums: dict[tuple[UUID, UUID | None], tuple[int, int]], times: RelayTimes
) -> Reached:
    known, estimated = sums.get((said.id, None), (0, 0))[1], 0
    for relay in relays:
        opens, told = sums.get((said.id, relay.group_id), (0, 0))
        known += min(told, relay.households) if relay.households else told
        estimated += min(opens, relay.households)
    return Reached(
        announcement_id=said.id, title=said.title, sent_at=said.sent_at, households=said.households,
        asks=said.asks_for != AsksFor.NOTHING, known=min(known, said.households),
        estimated=min(max(known, estimated), said.households),
        groups=len(relays), posted=sum(relay.posted_at is not None for relay in relays),
        minutes=times.median_minutes, is_running=times.median_is_running,
    )  # fmt: skip


def _without_small(seen: Overview) -> Overview:
    """What an observer may see (S65), see `figures.without_small`."""
    table, before, hidden = figures.without_small(seen.table, seen.before)
    areas_are_small = any(figures.is_small(row) for _day, _label, row in seen.growth)
    growth = [point for point in seen.growth if point[1] == seen.table.total.unit_name] if areas_are_small else seen.growth
    return replace(
        seen, table=table, before=before, growth=[point for point in growth if not figures.is_small(point[2])],
        moves=[] if figures.is_small(seen.table.total) else seen.moves,
        reached=[one for one in seen.reached if one.households >= figures.SMALL], hidden=hidden,
    )  # fmt: skip
