"""Units are found by their kind: the nation's provinces without a look at 36,000 units.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_unit_kind_path", "unit", ["kind", "path"])


def downgrade() -> None:
    op.drop_index("ix_unit_kind_path", table_name="unit")
