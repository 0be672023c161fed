"""How a ward is doing, for everybody: no household, no count under five, and none that follows from those that are told.

Two rules together (docs/decisions/0048): a place with a count from one to four is left out; every count that is told is rounded
to a multiple of five, so that taking one view from another never gives a number of a handful. Shares are made of rounded counts.
What is shown stands for a whole month.
"""

from dataclasses import dataclass
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
    """A residential unit: of about so many households so many are in the chat."""

    name: str
    households: int
    joined: int

    @property
    def share(self) -> float:
        """Joined ÷ households, of the rounded counts."""
        return min(1.0, self.joined / self.households)


@dataclass(frozen=True)
class PublicWard:
    """The page."""

    card: WardCard
    code: str
    since: date
    until: date
    households: int | None
    joined: int | None
    before: float | None  # the share a month earlier
    places: list[PublicPlace]  # the highest first
    hidden: int  # so many places have counts that are not told
    announcements: int
    known: float | None  # of the households of announcements that asked, the share known to have been told
    half_minutes: float | None
    opens: int | None
    scans: int | None

    @property
    def share(self) -> float | None:
        """Joined ÷ households, of the rounded counts."""
        return _share(self.joined, self.households)


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
    households, joined = _pair(now.total)
    return PublicWard(
        card=wards.card_of(session, unit=unit), code=unit.code, since=since, until=until, households=households, joined=joined,
        before=_share(*reversed(_pair(then))), places=sorted(places, key=lambda one: (-one.share, one.name)),
        hidden=sum(row.households > 0 for row in now.rows) - len(places), announcements=int(told["announcements"].value or 0),
        known=_known(told["known"]), half_minutes=None if told["relay_median"].is_running else told["relay_median"].value,
        opens=Told.of(told["opens"].value).count, scans=Told.of(told["scans"].value).count,
    )  # fmt: skip


def _pair(row: Coverage) -> tuple[int | None, int | None]:
    """Households and joined as they may be told; neither, where one of them or the difference is of a handful."""
    counts = [Told.of(n).count for n in (row.households, row.joined, row.households - row.joined)]
    return (None, None) if None in counts else (counts[0], counts[1])


def _place(row: Coverage) -> PublicPlace | None:
    households, joined = _pair(row)
    return PublicPlace(row.unit_name, households, joined) if households and joined is not None else None


def _share(joined: int | None, households: int | None) -> float | None:
    return min(1.0, joined / households) if households and joined is not None else None


def _known(value: Value) -> float | None:
    known, asked = (Told.of(n).count for n in (value.numerator, value.denominator))
    return _share(known, asked)
