"""Letters to those who ask about their data bear a number of the clerk's register.

Revision ID: 0042
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subjectletter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum("taken_in", "extended", "closed", name="letterstage", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("numbered_by_id", sa.Uuid(), nullable=True),
        sa.Column("asks_to_come", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.CheckConstraint("number > 0", name=op.f("ck_subjectletter_number")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["subjectrequest.id"], name=op.f("fk_subjectletter_request_id_subjectrequest"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_subjectletter_unit_id_unit"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["numbered_by_id"], ["user.id"], name=op.f("fk_subjectletter_numbered_by_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subjectletter")),
    )
    op.create_index("uq_subjectletter_request_id_stage", "subjectletter", ["request_id", "stage"], unique=True)
    op.create_index("uq_subjectletter_unit_id_year_number", "subjectletter", ["unit_id", "year", "number"], unique=True)


def downgrade() -> None:
    op.drop_table("subjectletter")
