"""How a ward is doing, for everybody: no household, no count under five, and none that follows from those that are told.

Rules (docs/decisions/0048, 0070): a place with a count from one to four is left out; every count that is told is rounded to a
multiple of five, every share, of the true counts, to whole steps of five points; where that would tell to within a handful what
was left out, the whole is not told. What is shown stands for a whole month, on the ward's page as on those of its groups.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session

from core import clock
from models import Unit
from services import figure_values, figures, period_days, wards
from services.access import TERMINAL
from services.figure_values import Value
from services.figures import SMALL, Coverage
from services.wards import WardCard

STEP = 5


@dataclass(frozen=True)
class Told:
    """A count as everybody may know it; None: of so few that it is not told."""

    count: int | None

    @classmethod
    def of(cls, count: float | None) -> "Told":
        """Rounded to a multiple of five; from one to four not told."""
        n = int(count or 0)
        return cls(None if 0 < n < SMALL else STEP * ((n + STEP // 2) // STEP))


@dataclass(frozen=True)
class PublicPlace:
    """A residential unit, or the whole ward: of about so many households about this share is in the chat."""

    name: str
    households: int
    share: float
    joined: int | None = None  # told of the whole only: beside the share of a small place it would say too much


@dataclass(frozen=True)
class PublicWard:
    """The page."""

    card: WardCard
    code: str
    since: date
    until: date
    whole: PublicPlace | None
    before: float | None  # the share a month earlier
    places: list[PublicPlace]  # the highest share first
    hidden: int  # so many places have counts that are not told
    announcements: int
    known: float | None  # of the households of announcements that asked, the share known to have been told
    half_minutes: float | None
    opens: int | None
    scans: int | None


def of(session: Session, *, code: str = "") -> PublicWard | None:
    """The page of the ward of a code, or of the only one; None where there is none of it, or several and none is named."""
    ward_id = wards.meant(session, among=wards.with_households(), code=code)
    if ward_id is None:
        return None
    unit = session.get_one(Unit, ward_id)
    since, until = period_days.last_whole_month(clock.today())
    earlier = period_days.period_before(since, until)[1]
    names = ("announcements", "known", "relay_median", "opens", "scans")
    told = figure_values.of_period(session, actor=TERMINAL, unit_id=unit.id, names=names, since=since, until=until)
    now = figures.coverage(session, actor=TERMINAL, unit_id=unit.id, on=until)
    then = figures.coverage(session, actor=TERMINAL, unit_id=unit.id, on=earlier).total
    places = [shown for row in now.rows if (shown := _place(row)) is not None]
    hidden = sum(row.households > 0 for row in now.rows) - len(places)
    return PublicWard(
        card=wards.card_of(session, unit=unit), code=unit.code, since=since, until=until,
        whole=_whole(now.total, beside=places, hidden=hidden), before=_share(then.joined, then.households),
        places=sorted(places, key=lambda one: (-one.share, one.name)), hidden=hidden,
        announcements=int(told["announcements"].value or 0), known=_known(told["known"]),
        half_minutes=None if told["relay_median"].is_running else told["relay_median"].value,
        opens=Told.of(told["opens"].value).count, scans=Told.of(told["scans"].value).count,
    )  # fmt: skip


def of_place(session: Session, *, unit: Unit) -> tuple[PublicPlace | None, date]:
    """What the ward's page says of one residential unit, and until which day it counts; None where it is left out there."""
    until = period_days.last_whole_month(clock.today())[1]
    rows = figures.coverage(session, actor=TERMINAL, unit_id=unit.id, on=until).rows
    return next((_place(row) for row in rows if row.unit_id == unit.id), None), until


def _share(part: int, whole: int) -> float | None:
    """In whole steps of five points; None where there is nothing, or a count or the difference is of a handful."""
    told = (Told.of(n).count for n in (whole, part, whole - part))
    return _steps(part, whole) * STEP / 100 if whole and None not in told else None


def _steps(part: int, whole: int) -> int:
    """Of five points, the nearest number that a share makes."""
    return (200 * part + STEP * whole) // (2 * STEP * whole)


def _place(row: Coverage) -> PublicPlace | None:
    share = _share(row.joined, row.households)
    return None if share is None else PublicPlace(row.unit_name, Told.of(row.households).count or 0, share)


def _whole(row: Coverage, *, beside: Sequence[PublicPlace], hidden: int) -> PublicPlace | None:
    """The whole, unless the places beside it, taken from it, would tell to within a handful how many are in those left out."""
    if (place := _place(row)) is None:
        return None
    whole = replace(place, joined=Told.of(row.joined).count)
    return None if hidden and _tell_a_handful([whole, *beside]) else whole


def _tell_a_handful(told: Sequence[PublicPlace]) -> bool:
    """Whether fewer than five numbers are possible of what is left when all others are taken from the first."""
    apart = [0, 0, 0]
    for one in told:
        for at, numbers in enumerate(zip(*_possible(one), strict=True)):
            apart[at] += max(numbers) - min(numbers)
        if min(apart) >= SMALL - 1:
            return False
    return True


def _possible(told: PublicPlace) -> Iterator[tuple[int, int, int]]:
    """Households, those in the chat and those outside that a place may stand for: of each number of households the ends."""
    for households in range(max(told.households - STEP // 2, SMALL), told.households + STEP // 2 + 1):
        low, high = ((told.share + points / 100) * households for points in (-STEP, STEP))
        near = range(max(0, int(low)), min(households, int(high) + 1) + 1)
        fitting = [n for n in near if _share(n, households) == told.share and told.joined in (None, Told.of(n).count)]
        for joined in (*fitting[:1], *fitting[-1:]):
            yield households, joined, households - joined


def _known(value: Value) -> float | None:
    return _share(int(value.numerator or 0), int(value.denominator or 0))
