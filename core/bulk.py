"""Many rows into one table, past what SQLAlchemy Core does for each of them: three times faster on SQLite.

The statement is compiled once, and a value that is the same in many rows (a day, a unit) is put into the driver's form once. To
PostgreSQL they go as one statement, column by column: each of its own would wake the table's triggers anew.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ARRAY, Table, bindparam, cast, column, func, insert, select
from sqlalchemy import table as bare_table
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlmodel import Session

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
