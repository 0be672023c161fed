"""Totals: the daily counts of wards and provinces, so that a figure of the nation reads 34 rows a day and not 33,000.

A `UnitTotal` row is the sum of the residential units that hang below a unit now, each on the days it is valid. It is written by
`services.rollups` in the transaction that changes a count: the unit just above is added up anew, what it gained or lost is added
to those above it. Whoever hangs a unit elsewhere calls `recount`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Uuid, bindparam, cast, func, or_, select
from sqlmodel import Session

from core.bulk import batches
from core.one_way import Question, asked
from models import Model, UnitKind, lineage
from services.access import path_range
from services.day_counts import NONE, Changes, add, add_changes, days_of, plus, put, stood, within

AT_A_TIME = 200
PLACES_AT_A_TIME = 50
_TABLES = Model.metadata.tables
_DAYS, _TOTALS = _TABLES["unitday"], _TABLES["unittotal"]
_UNIT = _TABLES["unit"].c
Tree = Mapping[UUID, Any]  # units with path, first and last day, and whether they have totals


@dataclass(frozen=True)
class _Place:
    """A unit that has totals, and what they are the sum of: totals of places below it, counts of residential units."""

    id: UUID
    path: str
    places: list[UUID] = field(default_factory=list)
    units: list[tuple[UUID, date | None, date | None]] = field(default_factory=list)


def add_up(session: Session, *, unit_ids: Iterable[UUID], since: date | None) -> None:
    """Bring all that is above these residential units in line with their counts from the day `since` on (None: all days)."""
    paths = [row.path for part in batches(sorted(set(unit_ids)), AT_A_TIME) for row in session.execute(_paths(part))]
    above = _places(session, {part for path in paths for part in lineage(path)})
    anew = _anew(paths, above)
    _attach(session, anew)
    passed_on: dict[UUID, Changes] = {}
    for place_id, changes in _settle_from_below(session, anew, since).items():
        for upper in reversed(lineage(anew[place_id].path)[:-1]):
            if upper in anew:  # added up anew itself, with this one
                break
            if upper in above:
                _add(passed_on.setdefault(upper, {}), changes)
    add(session, _TOTALS, passed_on, since=since)


def passed_on(gained: Mapping[UUID, Changes], *, tree: Tree) -> dict[UUID, Changes]:
    """What all that is above these residential units gains or loses by what each gained or lost on the days it is valid."""
    found: dict[UUID, Changes] = {}
    for unit_id, changes in gained.items():
        place = tree[unit_id]
        own: Changes = changes
        if place.valid_from or place.valid_to:
            own = {}
            add_changes(own, within(days_of(changes), place.valid_from, place.valid_to))
        for upper in lineage(place.path):
            if tree[upper].has_totals:
                _add(found.setdefault(upper, {}), own)
    return found


def recount(session: Session, *, unit_ids: Iterable[UUID]) -> list[UUID]:
    """Add these units and all above them up anew, the lowest first; those that were wrong until now."""
    paths = [row.path for part in batches(sorted(set(unit_ids)), AT_A_TIME) for row in session.execute(_paths(part))]
    places = _places(session, {part for path in paths for part in lineage(path)})
    _attach(session, places)
    return list(_settle_from_below(session, places, None))


def repair(session: Session) -> list[UUID]:
    """Add everything up anew; the units whose totals were wrong until now."""
    stale = select(_TOTALS.c.unit_id).join(_TABLES["unit"], _UNIT.id == _TOTALS.c.unit_id).where(~_has_totals())
    wrong = list(session.execute(stale.distinct()).scalars())
    put(session, _TOTALS, {unit_id: [] for unit_id in wrong}, own=stood(session, _TOTALS, wrong, None), since=None)
    return wrong + recount(session, unit_ids=session.execute(select(_UNIT.id).where(_has_totals())).scalars())


def lock(session: Session, unit_ids: Sequence[UUID]) -> None:
    """On PostgreSQL hold these units and all above them until the end, from above: nobody waits for one who waits for them."""
    if _has_many_writers(session):
        held(session, [row.path for part in batches(unit_ids, AT_A_TIME) for row in session.execute(_paths(part))])


def held(session: Session, paths: Iterable[str]) -> Tree:
    """The units with these paths and all above them, by id, held as `lock` does."""
    found: dict[UUID, Row[Any]] = {}
    for part in batches(sorted({one for path in paths for one in lineage(path)}), AT_A_TIME):
        found |= {row.id: row for row in session.execute(_held(is_locked=_has_many_writers(session)), {"ids": part})}
    return found


def held_above(session: Session, *, paths: Question, then: Question) -> tuple[Tree, Sequence[Any]]:
    """As `held`, of the paths that a question finds, and the rows of what is asked then: on PostgreSQL all in one way."""
    if not _has_many_writers(session):
        found, rows = asked(session, paths, then)
        return held(session, [row.path for row in found]), rows
    found, rows = asked(session, Question(_held_above(paths.statement), paths.told), then)
    return {row.id: row for row in found}, rows


@cache
def _held(*, is_locked: bool) -> Select[Any]:
    own = _in_order(_UNIT.id.in_(bindparam("ids", expanding=True)))
    return own.with_for_update(key_share=True) if is_locked else own


@cache
def _held_above(paths: Select[Any]) -> Select[Any]:
    part = func.unnest(func.string_to_array(func.btrim(paths.subquery().c.path, "/"), "/"))
    return _in_order(_UNIT.id.in_(select(cast(part, Uuid)))).with_for_update(key_share=True)


def _in_order(wanted: ColumnElement[bool]) -> Select[Any]:
    own = select(_UNIT.id, _UNIT.path, _UNIT.valid_from, _UNIT.valid_to, _has_totals().label("has_totals"))
    return own.where(wanted).order_by(_UNIT.path)


def _has_many_writers(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"  # SQLite has one writer anyway


def _has_totals() -> ColumnElement[bool]:
    return or_(_UNIT.kind != UnitKind.RESIDENTIAL, _UNIT.parent_id.is_(None))


def _paths(ids: Sequence[UUID]) -> Select[Any]:
    return select(_UNIT.path).where(_UNIT.id.in_(ids))


def _places(session: Session, ids: Iterable[UUID]) -> dict[UUID, _Place]:
    found: dict[UUID, _Place] = {}
    for part in batches(sorted(ids), AT_A_TIME):
        query = select(_UNIT.id, _UNIT.path).where(_UNIT.id.in_(part), _has_totals())
        found |= {row.id: _Place(row.id, row.path) for row in session.execute(query)}
    return found


def _anew(paths: Sequence[str], above: dict[UUID, _Place]) -> dict[UUID, _Place]:
    """The nearest place above each, and all between one of these and another: what is added up anew."""
    chains = {path: [one for one in lineage(path) if one in above] for path in paths}
    nearest = {chain[-1] for chain in chains.values() if chain}
    between = set()
    for chain in chains.values():
        first = next((place for place, one in enumerate(chain) if one in nearest), len(chain))
        between |= set(chain[first:])
    return {one: above[one] for one in nearest | between}


def _attach(session: Session, places: dict[UUID, _Place]) -> None:
    """Give each place what stands right below it."""
    columns = (_UNIT.id, _UNIT.path, _UNIT.valid_from, _UNIT.valid_to, _UNIT.kind, _has_totals().label("has_totals"))
    for part in map(set, batches(sorted(places, key=lambda one: places[one].path), AT_A_TIME)):
        ranges = or_(*[path_range(places[one].path) for one in part])
        rows = session.execute(select(*columns).where(ranges)).all()
        upper = {row.id for row in rows if row.has_totals}
        for row in rows:
            above = next((one for one in reversed(lineage(row.path)[:-1]) if one in upper), None)
            holder = row.id if row.has_totals else above
            if row.kind == UnitKind.RESIDENTIAL and holder in part:
                places[holder].units.append((row.id, row.valid_from, row.valid_to))
            if row.has_totals and above in part:
                places[above].places.append(row.id)


def _settle_from_below(session: Session, places: dict[UUID, _Place], since: date | None) -> dict[UUID, Changes]:
    gained: dict[UUID, Changes] = {}
    for depth in sorted({len(place.path) for place in places.values()}, reverse=True):
        gained |= _settle(session, [place for place in places.values() if len(place.path) == depth], since)
    return gained


def _settle(session: Session, places: Sequence[_Place], since: date | None) -> dict[UUID, Changes]:
    """Add places up anew from `since` on; what those gained or lost whose totals were wrong."""
    gained: dict[UUID, Changes] = {}
    for some in batches(places, PLACES_AT_A_TIME):
        units = stood(session, _DAYS, [unit_id for place in some for unit_id, _first, _end in place.units], since)
        below = stood(session, _TOTALS, [one for place in some for one in place.places], since)
        own = stood(session, _TOTALS, [place.id for place in some], since)
        wanted = {}
        for place in some:
            changes: Changes = {since: NONE} if since else {}
            for unit_id, first, end in place.units:
                add_changes(changes, within(units.of(unit_id, since), first, end))
            for one in place.places:
                add_changes(changes, below.of(one, since))
            wanted[place.id] = days_of(changes, own.before.get(place.id, NONE))
        gained |= put(session, _TOTALS, wanted, own=own, since=since)
    return gained


def _add(found: Changes, changes: Changes) -> None:
    for day, change in changes.items():
        found[day] = plus(found.get(day, NONE), change)
