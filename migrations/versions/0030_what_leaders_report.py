"""What leaders report of an event after it, and by when they are asked to.

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("announcement", sa.Column("report_by", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "leaderreport",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("relay_id", sa.Uuid(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("reported_by", sa.String(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("people >= 0", name=op.f("ck_leaderreport_people")),
        sa.ForeignKeyConstraint(["relay_id"], ["relay.id"], name=op.f("fk_leaderreport_relay_id_relay"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaderreport")),
        sa.UniqueConstraint("relay_id", name=op.f("uq_leaderreport_relay_id")),
    )


def downgrade() -> None:
    op.drop_table("leaderreport")
    op.drop_column("announcement", "report_by")
