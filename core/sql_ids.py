"""Keys for rows that a database makes out of its own rows: as `core.ids` makes them, one anew for each row."""

import time
from typing import Any
from uuid import UUID

from sqlalchemy import String, Uuid, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class NewIds(FunctionElement[UUID]):
    """A column of new ids: UUID version 7 of this millisecond, 74 random bits in each row."""

    type = Uuid()
    inherit_cache = True  # the millisecond is a parameter: a statement is compiled once

    def __init__(self) -> None:
        super().__init__(literal(f"{time.time_ns() // 1_000_000:012x}7", String()))


@compiles(NewIds, "sqlite")
def _on_sqlite(element: NewIds, compiler: SQLCompiler, **more: Any) -> str:
    stamp = compiler.process(element.clauses, **more)
    return f"{stamp} || substr(lower(hex(randomblob(2))), 1, 3) || 'a' || substr(lower(hex(randomblob(8))), 1, 15)"


@compiles(NewIds, "postgresql")
def _on_postgresql(element: NewIds, compiler: SQLCompiler, **more: Any) -> str:
    random, stamp = "replace(gen_random_uuid()::text, '-', '')", compiler.process(element.clauses, **more)
    return f"({stamp} || substr({random}, 1, 3) || 'a' || substr({random}, 18, 15))::uuid"
