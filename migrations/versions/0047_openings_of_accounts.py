"""Which time an account was opened anew: what was refused with its keys of before says nothing of those it has now.

Revision ID: 0047
Revises: 0046
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("channelaccount", sa.Column("opening", sa.Integer(), server_default="1", nullable=False))


def downgrade() -> None:
    op.drop_column("channelaccount", "opening")
