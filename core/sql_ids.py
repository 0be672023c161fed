"""Keys for rows that a database makes out of its own rows: as `core.ids` makes them, one anew for each row."""

import time
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, Uuid, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class NewIds(FunctionElement[UUID]):
    """A column of new ids: UUID version 7 of this millisecond, 74 random bits in each row."""

    type = Uuid()
    inherit_cache = True  # the millisecond is a parameter: a statement is compiled once

    def __init__(self, stamp: ColumnElement[str] | None = None) -> None:
        """A statement that is kept from use to use names a parameter that is told `stamped` each time."""
        super().__init__(literal(stamped(), String()) if stamp is None else stamp)


def stamped() -> str:
    """What ids of this millisecond begin with."""
    return f"{time.time_ns() // 1_000_000:012x}7"


@compiles(NewIds, "sqlite")
def _on_sqlite(element: NewIds, compiler: SQLCompiler, **more: Any) -> str:
    stamp = compiler.process(element.clauses, **more)
    return f"{stamp} || substr(lower(hex(randomblob(2))), 1, 3) || 'a' || substr(lower(hex(randomblob(8))), 1, 15)"


@compiles(NewIds, "postgresql")
def _on_postgresql(element: NewIds, compiler: SQLCompiler, **more: Any) -> str:
    random, stamp = "replace(gen_random_uuid()::text, '-', '')", compiler.process(element.clauses, **more)
    return f"({stamp} || substr({random}, 1, 3) || 'a' || substr({random}, 18, 15))::uuid"
