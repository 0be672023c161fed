"""Every figure of the register over any days of a place: on one day, over a month, day by day; a fixed number of queries.

Who only observes learns no count of a place with a handful of households, nor one that follows by taking its neighbours from the
whole.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, partial
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.bulk import batches
from core.errors import Invalid
from core.i18n import N_
from models import Unit, UnitKind
from services import access, desk_figures, figure_sources, figures
from services.access import Actor, May, unit_for
from services.desk_figures import Amounts, Desk
from services.desk_sources import Question
from services.figure_neighbours import Neighbours
from services.figure_register import NAMES, Definition, Measure, Span, defined
from services.figure_sources import ByDay, Messages, Pair, Period, Sending, by_period, whole
from services.figures import Coverage
from services.relay_pace import Wait, paced

AT_A_TIME = 500
Place = tuple[UUID | None, str, str]  # id, code and name
LONGEST = 366 * 10  # days of one question


@dataclass(frozen=True)
class Value:
    """A figure of a place over a period. `value` is None where there is nothing to tell: never 0 for nothing."""

    name: str
    unit_id: UUID | None
    unit_code: str
    unit_name: str
    since: date
    day: date  # the last one
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None  # None for what is no ratio
    is_running: bool = False  # "at least so much": the group or household in the middle has not been heard of yet
    is_hidden: bool = False  # this reader does not see it


@dataclass(frozen=True)
class Read:
    """What was read of a place already, over the days asked for or more."""

    said: Sequence[Sending]
    asked: Sequence[Question]


def of_period(
    session: Session, *, actor: Actor, unit_id: UUID | None = None, names: Sequence[str] = (), since: date, until: date
) -> dict[str, Value]:
    """The figures named (all) of a place over one period.

    Raises:
        NotFound, Invalid: as `of_periods`.
    """
    found = of_periods(session, actor=actor, unit_id=unit_id, names=names, periods=[(since, until)])
    return {name: values[0] for name, values in found.items()}


def series(
    session: Session, *, actor: Actor, unit_id: UUID | None = None, names: Sequence[str] = (), since: date, until: date
) -> list[Value]:  # fmt: skip
    """The figures named (all), each day by day.

    Raises:
        NotFound, Invalid: as `of_periods`.
    """
    _check(since, until)
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    found = of_periods(session, actor=actor, unit_id=unit_id, names=names, periods=[(day, day) for day in days])
    return [value for values in found.values() for value in values]


def of_periods(
    session: Session, *, actor: Actor, unit_id: UUID | None = None, names: Sequence[str] = (), periods: Sequence[Period],
    read: Read | None = None,
) -> dict[str, list[Value]]:  # fmt: skip
    """The figures named (all), each over the periods in their order. Periods may lie apart, but do not overlap.

    Raises:
        NotFound: a figure or the place is not known, or lies outside the actor's sight.
        Invalid: a period ends before it begins, lies in the future, or they reach over more than ten years.
    """
    return of_places(session, actor=actor, unit_ids=[unit_id], names=names, periods=periods, read=read)[0]


def of_places(
    session: Session, *, actor: Actor, unit_ids: Sequence[UUID | None], names: Sequence[str] = (), periods: Sequence[Period],
    read: Read | None = None,
) -> list[dict[str, list[Value]]]:  # fmt: skip
    """The same of each of some places. What an observer may not see is asked once a ward, not once a place.

    Raises:
        NotFound, Invalid: as `of_periods`.
    """
    wanted = [defined(name) for name in dict.fromkeys(names or NAMES)]
    if not periods:
        return [{one.name: [] for one in wanted} for _ in unit_ids]
    ordered = sorted(periods)
    for first, last in (whole(ordered), *periods):
        _check(first, last)
    order = [ordered.index(period) for period in periods]
    places = _places(session, actor, unit_ids)
    beside = _neighbours(session, actor, [one for one in places if one], ordered) if len(places) > 1 else {}
    found = []
    for place in places:
        near = beside.get(above(place)) if place else None
        asked = _Asked(session, actor, place, ordered, {one.name for one in wanted}, read, near)
        values = {one.name: asked.values(one) for one in wanted}
        found.append({name: [some[at] for at in order] for name, some in values.items()})
    return found


def _places(session: Session, actor: Actor, unit_ids: Sequence[UUID | None]) -> list[Unit | None]:
    tops = [unit_id or actor.unit_id for unit_id in unit_ids]
    known: list[Unit] = []  # held, so that each is at hand when its sight is asked for
    for some in batches([top for top in dict.fromkeys(tops) if top], AT_A_TIME):
        known += session.exec(select(Unit).where(col(Unit.id).in_(some)))
    return [unit_for(session, actor=actor, unit_id=top) if top else None for top in tops]


def above(unit: Unit) -> str:
    """The path of the ward above a residential unit; "" of any other."""
    return unit.path.rstrip("/").rpartition("/")[0] if unit.kind is UnitKind.RESIDENTIAL else ""


def _neighbours(session: Session, actor: Actor, places: Sequence[Unit], periods: Sequence[Period]) -> dict[str, Neighbours]:
    """By ward, where residential units are asked for: what they are made of is read once for all of them."""
    first = {above(one): one for one in places if one.kind is UnitKind.RESIDENTIAL}
    wards = {path: access.commune_of(session, one) for path, one in first.items()}
    return {
        path: _beside(session, actor, ward, periods) for path, ward in wards.items() if path and ward.kind is UnitKind.COMMUNE
    }


def _beside(session: Session, actor: Actor, ward: Unit, periods: Sequence[Period]) -> Neighbours:
    seer = replace(actor, unit_id=ward.id, unit_path=ward.path)  # of its units only those asked for are told
    return Neighbours(session, seer, ward.id, ward.path, periods)


def _check(since: date, until: date) -> None:
    if until < since:
        raise Invalid(N_("Ngày cuối của kỳ đứng trước ngày đầu."))
    if until > clock.today():
        raise Invalid(N_("Ngày {day} chưa tới, chưa có số liệu."), day=f"{until:%d/%m/%Y}")
    if (until - since).days > LONGEST:
        raise Invalid(N_("Mỗi lần xem được nhiều nhất 10 năm."))


@dataclass
class _Asked:
    """One question: what is read for it is read once, and only what the figures named need."""

    session: Session
    actor: Actor
    place: Unit | None
    periods: list[Period]
    names: set[str]
    read: Read | None = None
    near: Neighbours | None = None  # where several units of a ward are asked for

    @property
    def path(self) -> str:
        return self.place.path if self.place else self.actor.unit_path

    @property
    def is_below_ward(self) -> bool:
        return self.place is not None and self.place.kind not in (UnitKind.COMMUNE, UnitKind.PROVINCE)

    @cached_property
    def wards_path(self) -> str:
        return access.commune_of(self.session, self.place).path if self.place and self.is_below_ward else self.path

    def values(self, figure: Definition) -> list[Value]:
        unit = self.place
        place: Place = (unit.id, unit.code, unit.label) if unit else (None, "", "")
        has_none = figure.is_of_wards and self.is_below_ward
        is_hidden = not has_none and self.hidden
        made = [NOTHING] * len(self.periods) if has_none or is_hidden else _MAKERS[figure.name](self)
        return [
            _told(figure, place, period, amounts, is_hidden=is_hidden) for period, amounts in zip(self.periods, made, strict=True)
        ]

    @cached_property
    def hidden(self) -> bool:
        """Whether an observer may not see this place, now or on any day asked for."""
        if access.may(self.actor, May.SEE_SMALL_COUNTS) or self.place is None:
            return False
        if not self.is_below_ward:
            return any(figures.is_small(row) for row in self.standing)
        near = self.near or _beside(self.session, self.actor, access.commune_of(self.session, self.place), self.periods)
        return self.place.id in near.unseen  # the neighbours decide; none of theirs is told

    @cached_property
    def standing(self) -> list[Coverage]:
        """The counts on the last day of each period."""
        if self.near and self.place:
            return self.near.standing(self.place.id)
        days = [last for _, last in self.periods]
        rows = figures.growth(self.session, actor=self.actor, unit_id=self.place.id if self.place else None, days=days)
        by_day = {day: row for day, _label, row in rows}
        return [by_day[day] for day in days]

    @cached_property
    def sendings(self) -> list[list[Sending]]:
        """Announcements by period."""
        return by_period(self.periods, ((one.day, one) for one in self._said()))

    def _said(self) -> Sequence[Sending]:
        if self.read:
            return self.read.said
        if self.near and self.place:
            return self.near.said(self.place.path)
        since, until = whole(self.periods)
        times_from = since if self.names & {"time_to_half", "time_to_ninety"} else None
        return figure_sources.sendings(
            self.session, path=self.path, wards_path=self.wards_path, since=since, until=until, times_from=times_from
        )

    @cached_property
    def messages(self) -> list[list[Messages]]:
        ids = [one.id for some in self.sendings for one in some]
        by_id = figure_sources.messages(self.session, announcement_ids=ids)
        return [[row for one in some for row in by_id.get(one.id, [])] for some in self.sendings]

    @cached_property
    def desk(self) -> Desk:
        return Desk(self.session, self.path, self.periods, self.names, self.read.asked if self.read else None)

    @cached_property
    def moves(self) -> list[Pair]:
        return self._summed(self._of_unit(self.near.moves) if self.near else self._read(figure_sources.moves))

    @cached_property
    def scans(self) -> list[Pair]:
        return self._summed(self._read(figure_sources.scans))

    @cached_property
    def knocks(self) -> list[Pair]:
        return self._summed(self._of_unit(self.near.knocks) if self.near else self._read(figure_sources.knocks))

    @cached_property
    def opens(self) -> list[Pair]:
        return self._summed(self._of_unit(self.near.opens) if self.near else self._read(figure_sources.opens))

    def _read(self, source: Callable[..., ByDay]) -> ByDay:
        since, until = whole(self.periods)
        return source(self.session, path=self.path, since=since, until=until)

    def _of_unit(self, by_unit: Mapping[UUID, ByDay]) -> ByDay:
        return by_unit.get(self.place.id, {}) if self.place else {}

    def _summed(self, by_day: ByDay) -> list[Pair]:
        some = by_period(self.periods, by_day.items())
        return [(sum(one for one, _ in pairs), sum(other for _, other in pairs)) for pairs in some]


NOTHING: Amounts = (None, None, False)


def _told(figure: Definition, place: Place, period: Period, amounts: Amounts, *, is_hidden: bool) -> Value:
    value, other, is_running = amounts
    one = value
    if figure.span is not Span.SPREAD:
        is_running = False
        if figure.is_ratio:
            value = one / other if one is not None and other else None
        else:
            other = None
    return Value(figure.name, *place, period[0], period[1], value, one, other, is_running, is_hidden)


def _counts(one: str, other: str = "") -> Callable[[_Asked], list[Amounts]]:
    return lambda asked: [
        (getattr(row, one), getattr(row, other) if other else None, False) for row in asked.standing
    ]  # fmt: skip


def _of_sendings(told: Callable[[Sequence[Sending]], tuple[float, float | None]]) -> Callable[[_Asked], list[Amounts]]:
    return lambda asked: [(*told(some), False) for some in asked.sendings]


def _spread(waits: Callable[[Sending], Iterable[Wait]], *, ninety: bool = False) -> Callable[[_Asked], list[Amounts]]:
    def made(asked: _Asked) -> list[Amounts]:
        return [paced([wait for one in some for wait in waits(one)], ninety=ninety) for some in asked.sendings]

    return made


def _relays(one: Sending) -> Sequence[Wait]:
    return one.waits if one.is_there else ()


def _posted(some: Sequence[Sending]) -> tuple[float, float]:
    waits = [wait for one in some for wait in one.waits]
    return sum(not runs for _, runs in waits), len(waits)


def _asking(some: Sequence[Sending]) -> list[Sending]:
    return [one for one in some if one.asks]


def _of_messages(one: str, other: str = "") -> Callable[[_Asked], list[Amounts]]:
    return lambda asked: [
        (sum(getattr(row, one) for row in some), sum(getattr(row, other) for row in some) if other else None, False)
        for some in asked.messages
    ]  # fmt: skip


def _of_desk(make: Callable[[Desk], list[Amounts]], asked: _Asked) -> list[Amounts]:
    return make(asked.desk)


_MAKERS: dict[str, Callable[[_Asked], list[Amounts]]] = {
    "coverage": _counts("joined", "households"),
    "households": _counts("households"),
    "joined": _counts("joined"),
    "people": _counts("people"),
    "depth": _counts("people_joined", "joined"),
    "smartphone_rate": _counts("smartphones", "people"),
    "entered": lambda asked: [(one, None, False) for one, _ in asked.moves],
    "left": lambda asked: [(other, None, False) for _, other in asked.moves],
    "announcements": _of_sendings(lambda some: (len(some), None)),
    "posted": _of_sendings(_posted),
    "relay_median": _spread(_relays),
    "relay_ninety": _spread(_relays, ninety=True),
    "opens": lambda asked: [(n, None, False) for n, _ in asked.opens],
    "known": _of_sendings(lambda some: (sum(one.known for one in _asking(some)), sum(one.households for one in _asking(some)))),
    "estimated": _of_sendings(lambda some: (sum(one.estimated for one in some), sum(one.households for one in some))),
    "time_to_half": _spread(lambda one: [one.to_half] if one.to_half else []),
    "time_to_ninety": _spread(lambda one: [one.to_ninety] if one.to_ninety else []),
    "messages": _of_messages("sent"),
    "cost": _of_messages("cost"),
    "cost_per_arrival": _of_messages("cost", "paid_arrived"),
    "scans": lambda asked: [(one, None, False) for one, _ in asked.scans],
    "first_scans": lambda asked: [(other, None, False) for _, other in asked.scans],
    "doors_told": lambda asked: [(one, other, False) for one, other in asked.knocks],
    **{name: partial(_of_desk, make) for name, make in desk_figures.MAKERS.items()},
}


def rounded(value: Value, measure: Measure) -> float | None:
    """The value as every reader gets it, to the places of its measure. A half is rounded up, as spreadsheets do."""
    if value.value is None:
        return None
    return float(Decimal(repr(value.value)).quantize(Decimal(1).scaleb(-measure.places), ROUND_HALF_UP))
