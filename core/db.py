"""The database: one engine a process, `transaction()`, the only place that commits, and `reading()`.

SQLite needs care (measured in docs/decisions/0003): WAL, foreign keys, a busy timeout, and writers that
begin with BEGIN IMMEDIATE, or a read followed by a write loses updates or fails at once. Those of one process
take turns (docs/decisions/0040).
"""

import os
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, CursorResult, Engine, Executable, Table, event, func, null, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session, create_engine

from core import clock, turns, unwritable
from core.settings import settings


def is_sqlite(url: str) -> bool:
    """Whether an address is that of a SQLite file."""
    return url.startswith("sqlite")


def driver_url(url: str) -> str:
    """The address with the driver we use named: psycopg 3 for PostgreSQL."""
    return url.replace("postgres://", "postgresql://", 1).replace("postgresql://", "postgresql+psycopg://", 1)


def make_engine(url: str, *, writes: bool) -> Engine:
    """An engine whose connections keep foreign keys and, on SQLite, take the write lock at the start if they write."""
    engine = _engine(url, writes=writes)
    unwritable.keep_out(engine)
    return engine


def _engine(url: str, *, writes: bool) -> Engine:
    if not is_sqlite(url):
        options = {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 20, "json_serializer": unwritable.dumped}
        return create_engine(driver_url(url), hide_parameters=True, **options)
    database = make_url(url).database
    if database and not database.startswith((":", "file:")):  # a file, neither memory nor SQLite's own way to name one
        _make_private(Path(database))
    engine = _sqlite_engine(url, {"factory": turns.Writer} if writes else {})
    if not writes:  # an import that maps the file it reads and writes has all of it in its memory, and is no faster
        event.listen(engine, "connect", _map_file)
    event.listen(engine, "begin", _begin_immediate if writes else _begin_deferred)
    return engine


def engines_own(url: str) -> Engine | None:
    """For the durable engine, on the same SQLite file: it begins to write only when it has something to write, in turn.

    None where writers need no turns: it makes one of its own.
    """
    return _sqlite_engine(url, {"factory": turns.Writer}, pool_size=20, max_overflow=0) if is_sqlite(url) else None


def _sqlite_engine(url: str, arguments: dict[str, Any], **options: int) -> Engine:
    told = {"check_same_thread": False, "timeout": 30, **arguments}
    made = create_engine(url, connect_args=told, hide_parameters=True, json_serializer=unwritable.dumped, **options)
    event.listen(made, "connect", _on_connect)
    return made


def _make_private(file: Path) -> None:
    """A new database, and a new folder for it, are for this account only; SQLite gives its journals the file's own mode."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _on_connect(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL", "foreign_keys=ON", "busy_timeout=30000", "synchronous=NORMAL",
        "temp_store=MEMORY", "cache_size=-32000", "wal_autocheckpoint=4000",
    ):  # fmt: skip
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _map_file(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA mmap_size=268435456")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_deferred(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


@cache
def engine() -> Engine:
    """The engine of writers."""
    return make_engine(settings().database_url, writes=True)


@cache
def readers() -> Engine:
    """The engine of readers: they never wait for a writer, nor hold one up."""
    return make_engine(settings().database_url, writes=False)


class _Commits:
    """How often this process has committed; whoever keeps what was read compares."""

    count = 0


_COUNTS_ONLY = "counts only"


@event.listens_for(Session, "after_commit")
def _note_commit(session: Session) -> None:
    if _COUNTS_ONLY not in session.info:
        _Commits.count += 1


def commits() -> int:
    """A number that differs once anything that a kept page could show has been committed in this process."""
    return _Commits.count


@contextmanager
def transaction(*, counts_only: bool = False) -> Generator[Session]:
    """Commit when the block ends; roll back if anything is raised inside it.

    `counts_only` says that nothing is written but what residents did (openings, answers): pages kept for seconds stand.
    """
    info = {_COUNTS_ONLY: True} if counts_only else {}
    with Session(engine(), expire_on_commit=False, info=info) as session, session.begin():
        yield session


@contextmanager
def reading() -> Generator[Session]:
    """A consistent look; whatever is changed inside it is forgotten."""
    with Session(readers(), expire_on_commit=False) as session:
        yield session
        session.expunge_all()  # what was read stays readable; a rollback alone would empty it
        session.rollback()


def changed(session: Session, statement: Executable) -> int:
    """Run an update or delete; how many rows it touched."""
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def its_now(session: Session) -> datetime:
    """This instant by the database's clock: what processes on several machines agree on. A SQLite file has its machine's."""
    dialect = session.get_bind().dialect.name
    return clock.now() if dialect == "sqlite" else instant(session.execute(select(now_of(dialect))).scalar_one())


def now_of(dialect: str) -> ColumnElement[Any]:
    """A column that is this instant by the database's clock, in a statement that asks for other things too; see `instant`."""
    return null() if dialect == "sqlite" else func.clock_timestamp()


def instant(told: datetime | None) -> datetime:
    """What `now_of` told. A SQLite file has its machine's clock."""
    return told.astimezone(UTC) if told else clock.now()


def upsert(
    session: Session, table: Table, rows: Sequence[dict[str, Any]], *, key: Iterable[str], add: Iterable[str] = (),
    replace: Iterable[str] = (), of_each: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Insert rows; where the key is taken, add to the columns `add` and overwrite the columns `replace`.

    With neither, an existing row is left alone. `of_each` is what all rows have besides, or how the database makes it.
    """
    if not rows:
        return
    statement = _upsert(session.get_bind().dialect.name, table, tuple(key), tuple(add), tuple(replace))
    session.execute(statement.values(**of_each) if of_each else statement, list(rows))


@cache
def _upsert(
    dialect: str, table: Table, key: tuple[str, ...], add: tuple[str, ...], replace: tuple[str, ...]
) -> sqlite.Insert | postgresql.Insert:  # fmt: skip
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    changes = {name: table.c[name] + insert.excluded[name] for name in add}
    changes |= {name: insert.excluded[name] for name in replace}
    keys = [table.c[name] for name in key]
    done: sqlite.Insert | postgresql.Insert = (
        insert.on_conflict_do_update(index_elements=keys, set_=changes) if changes else insert.on_conflict_do_nothing()
    )
    return done
