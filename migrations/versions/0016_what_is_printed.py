"""What is printed: numbers beneath codes, sheets made in the background, official papers.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "printjob",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("layout", sa.String(), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued", "printing", "ready", "refused", name="printstatus", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("codes", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("pages_done", sa.Integer(), nullable=False),
        sa.Column("refusal", sa.JSON(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_printjob_author_id_user"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_printjob_unit_id_unit"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printjob")),
    )
    with op.batch_alter_table("printjob", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_printjob_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index("ix_printjob_unit_id_created_at", ["unit_id", "created_at"], unique=False)

    op.create_table(
        "officialpaper",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announcement_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("notice", "invitation", name="paperkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("numbered_by_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.CheckConstraint("(number IS NULL) = (issued_on IS NULL)", name=op.f("ck_officialpaper_issued")),
        sa.CheckConstraint("number IS NULL OR number > 0", name=op.f("ck_officialpaper_number")),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name=op.f("fk_officialpaper_announcement_id_announcement"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["numbered_by_id"], ["user.id"], name=op.f("fk_officialpaper_numbered_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_officialpaper_unit_id_unit"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officialpaper")),
    )
    with op.batch_alter_table("officialpaper", schema=None) as batch_op:
        batch_op.create_index("uq_officialpaper_announcement_id_kind", ["announcement_id", "kind"], unique=True)
        batch_op.create_index(
            "uq_officialpaper_unit_id_kind_year_number",
            ["unit_id", "kind", "year", "number"],
            unique=True,
            sqlite_where=sa.text("number IS NOT NULL"),
            postgresql_where=sa.text("number IS NOT NULL"),
        )

    op.create_table(
        "printedcode",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ward_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("layout", sa.String(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_printedcode_number")),
        sa.ForeignKeyConstraint(["link_id"], ["shortlink.id"], name=op.f("fk_printedcode_link_id_shortlink"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["ward_id"], ["unit.id"], name=op.f("fk_printedcode_ward_id_unit"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printedcode")),
    )
    with op.batch_alter_table("printedcode", schema=None) as batch_op:
        batch_op.create_index("uq_printedcode_link_id_layout", ["link_id", "layout"], unique=True)
        batch_op.create_index("uq_printedcode_ward_id_number", ["ward_id", "number"], unique=True)


def downgrade() -> None:
    with op.batch_alter_table("printedcode", schema=None) as batch_op:
        batch_op.drop_index("uq_printedcode_ward_id_number")
        batch_op.drop_index("uq_printedcode_link_id_layout")

    op.drop_table("printedcode")
    with op.batch_alter_table("officialpaper", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_officialpaper_unit_id_kind_year_number",
            sqlite_where=sa.text("number IS NOT NULL"),
            postgresql_where=sa.text("number IS NOT NULL"),
        )
        batch_op.drop_index("uq_officialpaper_announcement_id_kind")

    op.drop_table("officialpaper")
    with op.batch_alter_table("printjob", schema=None) as batch_op:
        batch_op.drop_index("ix_printjob_unit_id_created_at")
        batch_op.drop_index(batch_op.f("ix_printjob_expires_at"))

    op.drop_table("printjob")
