"""Pictures of a procedure's steps; photos of the places where codes hang.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("procedure", sa.Column("pictures", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("shortlink", sa.Column("photo", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    op.drop_column("shortlink", "photo")
    op.drop_column("procedure", "pictures")
