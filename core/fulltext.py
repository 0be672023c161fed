"""Finding rows by the beginnings of words, on SQLite (FTS5) and PostgreSQL (GIN) alike.

A column holds terms: lower-case words of letters and digits, one space between two. Both databases are given the same terms and
the same question, so that they answer the same; neither's own idea of a word is used.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from string import ascii_lowercase
from typing import Any

from sqlalchemy import DDL, Boolean, ColumnElement, Table, event, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import Session

from core.text import fold

AT_HAND = "2 3 4 5"  # beginnings of so many letters have lists of their own, or SQLite joins those of many words (measured: 0014)
TYPO_FROM = 4  # letters a word needs before a slip in it is guessed
_NO_TERM = re.compile(r"[^0-9a-z]+")

Words = Sequence[Sequence[str]]  # every one of them; of each one of its forms


def terms(text: str) -> str:
    """A text as terms."""
    return " ".join(_NO_TERM.sub(" ", fold(text)).split())


def near(word: str) -> list[str]:
    """The words one slip away: a letter too few, too many, wrong, or two in the wrong order. Short ones and numbers have none."""
    if len(word) < TYPO_FROM or not word.isalpha():
        return []
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    found = {left + right[1:] for left, right in cuts if right}
    found |= {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    found |= {left + letter + right[1:] for left, right in cuts if right for letter in ascii_lowercase}
    found |= {left + letter + right for left, right in cuts for letter in ascii_lowercase}
    return sorted(found - {word})


class Begins(ColumnElement[bool]):
    """Whether a row's terms hold, for every word of one of the ways, a term that begins with it."""

    inherit_cache = False

    def __init__(self, table: Table, column: str, *ways: Words) -> None:
        self.type = Boolean()
        self.table, self.column, self.ways = table, column, ways

    def self_group(self, against: Any = None) -> "Begins":  # noqa: ARG002 (SQLAlchemy names it)
        """As it is: SQLAlchemy would write `= 1` behind it, and SQLite then look at every row."""
        return self


class Unindexed(ColumnElement[Any]):
    """A column whose index SQLite's planner may not use: it would begin with what finds far more rows than the words do."""

    inherit_cache = False

    def __init__(self, column: ColumnElement[Any]) -> None:
        self.type = column.type
        self.column = column


@compiles(Unindexed)
def _plain(element: Unindexed, compiler: SQLCompiler, **kw: Any) -> str:
    return str(compiler.process(element.column, **kw))


@compiles(Unindexed, "sqlite")
def _with_plus(element: Unindexed, compiler: SQLCompiler, **kw: Any) -> str:
    return f"+{compiler.process(element.column, **kw)}"


def index(table: Table, column: str) -> None:
    """Have the index made with the table, and kept by the database itself: no writer can forget it."""
    for statement in sqlite_statements(table.name, column):
        event.listen(table, "after_create", _ddl(statement).execute_if(dialect="sqlite"))
    for name in (f"{table.name}_fts", f"{table.name}_fts_bulk"):
        event.listen(table, "before_drop", _ddl(f"DROP TABLE IF EXISTS {name}").execute_if(dialect="sqlite"))
    event.listen(table, "after_create", _ddl(postgresql_statement(table.name, column)).execute_if(dialect="postgresql"))


def _ddl(statement: str) -> DDL:
    return DDL(statement)  # type: ignore[no-untyped-call]


def sqlite_statements(table: str, column: str) -> list[str]:
    """FTS5 over the table's own column: no text is kept twice. Whoever copies the table row by row must `rebuild`."""
    fts = f"{table}_fts"
    add = f"INSERT INTO {fts} (rowid, {column}) VALUES (new.rowid, new.{column});"  # noqa: S608 (our own names)
    remove = f"INSERT INTO {fts} ({fts}, rowid, {column}) VALUES ('delete', old.rowid, old.{column});"  # noqa: S608
    if_one_by_one = f"WHEN NOT EXISTS (SELECT 1 FROM {fts}_bulk)"  # noqa: S608
    is_indexed = f"old.rowid <= coalesce((SELECT since FROM {fts}_bulk), {2**63 - 1})"  # noqa: S608
    if_changed = f"WHEN old.{column} <> new.{column} AND {is_indexed}"
    options = f"content = '{table}', tokenize = 'ascii', detail = 'none', columnsize = 0, prefix = '{AT_HAND}'"
    return [
        f"CREATE VIRTUAL TABLE {fts} USING fts5 ({column}, {options})",
        f"CREATE TABLE {fts}_bulk (since INTEGER NOT NULL)",
        f"CREATE TRIGGER {fts}_added AFTER INSERT ON {table} {if_one_by_one} BEGIN {add} END",
        f"CREATE TRIGGER {fts}_removed AFTER DELETE ON {table} WHEN {is_indexed} BEGIN {remove} END",
        f"CREATE TRIGGER {fts}_changed AFTER UPDATE OF {column} ON {table} {if_changed} BEGIN {remove} {add} END",
    ]


@contextmanager
def in_bulk(session: Session, table: Table, column: str) -> Iterator[None]:
    """Index the rows inserted meanwhile at once, at the end: many times cheaper than one by one (SQLite; PostgreSQL needs none).

    Belongs into one transaction: nobody else can write until it ends.
    """
    if session.get_bind().dialect.name != "sqlite":
        yield
        return
    begin, *end = _bulk_statements(table.name, column)
    session.connection().exec_driver_sql(begin)
    yield
    for statement in end:
        session.connection().exec_driver_sql(statement)


def _bulk_statements(table: str, column: str) -> list[str]:
    fts = f"{table}_fts"
    added = f"SELECT rowid, {column} FROM {table} WHERE rowid > (SELECT since FROM {fts}_bulk)"  # noqa: S608 (our own names)
    return [
        f"INSERT INTO {fts}_bulk SELECT coalesce(max(rowid), 0) FROM {table}",  # noqa: S608
        f"INSERT INTO {fts} (rowid, {column}) {added}",
        f"DELETE FROM {fts}_bulk",  # noqa: S608
    ]


def postgresql_statement(table: str, column: str) -> str:
    """A GIN index over the terms as they are, not as PostgreSQL's parser would cut them."""
    return f"CREATE INDEX ix_{table}_{column}_terms ON {table} USING gin ({_vector(column)})"


def _vector(column: str) -> str:
    return f"array_to_tsvector(string_to_array({column}, ' '))"


def _joined(ways: Sequence[Words], quote: str, star: str, either: str, both: str) -> str:
    def one(words: Words) -> str:
        return both.join(f"({either.join(f'{quote}{form}{quote}{star}' for form in forms)})" for forms in words)

    return either.join(f"({one(words)})" for words in ways)


@compiles(Begins, "sqlite")
def _on_sqlite(element: Begins, compiler: SQLCompiler, **kw: Any) -> str:
    question = _joined(element.ways, '"', "*", " OR ", " AND ")
    bound = compiler.process(literal(question), **kw)
    name = element.table.name
    return f"{name}.rowid IN (SELECT rowid FROM {name}_fts WHERE {name}_fts MATCH {bound})"  # noqa: S608 (our own names)


@compiles(Begins, "postgresql")
def _on_postgresql(element: Begins, compiler: SQLCompiler, **kw: Any) -> str:
    question = _joined(element.ways, "'", ":*", " | ", " & ")
    bound = compiler.process(literal(question), **kw)
    name = f"{element.table.name}.{element.column}"
    return f"{_vector(name)} @@ CAST({bound} AS tsquery)"
