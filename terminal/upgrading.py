"""Bringing a database to this version: what `migrate`, `demo` and `serve` begin with."""

from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from core.db import engine
from core.errors import Invalid
from core.i18n import N_
from core.settings import ROOT


@dataclass(frozen=True)
class Migrated:
    """From which revision to which."""

    before: str | None
    after: str | None


def upgrade() -> Migrated:
    """Bring the database, and the engine's own tables in it, to this version.

    Raises:
        Invalid: the database cannot be opened, or is newer than this program.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from alembic.util.exc import CommandError

    from jobs import engine as durable

    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    head = ScriptDirectory.from_config(config).get_current_head()

    def revision() -> str | None:
        with engine().connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    try:
        before = revision()
        if before != head:
            command.upgrade(config, "head")
        durable.prepare()
    except CommandError as error:
        raise Invalid(N_("Cơ sở dữ liệu này thuộc bản phần mềm mới hơn. Hãy dùng bản mới hơn của Cầu Nối.")) from error
    except (SQLAlchemyError, OSError) as error:
        raise Invalid(N_("Không mở được cơ sở dữ liệu: {error}."), error=type(error).__name__) from error
    return Migrated(before, revision())
