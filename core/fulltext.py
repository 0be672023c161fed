"""Finding rows by the beginnings of words, on SQLite (FTS5) and PostgreSQL (GIN) alike.

A column holds terms: lower-case words of letters and digits, one space between two. Both databases are given the same terms and
the same question, so that they answer the same; neither's own idea of a word is used.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from string import ascii_lowercase
from typing import Any

from sqlalchemy import DDL, Boolean, ColumnElement, Dialect, String, Table, TypeDecorator, event, func, literal, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import Session

from core import clock, vocabulary
from core.text import fold
from core.vocabulary import Words

AT_HAND = "2 3 4 5"  # beginnings of so many letters have lists of their own, or SQLite joins those of many words (measured: 0014)
ERA_SECONDS, ERAS = 30 * 24 * 3600, 160  # thirteen years
TYPO_FROM = 4  # letters a word needs before a slip in it is guessed
# The planner holds the terms for cheap and expects many rows: it would look at every one, compile the question, call workers.
_PLANS_OF_LATEST = (("enable_seqscan", "off"), ("jit", "off"), ("max_parallel_workers_per_gather", "0"))
_NO_TERM = re.compile(r"[^0-9a-z]+")


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


class _Question(TypeDecorator[Any]):
    """Ways to be found, written as the database reads them."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        """SQLite: ("an"* OR "am") AND ("le"*). PostgreSQL: ('an':* | 'am') & ('le':*)."""
        quote, star, either, both = ('"', "*", " OR ", " AND ") if dialect.name == "sqlite" else ("'", ":*", " | ", " & ")

        def form(told: str) -> str:
            return f"{quote}{told.rstrip('*')}{quote}{star if told.endswith('*') else ''}"

        def one(words: Words) -> str:
            return both.join(f"({either.join(map(form, forms))})" for forms in words)

        return either.join(f"({one(words)})" for words in value)


class Holds(FunctionElement[bool]):
    """Whether a row's terms hold, for every word of one of the ways, one of its forms: a term, or with a star a beginning of one.

    There must be a way, in every way a word, and of every word a form.
    """

    inherit_cache = True
    type = Boolean()

    def __init__(self, column: ColumnElement[str], *ways: Words) -> None:
        super().__init__(column, literal(ways, _Question()))

    def self_group(self, against: Any = None) -> "Holds":  # noqa: ARG002 (SQLAlchemy names it)
        """As it is: SQLAlchemy would write `= 1` behind it, and SQLite then look at every row."""
        return self


class _Added(FunctionElement[bool]):
    """As `Holds` with one way, of the rows added last: at most so many (SQLite)."""

    inherit_cache = True
    type = Boolean()

    def __init__(self, column: ColumnElement[str], words: Words, most: int) -> None:
        super().__init__(column, literal([words], _Question()), literal(most))

    def self_group(self, against: Any = None) -> "_Added":  # noqa: ARG002 (SQLAlchemy names it)
        """As `Holds`."""
        return self


class _OfEras(FunctionElement[bool]):
    """As `Holds`, for ways whose forms begin with an era: of rows of those only (PostgreSQL)."""

    inherit_cache = True
    type = Boolean()

    def __init__(self, column: ColumnElement[str], when: ColumnElement[Any], *ways: Words) -> None:
        super().__init__(column, when, literal(ways, _Question()))


def latest(
    session: Session, *, given: ColumnElement[Any], column: ColumnElement[str], when: ColumnElement[Any], words: Words, most: int
) -> set[Any]:
    """`given` of the latest rows that hold, of every word, a form: at most about so many, whatever the number of rows.

    For a table whose index was made with `when`. SQLite reads what was added last, and stops. PostgreSQL has no order in such an
    index: there each term is kept under its era (`docs/decisions/0051`), and eras are looked through from the latest, ever more
    at a time; what is older than `ERAS` is not found.
    """
    if session.get_bind().dialect.name == "sqlite":
        return set(session.execute(select(given).where(_Added(column, words, most))).scalars())
    found: list[Any] = []
    newest = int(clock.now().timestamp()) // ERA_SECONDS + 1  # a channel's clock may be ahead
    begin, wide, connection = newest, 2, session.connection()
    with connection.begin_nested() as only_here:
        connection.execute(select(*(func.set_config(name, value, true()) for name, value in _PLANS_OF_LATEST)))
        while len(found) < most and begin > newest - ERAS:
            ways = [[[f"{era}x{form}" for form in forms] for forms in words] for era in range(begin, begin - wide, -1)]
            wanted = select(given).where(_OfEras(column, when, *ways)).order_by(when.desc()).limit(most)
            found += connection.execute(wanted).scalars()
            begin, wide = begin - wide, wide * 2
        only_here.rollback()
    return set(found)


class Unindexed(FunctionElement[Any]):
    """A column whose index SQLite's planner may not use: it would begin with what finds far more rows than the words do."""

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(Unindexed)
def _plain(element: Unindexed, compiler: SQLCompiler, **kw: Any) -> str:
    return str(compiler.process(element.clauses, **kw))


@compiles(Unindexed, "sqlite")
def _with_plus(element: Unindexed, compiler: SQLCompiler, **kw: Any) -> str:
    return f"+{compiler.process(element.clauses, **kw)}"


def index(table: Table, column: str, *, with_words: bool = True, when: str = "") -> None:
    """Have the index and the words made with the table, and kept by the database itself: no writer can forget them.

    Without the words a slip finds nothing; a writer of many short rows is spared them. With `when`, the column of an instant,
    the index answers `latest`, and nothing else.
    """
    unless = f"{table.name}_fts_bulk"
    on = {"sqlite": sqlite_statements(table.name, column), "postgresql": [postgresql_statement(table.name, column, when=when)]}
    for dialect, statements in on.items():
        words = vocabulary.statements(table.name, column, dialect=dialect, unless=unless) if with_words else []
        for statement in (*statements, *words):
            event.listen(table, "after_create", _ddl(statement).execute_if(dialect=dialect))
        for statement in vocabulary.away_statements(table.name, dialect=dialect) if with_words else []:
            event.listen(table, "before_drop", _ddl(statement).execute_if(dialect=dialect))
    for name in (f"{table.name}_fts", f"{table.name}_fts_bulk"):
        event.listen(table, "before_drop", _ddl(f"DROP TABLE IF EXISTS {name}").execute_if(dialect="sqlite"))


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
def in_bulk(session: Session, table: Table, column: str, *, with_words: bool = True) -> Iterator[None]:
    """Index the rows inserted meanwhile at once, at the end: many times cheaper than one by one (SQLite; PostgreSQL needs none).

    Belongs into one transaction: nobody else can write until it ends.
    """
    if session.get_bind().dialect.name != "sqlite":
        yield
        return
    begin, *end = _bulk_statements(table.name, column, with_words=with_words)
    session.connection().exec_driver_sql(begin)
    yield
    for statement in end:
        session.connection().exec_driver_sql(statement)


def tidy(session: Session, table: Table) -> None:
    """Put the parts together in which an index grows (SQLite; PostgreSQL's own cleaning does it): a common word is found faster.

    Takes 2.5 s for a million rows (docs/measurements/2026-11-30-inbox.md); nothing where nothing was added.
    """
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql(_tidy_statement(f"{table.name}_fts"))


def _tidy_statement(fts: str) -> str:
    return f"INSERT INTO {fts} ({fts}) VALUES ('optimize')"  # noqa: S608 (our own names)


def _bulk_statements(table: str, column: str, *, with_words: bool) -> list[str]:
    fts = f"{table}_fts"
    added = f"SELECT rowid, {column} FROM {table} WHERE rowid > (SELECT since FROM {fts}_bulk)"  # noqa: S608 (our own names)
    return [
        f"INSERT INTO {fts}_bulk SELECT coalesce(max(rowid), 0) FROM {table}",  # noqa: S608
        f"INSERT INTO {fts} (rowid, {column}) {added}",
        *([vocabulary.since_statement(table, column, since=f"SELECT since FROM {fts}_bulk")] if with_words else []),  # noqa: S608
        f"DELETE FROM {fts}_bulk",  # noqa: S608
    ]


def postgresql_statement(table: str, column: str, *, when: str = "") -> str:
    """A GIN index over the terms as they are, not as PostgreSQL's parser would cut them.

    That of eras has no list of what is still to be put into it: each of many forms would read all of that.
    """
    vector, more = (_vector_of_eras(column, when), " WITH (fastupdate = off)") if when else (_vector(column), "")
    return f"CREATE INDEX ix_{table}_{column}_terms ON {table} USING gin (({vector})){more}"


def _vector(column: str) -> str:
    return f"array_to_tsvector(string_to_array({column}, ' '))"


@compiles(Holds, "sqlite")
def _on_sqlite(element: Holds, compiler: SQLCompiler, **kw: Any) -> str:
    column, question = element.clauses
    name = column.table.name
    return f"{name}.rowid IN (SELECT rowid FROM {name}_fts WHERE {name}_fts MATCH {compiler.process(question, **kw)})"  # noqa: S608 (our own names)


@compiles(Holds, "postgresql")
def _on_postgresql(element: Holds, compiler: SQLCompiler, **kw: Any) -> str:
    column, question = element.clauses
    return f"{_vector(compiler.process(column, **kw))} @@ CAST({compiler.process(question, **kw)} AS tsquery)"


def _vector_of_eras(column: str, when: str) -> str:
    era = f"floor(extract(epoch from {when} at time zone 'UTC') / {ERA_SECONDS})::int::text"
    return _vector(f"regexp_replace({column}, '[^ ]+', {era} || 'x\\&', 'g')")


@compiles(_Added, "sqlite")
def _added_on_sqlite(element: _Added, compiler: SQLCompiler, **kw: Any) -> str:
    column, question, most = element.clauses
    name = column.table.name
    asked = f"{name}_fts MATCH {compiler.process(question, **kw)} ORDER BY rowid DESC LIMIT {compiler.process(most, **kw)}"
    return f"{name}.rowid IN (SELECT rowid FROM {name}_fts WHERE {asked})"  # noqa: S608 (our own names)


@compiles(_OfEras, "postgresql")
def _of_eras_on_postgresql(element: _OfEras, compiler: SQLCompiler, **kw: Any) -> str:
    column, when, question = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"{_vector_of_eras(column, when)} @@ CAST({question} AS tsquery)"
