"""Procedures; links that are watched, moved together, and named; posters by their number.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TROUBLES = ("no_answer", "refused", "status", "empty", "certificate")


def upgrade() -> None:
    op.create_table(
        "procedure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column(
            "level",
            sa.Enum("full", "partial", "offline", name="procedurelevel", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("documents", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("days_text", sa.String(), nullable=False),
        sa.Column("fee", sa.Integer(), nullable=True),
        sa.Column("fee_text", sa.String(), nullable=False),
        sa.Column("portal_url", sa.String(), nullable=True),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("stands_since", sa.Date(), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("desk_hours", sa.String(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("also_called", sa.JSON(), nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("days IS NULL OR days >= 0", name=op.f("ck_procedure_days")),
        sa.CheckConstraint("fee IS NULL OR fee >= 0", name=op.f("ck_procedure_fee")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_procedure_unit_id_unit"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procedure")),
    )
    with op.batch_alter_table("procedure", schema=None) as batch_op:
        batch_op.create_index("uq_procedure_unit_id_code", ["unit_id", "code"], unique=True)

    op.create_table(
        "proceduredifference",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "waiting",
                "accepted",
                "declined",
                "overtaken",
                name="differenceanswer",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["user.id"], name=op.f("fk_proceduredifference_answered_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["procedure.id"], name=op.f("fk_proceduredifference_procedure_id_procedure"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proceduredifference")),
    )
    with op.batch_alter_table("proceduredifference", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proceduredifference_procedure_id"), ["procedure_id"], unique=False)
        batch_op.create_index(
            "uq_proceduredifference_waiting",
            ["procedure_id"],
            unique=True,
            sqlite_where=sa.text("answer = 'waiting'"),
            postgresql_where=sa.text("answer = 'waiting'"),
        )

    op.create_table(
        "procedurepast",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("stood_since", sa.Date(), nullable=False),
        sa.Column("stood_until", sa.Date(), nullable=False),
        sa.CheckConstraint("stood_until >= stood_since", name=op.f("ck_procedurepast_stood_until")),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["procedure.id"], name=op.f("fk_procedurepast_procedure_id_procedure"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procedurepast")),
    )
    with op.batch_alter_table("procedurepast", schema=None) as batch_op:
        batch_op.create_index("ix_procedurepast_procedure_id_until", ["procedure_id", "stood_until"], unique=False)

    op.create_table(
        "linkmove",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("former_url", sa.String(), nullable=False),
        sa.Column("target_url", sa.String(), nullable=False),
        sa.Column("moved_by_id", sa.Uuid(), nullable=True),
        sa.Column("moved_by", sa.String(), nullable=False),
        sa.Column("is_undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["shortlink.id"], name=op.f("fk_linkmove_link_id_shortlink"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["moved_by_id"], ["user.id"], name=op.f("fk_linkmove_moved_by_id_user"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_linkmove")),
    )
    with op.batch_alter_table("linkmove", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_linkmove_act_id"), ["act_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_linkmove_link_id"), ["link_id"], unique=False)

    op.create_table(
        "poster",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("batch", sa.String(), nullable=False),
        sa.Column("replaced_by_id", sa.Uuid(), nullable=True),
        sa.Column("down_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("down_by_id", sa.Uuid(), nullable=True),
        sa.Column("down_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("down_at IS NULL OR down_since IS NOT NULL", name=op.f("ck_poster_down")),
        sa.ForeignKeyConstraint(["down_by_id"], ["user.id"], name=op.f("fk_poster_down_by_id_user"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["link_id"], ["shortlink.id"], name=op.f("fk_poster_link_id_shortlink"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["poster.id"], name=op.f("fk_poster_replaced_by_id_poster"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_poster_unit_id_unit"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poster")),
    )
    with op.batch_alter_table("poster", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_poster_link_id"), ["link_id"], unique=False)
        batch_op.create_index(
            "ix_poster_to_take_down",
            ["unit_id", "down_since"],
            unique=False,
            sqlite_where=sa.text("down_since IS NOT NULL AND down_at IS NULL"),
            postgresql_where=sa.text("down_since IS NOT NULL AND down_at IS NULL"),
        )
        batch_op.create_index("uq_poster_unit_id_number", ["unit_id", "number"], unique=True)

    with op.batch_alter_table("shortlink", schema=None) as batch_op:
        batch_op.add_column(sa.Column("vanity", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True))
        batch_op.add_column(sa.Column("procedure_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("batch", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("trouble", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("failed_visits", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("leads_on_to", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("replaced_by", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("certificate_ends_on", sa.Date(), nullable=True))
        batch_op.create_check_constraint(batch_op.f("ck_shortlink_linktrouble"), f"trouble IN ({', '.join(map(repr, TROUBLES))})")
        batch_op.create_index(batch_op.f("ix_shortlink_procedure_id"), ["procedure_id"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_shortlink_vanity"), ["vanity"])
        batch_op.create_foreign_key(
            batch_op.f("fk_shortlink_procedure_id_procedure"), "procedure", ["procedure_id"], ["id"], ondelete="RESTRICT"
        )


def downgrade() -> None:
    with op.batch_alter_table("shortlink", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_shortlink_procedure_id_procedure"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_shortlink_vanity"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_shortlink_procedure_id"))
        batch_op.drop_constraint(batch_op.f("ck_shortlink_linktrouble"), type_="check")
        batch_op.drop_column("certificate_ends_on")
        batch_op.drop_column("replaced_by")
        batch_op.drop_column("leads_on_to")
        batch_op.drop_column("failed_visits")
        batch_op.drop_column("trouble")
        batch_op.drop_column("batch")
        batch_op.drop_column("procedure_id")
        batch_op.drop_column("vanity")

    with op.batch_alter_table("poster", schema=None) as batch_op:
        batch_op.drop_index("uq_poster_unit_id_number")
        batch_op.drop_index(
            "ix_poster_to_take_down",
            sqlite_where=sa.text("down_since IS NOT NULL AND down_at IS NULL"),
            postgresql_where=sa.text("down_since IS NOT NULL AND down_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_poster_link_id"))

    op.drop_table("poster")
    with op.batch_alter_table("linkmove", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_linkmove_link_id"))
        batch_op.drop_index(batch_op.f("ix_linkmove_act_id"))

    op.drop_table("linkmove")
    with op.batch_alter_table("procedurepast", schema=None) as batch_op:
        batch_op.drop_index("ix_procedurepast_procedure_id_until")

    op.drop_table("procedurepast")
    with op.batch_alter_table("proceduredifference", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_proceduredifference_waiting",
            sqlite_where=sa.text("answer = 'waiting'"),
            postgresql_where=sa.text("answer = 'waiting'"),
        )
        batch_op.drop_index(batch_op.f("ix_proceduredifference_procedure_id"))

    op.drop_table("proceduredifference")
    with op.batch_alter_table("procedure", schema=None) as batch_op:
        batch_op.drop_index("uq_procedure_unit_id_code")

    op.drop_table("procedure")
