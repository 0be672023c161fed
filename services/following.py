"""Following a change: what is written about a few households is added to the daily counts, and nobody else is counted again.

`services.rollups.refresh` counts every household of a unit from a day on. Where somebody joins or leaves a chat, which happens by
the hundred a second on a busy evening, that is a hundred times the work: here the days of these households are read before and
after the write, and the difference is added to the rows of their units and of all above, in the same transaction. What a
household counts is the definition of design §4, as in `services.rollups`; a property test holds the two together.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, Subquery, select
from sqlmodel import Session

from core.bulk import named_ids, told_ids
from core.one_way import Question, asked
from models import GroupKind, Model
from services import day_steps, presence, totals
from services.day_counts import NONE, Changes, Counts, plus

ByUnit = dict[UUID, Changes]
Span = tuple[date, date]  # from a day until the day before the other

_TABLES = Model.metadata.tables
_DAYS, _TOTALS = _TABLES["unitday"], _TABLES["unittotal"]
_SPELL, _GROUP = _TABLES["membership"].c, _TABLES["chat_group"].c
_NEVER = date.max


@contextmanager
def changes(session: Session, *, household_ids: Collection[UUID]) -> Iterator[None]:
    """Add to the counts what the block changes about these households: their people and phones, who joins a chat and who leaves.

    The block may not take a household to another unit, nor change a unit or a group: `rollups.refresh` counts those anew. On
    PostgreSQL the units and those above them stay locked until the end of the transaction, as `refresh` keeps them.
    """
    session.flush()
    dialect = session.get_bind().dialect.name
    homes = {"homes": told_ids(dialect, sorted(set(household_ids)))}
    lives = Question(_lives(dialect), homes)
    tree, found = totals.held_above(session, paths=Question(_places(dialect), homes), then=lives)
    before = _counted(found)
    yield
    session.flush()
    gained = _less(_counted(*asked(session, lives)), before)
    if not gained.keys() <= before.keys():
        raise ValueError("a household came to another unit: what is there has to be counted anew")
    of_all = {unit_id: gained.get(unit_id, {}) for unit_id in before}  # how long it takes tells nobody that nothing was gained
    day_steps.raise_all(session, {_DAYS: of_all, _TOTALS: totals.passed_on(of_all, tree=tree)})


@cache
def _places(dialect: str) -> Select[Any]:
    """The paths of the units where these households live or lived."""
    stays, unit = _stays(dialect), _TABLES["unit"]
    return select(unit.c.path).select_from(stays.join(unit, unit.c.id == stays.c.unit_id))


def _stays(dialect: str) -> Subquery:
    return presence.spells(household_ids=named_ids(dialect, "homes")).subquery()


@cache
def _lives(dialect: str) -> Select[Any]:
    """Every stay of these households, beside each of their memberships; `is_counted` where it is in a household group."""
    stays, spell, group = _stays(dialect), _TABLES["membership"], _TABLES["chat_group"]
    lives = stays.outerjoin(spell, _SPELL.household_id == stays.c.household_id).outerjoin(group, _GROUP.id == _SPELL.group_id)
    is_counted = (_GROUP.kind == GroupKind.HOUSEHOLD).label("is_counted")
    return select(
        stays, is_counted, _SPELL.people.label("in_chat"), _SPELL.joined_on, _SPELL.left_on, _GROUP.closed_on
    ).select_from(lives)


def _counted(lives: Iterable[Any]) -> ByUnit:
    """By unit where they live or lived, and by day, what the counts go up or down by because of these households."""
    found: ByUnit = {}
    stays, joined = dict[tuple[Any, ...], None](), dict[tuple[UUID, UUID], list[Span]]()
    for row in lives:
        stay = (row.unit_id, row.household_id, row.started_on, row.ended_on or _NEVER, row.people, row.smartphones)
        stays[stay] = None
        found.setdefault(row.unit_id, {})
        span = _span_in_chat(row)
        if span[0] < span[1]:
            joined.setdefault((row.unit_id, row.household_id), []).append(span)
            _note(found, row.unit_id, span, (0, 0, 0, 0, row.in_chat))
    for unit_id, _home, start, end, people, smartphones in stays:
        _note(found, unit_id, (start, end), (1, people, smartphones, 0, 0))
    for (unit_id, _home), spans in joined.items():
        for span in _together(spans):
            _note(found, unit_id, span, (0, 0, 0, 1, 0))
    return found


def _span_in_chat(row: Row[Any]) -> Span:
    """While the household is here, in the group, and the group is open; none where it is not in a group that counts."""
    if not row.is_counted:
        return _NEVER, _NEVER
    return max(row.joined_on, row.started_on), min(day or _NEVER for day in (row.left_on, row.ended_on, row.closed_on))


def _together(spans: Sequence[Span]) -> Iterator[Span]:
    """Those that overlap or touch as one."""
    start, end = min(spans)
    for one in sorted(spans):
        if one[0] > end:
            yield start, end
            start, end = one
        end = max(end, one[1])
    yield start, end


def _note(found: ByUnit, unit_id: UUID, span: Span, counts: Counts) -> None:
    start, end = span
    if start >= end:
        return
    days = found[unit_id]
    days[start] = plus(days.get(start, NONE), counts)
    if end < _NEVER:
        days[end] = plus(days.get(end, NONE), _negative(counts))


def _negative(counts: Counts) -> Counts:
    return tuple(-count for count in counts)


def _less(after: ByUnit, before: ByUnit) -> ByUnit:
    gained: ByUnit = {unit_id: dict(days) for unit_id, days in after.items()}
    for unit_id, days in before.items():
        own = gained.setdefault(unit_id, {})
        for day, counts in days.items():
            own[day] = plus(own.get(day, NONE), _negative(counts))
    left = {unit_id: {day: one for day, one in days.items() if one != NONE} for unit_id, days in gained.items()}
    return {unit_id: days for unit_id, days in left.items() if days}
