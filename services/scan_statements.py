"""The statements that write a group of openings, whatever its size, on SQLite and on PostgreSQL.

A group travels as one JSON text and the database does the rest, outside Python's lock: redirects go on meanwhile. Each
opening is one string in it (`written`), for cutting strings is cheaper than reading JSON again. Each has an id that can be
told, 108 bits of its group and its place in it, so that what was written as a visitor's first opening is not written again.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    CTE,
    JSON,
    ColumnElement,
    DateTime,
    Executable,
    Integer,
    Select,
    String,
    Uuid,
    bindparam,
    cast,
    exists,
    false,
    func,
    select,
    text,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from core.ids import new_id
from models import Device, Model
from models.base import Instant

MOST = 0xFFFFF  # openings in a group: five hexadecimal digits of an id
GROUP_DIGITS = 27
_scan = Model.metadata.tables["scan"]
_now, _group = bindparam("now", type_=Instant()), bindparam("group", type_=String())
Clause = ColumnElement[Any]


@dataclass(frozen=True)
class Words:
    """What the two databases say in different words. `batch` has columns n, link_id, at, device, leads, visitor."""

    insert: Callable[..., Any]
    batch: CTE
    places: Select[Any]  # those named by the parameter `places`
    gathered: Callable[[Clause], Clause]  # a column of many rows as one JSON text; none is NULL or an empty list
    id_of: Callable[[Clause], Clause]
    writers: Literal["one", "many"]  # at a time


_DEVICES = {device: device.ljust(8) for device in Device}


def written(link: str, second: str, microsecond: int, device: Device, visitor: str, *, leads: bool) -> str:
    """An opening as one string: 32 digits of the link's id, 26 characters of the instant in UTC, 8 of the device, the visitor.

    Before the visitor "1" where it `leads`: nobody in the group comes before it with that link and visitor.
    """
    return f"{link}{second}.{microsecond:06d}{_DEVICES[device]}{'1' if leads else '0'}{visitor}"


def _cut(row: Clause) -> list[Clause]:
    """Columns link_id, at, device, leads, visitor."""
    cut = {
        "link_id": func.substr(row, 1, 32), "at": func.substr(row, 33, 26), "device": func.rtrim(func.substr(row, 59, 8)),
        "leads": func.substr(row, 67, 1) == "1", "visitor": func.substr(row, 68),
    }  # fmt: skip
    return [column.label(name) for name, column in cut.items()]


def _sqlite() -> Words:
    each = func.json_each(bindparam("rows", type_=String())).table_valued("key", "value")
    batch = select(each.c.key.label("n"), *_cut(each.c.value)).cte("batch")

    def id_of(n: Clause) -> Clause:
        return _group + func.printf("%05x", n)

    places = select(func.json_each(bindparam("places", type_=String())).table_valued("value").c.value)
    return Words(sqlite.insert, batch, places, func.json_group_array, id_of, "one")


def _postgresql() -> Words:
    rows = cast(bindparam("rows", type_=String()), JSON())
    each = func.json_array_elements_text(rows).table_valued("value", with_ordinality="n").render_derived(name="each")
    link_id, at, *others = _cut(each.c.value)
    moment = cast(func.concat(at, "+00"), DateTime(timezone=True))
    batch = select((each.c.n - 1).label("n"), cast(link_id, Uuid()).label("link_id"), moment.label("at"), *others).cte("batch")

    def id_of(n: Clause) -> Clause:
        return cast(_group + func.lpad(func.to_hex(n), 5, "0"), Uuid())

    named = func.json_array_elements_text(cast(bindparam("places", type_=String()), JSON())).table_valued("value").c.value

    def gathered(one: Clause) -> Clause:
        return cast(func.json_agg(one), String())

    return Words(postgresql.insert, batch, select(cast(named, Integer())), gathered, id_of, "many")


_SCAN_COLUMNS = ("id", "created_at", "link_id", "at", "device", "visitor", "is_first")


@dataclass(frozen=True)
class Written:
    """What a group became: ids between two, and the places in it of those that were a visitor's first opening of a link."""

    first_id: UUID
    last_id: UUID
    places: Sequence[int]


def write(session: Session, *, rows: Sequence[str], now: datetime) -> Written:
    """Write a group of openings (as `written`, at most `MOST`), the earliest first.

    Where there is one writer, who comes first is asked before; where there are many, the index decides between them.
    """
    dialect, group = session.get_bind().dialect.name, new_id().hex[:GROUP_DIGITS]
    words, whole = _words(dialect), json.dumps(rows)
    newcomers = session.execute(_newcomers(dialect), {"rows": whole}).scalar_one() or "[]"
    parameters = {"rows": whole, "places": newcomers, "group": group, "now": now}
    places = json.loads(newcomers)
    if words.writers == "many":
        taken = session.execute(_firsts(dialect), parameters).scalars()
        places = [int(id_.hex[GROUP_DIGITS:], 16) for id_ in taken]
    session.execute(_all(dialect), parameters)
    return Written(UUID(f"{group:0<32}"), UUID(f"{group:f<32}"), places)


@cache
def _newcomers(dialect: str) -> Executable:
    """Places of whoever leads and has not opened that link before; in one row, for between two the interpreter is waited for."""
    words, earlier = _words(dialect), _scan.alias("earlier")
    batch = words.batch
    is_first = text("earlier.is_first")  # in the index's own words, or SQLite would not use it
    has_one = exists().where(earlier.c.link_id == batch.c.link_id, earlier.c.visitor == batch.c.visitor, is_first)
    return select(words.gathered(batch.c.n)).where(batch.c.leads, ~has_one)


@cache
def _firsts(dialect: str) -> Executable:
    """Newcomers; ids of those that the index took."""
    words = _words(dialect)
    rows = _openings(words, true()).where(_is_named(words))
    statement = words.insert(_scan).from_select(_SCAN_COLUMNS, rows).on_conflict_do_nothing()
    returned: Executable = statement.returning(_scan.c.id)
    return returned


@cache
def _all(dialect: str) -> Executable:
    """Where there are many writers, newcomers that were taken have their id already."""
    words = _words(dialect)
    rows = _openings(words, _is_named(words) if words.writers == "one" else false()).where(true())
    insert = words.insert(_scan).from_select(_SCAN_COLUMNS, rows)
    statement: Executable = insert if words.writers == "one" else insert.on_conflict_do_nothing(index_elements=["id"])
    return statement


def _is_named(words: Words) -> Clause:
    return words.batch.c.n.in_(words.places)


@cache
def _words(dialect: str) -> Words:
    return _sqlite() if dialect == "sqlite" else _postgresql()


def _openings(words: Words, is_first: Clause) -> Any:
    """The group as rows to insert. Where there may be many writers in one order, so that they wait for each other in a row."""
    batch = words.batch
    rows = select(words.id_of(batch.c.n), _now, batch.c.link_id, batch.c.at, batch.c.device, batch.c.visitor, is_first)
    return rows.order_by(batch.c.link_id, batch.c.visitor, batch.c.n) if words.writers == "many" else rows
