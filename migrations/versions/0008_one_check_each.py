"""On SQLite tables that were copied kept their old checks beside the new: no group of a unit, no joined duplicates could be written.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# A household's two are the same: they do no harm, and copying it would mean to make its index by words anew.
COPIED = ("chat_group", "membership", "changeset")


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    for name in COPIED:
        table = sa.Table(name, sa.MetaData(), autoload_with=connection)
        checks = sa.inspect(connection).get_check_constraints(name)
        wanted = {one["name"]: one["sqltext"] for one in checks if not _is_old(name, one["name"], one["sqltext"])}
        for constraint in [one for one in table.constraints if isinstance(one, sa.CheckConstraint)]:
            table.constraints.remove(constraint)
        for check, condition in wanted.items():
            table.append_constraint(sa.CheckConstraint(condition, name=op.f(check)))
        with op.batch_alter_table(name, copy_from=table, recreate="always"):
            pass


def downgrade() -> None:
    """One check is as good as two of the same."""


def _is_old(table: str, check: str, condition: str) -> bool:
    """Whether a check is the one from before a kind was added."""
    added = {("chat_group", "ck_chat_group_groupkind"): "'internal'", ("changeset", "ck_changeset_changesetkind"): "'join'"}
    return (table, check) in added and added[table, check] not in condition
