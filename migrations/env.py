"""How Alembic reaches our tables. The engine's own tables (DBOS) are not ours to migrate."""

from alembic import context

from core.db import engine
from models import Model

OURS = set(Model.metadata.tables)


def is_ours(_object: object, name: str | None, kind: str, reflected: bool, _compare_to: object) -> bool:
    return kind != "table" or not reflected or name in OURS


with engine().connect() as connection:
    context.configure(
        connection=connection, target_metadata=Model.metadata, render_as_batch=True, compare_type=True, include_object=is_ours
    )
    with context.begin_transaction():
        context.run_migrations()
