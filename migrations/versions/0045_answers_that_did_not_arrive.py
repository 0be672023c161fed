"""Answers to what people asked are found by when their outcome was written: those that did not arrive are told of.

Revision ID: 0045
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_answer = sa.column("message_id").is_not(None)
    op.create_index(
        "ix_delivery_answers", "delivery", ["updated_at"], sqlite_where=is_answer, postgresql_where=is_answer
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_delivery_answers", "delivery")
