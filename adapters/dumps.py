"""The whole database as one file, while it is in use, and back: SQLite by its own copying, PostgreSQL by its own tools."""

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import DDL, Connection, text
from sqlalchemy.engine import make_url

from core.db import driver_url, engine, is_sqlite, make_engine
from core.errors import Invalid
from core.i18n import N_
from core.settings import settings

SCHEMAS = ("public", "dbos")
ASIDE = "{schema}_before_restore"
PAGES = 2000  # at a time, of one transaction
BUSY_MOST = 30.0  # seconds
NO_TOOL = N_("Cần {tool} của PostgreSQL để làm việc này: apt install postgresql-client, rồi làm lại.")


class DatabaseDumps:
    """The database that the settings name."""

    def kind(self) -> str:
        """`sqlite` or `postgresql`: a dump goes back into the same kind only."""
        return "sqlite" if is_sqlite(settings().database_url) else "postgresql"

    def dump(self, file: Path) -> None:
        """One consistent state; whoever writes meanwhile is not held up.

        Raises:
            Invalid: the tool is missing, or what it said.
        """
        if self.kind() == "sqlite":
            with closing(sqlite3.connect(_database())) as source, closing(sqlite3.connect(file)) as target:
                source.backup(target)
                target.execute("PRAGMA journal_mode = DELETE")  # one file, no journal beside it
        else:
            _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={file}")

    def load(self, file: Path) -> None:
        """Put a dump in the place of all there is: wholly or, whatever happens on the way, not at all.

        SQLite does it in one transaction of its own. On PostgreSQL what there was stands aside until the new one is whole; cut
        off in the middle, the next `load` begins by putting it back.

        Raises:
            Invalid: the database is in use, the tool is missing, or what it said; nothing has changed then.
        """
        if self.kind() == "sqlite":
            engine().dispose()
            with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(_database(), timeout=1)) as target:
                source.backup(target, pages=PAGES, progress=Watch())
            return
        _tool("pg_restore")
        with _administering() as connection:
            put_back(connection)
            _set_aside(connection)
        try:
            _run("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(file))
        except BaseException:
            with _administering() as connection:
                put_back(connection)
            raise
        with _administering() as connection:
            for schema in SCHEMAS:
                _say(connection, f"DROP SCHEMA IF EXISTS {ASIDE.format(schema=schema)} CASCADE")


class Watch:
    """Told how far the copying is: it would wait for ever while others hold the database."""

    def __init__(self) -> None:
        self._left, self._since = -1, time.monotonic()

    def __call__(self, _status: int, left: int, _total: int) -> None:
        """Go on, or give up.

        Raises:
            Invalid: nothing could be copied for half a minute.
        """
        if left != self._left:
            self._left, self._since = left, time.monotonic()
        elif time.monotonic() - self._since > BUSY_MOST:
            raise Invalid(N_("Cơ sở dữ liệu đang bận: dừng Cầu Nối (manage.py serve, worker) rồi khôi phục lại."))


def put_back(connection: Connection) -> None:
    """What an earlier restore had set aside and never finished."""
    for schema in SCHEMAS:
        aside = ASIDE.format(schema=schema)
        if connection.execute(text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": aside}).first():
            _say(connection, f"DROP SCHEMA IF EXISTS {schema} CASCADE")
            _say(connection, f"ALTER SCHEMA {aside} RENAME TO {schema}")


def _set_aside(connection: Connection) -> None:
    for schema in SCHEMAS:
        if connection.execute(text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": schema}).first():
            _say(connection, f"ALTER SCHEMA {schema} RENAME TO {ASIDE.format(schema=schema)}")
    _say(connection, "CREATE SCHEMA public")


def _say(connection: Connection, words: str) -> None:
    connection.execute(DDL(words))  # type: ignore[no-untyped-call]


@contextmanager
def _administering() -> Iterator[Connection]:
    """One transaction on a connection of its own: those in the pool still know the tables of before."""
    engine().dispose()
    admin = make_engine(settings().database_url, writes=True)
    try:
        with admin.begin() as connection:
            yield connection
    finally:
        admin.dispose()


def _database() -> str:
    return make_url(settings().database_url).database or ""


def _run(tool: str, *words: str) -> None:
    """The password goes by the environment: what stands on a command line everybody on the machine can read."""
    url = make_url(driver_url(settings().database_url)).set(drivername="postgresql")
    env = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    plain = url.set(password=None).render_as_string()
    done = subprocess.run(  # noqa: S603 (our own words, no shell)
        [_tool(tool), f"--dbname={plain}", *words], check=False, env=env, capture_output=True, text=True
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [""])[0].replace(str(url.password), "…")
        raise Invalid(N_("{tool} không làm được: {said}"), tool=tool, said=said)


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Invalid(NO_TOOL, tool=name)
    return found
