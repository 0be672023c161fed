"""Rollups: the daily counts of each residential unit, so that a figure reads one row a unit instead of every household.

A `UnitDay` row stands from its day until the next one, and is written in the transaction that changes a household or a
membership, and the totals above it (`services.totals`) with it. What it counts is the definition of design §4;
`services.figures.coverage_from_rows` computes the same without it.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, Subquery, case, func, literal, or_, select, union_all
from sqlmodel import Session

from core.bulk import batches
from models import GroupKind, Model
from services import presence, totals
from services.day_counts import COUNTS, NONE, Changes, days_of, put, stood
from services.presence import lasts

FOREVER = date.max
UNITS_AT_A_TIME = 200
ByUnit = dict[UUID, Changes]

_TABLES = Model.metadata.tables
_DAYS = _TABLES["unitday"]
_DAY, _HOME = _DAYS.c, _TABLES["household"].c
_PAST, _SPELL, _GROUP = _TABLES["householdpast"].c, _TABLES["membership"].c, _TABLES["chat_group"].c


def refresh(session: Session, *, unit_ids: Iterable[UUID], since: date | None = None) -> None:
    """Recount residential units from the day `since` on (None: all days), in the caller's transaction.

    Call it after the last write, with the first day the write changes: the day of joining, leaving or arriving; the day of
    arrival when the people or smartphones of a household were corrected; of units that begin or end, the day they do. On
    PostgreSQL the units and those above them stay locked until the end of the transaction, so that two writers cannot each
    count without the other's change.
    """
    session.flush()
    units = sorted(set(unit_ids))
    totals.lock(session, units)
    for ids in batches(units, UNITS_AT_A_TIME):
        _recount(session, ids, since)
    totals.add_up(session, unit_ids=units, since=since)


def repair(session: Session) -> list[UUID]:
    """Recount everything; the units whose rows were wrong until now. Empty when all was well."""
    ids = list(session.execute(select(_HOME.unit_id).union(select(_PAST.unit_id), select(_DAY.unit_id))).scalars())
    session.flush()
    totals.lock(session, ids)
    wrong = [unit_id for batch in batches(sorted(set(ids)), UNITS_AT_A_TIME) for unit_id in _recount(session, batch, None)]
    return wrong + totals.repair(session)


def differing(session: Session) -> tuple[int, list[UUID]]:
    """How many units were counted again, and those whose kept counts differ from it. Nothing is mended: `repair` does."""
    ids = list(session.execute(select(_HOME.unit_id).union(select(_PAST.unit_id), select(_DAY.unit_id))).scalars())
    session.flush()
    wrong: list[UUID] = []
    for some in batches(sorted(set(ids)), UNITS_AT_A_TIME):
        changes, found = _changes(session, some, None), stood(session, _DAYS, some, None).days
        wrong += [unit_id for unit_id in some if days_of(changes.get(unit_id, {}), NONE) != found.get(unit_id, [])]
    with session.begin_nested() as aside:  # what totals would be, written and taken back
        wrong += totals.repair(session)
        aside.rollback()
    return len(set(ids)), wrong


def _recount(session: Session, ids: Sequence[UUID], since: date | None) -> list[UUID]:
    """Bring the rows from `since` on in line; the units in which any was wrong."""
    own = stood(session, _DAYS, ids, since)
    changes = _from_day(session, ids, since) if since else _changes(session, ids, None)
    wanted = {unit_id: days_of(changes.get(unit_id, {}), own.before.get(unit_id, NONE)) for unit_id in ids}
    return list(put(session, _DAYS, wanted, own=own, since=since))


def _from_day(session: Session, ids: Sequence[UUID], since: date) -> ByUnit:
    """Like `_changes`, by one look at each household and membership; the sweep only where something happens after `since`."""
    stays = presence.spells(ids).subquery()
    is_home = (stays.c.started_on <= since) & lasts(stays.c.ended_on, since)
    is_in = is_home & presence.is_member(since) & presence.stands(since)
    homes = select(
        stays.c.unit_id,
        _amount(is_home, literal(1)), _amount(is_home, stays.c.people), _amount(is_home, stays.c.smartphones),
        _changes_after(since, stays.c.started_on, stays.c.ended_on),
    )  # fmt: skip
    spells = _with_groups(
        select(
            stays.c.unit_id, func.count(case((is_in, stays.c.household_id)).distinct()), _amount(is_in, _SPELL.people),
            _changes_after(since, _SPELL.joined_on, _SPELL.left_on, _GROUP.closed_on),
        ),
        stays,
    )  # fmt: skip
    counted = {row[0]: tuple(row[1:]) for row in session.execute(homes.group_by(stays.c.unit_id))}
    joined = {row[0]: tuple(row[1:]) for row in session.execute(spells.group_by(stays.c.unit_id))}
    changing = [unit_id for unit_id in ids if counted.get(unit_id, NONE)[3] or joined.get(unit_id, NONE)[2]]
    found: ByUnit = {unit_id: {since: (*counted.get(unit_id, NONE)[:3], *joined.get(unit_id, NONE)[:2])} for unit_id in ids}
    for unit_id, changes in (_changes(session, changing, since) if changing else {}).items():
        found[unit_id] = {since: NONE} | changes
    return found


def _changes(session: Session, ids: Sequence[UUID], since: date | None) -> ByUnit:
    """By unit and day, what the counts go up or down by; all that happened before `since` is gathered on that day."""
    homes, spells = _homes(ids, since), _spells(ids, since)
    stays = _stays(spells)
    events = union_all(
        _event(homes, homes.c.start, households=literal(1), people=homes.c.people, smartphones=homes.c.smartphones),
        _event(homes, homes.c.end, households=literal(-1), people=-homes.c.people, smartphones=-homes.c.smartphones),
        _event(spells, spells.c.start, people_joined=spells.c.people),
        _event(spells, spells.c.end, people_joined=-spells.c.people),
        _event(stays, stays.c.start, joined=literal(1)).where(stays.c.is_first),
        _event(stays, stays.c.end, joined=literal(-1)).where(stays.c.is_last),
    ).cte()
    sums = [func.sum(events.c[name]) for name in COUNTS]
    query = select(events.c.unit_id, events.c.day, *sums).where(events.c.day < FOREVER).group_by(events.c.unit_id, events.c.day)
    found: ByUnit = {}
    for row in session.execute(query):
        found.setdefault(row[0], {})[row[1]] = tuple(row[2:])
    return found


def _event(source: CTE, day: ColumnElement[date], **counts: ColumnElement[int]) -> Select[Any]:
    amounts = [counts.get(name, literal(0)).label(name) for name in COUNTS]
    return select(source.c.unit_id, day.label("day"), *amounts)


def _homes(ids: Sequence[UUID], since: date | None) -> CTE:
    """The days on which each household is present: from `start` until the day before `end`."""
    stays = presence.spells(ids).subquery().c
    query = select(stays.unit_id, stays.people, stays.smartphones)
    return _between(query, stays.started_on, func.coalesce(stays.ended_on, FOREVER), since).cte()


def _spells(ids: Sequence[UUID], since: date | None) -> CTE:
    """The days of each membership in a household group, while the household is present and the group open."""
    homes = presence.spells(ids).subquery()
    query = select(homes.c.unit_id, homes.c.household_id, _SPELL.id.label("spell_id"), _SPELL.people)
    left, moved, closed = (func.coalesce(day, FOREVER) for day in (_SPELL.left_on, homes.c.ended_on, _GROUP.closed_on))
    start = _later(_SPELL.joined_on, homes.c.started_on)
    return _between(_with_groups(query, homes), start, _earlier(_earlier(left, moved), closed), since).cte()


def _stays(spells: CTE) -> CTE:
    """Spells of one household in one unit that overlap or touch are one stay: which rows begin and which end one."""
    one = (spells.c.unit_id, spells.c.household_id)
    order = (spells.c.start, spells.c.end, spells.c.spell_id)
    latest = func.max(spells.c.end)
    rows = select(
        spells.c.unit_id,
        spells.c.start,
        latest.over(partition_by=one, order_by=order, rows=(None, 0)).label("end"),
        latest.over(partition_by=one, order_by=order, rows=(None, -1)).label("before"),
        func.lead(spells.c.start).over(partition_by=one, order_by=order).label("following"),
    ).cte()
    is_first = or_(rows.c.before.is_(None), rows.c.start > rows.c.before)
    is_last = or_(rows.c.following.is_(None), rows.c.following > rows.c.end)
    return select(rows.c.unit_id, rows.c.start, rows.c.end, is_first.label("is_first"), is_last.label("is_last")).cte()


def _with_groups(query: Select[Any], stays: Subquery) -> Select[Any]:
    """Stays of households with their memberships in household groups, of whatever unit."""
    spell, group = _TABLES["membership"], _TABLES["chat_group"]
    members = stays.join(spell, _SPELL.household_id == stays.c.household_id).join(group, _GROUP.id == _SPELL.group_id)
    return query.select_from(members).where(_GROUP.kind == GroupKind.HOUSEHOLD)


def _between(query: Select[Any], start: ColumnElement[date], end: ColumnElement[date], since: date | None) -> Select[Any]:
    if since is None:
        return query.add_columns(start.label("start"), end.label("end")).where(start < end)
    return query.add_columns(_later(start, literal(since)).label("start"), end.label("end")).where(start < end, end > since)


def _amount(condition: ColumnElement[bool], amount: ColumnElement[int]) -> ColumnElement[int]:
    return func.sum(case((condition, amount), else_=0))


def _changes_after(day: date, *columns: ColumnElement[Any]) -> ColumnElement[int]:
    return func.max(case((or_(*[column > day for column in columns]), 1), else_=0))


def _earlier(one: ColumnElement[date], other: ColumnElement[date]) -> ColumnElement[date]:
    return case((one < other, one), else_=other)


def _later(one: ColumnElement[date], other: ColumnElement[date]) -> ColumnElement[date]:
    return case((one > other, one), else_=other)
