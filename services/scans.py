"""Openings of short links: written in groups, counted by hour for good, kept one by one for 90 days."""

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from core import clock
from core.ids import new_id
from models import Device, Purpose, Scan, ScanHour, ShortLink, Unit
from services import known_openings, scan_statements
from services.access import Actor, path_range

KEPT = timedelta(days=90)  # raw rows; the counts by hour stay


class Opening(NamedTuple):
    """One opening by a person. `visitor` is the keyed digest of a first-party cookie."""

    link_id: UUID
    at: datetime
    device: Device
    visitor: str


@dataclass(frozen=True)
class DayOfScans:
    """A day on the calendars of this place: openings, and phones that opened for the first time."""

    day: date
    scans: int
    first_scans: int


def record(session: Session, openings: Sequence[Opening]) -> None:
    """Write openings and add them to every counter: by hour, by link, and for a group's link by five minutes.

    Exactly one opening of a link by a visitor is the first, also within one group of openings and between processes
    writing at once: a unique index decides, and only what it took is counted. A visitor comes back as new once the raw
    row is older than `KEPT`. Openings of a link that is gone from the database are dropped. Six statements, whatever the
    size of the group (at most `scan_statements.MOST`), and some for each household whose own phone was among them.
    """
    if not openings:
        return
    hexes = {link_id: link_id.hex for link_id in {opening.link_id for opening in openings}}
    rows = [
        scan_statements.written(hexes[link_id], at.astimezone(UTC), device, visitor)
        for link_id, at, device, visitor in sorted(openings, key=itemgetter(1))
    ]
    known_openings.before_openings(session, link_ids=list(hexes))
    group = new_id().hex[: scan_statements.GROUP_DIGITS]
    parameters = {
        "rows": json.dumps(rows), "group": group, "first_id": UUID(f"{group:0<32}"), "last_id": UUID(f"{group:f<32}"),
        "now": clock.now(),
    }  # fmt: skip
    for statement in scan_statements.statements(session.get_bind().dialect.name):
        session.execute(statement, parameters)
    known_openings.note(session, first_id=UUID(f"{group:0<32}"), last_id=UUID(f"{group:f<32}"))


def by_day(
    session: Session, *, actor: Actor, link_id: UUID | None = None, purposes: Collection[Purpose] = (), days: int = 28
) -> list[DayOfScans]:
    """Openings of the actor's links (of one, of some purposes) on each of the last `days` days, today the last; zeros too."""
    today = clock.today()
    first_day = today - timedelta(days=days - 1)
    since = datetime.combine(first_day, time(), clock.zone())
    wanted = (
        select(ScanHour.hour, func.sum(ScanHour.scans), func.sum(ScanHour.first_scans))
        .where(col(ScanHour.hour) >= since)
        .join(ShortLink, col(ShortLink.id) == col(ScanHour.link_id))
        .group_by(col(ScanHour.hour))
    )
    if actor.unit_path:
        wanted = wanted.join(Unit, col(Unit.id) == col(ShortLink.unit_id)).where(path_range(actor.unit_path))
    if purposes:
        wanted = wanted.where(col(ShortLink.purpose).in_(purposes))
    if link_id:
        wanted = wanted.where(ScanHour.link_id == link_id)
    scans: Counter[date] = Counter()
    firsts: Counter[date] = Counter()
    for hour, n, n_first in session.exec(wanted):
        day = clock.local(hour).date()
        scans[day] += int(n)
        firsts[day] += int(n_first)
    return [
        DayOfScans(day, scans[day], firsts[day]) for day in (first_day + timedelta(days=n) for n in range(days))
    ]  # fmt: skip


def forget_raw(session: Session, *, before: datetime) -> int:
    """Delete the single openings older than an instant; the counts stay. How many."""
    return session.exec(delete(Scan).where(col(Scan.at) < before)).rowcount
