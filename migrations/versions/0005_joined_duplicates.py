"""change sets that join duplicates, and know the groups they made"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NAME = "ck_changeset_changesetkind"
NOW, BEFORE = "kind IN ('import', 'sheet', 'join')", "kind IN ('import', 'sheet')"


def upgrade() -> None:
    op.add_column("changeset", sa.Column("group_ids", sa.JSON(), server_default="[]", nullable=False))
    _allow(NOW)
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_change_membership_id"), ["membership_id"], unique=False)


def downgrade() -> None:
    """What joined two households stays; that it can be taken back is forgotten."""
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_change_membership_id"))
    op.execute("DELETE FROM change WHERE change_set_id IN (SELECT id FROM changeset WHERE kind = 'join')")
    op.execute("DELETE FROM changeset WHERE kind = 'join'")
    _allow(BEFORE)
    with op.batch_alter_table("changeset", schema=None, table_args=_checks(BEFORE)) as batch_op:
        batch_op.drop_column("group_ids")


def _checks(condition: str) -> list[sa.CheckConstraint]:
    """The check of a table that SQLite has to copy, for Alembic does not read it from it."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    return [sa.CheckConstraint(condition, name=op.f(NAME))] if is_sqlite else []


def _allow(condition: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("changeset", schema=None, recreate="always", table_args=_checks(condition)):
            pass
    else:
        op.drop_constraint(op.f(NAME), "changeset", type_="check")
        op.create_check_constraint(op.f(NAME), "changeset", condition)
