"""What every table has: our own registry, named constraints, an id, a birthday; and the column types we share."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Dialect, Enum, Index, MetaData, String, text
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from core import clock
from core.ids import new_id

# Alembic needs names to drop constraints. A registry of our own (not SQLModel's
# global one) lets Streamlit reload these modules without "table already defined".
_registry = registry(
    metadata=MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
)


class Instant(TypeDecorator[datetime]):
    """A moment, aware and in UTC on the way in and on the way out; SQLite alone would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone: it would be read as another one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Compared byte by byte on every database, so that a subtree of units is one indexed range.
BYTES = String().with_variant(String(collation="C"), "postgresql")


def choice(kind: type[StrEnum]) -> Any:
    """Column type of a StrEnum: stored by value, checked by the database."""
    return Enum(
        kind, native_enum=False, create_constraint=True, length=32, name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )  # fmt: skip


def index_where(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of the rows for which `where` holds, the same on both databases."""
    holds = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=holds, postgresql_where=holds)


class Model(SQLModel, registry=_registry):
    """The base of every table."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    created_at: datetime = Field(default_factory=clock.now, sa_type=Instant)
