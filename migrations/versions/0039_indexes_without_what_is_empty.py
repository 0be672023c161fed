"""Two indexes of the ledger hold only rows that have what they are asked by: each row is written three times.

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("provider_message_id", "message_id"):
        name, is_there = op.f(f"ix_delivery_{column}"), sa.column(column).is_not(None)
        op.drop_index(name, "delivery")
        op.create_index(name, "delivery", [column], sqlite_where=is_there, postgresql_where=is_there)


def downgrade() -> None:
    for column in ("provider_message_id", "message_id"):
        name = op.f(f"ix_delivery_{column}")
        op.drop_index(name, "delivery")
        op.create_index(name, "delivery", [column])
