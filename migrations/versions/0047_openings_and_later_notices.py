"""Which time an account was opened anew; and notices of a breach after the first, each with a number of its own.

What was refused with an account's keys of before says nothing of those it has now.

Revision ID: 0047
Revises: 0046
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_LETTERS = sa.table("breachletter", sa.column("place", sa.Integer()))


def upgrade() -> None:
    op.add_column("channelaccount", sa.Column("opening", sa.Integer(), server_default="1", nullable=False))
    op.add_column("breachletter", sa.Column("place", sa.Integer(), server_default="1", nullable=False))
    op.drop_index("uq_breachletter_breach_id", table_name="breachletter")
    op.create_index("uq_breachletter_breach_id_place", "breachletter", ["breach_id", "place"], unique=True)


def downgrade() -> None:
    op.execute(_LETTERS.delete().where(_LETTERS.c.place > 1))  # no place for them there
    op.drop_index("uq_breachletter_breach_id_place", table_name="breachletter")
    op.create_index("uq_breachletter_breach_id", "breachletter", ["breach_id"], unique=True)
    op.drop_column("breachletter", "place")
    op.drop_column("channelaccount", "opening")
