"""Words of what people ask by era (PostgreSQL); who answers for which group.

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

NAME = "ix_inquirymessage_search_terms"
ERA = "floor(extract(epoch from at at time zone 'UTC') / 2592000)::int::text"
BY_ERA = f"array_to_tsvector(string_to_array(regexp_replace(search, '[^ ]+', {ERA} || 'x\\&', 'g'), ' '))"
AS_THEY_ARE = "array_to_tsvector(string_to_array(search, ' '))"


def upgrade() -> None:
    _index(BY_ERA, " WITH (fastupdate = off)")
    op.add_column("inquiryrules", sa.Column("places", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    op.drop_column("inquiryrules", "places")
    _index(AS_THEY_ARE)


def _index(vector: str, more: str = "") -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP INDEX {NAME}")
        op.execute(f"CREATE INDEX {NAME} ON inquirymessage USING gin (({vector})){more}")
