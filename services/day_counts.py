"""Counts that stand from a day until the next row: how they are read, added up and written, for units and for totals."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Delete, Select, Table, Update, bindparam, delete, func, select, update
from sqlmodel import Session

from core import clock
from core.bulk import batches
from core.db import upsert
from core.ids import new_id
from core.sql_ids import NewIds
from models import Model

COUNTS = ("households", "people", "smartphones", "joined", "people_joined")  # the order within `Counts`
COUNTS_MORE = tuple(f"more_{name}" for name in COUNTS)
Counts = tuple[int, ...]
Days = list[tuple[date, Counts]]
Changes = dict[date, Counts]
NONE: Counts = (0,) * len(COUNTS)
AT_A_TIME = 200
_UNIT = Model.metadata.tables["unit"].c


@dataclass(frozen=True)
class Stood:
    """What was written until now from a day on, and what stood before."""

    before: dict[UUID, Counts] = field(default_factory=dict)
    days: dict[UUID, Days] = field(default_factory=dict)

    def of(self, unit_id: UUID, since: date | None) -> Days:
        """From `since` on, beginning with what stood before."""
        start = [(since, self.before[unit_id])] if since and unit_id in self.before else []
        return [*start, *self.days.get(unit_id, [])]


def days_of(changes: Mapping[date, Counts], before: Counts = NONE) -> Days:
    """Changes by day, from nothing, as the counts that stand from then on: a row only where they differ from those before."""
    counts, last, days = NONE, before, []
    for day in sorted(changes):
        counts = plus(counts, changes[day])
        if counts != last:
            days.append((day, counts))
            last = counts
    return days


def add_changes(found: Changes, days: Iterable[tuple[date, Counts]], sign: int = 1) -> None:
    """Add to `found` by how much the counts of `days`, in their order, go up and down."""
    last = NONE
    for day, counts in days:
        a, b, c, d, e = counts
        v, w, x, y, z = last
        change = (sign * (a - v), sign * (b - w), sign * (c - x), sign * (d - y), sign * (e - z))
        found[day] = plus(found[day], change) if day in found else change
        last = counts


def plus(one: Counts, other: Counts) -> Counts:
    """The sums; written out, for they are made by the ten thousand."""
    a, b, c, d, e = one
    v, w, x, y, z = other
    return a + v, b + w, c + x, d + y, e + z


def within(days: Days, since: date | None, until: date | None) -> Days:
    """The counts on the days from `since` until the day before `until`; nothing stands on the others."""
    standing = {max(day, since) if since else day: counts for day, counts in days}  # the last one before `since` stands then
    if until is not None:
        standing = {day: counts for day, counts in standing.items() if day < until}
        if standing:
            standing[until] = NONE
    return list(standing.items())


def stood(session: Session, table: Table, ids: Sequence[UUID], since: date | None) -> Stood:
    """The rows from `since` on (all), by unit, in their order, and what stands on the day before it."""
    found = Stood()
    for part in batches(ids, AT_A_TIME):
        query, told = (_since(table), {"ids": part, "since": since}) if since else (_every(table), {"ids": part})
        for row in session.execute(query, told):
            unit_id, day, counts = row[0], row[1], tuple(row[2:])
            if since and day < since:
                found.before[unit_id] = counts
            else:
                found.days.setdefault(unit_id, []).append((day, counts))
    return found


@cache
def _every(table: Table) -> Select[Any]:
    rows = select(table.c.unit_id, table.c.day, *[table.c[name] for name in COUNTS])
    return rows.where(table.c.unit_id.in_(bindparam("ids", expanding=True))).order_by(table.c.unit_id, table.c.day)


@cache
def _since(table: Table) -> Select[Any]:
    """Each unit is asked for its latest row before, by the index: over many years there are thousands."""
    since, earlier = bindparam("since", type_=table.c.day.type), table.alias().c
    latest = select(func.max(earlier.day)).where(earlier.unit_id == _UNIT.id, earlier.day < since).scalar_subquery()
    first = select(_UNIT.id, func.coalesce(latest, since).label("day")).where(_UNIT.id.in_(bindparam("ids", expanding=True)))
    start = first.subquery().c
    return (
        select(table.c.unit_id, table.c.day, *[table.c[name] for name in COUNTS])
        .where(table.c.unit_id == start.id, table.c.day >= start.day)
        .order_by(table.c.unit_id, table.c.day)
    )


def put(session: Session, table: Table, wanted: Mapping[UUID, Days], *, own: Stood, since: date | None) -> dict[UUID, Changes]:
    """Write what differs from what stood from `since` on; by unit where anything did, what was gained or lost."""
    gained: dict[UUID, Changes] = {}
    rows: list[dict[str, Any]] = []
    gone: list[dict[str, Any]] = []
    for unit_id, days in wanted.items():
        until_now = own.days.get(unit_id, [])
        if days == until_now:
            continue
        changes: Changes = {}
        start = [(since, own.before.get(unit_id, NONE))] if since else []
        add_changes(changes, [*start, *days])
        add_changes(changes, [*start, *until_now], -1)
        gained[unit_id] = {day: change for day, change in changes.items() if change != NONE}
        known = set(until_now)
        rows += [
            {"unit_id": unit_id, "day": day, **dict(zip(COUNTS, counts, strict=True))}
            for day, counts in days
            if (day, counts) not in known
        ]
        gone += [{"its_unit": unit_id, "its_day": day} for day in {day for day, _ in until_now} - {day for day, _ in days}]
    if gone:
        session.execute(_row_of(table), gone)
    made = {"id": NewIds(), "created_at": clock.now()}
    upsert(session, table, rows, key=("unit_id", "day"), replace=COUNTS, of_each=made)
    return gained


@cache
def _row_of(table: Table) -> Delete:
    return delete(table).where(table.c.unit_id == bindparam("its_unit"), table.c.day == bindparam("its_day"))


def raise_by(session: Session, table: Table, gained: Mapping[UUID, Changes]) -> None:
    """As `add`, for few days: each is one look and one step up or down of all that stands from then on, however much that is.

    On every day there is at least one look, also where nothing was gained.
    """
    days = sorted({day for changes in gained.values() for day in changes}) or [clock.today()]
    for day in days:
        changed = {unit_id: changes[day] for unit_id, changes in gained.items() if changes.get(day, NONE) != NONE}
        rows, gone, later = [], [], []
        for row in session.execute(_around(table), {"ids": sorted(changed or gained), "since": day}):
            if row.id not in changed:
                continue
            before = tuple(row[3:8]) if row.before_day else NONE
            has_row = row[8] is not None
            counts = plus(tuple(row[8:13]) if has_row else before, changed[row.id])
            if counts != before:
                made = {"id": new_id(), "created_at": clock.now(), "unit_id": row.id, "day": day}
                rows.append(made | dict(zip(COUNTS, counts, strict=True)))
            elif has_row:
                gone.append({"its_unit": row.id, "its_day": day})
            if row.last_day and row.last_day > day:
                later.append({"its_unit": row.id, "its_day": day, **dict(zip(COUNTS_MORE, changed[row.id], strict=True))})
        upsert(session, table, rows, key=("unit_id", "day"), replace=COUNTS)
        if gone:
            session.execute(_row_of(table), gone)
        if later:
            session.execute(_step(table), later)


@cache
def _around(table: Table) -> Select[Any]:
    """Of each unit the day before, the last day there is, what stood before, and what stands from the day on if it has a row."""
    since, own = bindparam("since", type_=table.c.day.type), table.alias().c
    latest = select(func.max(own.day)).where(own.unit_id == _UNIT.id).correlate(Model.metadata.tables["unit"])
    before_day = latest.where(own.day < since).scalar_subquery().label("before_day")
    place = select(_UNIT.id, before_day, latest.scalar_subquery().label("last_day"))
    unit = place.where(_UNIT.id.in_(bindparam("ids", expanding=True))).subquery()
    before, at = table.alias(), table.alias()
    rows = unit.outerjoin(before, (before.c.unit_id == unit.c.id) & (before.c.day == unit.c.before_day))
    rows = rows.outerjoin(at, (at.c.unit_id == unit.c.id) & (at.c.day == since))
    counts = [one.c[name].label(f"{name}_{at_}") for at_, one in enumerate((before, at)) for name in COUNTS]
    return select(unit, *counts).select_from(rows)


@cache
def _step(table: Table) -> Update:
    is_later = (table.c.unit_id == bindparam("its_unit")) & (table.c.day > bindparam("its_day"))
    more = {name: table.c[name] + bindparam(by) for name, by in zip(COUNTS, COUNTS_MORE, strict=True)}
    return update(table).where(is_later).values(more)


def add(session: Session, table: Table, gained: Mapping[UUID, Changes], *, since: date | None) -> None:
    """Add to what stands from `since` on (all) what units gained or lost on that day and later."""
    own = stood(session, table, sorted(gained), since)
    wanted = {}
    for unit_id, changes in gained.items():
        summed = dict(changes)
        add_changes(summed, own.of(unit_id, since))
        wanted[unit_id] = days_of(summed, own.before.get(unit_id, NONE))
    put(session, table, wanted, own=own, since=since)
