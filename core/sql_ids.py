"""Keys for rows that a database makes out of its own rows: as `core.ids` makes them, one anew for each row."""

import time
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler


class NewIds(ColumnElement[UUID]):
    """A column of new ids: UUID version 7 of this millisecond, 74 random bits in each row."""

    inherit_cache = False

    def __init__(self) -> None:
        self.type = Uuid()
        self.stamp = f"{time.time_ns() // 1_000_000:012x}"


@compiles(NewIds, "sqlite")
def _on_sqlite(element: NewIds, _compiler: SQLCompiler, **_kw: Any) -> str:
    return f"'{element.stamp}7' || substr(lower(hex(randomblob(2))), 1, 3) || 'a' || substr(lower(hex(randomblob(8))), 1, 15)"


@compiles(NewIds, "postgresql")
def _on_postgresql(element: NewIds, _compiler: SQLCompiler, **_kw: Any) -> str:
    random = "replace(gen_random_uuid()::text, '-', '')"
    return f"('{element.stamp}7' || substr({random}, 1, 3) || 'a' || substr({random}, 18, 15))::uuid"
