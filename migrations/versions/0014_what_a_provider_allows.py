"""What pace a provider says that an account may have, beside the one a person set.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("channelaccount", sa.Column("told_per_second", sa.Float(), nullable=True))


def downgrade() -> None:
    op.drop_column("channelaccount", "told_per_second")  # in place: a copy would leave the table's checks behind
