"""Counts that stand from a day on are raised in several tables at once.

Where each statement takes its way to a server and back, all is one statement. SQLite is asked table by table: it is no way off.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from itertools import zip_longest
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CTE,
    Date,
    Executable,
    Integer,
    String,
    Table,
    Uuid,
    bindparam,
    cast,
    delete,
    exists,
    false,
    func,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.types import TypeEngine
from sqlmodel import Session

from core import clock
from core.ids import new_id
from models.base import Instant
from services.day_counts import COUNTS, NONE, Changes, plus, raise_by

_MORE, _RAISED = tuple(f"more_{name}" for name in COUNTS), tuple(f"raised_{name}" for name in COUNTS)
_NUMBERS = dict.fromkeys((*_MORE, *_RAISED), Integer())
_KINDS: dict[str, TypeEngine[Any]] = {"id": Uuid(), "unit_id": Uuid(), "day": Date(), "until": Date(), **_NUMBERS}
_now = bindparam("now", type_=Instant())


def raise_all(session: Session, gained: Mapping[Table, Mapping[UUID, Changes]]) -> None:
    """Add to what stands in each table what units gained or lost from a day on. Something is asked even where nothing was."""
    if session.get_bind().dialect.name == "sqlite":
        for table, changes in gained.items():
            raise_by(session, table, changes)
        return
    told: dict[str, Any] = {"now": clock.now()}
    for table, changes in gained.items():
        rows = [" ".join(map(str, row)) for row in _rows(changes)]
        told |= {table.name: ";".join(rows), _most(table): len(rows)}
    session.execute(_raising(tuple(gained)), told)


def _rows(gained: Mapping[UUID, Changes]) -> Iterator[tuple[Any, ...]]:
    """From a day until the next: what the day itself brings, and by how much all is higher or lower by then."""
    for unit_id, changes in gained.items():
        days, raised = sorted(day for day in changes if changes[day] != NONE), NONE
        for day, following in zip_longest(days, days[1:]):
            raised = plus(raised, changes[day])
            yield new_id(), unit_id, str(day), str(following or date.max), *changes[day], *raised


def _most(table: Table) -> str:
    return f"{table.name}_most"


@cache
def _raising(tables: tuple[Table, ...]) -> Executable:
    return select(_now).add_cte(*[write for table in tables for write in _writes(table)])


def _writes(table: Table) -> list[CTE]:
    """What says nothing new any more goes, days that had no row get one, all others from there on are raised."""
    rows = _beside(table).c
    is_later = rows.has_later & (table.c.unit_id == rows.unit_id) & (table.c.day > rows.day) & (table.c.day < rows.until)
    raised = {name: table.c[name] + rows[more] for name, more in zip(COUNTS, _RAISED, strict=True)}
    new = [rows[name] + rows[more] for name, more in zip(COUNTS, _RAISED, strict=True)]
    fresh = select(rows.id, _now, rows.unit_id, rows.day, *new).where(rows.own_id.is_(None))
    columns = ["id", "created_at", "unit_id", "day", *COUNTS]
    return [
        delete(table).where(table.c.id == rows.own_id, ~rows.says).cte(f"{table.name}_gone"),
        update(table).where(table.c.id == rows.own_id, rows.says).values(raised).cte(f"{table.name}_raised"),
        update(table).where(is_later).values(raised).cte(f"{table.name}_raised_later"),
        insert(table).from_select(columns, fresh, include_defaults=False).cte(f"{table.name}_new"),
    ]


def _given(table: Table) -> CTE:
    """As `_rows`, each cut once. How many there are is told too: the planner would take every row of the table for many."""
    line = func.unnest(func.string_to_array(bindparam(table.name, type_=String()), ";")).column_valued("line")
    cut = func.string_to_array(line, " ", type_=ARRAY(String)).label("cells")
    cells = select(cut).limit(bindparam(_most(table), type_=Integer())).subquery().c.cells
    return select(*[cast(cells[n + 1], kind).label(name) for n, (name, kind) in enumerate(_KINDS.items())]).cte(
        f"{table.name}_given"
    )


def _beside(table: Table) -> CTE:
    """What was given, beside what stood on the day before, and its own row if there is one; `says` if that will differ."""
    told, earlier, own, later = _given(table), table.alias(), table.alias(), table.alias()
    before = (
        select(*[earlier.c[name] for name in COUNTS])
        .where(earlier.c.unit_id == told.c.unit_id, earlier.c.day < told.c.day)
        .order_by(earlier.c.day.desc())
        .limit(1)
        .lateral()
    )
    joined = told.outerjoin(before, true()).outerjoin(own, (own.c.unit_id == told.c.unit_id) & (own.c.day == told.c.day))
    stood = {name: func.coalesce(before.c[name], 0) for name in COUNTS}
    differs = [own.c[name] + told.c[more] != stood[name] for name, more in zip(COUNTS, _MORE, strict=True)]
    says = func.coalesce(or_(*differs), false()).label("says")
    raised = [told.c[name] for name in _RAISED]
    has_later = exists().where(later.c.unit_id == told.c.unit_id, later.c.day > told.c.day).label("has_later")
    first = [told.c.id, told.c.unit_id, told.c.day, told.c.until, own.c.id.label("own_id"), says, has_later]
    return (
        select(*first, *raised, *[one.label(name) for name, one in stood.items()]).select_from(joined).cte(f"{table.name}_beside")
    )
