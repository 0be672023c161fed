"""SQLite keeps the beginnings of words at hand: a search for several short ones took 100 ms among 300,000 households.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OPTIONS = "content = 'household', tokenize = 'ascii', detail = 'none', columnsize = 0"


def upgrade() -> None:
    _index_anew(f"{OPTIONS}, prefix = '2 3 4 5'")


def downgrade() -> None:
    _index_anew(OPTIONS)


def _index_anew(options: str) -> None:
    """The triggers name the index and stay as they are."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE household_fts")
        op.execute(f"CREATE VIRTUAL TABLE household_fts USING fts5 (search, {options})")
        op.execute("INSERT INTO household_fts (household_fts) VALUES ('rebuild')")
