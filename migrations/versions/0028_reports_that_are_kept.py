"""Reports that are kept and numbered; recounts of what figures are read from.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("month", "quarter", name="reportkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("numbered_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_report_days")),
        sa.CheckConstraint("(number IS NULL) = (issued_on IS NULL)", name=op.f("ck_report_issued")),
        sa.CheckConstraint("serial > 0 AND issue > 0 AND (number IS NULL OR number > 0)", name=op.f("ck_report_numbers")),
        sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=op.f("fk_report_made_by_id_user"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["numbered_by_id"], ["user.id"], name=op.f("fk_report_numbered_by_id_user"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_report_unit_id_unit"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    op.create_index("uq_report_unit_id_kind_first_on_issue", "report", ["unit_id", "kind", "first_on", "issue"], unique=True)
    op.create_index("uq_report_unit_id_year_serial", "report", ["unit_id", "year", "serial"], unique=True)
    op.create_table(
        "figurecheck",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figurecheck")),
    )


def downgrade() -> None:
    op.drop_table("figurecheck")
    op.drop_table("report")
