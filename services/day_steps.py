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
    case,
    cast,
    delete,
    exists,
    func,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import array, insert
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.expression import literal_column
from sqlalchemy.types import TypeEngine
from sqlmodel import Session

from core import clock
from core.one_way import Question, asked
from core.sql_ids import NewIds, stamped
from models.base import Instant
from services.day_counts import COUNTS, NONE, Changes, Counts, plus, raise_by

_LIST = ARRAY(Integer())  # counts in the order of `COUNTS`
_SPAN: dict[str, TypeEngine[Any]] = {"unit": Uuid(), "day": Date(), "until": Date()}
_KINDS = _SPAN | {"more": _LIST, "raised": _LIST}
_now, _stamp, _nothing = bindparam("now", type_=Instant()), bindparam("stamp", type_=String()), bindparam("nothing", type_=_LIST)


def raise_all(session: Session, gained: Mapping[Table, Mapping[UUID, Changes]]) -> None:
    """Add to what stands in each table what units gained or lost from a day on. Something is asked even where nothing was."""
    if session.get_bind().dialect.name == "sqlite":
        for table, changes in gained.items():
            raise_by(session, table, changes)
        return
    told: dict[str, Any] = {"now": clock.now(), "stamp": stamped(), "nothing": list(NONE)}
    for table, changes in gained.items():
        rows = list(_rows(changes))
        told |= {table.name: ";".join(rows), _most(table): len(rows)}
    asked(session, Question(_raising(tuple(gained)), told))


def _rows(gained: Mapping[UUID, Changes]) -> Iterator[str]:
    """From a day until the next: what the day itself brings, and by how much all is higher or lower by then."""
    for unit_id, changes in gained.items():
        days, raised = sorted(day for day in changes if changes[day] != NONE), NONE
        for day, following in zip_longest(days, days[1:]):
            raised = plus(raised, changes[day])
            yield f"{unit_id} {day} {following or date.max} {_listed(changes[day])} {_listed(raised)}"


def _listed(counts: Counts) -> str:
    return f"{{{','.join(map(str, counts))}}}"


def _most(table: Table) -> str:
    return f"{table.name}_most"


@cache
def _raising(tables: tuple[Table, ...]) -> Executable:
    """Kept short: the driver reads a statement of more than 4,096 letters anew each time it is said."""
    return select(_now).add_cte(*[write for number, table in enumerate(tables) for write in _writes(table, number)])


def _writes(table: Table, number: int) -> list[CTE]:
    """What says nothing new any more goes, what does is written, all from there on are raised."""
    rows = _beside(table, number).c
    is_later = rows.has_later & (table.c.unit_id == rows.unit) & (table.c.day > rows.day) & (table.c.day < rows.until)
    raised = {name: table.c[name] + _of(rows.raised, name) for name in COUNTS}
    stands = [_of(rows.stands, name) + _of(rows.raised, name) for name in COUNTS]
    said = select(NewIds(_stamp), _now, rows.unit, rows.day, *stands).where(rows.own.is_(None) | rows.says)
    put = insert(table).from_select(["id", "created_at", "unit_id", "day", *COUNTS], said, include_defaults=False)
    return [
        delete(table).where(table.c.id == rows.own, ~rows.says).cte(f"gone{number}"),
        update(table).where(is_later).values(raised).cte(f"later{number}"),
        put.on_conflict_do_update(
            index_elements=[table.c.unit_id, table.c.day], set_={name: put.excluded[name] for name in COUNTS}
        ).cte(f"put{number}"),
    ]


def _of(counts: ColumnElement[Any], name: str) -> ColumnElement[int]:
    return counts[_place(COUNTS.index(name))]


def _place(n: int) -> ColumnElement[int]:
    """In an array, said in the statement itself."""
    return literal_column(str(n + 1), Integer())


def _given(table: Table, number: int) -> CTE:
    """As `_rows`, each cut once. How many there are is told too: the planner would take every row of the table for many."""
    line = func.unnest(func.string_to_array(bindparam(table.name, type_=String()), ";")).column_valued("line")
    cut = func.string_to_array(line, " ", type_=ARRAY(String)).label("cells")
    cells = select(cut).limit(bindparam(_most(table), type_=Integer())).subquery(f"cut{number}").c.cells
    return select(*[cast(cells[_place(n)], kind).label(name) for n, (name, kind) in enumerate(_KINDS.items())]).cte(
        f"told{number}"
    )


def _beside(table: Table, number: int) -> CTE:
    """What was given, beside what stands on its day (`own`: the row of that very day), and `says` if that will differ from the
    day before it.
    """
    told, earlier, today, later = _given(table, number), table.alias("e"), table.alias("t"), table.alias("l")
    before = (
        select(array([earlier.c[name] for name in COUNTS]).label("counts"))
        .where(earlier.c.unit_id == told.c.unit, earlier.c.day < told.c.day)
        .order_by(earlier.c.day.desc())
        .limit(_place(0))
        .lateral("b")
    )
    joined = told.outerjoin(before, true()).outerjoin(today, (today.c.unit_id == told.c.unit) & (today.c.day == told.c.day))
    was = func.coalesce(before.c.counts, _nothing, type_=_LIST)
    stands = case((today.c.id.is_(None), was), else_=array([today.c[name] for name in COUNTS]))
    becomes = array([today.c[name] + _of(told.c.more, name) for name in COUNTS])
    has_later = exists().where(later.c.unit_id == told.c.unit, later.c.day > told.c.day)
    columns = {"own": today.c.id, "says": becomes != was, "stands": stands, "has_later": has_later}
    kept = [told.c[name] for name in ("unit", "day", "until", "raised")]
    return select(*kept, *[one.label(name) for name, one in columns.items()]).select_from(joined).cte(f"beside{number}")
