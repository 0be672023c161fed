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
    String,
    Uuid,
    and_,
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

    return Words(sqlite.insert, batch, func.json_group_array, id_of, "one")


def _postgresql() -> Words:
    rows = cast(bindparam("rows", type_=String()), JSON())
    each = func.json_array_elements_text(rows).table_valued("value", with_ordinality="n").render_derived(name="each")
    link_id, at, *others = _cut(each.c.value)
    moment = cast(func.concat(at, "+00"), DateTime(timezone=True))
    batch = select((each.c.n - 1).label("n"), cast(link_id, Uuid()).label("link_id"), moment.label("at"), *others).cte("batch")

    def id_of(n: Clause) -> Clause:
        return cast(_group + func.lpad(func.to_hex(n), 5, "0"), Uuid())

    def gathered(one: Clause) -> Clause:
        return cast(func.json_agg(one), String())

    return Words(postgresql.insert, batch, gathered, id_of, "many")


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
    parameters = {"rows": json.dumps(rows), "group": group, "now": now}
    if _words(dialect).writers == "many":
        taken = json.loads(session.execute(_at_once(dialect), parameters).scalar_one() or "[]")
        places = [int(id_[-5:], 16) for id_ in taken]
    else:
        newcomers = session.execute(_newcomers(dialect), parameters).scalar_one() or "[]"
        session.execute(_all(dialect), parameters | {"places": newcomers})
        places = json.loads(newcomers)
    return Written(UUID(f"{group:0<32}"), UUID(f"{group:f<32}"), places)


def _is_newcomer(batch: CTE) -> Clause:
    """Whoever leads and has not opened that link before."""
    earlier = _scan.alias("earlier")
    is_first = text("earlier.is_first")  # in the index's own words, or SQLite would not use it
    has_one = exists().where(earlier.c.link_id == batch.c.link_id, earlier.c.visitor == batch.c.visitor, is_first)
    return and_(batch.c.leads, ~has_one)


@cache
def _newcomers(dialect: str) -> Executable:
    """Their places, in one row: between two the interpreter is waited for."""
    words = _words(dialect)
    return select(words.gathered(words.batch.c.n)).where(_is_newcomer(words.batch))


@cache
def _at_once(dialect: str) -> Executable:
    """All; ids of those who lead and whom the index took as the first.

    Nobody looks for who came before: the index does, row by row. A plan made for a small table would read a large one whole.
    """
    words = _words(dialect)
    batch, insert = words.batch, words.insert(_scan)
    leading = _openings(words, true()).where(batch.c.leads)
    firsts = insert.from_select(_SCAN_COLUMNS, leading).on_conflict_do_nothing().returning(_scan.c.id).cte("firsts")
    others = _openings(words, false()).where(words.id_of(batch.c.n).not_in(select(firsts.c.id)))
    rest = insert.from_select(_SCAN_COLUMNS, others).cte("rest")
    return select(words.gathered(firsts.c.id)).add_cte(rest)


@cache
def _all(dialect: str) -> Executable:
    """Whose places are named as the first, the others not."""
    words = _words(dialect)
    places = select(func.json_each(bindparam("places", type_=String())).table_valued("value").c.value)
    rows = _openings(words, words.batch.c.n.in_(places)).where(true())
    statement: Executable = words.insert(_scan).from_select(_SCAN_COLUMNS, rows)
    return statement


@cache
def _words(dialect: str) -> Words:
    return _sqlite() if dialect == "sqlite" else _postgresql()


def _openings(words: Words, is_first: Clause) -> Any:
    """The group as rows to insert. Where there may be many writers in one order, so that they wait for each other in a row."""
    batch = words.batch
    rows = select(words.id_of(batch.c.n), _now, batch.c.link_id, batch.c.at, batch.c.device, batch.c.visitor, is_first)
    return rows.order_by(batch.c.link_id, batch.c.visitor, batch.c.n) if words.writers == "many" else rows
