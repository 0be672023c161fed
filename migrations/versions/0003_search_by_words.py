"""search by the beginnings of words"""

import sqlalchemy as sa
from alembic import op

from core.fulltext import terms

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROWS_AT_A_TIME = 5_000
HOUSEHOLD = sa.table(
    "household",
    *(sa.column(name) for name in ("id", "head_name", "address", "code", "phone", "search")),
    sa.column("other_phones", sa.JSON()),
)
IS_INDEXED = "old.rowid <= coalesce((SELECT since FROM household_fts_bulk), 9223372036854775807)"
IS_CHANGED = f"WHEN old.search <> new.search AND {IS_INDEXED}"
IS_ALONE = "WHEN NOT EXISTS (SELECT 1 FROM household_fts_bulk)"
REMOVE = "INSERT INTO household_fts (household_fts, rowid, search) VALUES ('delete', old.rowid, old.search);"
ADD = "INSERT INTO household_fts (rowid, search) VALUES (new.rowid, new.search);"
OPTIONS = "content = 'household', tokenize = 'ascii', detail = 'none', columnsize = 0"
ON_SQLITE = (
    f"CREATE VIRTUAL TABLE household_fts USING fts5 (search, {OPTIONS})",
    "CREATE TABLE household_fts_bulk (since INTEGER NOT NULL)",
    f"CREATE TRIGGER household_fts_added AFTER INSERT ON household {IS_ALONE} BEGIN {ADD} END",
    f"CREATE TRIGGER household_fts_removed AFTER DELETE ON household WHEN {IS_INDEXED} BEGIN {REMOVE} END",
    f"CREATE TRIGGER household_fts_changed AFTER UPDATE OF search ON household {IS_CHANGED} BEGIN {REMOVE} {ADD} END",
    "INSERT INTO household_fts (household_fts) VALUES ('rebuild')",
)


def upgrade() -> None:
    _write_terms()
    if op.get_bind().dialect.name == "sqlite":
        for statement in ON_SQLITE:
            op.execute(statement)
    else:
        op.execute(
            "CREATE INDEX ix_household_search_terms ON household USING gin (array_to_tsvector(string_to_array(search, ' ')))"
        )


def downgrade() -> None:
    """The terms stay: they are searched as the text before them was."""
    if op.get_bind().dialect.name == "sqlite":
        for name in ("added", "removed", "changed"):
            op.execute(f"DROP TRIGGER household_fts_{name}")
        op.execute("DROP TABLE household_fts")
        op.execute("DROP TABLE household_fts_bulk")
    else:
        op.execute("DROP INDEX ix_household_search_terms")


def _write_terms() -> None:
    """Put every household's words into the new form."""
    connection = op.get_bind()
    found = connection.execute(sa.select(*[column for column in HOUSEHOLD.c if column.name != "search"])).all()
    rows = [{"its_id": row.id, "words": _words(row)} for row in found]
    statement = sa.update(HOUSEHOLD).where(HOUSEHOLD.c.id == sa.bindparam("its_id")).values(search=sa.bindparam("words"))
    for start in range(0, len(rows), ROWS_AT_A_TIME):
        connection.execute(statement, rows[start : start + ROWS_AT_A_TIME])


def _words(row: sa.Row) -> str:
    dialled = ["0" + number.removeprefix("+84") for number in (row.phone, *row.other_phones) if number]
    return " ".join([terms(f"{row.head_name} {row.address} {row.code}"), *dialled, *(number[::-1] for number in dialled)])
