"""The words that households are found by stand in a table: a slip is looked for among them, not among all that one could type.

Revision ID: 0011
Revises: 0010
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

LETTERS = "substr(word, 1, length(word) - length(ltrim(word, 'abcdefghijklmnopqrstuvwxyz')))"


def upgrade() -> None:
    for statement in on_sqlite() if op.get_bind().dialect.name == "sqlite" else on_postgresql():
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER household_term_added")
        op.execute("DROP TRIGGER household_term_changed")
    else:
        op.execute("DROP FUNCTION household_term_added() CASCADE")
        op.execute("DROP FUNCTION household_term_changed() CASCADE")
    op.execute("DROP TABLE household_term")


def on_sqlite() -> list[str]:
    one = take_in(each_on_sqlite("new.search"), "value")
    if_one_by_one = "WHEN NOT EXISTS (SELECT 1 FROM household_fts_bulk)"
    return [
        "CREATE TABLE household_term (term VARCHAR NOT NULL PRIMARY KEY) WITHOUT ROWID",
        f"CREATE TRIGGER household_term_added AFTER INSERT ON household {if_one_by_one} BEGIN {one}; END",
        f"CREATE TRIGGER household_term_changed AFTER UPDATE OF search ON household WHEN old.search <> new.search BEGIN {one}; END",
        take_in(f"household, {each_on_sqlite('search')}", "value"),
    ]


def on_postgresql() -> list[str]:
    added = take_in(f"new_rows, {each_on_postgresql('new_rows.search')}", "word")
    changed = take_in(each_on_postgresql("new.search"), "word")
    each_new = "REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION household_term_added()"
    each_changed = "FOR EACH ROW WHEN (old.search <> new.search) EXECUTE FUNCTION household_term_changed()"
    return [
        'CREATE TABLE household_term (term VARCHAR COLLATE "C" NOT NULL)',
        "CREATE INDEX ix_household_term_term ON household_term (term)",
        function("household_term_added", added),
        function("household_term_changed", changed),
        f"CREATE TRIGGER household_term_added AFTER INSERT ON household {each_new}",
        f"CREATE TRIGGER household_term_changed AFTER UPDATE OF search ON household {each_changed}",
        take_in(f"household, {each_on_postgresql('search')}", "word"),
    ]


def function(name: str, does: str) -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {does}; RETURN NULL; END $$"


def each_on_sqlite(words: str) -> str:
    return f"""json_each('[' || replace(json_quote({words}), ' ', '","') || ']')"""


def each_on_postgresql(words: str) -> str:
    return f"""unnest(string_to_array({words}, ' ') COLLATE "C") AS word"""


def take_in(words: str, word: str) -> str:
    distinct = f"SELECT DISTINCT {word} AS word FROM {words} WHERE {word} >= 'a'"  # noqa: S608 (our own names)
    cut = f"SELECT word, {LETTERS} AS letters FROM ({distinct}) AS found"  # noqa: S608
    entries = f"SELECT DISTINCT letters || CASE WHEN letters = word THEN '' ELSE '*' END AS entry FROM ({cut}) AS cut"  # noqa: S608
    is_new = "NOT EXISTS (SELECT 1 FROM household_term WHERE term = entry)"
    return f"INSERT INTO household_term (term) SELECT entry FROM ({entries}) AS entries WHERE {is_new}"  # noqa: S608
