"""Words of what people ask by era (PostgreSQL); who answers for which group; on which day an answer was enough.

Revision ID: 0032
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0030"
branch_labels = None
depends_on = None

NAME = "ix_inquirymessage_search_terms"
ERA = "floor(extract(epoch from at at time zone 'UTC') / 2592000)::int::text"
BY_ERA = f"array_to_tsvector(string_to_array(regexp_replace(search, '[^ ]+', {ERA} || 'x\\&', 'g'), ' '))"
AS_THEY_ARE = "array_to_tsvector(string_to_array(search, ' '))"


def upgrade() -> None:
    _index(BY_ERA)
    op.add_column("inquiryrules", sa.Column("places", sa.JSON(), server_default="{}", nullable=False))
    op.create_table(
        "publicanswerday",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["publicanswer.id"], name=op.f("fk_publicanswerday_answer_id_publicanswer"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicanswerday")),
    )
    op.create_index("uq_publicanswerday_answer_id_day", "publicanswerday", ["answer_id", "day"], unique=True)
    op.create_index(op.f("ix_publicanswerday_day"), "publicanswerday", ["day"])


def downgrade() -> None:
    op.drop_table("publicanswerday")
    op.drop_column("inquiryrules", "places")
    _index(AS_THEY_ARE)


def _index(vector: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP INDEX {NAME}")
        op.execute(f"CREATE INDEX {NAME} ON inquirymessage USING gin (({vector}))")
