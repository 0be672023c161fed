"""Scans of printed codes by place, hour of the day, weekday and kind of device; and the codes nobody scans.

Counts by hour are kept for good; devices are known for the ninety days that single openings are kept.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from core import clock
from core.text import natural_key, vietnamese_key
from models import Device, Scan, ScanHour, ShortLink, Unit
from services import access, links
from services.access import Actor, May, path_range

DAYS = 28
SILENT_AFTER = timedelta(days=30)


@dataclass(frozen=True)
class PlaceScans:
    """A place: its codes, openings, and how many of them were a phone's first of that code."""

    place: str
    codes: int
    scans: int
    first_scans: int
    area: str = ""  # the former unit it lies in; "" for what belongs to the whole ward

    @property
    def again(self) -> int:
        """Openings by phones that had opened the code before."""
        return self.scans - self.first_scans


@dataclass(frozen=True)
class ScanFigures:
    """What is known of the last `days` days, today the last."""

    days: int
    places: Sequence[PlaceScans]  # most scanned first; those without a scan too
    hours: Sequence[int]  # openings by hour of the day, 24
    weekdays: Sequence[int]  # from Monday, 7
    grid: Sequence[Sequence[int]]  # weekday by hour
    devices: Sequence[tuple[Device, int]]  # most first
    silent: Sequence[ShortLink]  # in use for longer than `SILENT_AFTER` and not scanned since; the oldest first

    @property
    def scans(self) -> int:
        """All openings."""
        return sum(self.hours)

    @property
    def areas(self) -> list[tuple[str, list[PlaceScans]]]:
        """Places as they lie: by area, within it by name so that neighbours stand beside each other; the whole ward's first."""
        by_area: dict[str, list[PlaceScans]] = {}
        for one in self.places:
            by_area.setdefault(one.area, []).append(one)
        order = sorted(by_area, key=lambda area: (bool(area), vietnamese_key(area)))
        return [(area, sorted(by_area[area], key=lambda one: natural_key(one.place))) for area in order]


def of(session: Session, *, actor: Actor, days: int = DAYS) -> ScanFigures:
    """Of the printed codes of the actor's units. Four queries, however many codes there are.

    Raises:
        NotAllowed: the actor may not see codes.
    """
    access.require(actor, May.STUDY_FIGURES)
    first_day = clock.today() - timedelta(days=days - 1)
    since = clock.midnight(first_day)
    grid = [[0] * 24 for _day in range(7)]
    for hour, scans in session.exec(
        _seen(actor, select(ScanHour.hour, func.sum(ScanHour.scans)).join(ShortLink, col(ShortLink.id) == ScanHour.link_id))
        .where(col(ScanHour.hour) >= since)
        .group_by(col(ScanHour.hour))
    ):
        at = clock.local(hour)
        grid[at.weekday()][at.hour] += int(scans)
    return ScanFigures(
        days=days, places=_places(session, actor, since), hours=[sum(row[hour] for row in grid) for hour in range(24)],
        weekdays=[sum(row) for row in grid], grid=grid, devices=_devices(session, actor, since), silent=_silent(session, actor),
    )  # fmt: skip


def _seen(actor: Actor, wanted: Any) -> Any:
    """Printed codes in sight."""
    wanted = wanted.where(col(ShortLink.purpose).in_(links.PRINTED))
    if actor.unit_path:
        wanted = wanted.join(Unit, col(Unit.id) == col(ShortLink.unit_id)).where(path_range(actor.unit_path))
    return wanted


def _places(session: Session, actor: Actor, since: datetime) -> list[PlaceScans]:
    home = aliased(Unit)
    area = func.coalesce(home.area, "")
    wanted = select(  # type: ignore[call-overload]
        area, ShortLink.place, func.count(func.distinct(ShortLink.id)), func.coalesce(func.sum(ScanHour.scans), 0),
        func.coalesce(func.sum(ScanHour.first_scans), 0),
    ).outerjoin(ScanHour, (col(ScanHour.link_id) == ShortLink.id) & (col(ScanHour.hour) >= since))  # fmt: skip
    wanted = wanted.outerjoin(home, col(home.id) == ShortLink.unit_id)
    rows = session.exec(_seen(actor, wanted).where(col(ShortLink.is_active)).group_by(area, ShortLink.place))
    places = [PlaceScans(place, codes, int(scans), int(firsts), within) for within, place, codes, scans, firsts in rows]
    return sorted(places, key=lambda one: (-one.scans, one.place, one.area))


def _devices(session: Session, actor: Actor, since: datetime) -> list[tuple[Device, int]]:
    wanted = select(Scan.device, func.count()).join(ShortLink, col(ShortLink.id) == Scan.link_id).where(col(Scan.at) >= since)
    counts: dict[Device, int] = dict(session.exec(_seen(actor, wanted).group_by(Scan.device)).all())
    return Counter(counts).most_common()


def _silent(session: Session, actor: Actor) -> list[ShortLink]:
    now = clock.now()
    scanned = select(ScanHour.link_id).where(col(ScanHour.hour) >= now - SILENT_AFTER, col(ScanHour.scans) > 0)
    wanted = _seen(actor, select(ShortLink)).where(
        col(ShortLink.is_active), col(ShortLink.created_at) < now - SILENT_AFTER, col(ShortLink.id).not_in(scanned),
        col(ShortLink.expires_at).is_(None) | (col(ShortLink.expires_at) > now),
    )  # fmt: skip
    return list(session.scalars(wanted.order_by(col(ShortLink.created_at), col(ShortLink.id))))
