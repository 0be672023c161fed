"""The notice of a breach to the authority bears a number of the clerk's register, and keeps its words from then on.

Revision ID: 0046
Revises: 0045
"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "breachletter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("breach_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("numbered_by_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_breachletter_number")),
        sa.ForeignKeyConstraint(["breach_id"], ["breach.id"], name=op.f("fk_breachletter_breach_id_breach"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_breachletter_unit_id_unit"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["numbered_by_id"], ["user.id"], name=op.f("fk_breachletter_numbered_by_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breachletter")),
    )
    op.create_index("uq_breachletter_breach_id", "breachletter", ["breach_id"], unique=True)
    op.create_index("uq_breachletter_unit_id_year_number", "breachletter", ["unit_id", "year", "number"], unique=True)


def downgrade() -> None:
    op.drop_table("breachletter")
