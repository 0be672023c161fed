"""How Alembic reaches our tables. The engine's own tables (DBOS) are not ours to migrate."""

from typing import Any, Literal

from alembic import context
from sqlmodel.sql.sqltypes import AutoString

from core.db import engine
from models import Model
from models.base import Instant

OURS = set(Model.metadata.tables)


def is_ours(_object: object, name: str | None, kind: str, reflected: bool, _compare_to: object) -> bool:
    if kind == "index" and reflected and name and name.endswith("_terms"):  # core.fulltext makes them with their tables
        return False
    return kind != "table" or not reflected or name in OURS


def plain_type(kind: str, value: Any, _context: object) -> str | Literal[False]:
    """Write our types as the plain ones they are, so that an old migration never depends on today's models."""
    if kind == "type" and isinstance(value, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and type(value) is AutoString:
        return "sa.String()"
    return False


with engine().connect() as connection:
    raw = connection.connection.driver_connection
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite and raw:  # a table that is copied is dropped first, and what hangs on it would go with it
        raw.execute("PRAGMA foreign_keys=OFF")
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        render_as_batch=True,
        compare_type=True,
        include_object=is_ours,
        render_item=plain_type,
    )
    with context.begin_transaction():
        context.run_migrations()
    if is_sqlite and raw:
        broken = raw.execute("PRAGMA foreign_key_check").fetchone()
        raw.execute("PRAGMA foreign_keys=ON")
        if broken:
            raise RuntimeError(f"rows of {broken[0]} point to nothing")
