"""A part of a telephone number is found by reading an index: reading every row took 70 ms among 300,000.

Revision ID: 0010
Revises: 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_household_phone_id", "household", ["phone", "id"])
    op.drop_index("ix_household_phone", "household")


def downgrade() -> None:
    op.create_index("ix_household_phone", "household", ["phone"])
    op.drop_index("ix_household_phone_id", "household")
