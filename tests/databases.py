"""Empty databases with all tables: making them anew for every test would take longer than most tests.

A SQLite file is a copy of one made once a process. The one that tests share is made as new again, page by page: its connections
stay, and need not read again what tables there are. `CAUNOI_TEST_DATABASE_URL` points the whole suite at a PostgreSQL, whose user
may create databases: there each is emptied and used again.
"""

import atexit
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, delete, event, inspect, table, text
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from core.db import make_engine
from core.ids import new_id
from models import Model

# Whoever still does something; the idle ones hold nothing up, and serve the next test.
OTHERS_AWAY = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
AND state <> 'idle'
"""
ENGINES = "dbos"  # what the durable engine makes of its own
WORDS = table("household_term")  # the database makes it with its index and fills it
_FOLDER = tempfile.TemporaryDirectory()
POSTGRES = os.environ.get("CAUNOI_TEST_DATABASE_URL", "")
IS_THOROUGH = bool(os.environ.get("CAUNOI_TEST_THOROUGH"))  # `make thorough`: every example, other seeds each time
_free: list[str] = []  # databases of the server that are empty again
_engines: dict[tuple[str, bool], Engine] = {}


def examples(number: int) -> int:
    """How many examples a property is tried with: all with CAUNOI_TEST_THOROUGH (`make thorough`), else a third; on PostgreSQL,
    where each costs ten times as much, a fifth."""
    if IS_THOROUGH:
        return number
    return max(5, number // (5 if POSTGRES else 3))


@contextmanager
def empty_database(file: Path) -> Iterator[str]:
    """The address of a database that ends with the block: the file, or one of the server's."""
    if not POSTGRES:
        with _fresh_copy(file):
            yield f"sqlite:///{file}"
        return
    url = _free.pop() if _free else _new_on_server()
    yield url
    if _is_emptied(url):
        _free.append(url)


@contextmanager
def _fresh_copy(file: Path) -> Iterator[None]:
    """A new empty file until the block ends."""
    shutil.copyfile(_file(), file)
    yield
    for one in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        one.unlink(missing_ok=True)


@contextmanager
def kept_database() -> Iterator[str]:
    """The address of an empty database, the same for each test of this process, so that its engines can be kept."""
    if POSTGRES:
        with empty_database(Path()) as url:
            yield url
        return
    file = Path(_FOLDER.name) / "test.db"
    engines = [kept_engine(f"sqlite:///{file}", writes=writes) for writes in (True, False)]
    if not _made_as_new or any(engine.pool.checkedout() for engine in engines) or not _made_as_new[0]():  # type: ignore[attr-defined]
        for engine in engines:
            engine.dispose()
        _made_as_new[:] = [_AsNew(file)]
    yield f"sqlite:///{file}"


class _AsNew:
    """Has a name stand for a new empty file, and makes it empty again.

    A thread that outlives its test still has the file of that test open: whatever it does there, the next test has another.
    """

    def __init__(self, file: Path) -> None:
        own = file.with_name(f"{new_id().hex}.db")
        shutil.copyfile(_file(), own)
        file.unlink(missing_ok=True)
        file.symlink_to(own)
        self._source = sqlite3.connect(_file(), isolation_level=None)
        self._file = sqlite3.connect(own, isolation_level=None)
        for pragma in ("synchronous=OFF", "busy_timeout=0", "wal_autocheckpoint=4000"):
            self._file.execute(f"PRAGMA {pragma}")
        self._version = self._tables()

    def __call__(self) -> bool:
        """Whether it could be: not where a test changed the tables, or where somebody still writes."""
        if self._tables() != self._version:
            return False
        try:
            self._file.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        self._file.execute("ROLLBACK")
        self._source.backup(self._file)
        self._file.execute(f"PRAGMA schema_version={self._version}")  # what others know of the tables is right
        return True

    def _tables(self) -> int:
        version: int = self._file.execute("PRAGMA schema_version").fetchone()[0]
        return version


_made_as_new: list[_AsNew] = []


def kept_engine(url: str, *, writes: bool) -> Engine:
    """As `db.make_engine`, but the same one for the same address: it knows the statements that earlier tests had compiled."""
    if (url, writes) not in _engines:
        engine = _engines[url, writes] = make_engine(url, writes=writes)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _outlives_no_power_cut)
    return _engines[url, writes]


def _outlives_no_power_cut(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    """Never wait for the disk: the last connection of each test would, for longer than most tests take."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()


@cache
def _file() -> Path:
    file = Path(_FOLDER.name) / "empty.db"
    _make_tables(f"sqlite:///{file}", _has_small_pages)
    return file


def _has_small_pages(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    """Each table and index has one to itself, and all are copied for every test."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA page_size=2048")
    cursor.close()


def _new_on_server() -> str:
    name = f"test_{new_id().hex}"
    _on_server(f"CREATE DATABASE {name}")
    atexit.register(_on_server, f"DROP DATABASE {name} WITH (FORCE)")
    url = make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    _make_tables(url)
    return url


def _is_emptied(url: str) -> bool:
    """Send away whoever still looks at it and empty it, far cheaper than making tables; False if a test changed the tables."""
    with kept_engine(url, writes=True).begin() as connection:
        connection.execute(text(OTHERS_AWAY))
        if set(inspect(connection).get_table_names()) != {*Model.metadata.tables, WORDS.name}:
            return False
        connection.exec_driver_sql(_emptying())
    return True


@cache
def _emptying() -> str:
    """All of it in one way there and back."""
    emptied = "; ".join(str(delete(one)) for one in (*Model.metadata.sorted_tables, WORDS))
    return f"SET LOCAL session_replication_role = replica; {emptied}; DROP SCHEMA IF EXISTS {ENGINES} CASCADE"


def _make_tables(url: str, *first: Callable[[DBAPIConnection, ConnectionPoolEntry], None]) -> None:
    engine = make_engine(url, writes=True)
    for listener in first:
        event.listen(engine, "connect", listener, insert=True)
    Model.metadata.create_all(engine)
    engine.dispose()  # the last connection leaves a SQLite file without its journal


def _on_server(command: str) -> None:
    engine = make_engine(POSTGRES, writes=True).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(command))
    engine.dispose()
