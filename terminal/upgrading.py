"""Bringing a database to this version: what `migrate`, `demo` and `serve` begin with."""

import sqlite3
import sys
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from core.db import is_sqlite, reading
from core.errors import Invalid
from core.i18n import N_
from core.settings import ROOT, settings
from services import health

# The durable engine takes for granted that Python 3.12 and newer come with this SQLite; with an older one its tables refuse rows.
SINCE_PYTHON, NEEDS_SQLITE = (3, 12), (3, 42)


@dataclass(frozen=True)
class Migrated:
    """From which revision to which."""

    before: str | None
    after: str | None


def upgrade() -> Migrated:
    """Bring the database, and the engine's own tables in it, to this version.

    Raises:
        Invalid: the database cannot be opened, or is newer than this program; or this Python has too old a SQLite.
    """
    if is_sqlite(settings().database_url):
        check_sqlite(python=sys.version_info[:2], sqlite=sqlite3.sqlite_version_info[:2])
    from alembic import command
    from alembic.util.exc import CommandError

    from jobs import engine as durable

    try:
        before = revision()
        if before != head():
            command.upgrade(_config(), "head")
        durable.prepare()
    except CommandError as error:
        raise Invalid(N_("Cơ sở dữ liệu này thuộc bản phần mềm mới hơn. Hãy dùng bản mới hơn của Cầu Nối.")) from error
    except (SQLAlchemyError, OSError) as error:
        raise Invalid(N_("Không mở được cơ sở dữ liệu: {error}."), error=type(error).__name__) from error
    return Migrated(before, revision())


def revision() -> str | None:
    """At which version the database's tables are; None where there are none."""
    with reading() as session:
        return health.revision(session)


def head() -> str | None:
    """The version of the tables that this program works with."""
    newest: str | None = _known().get_current_head()
    return newest


def knows(revision: str) -> bool:
    """Whether this program can bring tables of a version to its own."""
    return revision in {one.revision for one in _known().walk_revisions()}


def _known() -> Any:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config())


def _config() -> Any:
    from alembic.config import Config

    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    return config


def check_sqlite(*, python: tuple[int, ...], sqlite: tuple[int, ...]) -> None:
    """Whether durable work can be kept in this SQLite from this Python.

    Raises:
        Invalid: it cannot.
    """
    if python >= SINCE_PYTHON and sqlite < NEEDS_SQLITE:
        raise Invalid(
            N_("Python {python} ở đây dùng SQLite {sqlite}; cần SQLite {least} trở lên. Hãy dùng Python 3.11, hoặc PostgreSQL."),
            python=".".join(map(str, python)),
            sqlite=".".join(map(str, sqlite)),
            least=".".join(map(str, NEEDS_SQLITE)),
        )
