"""What `services.period_facts` reads besides the figures: by place, by hour, by path, curves. The caller has narrowed."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlmodel import Session

from core import clock
from models import AnnouncementStatus, AsksFor, Channel, DoorOutcome, How, Model, Topic
from services import desk_figures, desk_sources, past_reach
from services.access import path_range
from services.desk_sources import Question
from services.figure_sources import Sending, between, door_rows, gained, messages, open_rows, scan_rows
from services.progress import is_corrected
from services.relay_pace import Wait, paced, took
from services.usual_reach import AGES, band

WATCHED_HOURS = 48
CURVE_POINTS = 60
YEAR = timedelta(days=365)
BAND_AT = sorted({*AGES, *range(0, WATCHED_HOURS * 60 + 1, 120)})  # minutes: the whole hours at which a picture may end too
UNKNOWN, UNASKED = "", "unasked"  # of whom an announcement wants no answer nobody can know
NOT_KNOWN = (UNKNOWN, UNASKED)  # in this order at the foot of a column
BY_VOICE = (How.DOOR.value, How.PHONE.value)  # free, whatever was planned
PATHS_OF = 40  # announcements whose plan is laid beside what happened

_TABLES = Model.metadata.tables
_UNIT, _DAY, _GROUP = _TABLES["unit"].c, _TABLES["unitday"].c, _TABLES["chat_group"].c
_SAID, _RELAY, _COUNT = _TABLES["announcement"].c, _TABLES["relay"].c, _TABLES["reachcount"].c
_LINK, _HOUR = _TABLES["shortlink"].c, _TABLES["scanhour"].c
_KNOCK, _LIST = _TABLES["doorknock"].c, _TABLES["doorlist"].c
_PATH, _REACH, _HOME = _TABLES["plannedpath"].c, _TABLES["reach"].c, _TABLES["household"].c


@dataclass(frozen=True)
class NamedCount:
    """Something with a name and up to three counts, as its owner says what they are."""

    name: str
    one: int
    two: int = 0
    three: int = 0


@dataclass
class PlaceCounts:
    """What happened in a residential unit."""

    entered: int = 0
    left: int = 0
    waits: list[Wait] = field(default_factory=list)
    opens: int = 0
    doors_told: int = 0
    doors: int = 0


NOTHING = PlaceCounts()


def below(paths: Sequence[str]) -> ColumnElement[bool]:
    """Units at or below any of these paths."""
    return or_(*(path_range(path) for path in paths))


def chats(paths: Sequence[str]) -> Select[tuple[UUID]]:
    """The groups of such units, for `column.in_(…)`."""
    return select(_GROUP.id).join(_TABLES["unit"], _UNIT.id == _GROUP.unit_id).where(below(paths))


def by_place(session: Session, *, path: str, since: date, until: date) -> dict[UUID | None, PlaceCounts]:
    """By residential unit, in four queries."""
    found: dict[UUID | None, PlaceCounts] = defaultdict(PlaceCounts)
    for unit_id, entered, left in session.execute(gained("unit_id", path=path, since=since, until=until)):
        found[unit_id].entered, found[unit_id].left = int(entered), int(left)
    start, end = between(since, until)
    relays = (
        select(_GROUP.unit_id, _SAID.sent_at, _RELAY.posted_at)
        .select_from(
            _TABLES["relay"].join(_TABLES["announcement"], _SAID.id == _RELAY.announcement_id)
            .join(_TABLES["chat_group"], _GROUP.id == _RELAY.group_id).join(_TABLES["unit"], _UNIT.id == _GROUP.unit_id)
        ).where(path_range(path), _SAID.status == AnnouncementStatus.SENT, _SAID.sent_at >= start, _SAID.sent_at < end)
    )  # fmt: skip
    now = clock.now()
    for unit_id, sent_at, posted_at in session.execute(relays):
        found[unit_id].waits.append(took(sent_at, posted_at, now))
    opens = open_rows(path=path, since=since, until=until).with_only_columns(_GROUP.unit_id, func.sum(_COUNT.opens))
    for unit_id, n in session.execute(opens.group_by(_GROUP.unit_id)):
        found[unit_id].opens = int(n)
    told = func.sum(case((_KNOCK.outcome == DoorOutcome.TOLD, 1), else_=0))
    doors = door_rows(path=path, since=since, until=until).with_only_columns(_LIST.unit_id, told, func.count())
    for unit_id, n, all_ in session.execute(doors.group_by(_LIST.unit_id)):
        found[unit_id].doors_told, found[unit_id].doors = int(n), int(all_)
    return found


def opens_grid(session: Session, *, path: str, since: date, until: date) -> list[list[int]]:
    """Phones that opened a group's link for the first time, by weekday from Monday and hour of this place."""
    query = open_rows(path=path, since=since, until=until).with_only_columns(_COUNT.at, func.sum(_COUNT.opens))
    return _grid([(at, int(n)) for at, n in session.execute(query.group_by(_COUNT.at))])


def scans_grid(session: Session, *, path: str, since: date, until: date) -> list[list[int]]:
    """Openings of printed codes by weekday and hour."""
    query = scan_rows(path=path, since=since, until=until).with_only_columns(_HOUR.hour, func.sum(_HOUR.scans))
    query = query.group_by(_HOUR.hour)
    return _grid([(at, int(n)) for at, n in session.execute(query)])


def _grid(rows: Sequence[tuple[object, int]]) -> list[list[int]]:
    found = [[0] * 24 for _ in range(7)]
    for at, n in rows:
        here = clock.local(at)  # type: ignore[arg-type]
        found[here.weekday()][here.hour] += n
    return found


def scan_places(session: Session, *, path: str, since: date, until: date) -> list[NamedCount]:
    """Places where codes hang that were scanned, most first: scans, first scans."""
    scans = func.sum(_HOUR.scans)
    query = (
        scan_rows(path=path, since=since, until=until).with_only_columns(_LINK.place, scans, func.sum(_HOUR.first_scans))
        .group_by(_LINK.place).order_by(scans.desc(), _LINK.place)
    )  # fmt: skip
    return [NamedCount(row[0], int(row[1]), int(row[2])) for row in session.execute(query)]


@dataclass(frozen=True)
class FlowCount:
    """Households that were to be told first by a path, and how they are known to have been; "" where nobody knows."""

    path: str
    how: str  # of `How`, UNKNOWN or UNASKED
    households: int

    @property
    def is_known(self) -> bool:
        """Whether they are known to have been told."""
        return self.how not in NOT_KNOWN


def flows(session: Session, *, announcement_ids: Sequence[UUID], within: Sequence[str] = ()) -> list[FlowCount]:
    """From the path that was planned first to how it came to be known, in two queries; of the households at or below some paths.

    Who answered by a group's link, not by name, counts for that chat, in no announcement more than were planned there.
    """
    watched = announcement_ids[-PATHS_OF:]
    told = and_(_REACH.announcement_id == _PATH.announcement_id, _REACH.household_id == _PATH.household_id)
    named = (
        select(_PATH.announcement_id, _PATH.group_id, _PATH.path, _REACH.how, _SAID.asks_for, func.count())
        .select_from(_TABLES["plannedpath"].outerjoin(_TABLES["reach"], told))
        .join(_TABLES["announcement"], _SAID.id == _PATH.announcement_id)
        .where(_PATH.announcement_id.in_(watched), _PATH.is_first)
        .group_by(_PATH.announcement_id, _PATH.group_id, _PATH.path, _REACH.how, _SAID.asks_for)
    )  # fmt: skip
    if within:
        living = select(_HOME.id).join(_TABLES["unit"], _UNIT.id == _HOME.unit_id).where(below(within))
        named = named.where(_PATH.household_id.in_(living))
    nameless = (
        select(_REACH.announcement_id, _REACH.group_id, _REACH.how, func.count())
        .where(_REACH.announcement_id.in_(watched), _REACH.household_id.is_(None), _REACH.group_id.is_not(None))
        .group_by(_REACH.announcement_id, _REACH.group_id, _REACH.how).order_by(_REACH.how)
    )  # fmt: skip
    found: Counter[tuple[str, str]] = Counter()
    open_chats: dict[tuple[UUID, UUID | None], int] = {}
    for announcement_id, group_id, path, how, asks_for, households in session.execute(named):
        is_asked = asks_for != AsksFor.NOTHING
        found[str(path), str(how or (UNKNOWN if is_asked else UNASKED))] += int(households)
        if path == Channel.RELAY and not how and is_asked:
            open_chats[announcement_id, group_id] = int(households)
    for announcement_id, group_id, how, phones in session.execute(nameless):
        known = min(int(phones), open_chats.get((announcement_id, group_id), 0))
        open_chats[announcement_id, group_id] = open_chats.get((announcement_id, group_id), 0) - known
        found[Channel.RELAY.value, str(how)] += known
        found[Channel.RELAY.value, UNKNOWN] -= known
    return [FlowCount(path, how, households) for (path, how), households in sorted(found.items()) if households]


def paths(found: Sequence[FlowCount]) -> list[NamedCount]:
    """By planned path, most first: households, and those of them known to have been told."""
    planned, told = Counter[str](), Counter[str]()
    for one in found:
        planned[one.path] += one.households
        told[one.path] += one.households if one.is_known else 0
    return [NamedCount(path, n, told[path]) for path, n in sorted(planned.items(), key=lambda pair: (-pair[1], pair[0]))]


def reached(session: Session, *, announcement_ids: Sequence[UUID], found: Sequence[FlowCount]) -> list[NamedCount]:
    """What each way of telling brought and cost: households known to have been told, đồng of what left.

    Of the announcements of `flows` that have a plan and ask for an answer: elsewhere no household can be known. Who was told at
    the door or by telephone counts there, by whatever path it was planned; everybody else by the path that was planned first.
    """
    planned = exists().where(_PATH.announcement_id == _SAID.id)
    asking = session.scalars(
        select(_SAID.id).where(_SAID.id.in_(announcement_ids[-PATHS_OF:]), _SAID.asks_for != AsksFor.NOTHING, planned)
    ).all()
    told, spent = Counter[str](), Counter[str]()
    for one in (one for one in found if one.is_known):
        told[one.how if one.how in BY_VOICE else one.path] += one.households
    for rows in messages(session, announcement_ids=asking).values():
        for row in rows:
            spent[row.channel] += row.cost
    names = sorted(name for name in {*told, *spent} if told[name] or spent[name])
    return [NamedCount(name, told[name], spent[name]) for name in names]


def curves(
    session: Session, *, announcements: Sequence[Sending], within: Sequence[str] = ()
) -> dict[UUID, list[list[float]]]:  # fmt: skip
    """Minutes since sending and the share of the audience that opened or is known, whichever is more, thinned to a screen.

    Within some paths: of the chats there.
    """
    by_id = {one.id: one for one in announcements}
    query = (
        select(_COUNT.announcement_id, _COUNT.at, func.sum(_COUNT.opens), func.sum(_COUNT.known))
        .where(_COUNT.announcement_id.in_(list(by_id))).group_by(_COUNT.announcement_id, _COUNT.at).order_by(_COUNT.at)
    )  # fmt: skip
    if within:
        query = query.where(_COUNT.group_id.in_(chats(within)))
    found: dict[UUID, list[list[float]]] = {id_: [[0.0, 0.0]] for id_ in by_id}
    sums: dict[UUID, tuple[int, int]] = dict.fromkeys(by_id, (0, 0))
    for id_, at, opens, known in session.execute(query):
        one = by_id[id_]
        sums[id_] = (sums[id_][0] + int(opens), sums[id_][1] + int(known))
        minutes = max(0.0, (at - one.sent_at).total_seconds() / 60)
        if minutes <= WATCHED_HOURS * 60 and one.households:
            found[id_].append([round(minutes), round(min(1.0, max(sums[id_]) / one.households), 4)])
    return {id_: _thinned(points) for id_, points in found.items()}


def _thinned(points: list[list[float]]) -> list[list[float]]:
    step = max(1, len(points) // CURVE_POINTS)
    return [point for place, point in enumerate(points) if place % step == 0 or point is points[-1]]


def usual(session: Session, *, path: str, before: datetime) -> tuple[list[list[float]], int]:
    """Minutes since sending, and between which shares most of the announcements were that ended in the year before an instant.

    With how many these are; no minutes where they are too few.
    """
    ended = min(before, clock.now() - timedelta(hours=WATCHED_HOURS))
    query = (
        select(_SAID.id, _SAID.unit_id, _SAID.sent_at, _SAID.households)
        .select_from(_TABLES["announcement"].join(_TABLES["unit"], _UNIT.id == _SAID.unit_id))
        .where(
            path_range(path), _SAID.status == AnnouncementStatus.SENT, _SAID.sent_at >= before - YEAR, _SAID.sent_at < ended,
            _SAID.follows_id.is_(None), _SAID.households > 0, ~is_corrected(),
        ).order_by(_SAID.sent_at.desc()).limit(past_reach.MOST)
    )  # fmt: skip
    past = [
        Sending(id_, "", unit_id, sent_at, n, asks=False, is_there=True) for id_, unit_id, sent_at, n in session.execute(query)
    ]
    lines = list(curves(session, announcements=past).values())
    bands = ((at, band([_by(line, at) for line in lines])) for at in BAND_AT)
    return [[float(at), *between] for at, between in bands if between], len(lines)


def _by(line: Sequence[Sequence[float]], at: float) -> float:
    return max((share for minutes, share in line if minutes <= at), default=0.0)


# ---- questions and help


@dataclass(frozen=True)
class TopicLine:
    """What was asked about a topic; minutes are of office hours, None where nothing was asked."""

    name: str
    asked: int
    judged: int  # of these, answered or late
    in_time: int
    waiting: int  # on the last day, whenever they were asked
    half: float | None
    half_runs: bool
    ninety: float | None
    ninety_runs: bool


def topics(questions: Sequence[Question], *, since: date, until: date) -> list[TopicLine]:
    """By topic, the most asked first, of what was asked on these days or waits at the end of the last."""
    start, end = between(since, until)
    by_topic: dict[Topic, list[Question]] = defaultdict(list)
    for one in questions:
        if one.asked_at < end:
            by_topic[Topic(one.topic)].append(one)
    lines = []
    for topic, some in by_topic.items():
        asked = [one for one in some if one.asked_at >= start]
        waiting = sum(one.done_at is None or one.done_at >= end for one in some)
        if not asked and not waiting:
            continue
        waits = [one.office for one in asked]
        in_time, judged = desk_figures.in_time(asked)
        (half, _, half_runs), (ninety, _, ninety_runs) = paced(waits), paced(waits, ninety=True)
        lines.append(
            TopicLine(topic.value, len(asked), judged, in_time, waiting, half, half_runs, ninety, ninety_runs)
        )  # fmt: skip
    return sorted(lines, key=lambda one: (-one.asked, one.name))


def found_alone(session: Session, *, path: str, since: date, until: date) -> list[NamedCount]:
    """Public answers and how often each was enough, the most first."""
    question, shown = _TABLES["publicanswer"].c.question, func.sum(_TABLES["publicanswerday"].c.shown)
    query = desk_sources.found_rows(path=path, since=since, until=until).with_only_columns(question, shown).group_by(question)
    return [NamedCount(row[0], int(row[1])) for row in session.execute(query.order_by(shown.desc(), question))]


def helped(session: Session, *, path: str, since: date, until: date) -> list[NamedCount]:
    """Help by procedure, the most first: all, online, a person's first."""
    found = desk_sources.helped_with(session, path=path, since=since, until=until)
    return [NamedCount(name, one.supports, one.online, one.first_timers) for name, one in found]
