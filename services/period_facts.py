"""What is known of a place over a period: figures beside the period before, its places, months, announcements, paths, hours.

Reports, the pages of a chair's questions and the comparison in time are made of it. It is plain enough to be kept as JSON: what
was reported once stays as it was, whatever is entered later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from datetime import date
from typing import Any, Literal, TypeVar
from uuid import UUID

from sqlmodel import Session

from core import clock
from core.errors import Invalid
from core.i18n import N_
from models import Unit, UnitKind
from services import access, desk_sources, figure_sources, figure_values, figures, period_sources
from services.access import Actor, May, unit_for
from services.figure_register import BY_NAME
from services.figure_sources import Period, Sending
from services.figure_values import Read, Value
from services.figures import Coverage
from services.period_days import months_up_to, period_before
from services.period_sources import FlowCount, NamedCount, PlaceCounts, TopicLine
from services.relay_pace import Wait, pace

CURVES = 6
PLACES_MOST = 4_000
Line = TypeVar("Line")
Counts = Mapping[UUID | None, PlaceCounts]


@dataclass(frozen=True)
class FigureLine:
    """A figure of the period, rounded as it is read, and the same of the period before."""

    name: str
    value: float | None
    numerator: float | None
    denominator: float | None
    is_running: bool
    before: float | None
    before_numerator: float | None
    before_denominator: float | None
    before_is_running: bool = False


@dataclass(frozen=True)
class PlaceLine:
    """A residential unit: counts of the last day, what happened in the period, counts of the last day of the period before."""

    unit_code: str
    name: str
    target_percent: int
    households: int
    joined: int
    people: int
    people_joined: int
    smartphones: int
    before_households: int
    before_joined: int
    entered: int
    left: int
    posted: int
    relays: int
    minutes: float | None  # median
    is_running: bool
    opens: int
    doors_told: int
    doors: int

    @property
    def coverage(self) -> float | None:
        """Joined ÷ households."""
        return self.joined / self.households if self.households else None

    @property
    def coverage_before(self) -> float | None:
        """The same at the end of the period before."""
        return self.before_joined / self.before_households if self.before_households else None

    @property
    def smartphone_rate(self) -> float | None:
        """Smartphones ÷ people."""
        return self.smartphones / self.people if self.people else None


@dataclass(frozen=True)
class TrendLine:
    """Coverage of a residential unit at the ends of the months; None where nobody lived there."""

    name: str
    shares: list[float | None]


@dataclass(frozen=True)
class MonthLine:
    """A month up to its last day, or to the last of the period."""

    first: str
    households: int
    joined: int
    entered: int
    left: int
    minutes: float | None
    known: int
    asked: int
    people: int = 0
    smartphones: int = 0
    supports: int = 0
    first_timers: int = 0
    minutes_run: bool = False  # the median group has not posted: "at least so much"


@dataclass(frozen=True)
class SaidLine:
    """An announcement of the period; its curve is minutes since sending and households that opened or are known, added up."""

    id: str
    title: str
    on: str
    households: int
    asks: bool
    known: int
    estimated: int
    posted: int
    groups: int
    minutes: float | None
    is_running: bool
    half: float | None  # minutes; None where residents were not asked
    half_runs: bool
    ninety: float | None
    ninety_runs: bool
    curve: list[list[float]]
    watched: float | None = None  # minutes until it was counted, two days at most; None in reports of before this was kept


@dataclass(frozen=True)
class PeriodFacts:
    """All of it."""

    unit_code: str
    unit_name: str
    target_percent: int
    since: str
    until: str
    before_since: str
    before_until: str
    figures: list[FigureLine]
    places: list[PlaceLine]
    months: list[MonthLine]
    trends: list[TrendLine]  # the lowest first
    said: list[SaidLine]  # the latest first
    waits: list[list[float]]  # minutes, and 1 where it still runs; those that ended first
    channels: list[NamedCount]  # messages, đồng, paid ones that arrived
    paths: list[NamedCount]  # households planned, known to have been told
    opens: list[list[int]]  # weekday from Monday by hour
    scans: list[list[int]]
    scan_places: list[NamedCount]  # scans, first scans
    topics: list[TopicLine] = field(default_factory=list)  # empty in reports of before there were such figures, as below
    answers: list[list[float]] = field(default_factory=list)  # office minutes, and 1 where it still runs; those that ended first
    answers_by_clock: list[list[float]] = field(default_factory=list)
    found: list[NamedCount] = field(default_factory=list)  # public answers: how often each was enough
    place_waits: list[list[Any]] = field(default_factory=list)  # as `waits`, with the name of the place, "" for none of these
    helped: list[NamedCount] = field(default_factory=list)  # by procedure: help, online, a person's first
    flows: list[FlowCount] = field(default_factory=list)  # of `paths`, how each household came to be known
    reached: list[NamedCount] = field(default_factory=list)  # by way of telling: households known to have been told, đồng
    usual: list[list[float]] = field(default_factory=list)  # minutes since sending, between which shares most were before
    usual_of: int | None = None  # how many announcements that is learnt from; None where nobody looked

    def figure(self, name: str) -> FigureLine:
        """One of the figures."""
        return next(one for one in self.figures if one.name == name)

    def has(self, name: str) -> bool:
        """Whether it is among them: what was kept long ago knows nothing of figures that came later."""
        return any(one.name == name for one in self.figures)

    @property
    def days(self) -> Period:
        """First and last day."""
        return date.fromisoformat(self.since), date.fromisoformat(self.until)


def of(session: Session, *, actor: Actor, unit_id: UUID | None = None, since: date, until: date) -> PeriodFacts:
    """Of a ward or a province over a period, beside as many days before it (a whole month: the month before). A fixed number of
    queries, whatever the number of households.

    Raises:
        NotAllowed: a leader; who only observes gets no rows of places that say something of persons.
        NotFound: the place lies outside the actor's sight.
        Invalid: it is a residential unit, or the days cannot be.
    """
    access.require(actor, May.SEE_FIGURES)
    top = unit_id or actor.unit_id
    place = unit_for(session, actor=actor, unit_id=top) if top else None
    if place is not None and place.kind not in (UnitKind.COMMUNE, UnitKind.PROVINCE):
        raise Invalid(N_("Báo cáo lập cho phường, xã hoặc tỉnh. Xin chọn một phường, xã."))
    path = place.path if place else actor.unit_path
    before = period_before(since, until)
    months = months_up_to(until)
    read = _read(session, path, since=min(before[0], months[0][0]), until=until, times_from=before[0])
    found = figure_values.of_periods(session, actor=actor, unit_id=top, periods=[before, (since, until)], read=read)
    said = [one for one in read.said if one.day >= since]
    asked = [one for one in read.asked if since <= one.day <= until]
    named = next(iter(found.values()))[1]
    counts = period_sources.by_place(session, path=path, since=since, until=until) if _below(place) == "unit" else {}
    places = _places(session, actor, place, counts, until, before[1])
    ids = [one.id for one in said]
    flows = period_sources.flows(session, announcement_ids=ids)
    usual, usual_of = period_sources.usual(session, path=path, before=said[-CURVES:][0].sent_at) if said else ([], 0)
    return PeriodFacts(
        unit_code=named.unit_code, unit_name=place.name if place else "", target_percent=place.target_percent if place else 90,
        since=since.isoformat(), until=until.isoformat(), before_since=before[0].isoformat(), before_until=before[1].isoformat(),
        figures=[_figure(now, then) for then, now in found.values()],
        places=list(places.values()),
        months=months_of(session, actor=actor, unit_id=top, periods=months, read=read),
        trends=_trends(session, actor, place, [last for _, last in months]),
        usual=usual, usual_of=usual_of,
        said=_said(session, said), waits=_ordered(_waits(said)), place_waits=_named_waits(places, counts),
        channels=_channels(session, said), paths=period_sources.paths(flows), flows=flows,
        reached=period_sources.reached(session, announcement_ids=ids, found=flows),
        opens=period_sources.opens_grid(session, path=path, since=since, until=until),
        scans=period_sources.scans_grid(session, path=path, since=since, until=until),
        scan_places=period_sources.scan_places(session, path=path, since=since, until=until),
        topics=period_sources.topics(read.asked, since=since, until=until), answers=_ordered([one.office for one in asked]),
        answers_by_clock=_ordered([one.by_clock for one in asked]),
        found=period_sources.found_alone(session, path=path, since=since, until=until),
        helped=period_sources.helped(session, path=path, since=since, until=until),
    )  # fmt: skip


def _read(session: Session, path: str, *, since: date, until: date, times_from: date) -> Read:
    """Announcements and questions of all the days that are looked at, once for everything made of them."""
    said = figure_sources.sendings(
        session, path=path, wards_path=path, since=since, until=until, times_from=times_from
    )  # fmt: skip
    start, end = figure_sources.between(since, until)
    return Read(said, desk_sources.questions(session, path=path, start=start, end=end, waiting=True))


def _ordered(waits: Sequence[Wait]) -> list[list[float]]:
    return [[round(minutes, 4), int(runs)] for minutes, runs in sorted(waits, key=lambda wait: (wait[1], wait[0]))]


def _figure(now: Value, then: Value) -> FigureLine:
    measure = BY_NAME[now.name].measure
    return FigureLine(
        now.name, figure_values.rounded(now, measure), now.numerator, now.denominator, now.is_running,
        figure_values.rounded(then, measure), then.numerator, then.denominator, then.is_running,
    )  # fmt: skip


def _places(
    session: Session, actor: Actor, place: Unit | None, counts: Counts, until: date, before: date
) -> dict[UUID | None, PlaceLine]:  # fmt: skip
    top, by = place.id if place else None, _below(place)
    now = figures.coverage(session, actor=actor, unit_id=top, on=until, by=by)
    then = figures.coverage(session, actor=actor, unit_id=top, on=before, by=by)
    if not access.may(actor, May.SEE_SMALL_COUNTS):
        now, then, _ = figures.without_small(now, then)
    earlier = {row.unit_id: row for row in then.rows}
    found = {
        row.unit_id: _place(row, earlier.get(row.unit_id), counts.get(row.unit_id, period_sources.NOTHING))
        for row in now.rows[:PLACES_MOST]
    }
    return dict(sorted(found.items(), key=lambda pair: (pair[1].coverage is None, pair[1].coverage or 0, pair[1].name)))


def _below(place: Unit | None) -> Literal["unit", "ward"]:
    """Whether a place is looked at by its residential units, or by its wards."""
    return "unit" if place is not None and place.kind is UnitKind.COMMUNE else "ward"


def _named_waits(places: Mapping[UUID | None, PlaceLine], counts: Counts) -> list[list[Any]]:
    """Each group's wait with the name of its place, "" for what stands in no line."""
    found = [
        [round(minutes, 4), int(runs), places[unit_id].name if unit_id in places else ""]
        for unit_id, one in counts.items()
        for minutes, runs in one.waits
    ]
    return sorted(found, key=lambda wait: (wait[1], wait[0], wait[2]))


def _place(row: Coverage, before: Coverage | None, more: PlaceCounts) -> PlaceLine:
    minutes, runs = pace(more.waits)[:2] if more.waits else (None, False)
    return PlaceLine(
        row.unit_code, row.unit_name, row.target_percent, row.households, row.joined, row.people, row.people_joined,
        row.smartphones, before.households if before else 0, before.joined if before else 0, more.entered, more.left,
        sum(not runs for _, runs in more.waits), len(more.waits), None if minutes is None else round(minutes), runs, more.opens,
        more.doors_told, more.doors,
    )  # fmt: skip


def months_of(
    session: Session, *, actor: Actor, unit_id: UUID | None, periods: Sequence[Period], read: Read | None = None
) -> list[MonthLine]:  # fmt: skip
    """A line a month of a place.

    Raises:
        NotFound: the place lies outside the actor's sight.
    """
    names = (
        "coverage", "entered", "left", "relay_median", "known", "smartphone_rate", "supports", "first_timers",
    )  # fmt: skip
    found = figure_values.of_periods(session, actor=actor, unit_id=unit_id, names=names, periods=periods, read=read)
    return [
        MonthLine(
            period[0].isoformat(), _whole(coverage.denominator), _whole(coverage.numerator), _whole(entered.value),
            _whole(left.value), None if minutes.value is None else round(minutes.value), _whole(known.numerator),
            _whole(known.denominator), _whole(phones.denominator), _whole(phones.numerator), _whole(supports.value),
            _whole(firsts.value), minutes.is_running,
        )
        for period, coverage, entered, left, minutes, known, phones, supports, firsts in zip(
            periods, *[found[name] for name in names], strict=True
        )
    ]  # fmt: skip


def _trends(session: Session, actor: Actor, place: Unit | None, days: Sequence[date]) -> list[TrendLine]:
    """Of a ward's residential units, or of wards; who sees no count of few households, sees only what never was one."""
    top, sees_all = place.id if place else None, access.may(actor, May.SEE_SMALL_COUNTS)
    found: dict[tuple[str, str], dict[date, float | None]] = {}
    if _below(place) == "unit":
        stood = figures.growth(session, actor=actor, unit_id=top, days=days, by="unit") if sees_all else []
    else:
        tables = [figures.coverage(session, actor=actor, unit_id=top, on=day, by="ward") for day in days]
        shown = tables if sees_all else [figures.without_small(one, one)[0] for one in tables]
        stood = [(one.on, row.unit_name, row) for one in shown for row in one.rows]
    for day, _label, row in stood:
        found.setdefault((row.unit_code, row.unit_name), {})[day] = row.coverage
    lines = [TrendLine(name, [shares.get(day) for day in days]) for (_code, name), shares in found.items()]
    standing = [line for line in lines if line.shares[-1] is not None and (sees_all or None not in line.shares)]
    return sorted(standing, key=lambda line: (line.shares[-1] or 0, line.name))[:PLACES_MOST]


def _whole(value: float | None) -> int:
    return int(value or 0)


def _said(session: Session, said: Sequence[Sending]) -> list[SaidLine]:
    latest = list(reversed(said))
    curves = period_sources.curves(session, announcements=latest[:CURVES])
    lines, now = [], clock.now()
    for one in latest:
        minutes, runs = pace(one.waits)[:2] if one.waits and one.is_there else (None, False)
        half, ninety = one.to_half or (None, False), one.to_ninety or (None, False)
        lines.append(
            SaidLine(
                str(one.id), one.title, one.day.isoformat(), one.households, one.asks, one.known, one.estimated,
                sum(not wait[1] for wait in one.waits), len(one.waits), None if minutes is None else round(minutes), runs,
                half[0], half[1], ninety[0], ninety[1], curves.get(one.id, []),
                round(min((now - one.sent_at).total_seconds() / 60, period_sources.WATCHED_HOURS * 60)),
            )
        )  # fmt: skip
    return lines


def _waits(said: Sequence[Sending]) -> list[Wait]:
    return [wait for one in said if one.is_there for wait in one.waits]


def _channels(session: Session, said: Sequence[Sending]) -> list[NamedCount]:
    found: dict[str, NamedCount] = {}
    for rows in figure_sources.messages(session, announcement_ids=[one.id for one in said]).values():
        for row in rows:
            before = found.get(row.channel, NamedCount(row.channel, 0))
            found[row.channel] = replace(
                before, one=before.one + row.sent, two=before.two + row.cost, three=before.three + row.paid_arrived
            )
    return sorted(found.values(), key=lambda one: -one.two)


def as_json(facts: PeriodFacts) -> dict[str, Any]:
    """As it is kept."""
    return asdict(facts)


def from_json(kept: Mapping[str, Any]) -> PeriodFacts:
    """What was kept, as it was."""
    kinds: dict[str, type[Any]] = {
        "figures": FigureLine, "places": PlaceLine, "months": MonthLine, "said": SaidLine, "channels": NamedCount,
        "paths": NamedCount, "scan_places": NamedCount, "trends": TrendLine, "topics": TopicLine, "found": NamedCount,
        "helped": NamedCount, "flows": FlowCount, "reached": NamedCount,
    }  # fmt: skip
    values: dict[str, Any] = {one.name: kept[one.name] for one in fields(PeriodFacts) if one.name in kept}
    return PeriodFacts(**(values | {name: _lines(kind, values[name]) for name, kind in kinds.items() if name in values}))


def _lines(kind: type[Line], rows: Sequence[Mapping[str, Any]]) -> list[Line]:
    if not is_dataclass(kind):
        raise TypeError(kind)
    names = {one.name for one in fields(kind)}
    return [kind(**{name: value for name, value in row.items() if name in names}) for row in rows]
