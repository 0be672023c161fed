"""Figures, each defined once (design §4). Rates over units are ratios of sums, never means of rates.

Coverage is read from `UnitDay`: one indexed row a unit and day, so 300,000 households cost what 3,000 do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, and_, func, literal, or_, select, union_all
from sqlmodel import Session

from core import clock
from core.bulk import batches
from models import GroupKind, Model, Unit, UnitChangeKind, UnitKind
from services import presence
from services.access import Actor, path_range, unit_for
from services.presence import lasts
from services.units import place_key

SMALL = 5  # with fewer households than this a count says something of persons
FEW_DAYS = 60  # up to here each is looked up by itself: a year in weeks, five years in months
DAYS_AT_A_TIME = 200  # SQLite joins at most 500 selects
SUMS = ("households", "joined", "people", "people_joined", "smartphones")
LEVELS = {"ward": UnitKind.COMMUNE, "province": UnitKind.PROVINCE}

_TABLES = Model.metadata.tables
_UNIT, _DAY, _TOTAL = _TABLES["unit"].c, _TABLES["unitday"].c, _TABLES["unittotal"].c
_SPELL, _GROUP = _TABLES["membership"].c, _TABLES["chat_group"].c
# The first fields of a Coverage, in their order; SUMS are the rest.
_NAMES = (_UNIT.id, _UNIT.code, func.coalesce(func.nullif(_UNIT.short_name, ""), _UNIT.name), _UNIT.area, _UNIT.target_percent)


@dataclass(frozen=True)
class Coverage:
    """The counts of a unit, an area or a whole on one day, and the rates that follow from them."""

    unit_id: UUID | None
    unit_code: str
    unit_name: str
    area: str
    target_percent: int
    households: int = 0  # present that day
    joined: int = 0  # of these, with an open membership in a household group
    people: int = 0
    people_joined: int = 0  # people in those memberships
    smartphones: int = 0

    @property
    def coverage(self) -> float | None:
        """Joined ÷ households."""
        return self.joined / self.households if self.households else None

    @property
    def depth(self) -> float | None:
        """People in open memberships ÷ households with one."""
        return self.people_joined / self.joined if self.joined else None

    @property
    def smartphone_rate(self) -> float | None:
        """Smartphones ÷ people."""
        return self.smartphones / self.people if self.people else None


@dataclass(frozen=True)
class CoverageTable:
    """Coverage on a day: rows in the order of their area and number, and their sum."""

    on: date
    rows: list[Coverage]
    total: Coverage


def coverage(
    session: Session, *, actor: Actor, unit_id: UUID | None = None, on: date | None = None,
    by: Literal["unit", "ward", "province"] = "unit",
) -> CoverageTable:  # fmt: skip
    """Coverage, depth and smartphone rate on a day (today), a row for each residential unit, ward or province.

    Residential units count on the days they are valid, and in the ward they belonged to that day where a transfer tells
    (and the actor sees that ward), else in the one they hang under. What hangs under no ward or province of the scope is
    counted in a row of the uppermost unit there is: the rows always add up to the total.

    Raises:
        NotFound: the unit does not exist or lies outside the actor's sight.
    """
    day = on or clock.today()
    scope, path = _scope(session, actor, unit_id)
    if by == "unit" or (scope is not None and scope.kind is UnitKind.RESIDENTIAL):
        rows = [Coverage(*row[1:]) for row in session.execute(_standing(path, [day], *_NAMES)).all()]
    else:
        rows = _by_level(session, path=path, kind=LEVELS[by], on=day)
    return CoverageTable(day, _in_order(rows), _sum(_whole(scope), rows))


def growth(
    session: Session, *, actor: Actor, unit_id: UUID | None = None, days: Sequence[date],
    by: Literal["unit", "area", "total"] = "total",
) -> list[tuple[date, str, Coverage]]:  # fmt: skip
    """Coverage on each of the days, by day and then by unit, by area (the former ward) or as one sum.

    The label is the unit's, the area's, or the name of the whole; units without an area go by that name too.

    Raises:
        NotFound: the unit does not exist or lies outside the actor's sight.
    """
    scope, path = _scope(session, actor, unit_id)
    if by == "total" and (scope is None or scope.kind is not UnitKind.RESIDENTIAL):
        return [(row_day, row.unit_name, row) for row_day, row in _totals(session, _whole(scope), sorted(set(days)))]
    return _growth(session, path=path, whole=_whole(scope), days=days, by=by)


def is_small(row: Coverage) -> bool:
    """Whether a count is of so few households that it says something of persons."""
    return is_few(row.households)


def is_few(households: int) -> bool:
    """The same of a number of households; none says nothing of anyone."""
    return 0 < households < SMALL


def without_small(now: CoverageTable, before: CoverageTable) -> tuple[CoverageTable, CoverageTable, list[Coverage]]:
    """What an observer may see of two days (S65), and the names of the places left out today, with no count.

    Neither a count of few households, nor one that follows by taking the others from the total: where that would be so, one
    more place is left out.
    """
    hidden = hidden_of(now.rows)
    ids = {row.unit_id for row in hidden}
    ids_before = ids | {row.unit_id for row in hidden_of(before.rows)}
    return _left(now, without=ids), _left(before, without=ids_before), [name_only(row) for row in hidden]


def _left(table: CoverageTable, *, without: set[UUID | None]) -> CoverageTable:
    total = name_only(table.total) if is_small(table.total) else table.total
    return CoverageTable(table.on, [row for row in table.rows if row.unit_id not in without], total)


def name_only(row: Coverage) -> Coverage:
    """A place without its counts."""
    return Coverage(row.unit_id, row.unit_code, row.unit_name, row.area, row.target_percent)


def hidden_of(rows: Sequence[Coverage]) -> list[Coverage]:
    """Those of some places on a day whose counts an observer does not see: the small ones, and what would give them away."""
    small = [row for row in rows if is_small(row)]
    others = sorted((row for row in rows if row.households >= SMALL), key=lambda row: row.households)
    if small and others and (len(small) == 1 or sum(row.households for row in small) < SMALL):
        small.append(others[0])
    return small


def coverage_from_rows(session: Session, *, actor: Actor, unit_id: UUID | None = None, on: date) -> CoverageTable:
    """What `coverage` promises, counted household by household: the definition itself, to check and to trace it by.

    Raises:
        NotFound: the unit does not exist or lies outside the actor's sight.
    """
    scope, path = _scope(session, actor, unit_id)
    day = literal(on)
    units = session.execute(select(*_NAMES).where(_valid(path, day))).all()
    spell, group, unit = (_TABLES[name] for name in ("membership", "chat_group", "unit"))
    home = presence.spells().subquery()
    present = and_(_valid(path, day), home.c.started_on <= on, lasts(home.c.ended_on, day))
    homes = session.execute(
        select(home.c.household_id.label("id"), home.c.unit_id, home.c.people, home.c.smartphones)
        .select_from(home.join(unit, _UNIT.id == home.c.unit_id)).where(present)
    )  # fmt: skip
    spells = session.execute(
        select(_SPELL.household_id, _SPELL.people)
        .select_from(
            spell.join(home, home.c.household_id == _SPELL.household_id).join(unit, _UNIT.id == home.c.unit_id)
            .join(group, _GROUP.id == _SPELL.group_id)
        ).where(present, _GROUP.kind == GroupKind.HOUSEHOLD, presence.stands(on), presence.is_member(on))
    )  # fmt: skip
    people_in: dict[UUID, int] = {}
    for row in spells:
        people_in[row.household_id] = people_in.get(row.household_id, 0) + row.people
    living: dict[UUID, list[Coverage]] = {}
    for row in homes:
        joined = {"joined": 1, "people_joined": people_in[row.id]} if row.id in people_in else {}
        one = Coverage(None, "", "", "", 0, households=1, people=row.people, smartphones=row.smartphones, **joined)
        living.setdefault(row.unit_id, []).append(one)
    rows = [_sum(Coverage(*row), living.get(row.id, [])) for row in units]
    return CoverageTable(on, _in_order(rows), _sum(_whole(scope), rows))


def _scope(session: Session, actor: Actor, unit_id: UUID | None) -> tuple[Unit | None, str]:
    wanted = unit_id or actor.unit_id
    scope = unit_for(session, actor=actor, unit_id=wanted) if wanted else None
    return scope, scope.path if scope else actor.unit_path


def _valid(path: str, day: ColumnElement[Any]) -> ColumnElement[bool]:
    """Residential units below a path that are valid on a day."""
    return and_(_UNIT.kind == UnitKind.RESIDENTIAL, path_range(path), presence.valid_on(day))


def _standing(path: str, days: Sequence[date], *columns: ColumnElement[Any]) -> Select[Any]:
    """For each day and each residential unit valid on it, the counts of the last row up to that day."""
    unit, counts = _TABLES["unit"], _TABLES["unitday"]
    asked = union_all(*[select(literal(day).label("day")) for day in days]).cte("asked")
    earlier = counts.alias().c
    latest = select(func.max(earlier.day)).where(earlier.unit_id == _UNIT.id, earlier.day <= asked.c.day)
    is_last = and_(_DAY.unit_id == _UNIT.id, _DAY.day == latest.correlate(unit, asked).scalar_subquery())
    amounts = [func.coalesce(_DAY[name], 0).label(name) for name in SUMS]
    query = select(asked.c.day, *columns, *amounts)
    return query.select_from(asked.join(unit, _valid(path, asked.c.day)).outerjoin(counts, is_last))


def _growth(session: Session, *, path: str, whole: Coverage, days: Sequence[date], by: str) -> list[tuple[date, str, Coverage]]:
    asked = sorted(set(days))
    found: dict[date, list[Coverage]] = {day: [whole] if by == "total" else [] for day in asked}
    for some in batches(asked, DAYS_AT_A_TIME):
        if by == "unit":
            for row in session.execute(_standing(path, some, *_NAMES)):
                found[row.day].append(Coverage(*row[1:]))
            continue
        each = _standing(path, some, _UNIT.area).subquery().c
        keys = [each.day, each.area] if by == "area" else [each.day]
        sums = select(*keys, *[func.sum(each[name]).label(name) for name in SUMS]).group_by(*keys)
        for row in session.execute(sums):
            amounts = {name: getattr(row, name) for name in SUMS}
            if by == "total":
                found[row.day] = [replace(whole, **amounts)]
            else:
                label = row.area or whole.unit_name
                found[row.day].append(replace(whole, unit_id=None, unit_code="", unit_name=label, area=row.area, **amounts))
    return [(day, row.unit_name, row) for day, rows in found.items() for row in _in_order(rows)]


def _totals(session: Session, whole: Coverage, days: Sequence[date]) -> list[tuple[date, Coverage]]:
    """The totals of a unit above residential ones, or of all there is, on each of the days."""
    tops = select(_UNIT.id).where(_UNIT.id == whole.unit_id if whole.unit_id else _UNIT.parent_id.is_(None)).cte("tops")
    sums = _looked_up(session, tops, days) if len(days) <= FEW_DAYS else _swept(session, tops, days)
    return [(day, _filled(whole, sums.get(day, (0,) * len(SUMS)))) for day in days]


def _filled(named: Coverage, amounts: Sequence[int]) -> Coverage:
    households, joined, people, people_joined, smartphones = amounts
    return replace(
        named, households=households, joined=joined, people=people, people_joined=people_joined, smartphones=smartphones
    )  # fmt: skip


def _looked_up(session: Session, tops: CTE, days: Sequence[date]) -> dict[date, tuple[int, ...]]:
    """The sums of the rows that stand on each day, each looked up: for a few days."""
    if not days:
        return {}
    asked = union_all(*[select(literal(day).label("day")) for day in days]).cte("asked")
    each = asked.join(tops, literal(1) == 1)
    earlier = _TABLES["unittotal"].alias().c
    before = and_(earlier.unit_id == tops.c.id, earlier.day <= asked.c.day)
    if session.get_bind().dialect.name == "postgresql":  # SQLite has no lateral join; a join of the other kind reads it all here
        last = select(*[earlier[name] for name in SUMS]).where(before).order_by(earlier.day.desc()).limit(1).lateral()
        each, amounts = each.join(last, literal(1) == 1), last.c
    else:
        latest = select(func.max(earlier.day)).where(before).correlate(tops, asked).scalar_subquery()
        each, amounts = each.join(_TABLES["unittotal"], and_(_TOTAL.unit_id == tops.c.id, _TOTAL.day == latest)), _TOTAL
    sums = select(asked.c.day, *[func.sum(amounts[name]) for name in SUMS]).group_by(asked.c.day)
    return {row[0]: tuple(row[1:]) for row in session.execute(sums.select_from(each))}


def _swept(session: Session, tops: CTE, days: Sequence[date]) -> dict[date, tuple[int, ...]]:
    """The same by how much the rows change up to each day, added up: for many days."""
    earlier, counts = _TABLES["unittotal"].alias().c, _TABLES["unittotal"]
    latest = select(func.max(earlier.day)).where(earlier.unit_id == tops.c.id, earlier.day <= days[0]).correlate(tops)
    first = select(tops.c.id, func.coalesce(latest.scalar_subquery(), days[0]).label("day")).cte("first")
    gained = [
        (_TOTAL[name] - func.lag(_TOTAL[name], 1, 0).over(partition_by=_TOTAL.unit_id, order_by=_TOTAL.day)).label(name)
        for name in SUMS
    ]
    within = and_(_TOTAL.unit_id == first.c.id, _TOTAL.day >= first.c.day, _TOTAL.day <= days[-1])
    each = select(_TOTAL.day, *gained).select_from(first.join(counts, within)).subquery().c
    by_day = select(each.day, *[func.sum(each[name]) for name in SUMS]).group_by(each.day).order_by(each.day)
    changes = session.execute(by_day).all()
    found, standing, place = {}, (0,) * len(SUMS), 0
    for day in days:
        while place < len(changes) and changes[place][0] <= day:
            standing = tuple(one + more for one, more in zip(standing, changes[place][1:], strict=True))
            place += 1
        found[day] = standing
    return found


def _whole(scope: Unit | None) -> Coverage:
    if scope is None:
        return Coverage(None, "", "", "", 90)
    return Coverage(scope.id, scope.code, scope.label, scope.area, scope.target_percent)


def _sum(named: Coverage, parts: Sequence[Coverage]) -> Coverage:
    return _filled(named, [sum(map(attrgetter(name), parts)) for name in SUMS])


def _in_order(rows: Iterable[Coverage]) -> list[Coverage]:
    return sorted(rows, key=lambda row: place_key(row.area, row.unit_name))


def _by_level(session: Session, *, path: str, kind: UnitKind, on: date) -> list[Coverage]:
    """Units added up by the nearest unit of a kind above them that day; one with nothing below is there on its days."""
    upper = _uppers(session, path, kind, on)
    parts: dict[UUID, list[int]] = {}
    for row in upper.values():
        _add(parts, row.id, row[-len(SUMS) :], 1)
        if (holder := _holder(row.path, upper)) is not None:  # counted there, not further up
            _add(parts, holder, row[-len(SUMS) :], -1)
    for former_path, now_path, amounts in _moved(session, path, on):
        now, then = _holder(now_path, upper), _holder(f"{former_path}-/", upper)
        if now is not None and then is not None and former_path.startswith(path):
            _add(parts, now, amounts, -1)
            _add(parts, then, amounts, 1)
    rows = [(upper[id_], amounts) for id_, amounts in parts.items()]
    return [_named(row, amounts) for row, amounts in rows if (row.kind == kind and row.is_valid) or any(amounts)]


def _uppers(session: Session, path: str, kind: UnitKind, on: date) -> dict[UUID, Any]:
    """The units of a kind in a scope and those at its top, with what stood below each on a day."""
    earlier = _TABLES["unittotal"].alias().c
    latest = select(func.max(earlier.day)).where(earlier.unit_id == _UNIT.id, earlier.day <= on).correlate(_TABLES["unit"])
    is_last = and_(_TOTAL.unit_id == _UNIT.id, _TOTAL.day == latest.scalar_subquery())
    is_top = _UNIT.path == path if path else _UNIT.parent_id.is_(None)
    amounts = [func.coalesce(_TOTAL[name], 0) for name in SUMS]
    query = (
        select(_UNIT.id.label("id"), _UNIT.path, _UNIT.kind, presence.valid_on(on).label("is_valid"), *_NAMES, *amounts)
        .select_from(_TABLES["unit"].outerjoin(_TABLES["unittotal"], is_last))
        .where(path_range(path), or_(_UNIT.kind == kind, is_top))
    )
    return {row.id: row for row in session.execute(query)}


def _holder(path: str, upper: Mapping[UUID, Any]) -> UUID | None:
    """The nearest of some units above a path."""
    return next((one for one in reversed([UUID(part) for part in path.split("/")[:-2]]) if one in upper), None)


def _add(parts: dict[UUID, list[int]], holder: UUID, amounts: Sequence[int], sign: int) -> None:
    found = parts.get(holder, (0,) * len(SUMS))
    parts[holder] = [one + sign * more for one, more in zip(found, amounts, strict=True)]


def _named(row: Any, amounts: Sequence[int]) -> Coverage:
    return Coverage(*row[4 : -len(SUMS)], *amounts)


def _moved(session: Session, path: str, on: date) -> list[tuple[str, str, Sequence[int]]]:
    """Residential units of a scope that hung under another ward on a day: that ward's path, their own now, their counts."""
    wards = {row.new_unit_id: row.old_unit_id for row in session.execute(_former_wards(on))}
    if not wards:  # most days, and a look at every unit's counts is dear
        return []
    former = _former_wards(on).subquery().c
    old = select(_UNIT.id, _UNIT.path).where(_UNIT.id.in_(select(former.old_unit_id)))
    paths = {row.id: row.path for row in session.execute(old)}
    units = _standing(path, [on], _UNIT.id, _UNIT.path).where(_UNIT.id.in_(select(former.new_unit_id)))
    return [(paths[wards[row[1]]], row[2], row[3:]) for row in session.execute(units)]


def _former_wards(on: date) -> Select[Any]:
    """Residential units with the ward they hung under on a day, where that was another: by the first transfer after it."""
    change, link = _TABLES["unitchange"], _TABLES["unitchangelink"]
    is_later = and_(change.c.kind == UnitChangeKind.TRANSFER, change.c.effective_on > on)
    moves = select(link.c.new_unit_id, link.c.old_unit_id, change.c.effective_on).join_from(
        link, change, and_(change.c.id == link.c.change_id, is_later)
    )
    each, other = moves.subquery().c, moves.subquery().c
    first = select(func.min(other.effective_on)).where(other.new_unit_id == each.new_unit_id)
    return select(each.new_unit_id, each.old_unit_id).where(each.effective_on == first.scalar_subquery())
