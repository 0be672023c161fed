"""How often a public answer was enough, by day.

What was counted before has no day and stays in the sum of its answer.

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "publicanswerday",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.CheckConstraint("shown > 0", name=op.f("ck_publicanswerday_shown")),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["publicanswer.id"], name=op.f("fk_publicanswerday_answer_id_publicanswer"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicanswerday")),
    )
    op.create_index("uq_publicanswerday_answer_id_day", "publicanswerday", ["answer_id", "day"], unique=True)


def downgrade() -> None:
    op.drop_table("publicanswerday")
