"""Which words a column of terms holds, in a table that the database keeps itself: a question asks for nothing that is nowhere.

An entry is a term of letters, or the letters that a term of letters and digits begins with and a star: `lan`, `tdp*`. Terms that
begin with a digit have none. Entries that fell out of use stay: they cost a look and find nothing.

On PostgreSQL nothing makes an entry unique: two writers who meet a new word at once both write it down. Were it unique, one would
wait for the other to end, and with several words perhaps each for the other.
"""

import json
from collections.abc import Iterable, Sequence
from string import ascii_lowercase

from sqlalchemy import ARRAY, String, cast, column, func, literal, select, true
from sqlalchemy import table as bare_table
from sqlmodel import Session

Words = Sequence[Sequence[str]]  # every one of them; of each one of its forms

TERMS_MOST = 50  # so many terms are asked for one by one; of more, whatever begins so
_BEHIND = "{"  # the sign behind z: terms that begin with a word lie from the word to the word and this


def existing(session: Session, table: str, ways: Iterable[Words]) -> list[list[list[str]]]:
    """Those ways, told in beginnings of terms, in which rows of a table may be found at all: for `fulltext.Holds`. One query.

    Beginnings of letters alone that no term has are left out. On PostgreSQL their terms stand in the stead of the others: to look
    for whole terms it reads far less of its index.
    """
    ways = list(ways)
    asked = sorted({form for words in ways for forms in words for form in forms if form.isalpha()})
    known = _known(session, table, asked) if asked else {}

    def found(forms: Sequence[str]) -> list[str]:
        entries = (entry for form in forms for entry in (known.get(form, []) if form.isalpha() else [f"{form}*"]))
        return list(dict.fromkeys(entries))

    told = [[found(forms) for forms in words] for words in ways]
    return [words for words in told if all(words)]


def _known(session: Session, table: str, asked: list[str]) -> dict[str, list[str]]:
    """Of each beginning that some term has: what to ask for."""
    entry = column("term", String())
    entries = bare_table(f"{table}_term", entry)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    value = column("value", String())
    listed = func.json_each(json.dumps(asked)) if is_sqlite else func.unnest(cast(literal(asked, ARRAY(String)), ARRAY(String)))
    begins = listed.table_valued(value) if is_sqlite else listed.table_valued(value).render_derived()
    form = begins.c.value
    first = select(func.min(entry)).select_from(entries).where(entry >= form).correlate(begins).scalar_subquery()
    is_known = func.substr(first, 1, func.length(form)) == form
    if is_sqlite:
        return {one: [f"{one}*"] for one in session.execute(select(form).where(is_known)).scalars()}
    here = select(entry).select_from(entries).where(entry >= form, entry < form.concat(_BEHIND)).order_by(entry)
    some = here.limit(TERMS_MOST + 1).correlate(begins).lateral()
    known: dict[str, list[str]] = {}
    for one, term in session.execute(select(form, some.c.term).select_from(begins.join(some, true())).where(is_known)):
        known.setdefault(one, []).append(term)
    return {one: terms if len(terms) <= TERMS_MOST else [f"{one}*"] for one, terms in known.items()}


def statements(table: str, column_name: str, *, dialect: str, unless: str) -> list[str]:
    """The table, and triggers that keep it. While `unless` holds a row those of SQLite leave new ones to `since_statement`."""
    return _sqlite_statements(table, column_name, unless) if dialect == "sqlite" else _postgresql_statements(table, column_name)


def away_statements(table: str, *, dialect: str) -> list[str]:
    """What takes away that which does not go with the table itself."""
    functions = [f"DROP FUNCTION IF EXISTS {table}_term_{event}() CASCADE" for event in ("added", "changed")]
    return [f"DROP TABLE IF EXISTS {table}_term", *(functions if dialect == "postgresql" else [])]


def since_statement(table: str, column_name: str, *, since: str) -> str:
    """Take in the words of all rows behind a number (SQLite)."""
    behind = f"(SELECT {column_name} AS words FROM {table} WHERE rowid > ({since}))"  # noqa: S608 (our own names)
    return _take_in(table, f"{behind}, {_each_on_sqlite('words')}", "value")


def _sqlite_statements(table: str, column_name: str, unless: str) -> list[str]:
    take_in = _take_in(table, _each_on_sqlite(f"new.{column_name}"), "value")
    if_one_by_one = f"WHEN NOT EXISTS (SELECT 1 FROM {unless})"  # noqa: S608
    if_changed = f"WHEN old.{column_name} <> new.{column_name}"
    return [
        f"CREATE TABLE {table}_term (term VARCHAR NOT NULL PRIMARY KEY) WITHOUT ROWID",
        f"CREATE TRIGGER {table}_term_added AFTER INSERT ON {table} {if_one_by_one} BEGIN {take_in}; END",
        f"CREATE TRIGGER {table}_term_changed AFTER UPDATE OF {column_name} ON {table} {if_changed} BEGIN {take_in}; END",
    ]


def _postgresql_statements(table: str, column_name: str) -> list[str]:
    """Many rows at once cost a look, not a look each: those of one statement are taken in together."""
    added = _take_in(table, f"new_rows, {_each_on_postgresql(f'new_rows.{column_name}')}", "word")
    changed = _take_in(table, _each_on_postgresql(f"new.{column_name}"), "word")
    each_new = f"REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {table}_term_added()"
    each_changed = f"FOR EACH ROW WHEN (old.{column_name} <> new.{column_name}) EXECUTE FUNCTION {table}_term_changed()"
    return [
        f'CREATE TABLE {table}_term (term VARCHAR COLLATE "C" NOT NULL)',
        f"CREATE INDEX ix_{table}_term_term ON {table}_term (term)",
        _function(f"{table}_term_added", added),
        _function(f"{table}_term_changed", changed),
        f"CREATE TRIGGER {table}_term_added AFTER INSERT ON {table} {each_new}",
        f"CREATE TRIGGER {table}_term_changed AFTER UPDATE OF {column_name} ON {table} {each_changed}",
    ]


def _function(name: str, does: str) -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {does}; RETURN NULL; END $$"


def _each_on_sqlite(words: str) -> str:
    return f"json_each('[' || replace(json_quote({words}), ' ', '\",\"') || ']')"


def _each_on_postgresql(words: str) -> str:
    return f"unnest(string_to_array({words}, ' ') COLLATE \"C\") AS word"


def _take_in(table: str, words: str, word: str) -> str:
    """Write down the entries of words that have none."""
    distinct = f"SELECT DISTINCT {word} AS word FROM {words} WHERE {word} >= 'a'"  # noqa: S608
    letters = f"substr(word, 1, length(word) - length(ltrim(word, '{ascii_lowercase}')))"
    cut = f"SELECT word, {letters} AS letters FROM ({distinct}) AS found"  # noqa: S608
    entries = f"SELECT DISTINCT letters || CASE WHEN letters = word THEN '' ELSE '*' END AS entry FROM ({cut}) AS cut"  # noqa: S608
    is_new = f"NOT EXISTS (SELECT 1 FROM {table}_term WHERE term = entry)"  # noqa: S608
    return f"INSERT INTO {table}_term (term) SELECT entry FROM ({entries}) AS entries WHERE {is_new}"  # noqa: S608
