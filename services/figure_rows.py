"""Which rows a figure is made of: households, moves, announcements, messages, codes; for those who may see each.

Nothing is summed here: whoever counts these rows gets the figure's own numerator and denominator. What is missing stands first:
the household in no chat, the group that has not posted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from textwrap import shorten
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, select
from sqlmodel import Session

from core import clock
from core.bulk import batches
from core.errors import Invalid
from core.i18n import N_
from models import LEFT, AnnouncementStatus, DoorOutcome, GroupKind, Model, Unit, UnitKind
from services import access, audit, desk_sources, figure_sources, figures, presence, proofs
from services.access import Actor, May, path_range, unit_for
from services.desk_sources import Help, Question
from services.figure_register import Source, defined
from services.presence import lasts
from services.relay_pace import took

MOST = 500
MOST_IN_A_FILE = 200_000
TITLE_MAX = 90
OTHER_HELP = N_("Việc khác")
Amounts = tuple[float, float | None]

_TABLES = Model.metadata.tables
_UNIT, _HOME, _GROUP = _TABLES["unit"].c, _TABLES["household"].c, _TABLES["chat_group"].c
_SPELL, _SAID, _RELAY = _TABLES["membership"].c, _TABLES["announcement"].c, _TABLES["relay"].c
_COUNT, _LINK, _HOUR = _TABLES["reachcount"].c, _TABLES["shortlink"].c, _TABLES["scanhour"].c
_KNOCK, _LINE = _TABLES["doorknock"].c, _TABLES["doorline"].c
_ASKED, _ANSWER, _SHOWN = _TABLES["inquiry"].c, _TABLES["publicanswer"].c, _TABLES["publicanswerday"].c
UNIT_LABEL = func.coalesce(func.nullif(_UNIT.short_name, ""), _UNIT.name)


@dataclass(frozen=True)
class Row:
    """One row: what it is, where, what it adds above and below the line, and the page it opens."""

    title: str
    place: str
    on: date | None
    numerator: float
    denominator: float | None = None
    page: str = ""  # of the screens: household, announcement, link
    id: str = ""
    about: str = ""  # a word of what it is, to be translated
    is_running: bool = False  # minutes so far: it still waits


@dataclass(frozen=True)
class Rows:
    """What was found, the first of it where it is too much."""

    rows: Sequence[Row]
    all: int

    @property
    def is_cut(self) -> bool:
        """Whether there are more than are shown."""
        return self.all > len(self.rows)


@dataclass(frozen=True)
class _Asked:
    """A question that was narrowed to what its actor sees."""

    path: str
    wards: str  # the ward's path, of a residential unit
    since: date
    until: date
    name: str
    most: int


def of(
    session: Session, *, actor: Actor, name: str, unit_id: UUID | None = None, since: date, until: date, most: int = MOST
) -> Rows:
    """The rows behind a figure of a place over a period, at most so many, what is missing first.

    Raises:
        NotFound: the figure or the place is not known, or lies outside the actor's sight.
        NotAllowed: who only observes sees no rows of persons.
        Invalid: the last day has not come, or households are asked for of a whole province.
    """
    access.require(actor, May.SEE_PEOPLE)
    if until > clock.today():
        raise Invalid(N_("Ngày {day} chưa tới, chưa có số liệu."), day=f"{until:%d/%m/%Y}")
    top = unit_id or actor.unit_id
    place = unit_for(session, actor=actor, unit_id=top) if top else None
    source = defined(name).source
    if source in (Source.HOMES, Source.MOVES) and (place is None or place.kind is UnitKind.PROVINCE):
        raise Invalid(N_("Xin chọn một phường, xã hay tổ, thôn để xem từng hộ."))
    wards = access.commune_of(session, place).path if place and place.kind is UnitKind.RESIDENTIAL else None
    path = place.path if place else actor.unit_path
    asked = _Asked(path, wards or path, since, until, name, most)
    if source is Source.HOMES and place:
        return _homes(session, actor, place, asked)
    access.require(actor, May.STUDY_FIGURES)
    return _MAKERS[source](session, asked)


def take(session: Session, *, actor: Actor, name: str, unit_id: UUID | None = None, since: date, until: date) -> Rows:
    """All of them, at most two hundred thousand, to take away; that they were taken is kept.

    Raises:
        Unproven: the actor must show a secret again. NotFound, NotAllowed, Invalid: as `of`.
    """
    proofs.require(actor)
    found = of(session, actor=actor, name=name, unit_id=unit_id, since=since, until=until, most=MOST_IN_A_FILE)
    audit.record(
        session, actor=actor, action="figure.exported", subject_kind="unit", subject_id=unit_id or actor.unit_id or "",
        figure=name, rows=len(found.rows),
    )  # fmt: skip
    return found


def _homes(session: Session, actor: Actor, place: Unit, asked: _Asked) -> Rows:
    """Households present on the day, and whether and with how many people each was in a chat: those in none first."""
    name, until = asked.name, asked.until
    of_joined = name in ("joined", "depth")
    counted = [row for row in figures.coverage(session, actor=actor, unit_id=place.id, on=until).rows if row.unit_id]
    home = presence.spells([row.unit_id for row in counted if row.unit_id]).subquery()
    inside = (
        select(func.sum(_SPELL.people))
        .select_from(_TABLES["membership"].join(_TABLES["chat_group"], _GROUP.id == _SPELL.group_id))
        .where(_SPELL.household_id == home.c.household_id, _GROUP.kind == GroupKind.HOUSEHOLD)
        .where(presence.stands(until), presence.is_member(until))
    ).scalar_subquery()
    rooms = home.join(_TABLES["unit"], _UNIT.id == home.c.unit_id).join(_TABLES["household"], _HOME.id == home.c.household_id)
    query = (
        select(_HOME.id, _HOME.head_name, _HOME.code, UNIT_LABEL, home.c.people, home.c.smartphones, inside.label("inside"))
        .select_from(rooms).where(home.c.started_on <= until, lasts(home.c.ended_on, until))
    )  # fmt: skip
    if of_joined:
        query = query.where(inside.is_not(None))
    amounts: dict[str, Callable[[Any], Amounts]] = {
        "coverage": lambda row: (int(row[6] is not None), 1), "households": lambda _row: (1, None),
        "joined": lambda _row: (1, None),
        "people": lambda row: (row[4], None), "depth": lambda row: (row[6], 1), "smartphone_rate": lambda row: (row[5], row[4]),
    }  # fmt: skip
    missing: dict[str, list[Any]] = {
        "coverage": [case((inside.is_(None), 0), else_=1)], "depth": [inside],
        "smartphone_rate": [case((home.c.smartphones == 0, 0), else_=1)],
    }  # fmt: skip
    told = amounts[name]
    found = _some(session, query.order_by(*missing.get(name, []), UNIT_LABEL, _HOME.code), asked)
    rows = [Row(f"{row[1]} · {row[2]}", row[3], None, *told(row), "household", str(row[0])) for row in found]
    return Rows(rows, sum(row.joined if of_joined else row.households for row in counted))


def _moves(session: Session, asked: _Asked) -> Rows:
    """Memberships in household groups that began or ended."""
    on = _SPELL.joined_on if asked.name == "entered" else _SPELL.left_on
    rooms = (
        _TABLES["membership"].join(_TABLES["chat_group"], _GROUP.id == _SPELL.group_id)
        .join(_TABLES["household"], _HOME.id == _SPELL.household_id).join(_TABLES["unit"], _UNIT.id == _HOME.unit_id)
    )  # fmt: skip
    query = (
        select(_HOME.id, _HOME.head_name, _HOME.code, UNIT_LABEL, on)
        .select_from(rooms)
        .where(path_range(asked.path), _GROUP.kind == GroupKind.HOUSEHOLD, on >= asked.since, on <= asked.until)
    )  # fmt: skip
    found = _some(session, query.order_by(on.desc(), _HOME.code), asked)
    rows = [Row(f"{row[1]} · {row[2]}", row[3], row[4], 1, page="household", id=str(row[0])) for row in found]
    return _counted(session, rows, query, asked)


def _relays(session: Session, asked: _Asked) -> Rows:
    """Each group of each announcement, with the minutes until it was posted or since it was sent; who has not posted first."""
    start, end = figure_sources.between(asked.since, asked.until)
    rooms = (
        _TABLES["relay"].join(_TABLES["announcement"], _SAID.id == _RELAY.announcement_id)
        .join(_TABLES["chat_group"], _GROUP.id == _RELAY.group_id).join(_TABLES["unit"], _UNIT.id == _GROUP.unit_id)
    )  # fmt: skip
    query = (
        select(_SAID.id, _SAID.title, UNIT_LABEL, _SAID.sent_at, _RELAY.posted_at)
        .select_from(rooms).where(path_range(asked.path), _SAID.sent_at >= start, _SAID.sent_at < end)
        .where(_SAID.status.in_(LEFT))
    )  # fmt: skip
    if asked.name != "posted":
        query = query.where(_SAID.status == AnnouncementStatus.SENT)  # what is still being sent keeps nobody waiting
    now = clock.now()
    rows = []
    missing = case((_RELAY.posted_at.is_(None), 0), else_=1)
    for row in _some(session, query.order_by(missing, _SAID.sent_at.desc(), UNIT_LABEL), asked):
        minutes, runs = took(row[3], row[4], now)
        amounts: Amounts = (int(row[4] is not None), 1) if asked.name == "posted" else (round(minutes), None)
        day = clock.local(row[3]).date()
        rows.append(Row(row[1], row[2], day, *amounts, "announcement", str(row[0]), is_running=runs))
    return _counted(session, rows, query, asked)


def _announcements(session: Session, asked: _Asked) -> Rows:
    is_time = asked.name in ("time_to_half", "time_to_ninety")
    found = figure_sources.sendings(
        session, path=asked.path, wards_path=asked.wards, since=asked.since, until=asked.until,
        times_from=asked.since if is_time else None,
    )  # fmt: skip
    rows = []
    for one in reversed(found):
        wait = one.to_half if asked.name == "time_to_half" else one.to_ninety
        if (is_time and wait is None) or (asked.name == "known" and not one.asks):
            continue
        amounts: dict[str, Amounts] = {
            "announcements": (1, None), "known": (one.known, one.households), "estimated": (one.estimated, one.households),
        }  # fmt: skip
        told = amounts.get(asked.name, (round(wait[0]) if wait else 0, None))
        runs = is_time and wait is not None and wait[1]
        rows.append(Row(one.title, "", one.day, *told, "announcement", str(one.id), is_running=runs))
    rows.sort(key=lambda row: not row.is_running)
    return _first(rows, asked)


def _messages(session: Session, asked: _Asked) -> Rows:
    said = figure_sources.sendings(
        session, path=asked.path, wards_path=asked.wards, since=asked.since, until=asked.until
    )  # fmt: skip
    by_id = figure_sources.messages(session, announcement_ids=[one.id for one in said])
    rows = []
    for one in reversed(said):
        for row in by_id.get(one.id, []):
            told: dict[str, Amounts] = {"messages": (row.sent, None), "cost": (row.cost, None)}
            amounts = told.get(asked.name, (row.cost, row.paid_arrived))
            rows.append(Row(one.title, row.channel, one.day, *amounts, "announcement", str(one.id)))
    return _first(rows, asked)


def _opens(session: Session, asked: _Asked) -> Rows:
    opens = func.sum(_COUNT.opens)
    query = (
        figure_sources.open_rows(path=asked.path, since=asked.since, until=asked.until)
        .join(_TABLES["announcement"], _SAID.id == _COUNT.announcement_id)
        .with_only_columns(_SAID.id, _SAID.title, UNIT_LABEL, _SAID.sent_at, opens)
        .group_by(_SAID.id, _SAID.title, UNIT_LABEL, _SAID.sent_at)
    )  # fmt: skip
    found = _some(session, query.order_by(opens.desc(), _SAID.id), asked)
    rows = [
        Row(row[1], row[2], clock.local(row[3]).date() if row[3] else None, row[4], page="announcement", id=str(row[0]))
        for row in found
    ]
    return _counted(session, rows, query, asked)


def _scans(session: Session, asked: _Asked) -> Rows:
    scans = func.sum(_HOUR.scans if asked.name == "scans" else _HOUR.first_scans)
    query = (
        figure_sources.scan_rows(path=asked.path, since=asked.since, until=asked.until)
        .with_only_columns(_LINK.slug, _LINK.title, _LINK.place, scans)
        .group_by(_LINK.slug, _LINK.title, _LINK.place)
    )  # fmt: skip
    found = _some(session, query.order_by(scans.desc(), _LINK.slug), asked)
    return _counted(session, [Row(row[1] or row[0], row[2], None, row[3], page="link", id=row[0]) for row in found], query, asked)


def _doors(session: Session, asked: _Asked) -> Rows:
    query = (
        figure_sources.door_rows(path=asked.path, since=asked.since, until=asked.until)
        .join(_TABLES["household"], _HOME.id == _LINE.household_id)
        .with_only_columns(_HOME.id, _HOME.head_name, _HOME.code, UNIT_LABEL, _KNOCK.knocked_at, _KNOCK.outcome)
    )
    missing = case((_KNOCK.outcome == DoorOutcome.TOLD, 1), else_=0)
    found = _some(session, query.order_by(missing, _KNOCK.knocked_at.desc(), _KNOCK.id), asked)
    rows = [
        Row(
            f"{row[1]} · {row[2]}", row[3], clock.local(row[4]).date(), int(row[5] == DoorOutcome.TOLD), 1, "household",
            str(row[0]),
        )
        for row in found
    ]  # fmt: skip
    return _counted(session, rows, query, asked)


def _questions(session: Session, asked: _Asked) -> Rows:
    name = asked.name
    start, end = figure_sources.between(asked.since, asked.until)
    is_standing = name == "questions_open"
    found = desk_sources.questions(session, path=asked.wards, start=start, end=end, waiting=is_standing)
    wanted = [
        one for one in found
        if (name != "answered_in_time" or one.is_in_time is not None)
        and (not is_standing or one.done_at is None or one.done_at >= end)
    ]  # fmt: skip
    amounts: dict[str, Callable[[Question], Amounts]] = {
        "answered_in_time": lambda one: (int(bool(one.is_in_time)), 1),
        "answer_clock": lambda one: (round(one.by_clock[0]), None),
        "answer_median": lambda one: (round(one.office[0]), None), "answer_ninety": lambda one: (round(one.office[0]), None),
    }  # fmt: skip
    is_time = name in ("answer_clock", "answer_median", "answer_ninety")
    latest = list(reversed(wanted))
    if name == "answered_in_time":
        latest.sort(key=lambda one: bool(one.is_in_time))
    elif is_time:
        latest.sort(key=lambda one: not one.office[1])
    shown = latest[: asked.most]
    texts = _texts(session, [one.id for one in shown])
    rows = []
    for one in shown:
        told: Amounts = amounts[name](one) if name in amounts else (1, None)
        words = shorten(texts[one.id], TITLE_MAX, placeholder="…")
        runs = is_time and one.office[1]
        rows.append(Row(words, "", one.day, *told, "inquiry", str(one.id), about=one.topic.label, is_running=runs))
    return Rows(rows, len(wanted))


def _texts(session: Session, ids: Sequence[UUID]) -> dict[UUID, str]:
    query = select(_ASKED.id, _ASKED.text)
    return {row[0]: row[1] for some in batches(ids, MOST) for row in session.execute(query.where(_ASKED.id.in_(some)))}


def _answers(session: Session, asked: _Asked) -> Rows:
    shown = func.sum(_SHOWN.shown)
    query = (
        desk_sources.found_rows(path=asked.path, since=asked.since, until=asked.until)
        .with_only_columns(_ANSWER.id, _ANSWER.question, shown)
        .group_by(_ANSWER.id, _ANSWER.question)
    )  # fmt: skip
    found = _some(session, query.order_by(shown.desc(), _ANSWER.id), asked)
    return _counted(session, [Row(shorten(row[1], TITLE_MAX, placeholder="…"), "", None, row[2]) for row in found], query, asked)


def _helps(session: Session, asked: _Asked) -> Rows:
    """By procedure: who helped is the team's own."""
    found = desk_sources.helped_with(session, path=asked.path, since=asked.since, until=asked.until)
    amounts: dict[str, Callable[[Help], Amounts]] = {
        "supports": lambda one: (one.supports, None), "first_timers": lambda one: (one.first_timers, None),
        "supports_online": lambda one: (one.online, one.supports),
    }  # fmt: skip
    rows = [Row(title, "", None, *amounts[asked.name](one), about="" if title else OTHER_HELP) for title, one in found]
    return _first(rows, asked)


def _first(rows: Sequence[Row], asked: _Asked) -> Rows:
    return Rows(rows[: asked.most], len(rows))


def _some(session: Session, query: Select[Any], asked: _Asked) -> Sequence[Any]:
    return session.execute(query.limit(asked.most)).all()


def _counted(session: Session, rows: Sequence[Row], query: Select[Any], asked: _Asked) -> Rows:
    """How many there are in all, asked only where not all are shown."""
    if len(rows) < asked.most:
        return Rows(rows, len(rows))
    return Rows(rows, session.execute(select(func.count()).select_from(query.subquery())).scalar_one())


_MAKERS: dict[Source, Callable[[Session, _Asked], Rows]] = {
    Source.MOVES: _moves, Source.RELAYS: _relays, Source.ANNOUNCEMENTS: _announcements,
    Source.OPENS: _opens, Source.SCANS: _scans, Source.MESSAGES: _messages, Source.DOORS: _doors,
    Source.QUESTIONS: _questions, Source.ANSWERS: _answers, Source.HELP: _helps,
}  # fmt: skip
