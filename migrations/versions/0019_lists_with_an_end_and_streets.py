"""Closed lists of persons that end; audiences of streets.

Revision ID: 0019
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "closedlist",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("wiped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("people >= 0 AND told BETWEEN 0 AND people", name=op.f("ck_closedlist_people")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_closedlist_author_id_user"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_closedlist_unit_id_unit"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closedlist")),
    )
    op.create_index("ix_closedlist_unit_id", "closedlist", ["unit_id"])

    op.create_table(
        "listedperson",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_list_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("guardian", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("phones", sa.JSON(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "told", "absent", "postponed", "moved", name="personoutcome", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["closed_list_id"], ["closedlist.id"], name=op.f("fk_listedperson_closed_list_id_closedlist"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["user.id"], name=op.f("fk_listedperson_settled_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_listedperson_unit_id_unit"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listedperson")),
    )
    op.create_index("ix_listedperson_closed_list_id_unit_id", "listedperson", ["closed_list_id", "unit_id"])
    op.create_index("ix_listedperson_unit_id", "listedperson", ["unit_id"])

    op.add_column("audience", sa.Column("streets", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("audience", "streets")
    op.drop_table("listedperson")
    op.drop_table("closedlist")
