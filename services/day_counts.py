"""Counts that stand from a day until the next row: how they are read, added up and written, for units and for totals."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Table, func, insert, select
from sqlmodel import Session

from core import clock
from core.sql_ids import NewIds

COUNTS = ("households", "people", "smartphones", "joined", "people_joined")  # the order within `Counts`
Counts = tuple[int, ...]
Days = list[tuple[date, Counts]]
Changes = dict[date, Counts]
NONE: Counts = (0,) * len(COUNTS)


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


def standing(session: Session, table: Table, ids: Sequence[UUID], since: date) -> dict[UUID, Counts]:
    """The counts that stand on the day before `since`."""
    earlier = table.alias().c
    latest = select(func.max(earlier.day)).where(earlier.unit_id == table.c.unit_id, earlier.day < since)
    query = _rows(table, ids).where(table.c.day == latest.scalar_subquery())
    return {row[0]: tuple(row[2:]) for row in session.execute(query)}


def stored(session: Session, table: Table, ids: Sequence[UUID], since: date | None) -> dict[UUID, Days]:
    """The rows from `since` on (all), by unit, in their order."""
    query = _rows(table, ids).order_by(table.c.day)
    found: dict[UUID, Days] = {}
    for row in session.execute(query if since is None else query.where(table.c.day >= since)):
        found.setdefault(row[0], []).append((row[1], tuple(row[2:])))
    return found


def write(session: Session, table: Table, wanted: Mapping[UUID, Days], since: date | None) -> None:
    """Put these rows in the place of those that stand from `since` on."""
    stale = table.c.unit_id.in_(list(wanted))
    session.execute(table.delete().where(stale if since is None else stale & (table.c.day >= since)))
    rows = [
        {"unit_id": unit_id, "day": day, **dict(zip(COUNTS, counts, strict=True))}
        for unit_id, days in wanted.items()
        for day, counts in days
    ]
    if rows:
        session.execute(insert(table).values(id=NewIds(), created_at=clock.now()), rows)


def _rows(table: Table, ids: Sequence[UUID]) -> Select[Any]:
    return select(table.c.unit_id, table.c.day, *[table.c[name] for name in COUNTS]).where(table.c.unit_id.in_(ids))
