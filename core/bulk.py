"""Many rows into one table, past what SQLAlchemy Core does for each of them: three times faster on SQLite.

The statement is compiled once, and a value that is the same in many rows (a day, a unit) is put into the driver's form once. To
PostgreSQL they go as one statement, column by column: each of its own would wake the table's triggers anew.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    JSON,
    ColumnElement,
    Executable,
    Select,
    String,
    Subquery,
    Table,
    Uuid,
    bindparam,
    cast,
    column,
    func,
    insert,
    select,
    true,
    type_coerce,
)
from sqlalchemy import table as bare_table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.types import TypeEngine
from sqlmodel import Session

from core.one_way import Question

Item = TypeVar("Item")


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """A long row of things in parts of so many, so that memory, or a statement, holds one part at a time."""
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch


class BulkInsert:
    """Inserts dictionaries of the named columns, whose values are already in the driver's form (`encode`).

    Defaults that a model makes in Python do not count here: every column that may not be null has to be named.
    """

    def __init__(self, session: Session, table: Table, columns: Sequence[str]) -> None:
        self._session = session
        own = session.get_bind().dialect
        self._columns, self._is_sqlite = columns, own.name == "sqlite"
        kinds = {name: table.c[name].type for name in columns}
        bare = bare_table(table.name, *(column(name, kind) for name, kind in kinds.items()))  # no defaults made in Python
        if self._is_sqlite:  # sqlite3 takes dictionaries by names, but SQLAlchemy asks it for places
            self._statement = str(insert(bare).compile(dialect=sqlite_dialect(paramstyle="named")))
        else:
            lists = [cast(bindparam(name), ARRAY(kind)) for name, kind in kinds.items()]
            rows = func.unnest(*lists).table_valued(*columns).render_derived()
            self._statement = str(insert(bare).from_select(columns, select(rows)).compile(dialect=own))
        self._encoders: dict[str, Callable[[Any], Any] | None] = {
            name: table.c[name].type.dialect_impl(own).bind_processor(own) for name in columns
        }

    def encode(self, column: str, value: Any) -> Any:
        """A value as the driver takes it in this column."""
        encoder = self._encoders[column]
        return encoder(value) if encoder else value

    def write(self, rows: Sequence[dict[str, Any]]) -> None:
        """Insert the rows; none of them is checked here but by the database."""
        if rows and self._is_sqlite:
            self._session.connection().exec_driver_sql(self._statement, list(rows))
        elif rows:
            lists = {name: [row[name] for row in rows] for name in self._columns}
            self._session.connection().exec_driver_sql(self._statement, lists)


def given(dialect: str, name: str, columns: Mapping[str, TypeEngine[Any]]) -> Subquery:
    """Rows that a statement gets as its one parameter `name`, a JSON text made by `as_json`, whatever their number.

    The statement is compiled once and takes one way to the server.
    """
    if dialect == "sqlite":
        each = func.json_each(bindparam(name, type_=String())).table_valued("value")
        cells = [func.json_extract(each.c.value, f"$[{place}]") for place in range(len(columns))]
        typed: list[ColumnElement[Any]] = [type_coerce(cell, kind) for cell, kind in zip(cells, columns.values(), strict=True)]
    else:
        each = func.json_array_elements(cast(bindparam(name, type_=String()), JSON)).table_valued("value")
        texts = [each.c.value.op("->>", return_type=String())(place) for place in range(len(columns))]
        typed = [_as_kind(text, kind) for text, kind in zip(texts, columns.values(), strict=True)]
    return select(*[cell.label(label) for cell, label in zip(typed, columns, strict=True)]).subquery()


def named_ids(dialect: str, name: str) -> Select[Any]:
    """The ids that a statement gets as its one parameter `name`, made by `told_ids`."""
    if dialect == "postgresql":  # of JSON the planner would expect a hundred
        return select(func.unnest(bindparam(name, type_=ARRAY(Uuid))))
    return select(given(dialect, name, {"id": Uuid()}).c.id)


def told_ids(dialect: str, ids: Iterable[UUID]) -> Any:
    """Ids as `named_ids` reads them."""
    return list(ids) if dialect == "postgresql" else as_json((id_,) for id_ in ids)


def counting(
    dialect: str, table: Table, rows: Sequence[dict[str, Any]], *, key: Sequence[str], add: Sequence[str]
) -> Question:  # fmt: skip
    """As `core.db.upsert` where it adds, of one row or more, in one statement whatever their number; all name the same columns.

    The counters are gone through in the order of their keys, so that writers wait for each other in a row.
    """
    statement = _counting(dialect, table, tuple(rows[0]), tuple(key), tuple(add))
    return Question(statement, {"rows": as_json(tuple(row.values()) for row in rows)})


@cache
def _counting(dialect: str, table: Table, columns: Sequence[str], key: Sequence[str], add: Sequence[str]) -> Executable:
    told = given(dialect, "rows", {name: table.c[name].type for name in columns})
    ordered = select(told).where(true()).order_by(*[told.c[name] for name in key])  # SQLite would take ON for a join's
    statement = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    statement = statement.from_select(columns, ordered, include_defaults=False)
    more = {name: table.c[name] + statement.excluded[name] for name in add}
    done: Executable = statement.on_conflict_do_update(index_elements=[table.c[name] for name in key], set_=more)
    return done


def _as_kind(text: ColumnElement[str], kind: TypeEngine[Any]) -> ColumnElement[Any]:
    """Instants travel without their zone, which is UTC."""
    return cast(text + "+00" if kind.python_type is datetime else text, kind)


def as_json(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as `given` reads them: UUIDs and aware instants as both databases write them."""
    return _JSON.encode([tuple(row) for row in rows])


def _cell(value: object) -> str:
    """What JSON does not know."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    raise TypeError(f"{type(value).__name__} has no place in a row")


_JSON = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), default=_cell
)  # made once: making it costs more than using it
