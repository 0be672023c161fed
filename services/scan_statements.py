"""The five statements that write a group of openings, whatever its size, on SQLite and on PostgreSQL.

A group travels as one JSON text and the database does the rest, outside Python's lock: redirects go on meanwhile. Each
opening is one string in it (`written`), for cutting strings is cheaper than reading JSON again. Each has an id that can be
told, 108 bits of its group and its place in it: so the first statement tries the first opening of every visitor, the
second adds all others, and the last three count what the group has written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    CTE,
    JSON,
    ColumnElement,
    DateTime,
    Executable,
    Integer,
    String,
    Uuid,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal_column,
    select,
    text,
    true,
    type_coerce,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from models import Model
from models.base import Instant

MOST = 0xFFFFF  # openings in a group: five hexadecimal digits of an id
GROUP_DIGITS = 27
_tables = Model.metadata.tables
_scan, _hour, _reach, _link = (_tables[name] for name in ("scan", "scanhour", "reachcount", "shortlink"))
_now, _group = bindparam("now", type_=Instant()), bindparam("group", type_=String())
_in_group = _scan.c.id.between(bindparam("first_id", type_=Uuid()), bindparam("last_id", type_=Uuid()))
Clause = ColumnElement[Any]


@dataclass(frozen=True)
class Words:
    """What the two databases say in different words. `batch` has columns n, link_id, at, device, visitor."""

    insert: Callable[..., Any]
    batch: CTE
    id_of: Callable[[Clause], Clause]
    new_id: Clause
    start_of: Callable[[Clause, int], Clause]  # of the so many minutes (up to 60) an instant lies in
    writers: Literal["one", "many"]  # at a time


def written(link_id: str, at: datetime, device: str, visitor: str) -> str:
    """An opening as one string: 32 digits of the link's id, 26 characters of the instant in UTC, 8 of the device, the visitor."""
    return f"{link_id}{at.isoformat(' ', 'microseconds')[:26]}{device:<8}{visitor}"


def _cut(row: Clause) -> tuple[Clause, Clause, Clause, Clause]:
    return func.substr(row, 1, 32), func.substr(row, 33, 26), func.rtrim(func.substr(row, 59, 8)), func.substr(row, 67)


def _sqlite() -> Words:
    each = func.json_each(bindparam("rows", type_=String())).table_valued("key", "value")
    link_id, at, device, visitor = _cut(each.c.value)
    batch = select(
        each.c.key.label("n"), link_id.label("link_id"), at.label("at"), device.label("device"), visitor.label("visitor")
    ).cte("batch")

    def start_of(at: Clause, minutes: int) -> Clause:
        stored = type_coerce(at, String())  # 2026-11-24 05:04:59.000000, UTC
        minute = cast(func.substr(stored, 15, 2), Integer()) // minutes * minutes
        return func.substr(stored, 1, 14).op("||")(func.printf("%02d:00.000000", minute))

    def id_of(n: Clause) -> Clause:
        return _group + func.printf("%05x", n)

    return Words(sqlite.insert, batch, id_of, func.lower(func.hex(func.randomblob(16))), start_of, "one")


def _postgresql() -> Words:
    rows = cast(bindparam("rows", type_=String()), JSON())
    each = func.json_array_elements_text(rows).table_valued("value", with_ordinality="n").render_derived(name="each")
    link_id, at, device, visitor = _cut(each.c.value)
    batch = select(
        each.c.n, cast(link_id, Uuid()).label("link_id"), cast(func.concat(at, "+00"), DateTime(timezone=True)).label("at"),
        device.label("device"), visitor.label("visitor"),
    ).cte("batch")  # fmt: skip

    def start_of(at: Clause, minutes: int) -> Clause:
        return func.date_bin(func.make_interval(0, 0, 0, 0, 0, minutes), at, literal_column("TIMESTAMPTZ '2000-01-01 00:00+00'"))

    def id_of(n: Clause) -> Clause:
        return cast(_group + func.lpad(func.to_hex(n), 5, "0"), Uuid())

    return Words(postgresql.insert, batch, id_of, func.gen_random_uuid(), start_of, "many")


@cache
def statements(dialect: str) -> tuple[Executable, ...]:
    """In the order they are to be run. Parameters: rows (JSON), group, first_id, last_id, now.

    Where there may be many writers each goes through its rows in one order, so that they wait for each other in a row.
    """
    words = _sqlite() if dialect == "sqlite" else _postgresql()
    return _firsts(words), _others(words), _hours(words), _links(), _reaches(words)


_SCAN_COLUMNS = ("id", "created_at", "link_id", "at", "device", "visitor", "is_first")


def _openings(words: Words, is_first: Clause) -> Any:
    """The group as rows to insert; those of links that are gone fall out by the join."""
    batch = words.batch
    rows = select(words.id_of(batch.c.n), _now, batch.c.link_id, batch.c.at, batch.c.device, batch.c.visitor, is_first).join_from(
        batch, _link, _link.c.id == batch.c.link_id
    )
    return rows.order_by(batch.c.link_id, batch.c.visitor, batch.c.n) if words.writers == "many" else rows


def _firsts(words: Words) -> Executable:
    """The first opening in the group of whoever has none; the index decides if another process is as fast."""
    batch, earlier = words.batch, _scan.alias("earlier")
    is_first = text("earlier.is_first")  # in the index's own words, or SQLite would not use it
    has_one = exists().where(earlier.c.link_id == batch.c.link_id, earlier.c.visitor == batch.c.visitor, is_first)
    first_places = select(func.min(batch.c.n)).where(~has_one).group_by(batch.c.link_id, batch.c.visitor)
    rows = _openings(words, true()).where(batch.c.n.in_(first_places))
    statement: Executable = words.insert(_scan).from_select(_SCAN_COLUMNS, rows).on_conflict_do_nothing()
    return statement


def _others(words: Words) -> Executable:
    """All, as not the first; what was taken as the first has its id already."""
    rows = _openings(words, false()).where(true())
    statement: Executable = words.insert(_scan).from_select(_SCAN_COLUMNS, rows).on_conflict_do_nothing(index_elements=["id"])
    return statement


def _hours(words: Words) -> Executable:
    hour = words.start_of(_scan.c.at, 60).label("of_hour")
    n_first = func.sum(cast(_scan.c.is_first, Integer()))
    rows = (
        select(words.new_id, _now, _scan.c.link_id, hour, func.count(), n_first)
        .where(_in_group)
        .group_by(_scan.c.link_id, "of_hour")
        .order_by(_scan.c.link_id, "of_hour")
    )
    insert = words.insert(_hour).from_select(("id", "created_at", "link_id", "hour", "scans", "first_scans"), rows)
    more = {name: _hour.c[name] + insert.excluded[name] for name in ("scans", "first_scans")}
    statement: Executable = insert.on_conflict_do_update(index_elements=["link_id", "hour"], set_=more)
    return statement


def _links() -> Executable:
    sums = select(_scan.c.link_id, func.count().label("more")).where(_in_group).group_by(_scan.c.link_id).subquery("sums")
    return update(_link).where(_link.c.id == sums.c.link_id).values(scans=_link.c.scans + sums.c.more)


def _reaches(words: Words) -> Executable:
    """First openings of a group's link to an announcement, by five minutes."""
    bucket = words.start_of(_scan.c.at, 5).label("of_bucket")
    key = (_link.c.announcement_id, _link.c.group_id, "of_bucket")
    rows = (
        select(words.new_id, _now, _link.c.announcement_id, _link.c.group_id, bucket, func.count(), literal_column("0"))
        .join_from(_scan, _link, _link.c.id == _scan.c.link_id)
        .where(_in_group, _scan.c.is_first, _link.c.announcement_id.is_not(None), _link.c.group_id.is_not(None))
        .group_by(*key)
        .order_by(*key)
    )
    columns = ("id", "created_at", "announcement_id", "group_id", "at", "opens", "known")
    insert = words.insert(_reach).from_select(columns, rows)
    more = {"opens": _reach.c.opens + insert.excluded.opens}
    statement: Executable = insert.on_conflict_do_update(index_elements=["announcement_id", "group_id", "at"], set_=more)
    return statement
