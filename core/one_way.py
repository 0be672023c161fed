"""Questions that take one way to a server together, where each would wait for the answer to the one before.

It is the pipeline of PostgreSQL's driver, past what SQLAlchemy does for each statement: a third of the time of a small one.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from functools import lru_cache
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import ClauseElement, Connection, CursorResult, Dialect
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

_NO_CONTEXT = (None, False)  # and not many times


class Question(NamedTuple):
    """A statement that is kept from use to use, and what it is told. It has no list that is spread out (`in_`, `expanding`)."""

    statement: Any
    told: Mapping[str, Any]


def asked(session: Session, *questions: Question) -> list[Sequence[Any]]:
    """The rows of each, in the order in which they are asked: one that waits for a lock is over when the next one looks.

    On PostgreSQL the columns are as the driver gives them: ids, days, numbers and texts as themselves, instants in any zone. On
    SQLite, which is no way off, one is asked after the other. Whoever listens to a session's statements hears these as well.

    Raises:
        DBAPIError: as for any other statement.
    """
    connection = session.connection()
    dialect = connection.dialect
    if dialect.name != "postgresql":
        return [_rows(connection.execute(statement, told)) for statement, told in questions]
    driver: Any = connection.connection.driver_connection
    said = [_said(connection, _kept(one.statement, dialect), one.told) for one in questions]
    try:
        with driver.pipeline() if len(said) > 1 else nullcontext():
            answers = [driver.cursor(row_factory=namedtuple_row).execute(*one) for one in said]
        return [answer.fetchall() if answer.description else [] for answer in answers]
    except psycopg.Error as error:
        words = "; ".join(words for words, _ in said)
        raise DBAPIError.instance(words, None, error, psycopg.Error, hide_parameters=True, dialect=dialect) from error


def _rows(result: CursorResult[Any]) -> Sequence[Any]:
    return result.all() if result.returns_rows else []


class _Kept(NamedTuple):
    """A statement in the server's words, and how each parameter is put into the driver's form where that is another."""

    compiled: Any
    puts: Mapping[str, Callable[[Any], Any]]


@lru_cache(maxsize=64)
def _kept(statement: ClauseElement, dialect: Dialect) -> _Kept:
    compiled: Any = statement.compile(dialect=dialect)
    kinds = {name: bind.type.dialect_impl(dialect) for bind, name in compiled.bind_names.items()}
    return _Kept(compiled, {name: put for name, kind in kinds.items() if (put := kind.bind_processor(dialect))})


def _said(connection: Connection, kept: _Kept, told: Mapping[str, Any]) -> tuple[str, Any]:
    words, parameters = str(kept.compiled), kept.compiled.construct_params(told)
    for name, put in kept.puts.items():
        parameters[name] = put(parameters[name])
    for hears in connection.dispatch.before_cursor_execute:
        words, parameters = hears(connection, None, words, parameters, *_NO_CONTEXT)
    return words, parameters
