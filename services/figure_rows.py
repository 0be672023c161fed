"""Which rows a figure is made of: households, moves, announcements, messages, codes; for those who may see each.

Nothing is summed here: whoever counts these rows gets the figure's own numerator and denominator.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from textwrap import shorten
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlmodel import Session

from core import clock
from core.errors import Invalid
from core.i18n import N_
from models import LEFT, DoorOutcome, GroupKind, Model, Unit, UnitKind
from services import access, desk_sources, figure_sources, figures, presence
from services.access import Actor, May, path_range, unit_for
from services.desk_sources import Help, Question
from services.figure_register import Source, defined
from services.figures import Coverage
from services.presence import lasts

MOST = 500
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


@dataclass(frozen=True)
class Rows:
    """What was found, the first `MOST` of it."""

    rows: Sequence[Row]
    all: int

    @property
    def is_cut(self) -> bool:
        """Whether there are more than are shown."""
        return self.all > len(self.rows)


def of(session: Session, *, actor: Actor, name: str, unit_id: UUID | None = None, since: date, until: date) -> Rows:
    """The rows behind a figure of a place over a period.

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
    if source is Source.HOMES and place:
        return _homes(session, actor, place, until, name)
    access.require(actor, May.STUDY_FIGURES)
    return _MAKERS[source](session, path, wards or path, since, until, name)


def _homes(session: Session, actor: Actor, place: Unit, until: date, name: str) -> Rows:
    """Households present on the day, unit by unit; whether, and with how many people, each was in a chat.

    How many there are is kept by unit: only those units are looked into whose households are shown.
    """
    of_joined = name in ("joined", "depth")
    counts = [(row.unit_id, row.joined if of_joined else row.households) for row in _by_name(session, actor, place, until)]
    before = accumulate((count for _, count in counts), initial=0)
    unit_ids = [unit_id for (unit_id, count), sofar in zip(counts, before, strict=False) if unit_id and count and sofar < MOST]
    home = presence.spells(unit_ids).subquery()
    inside = (
        select(func.sum(_SPELL.people))
        .select_from(_TABLES["membership"].join(_TABLES["chat_group"], _GROUP.id == _SPELL.group_id))
        .where(_SPELL.household_id == home.c.household_id, _GROUP.kind == GroupKind.HOUSEHOLD)
        .where(presence.stands(until), presence.is_member(until))
    ).scalar_subquery()
    rooms = home.join(_TABLES["unit"], _UNIT.id == home.c.unit_id).join(_TABLES["household"], _HOME.id == home.c.household_id)
    query = (
        select(_HOME.id, _HOME.head_name, _HOME.code, UNIT_LABEL, home.c.people, home.c.smartphones, inside)
        .select_from(rooms).where(home.c.started_on <= until, lasts(home.c.ended_on, until))
    )  # fmt: skip
    if of_joined:
        query = query.where(inside.is_not(None))
    amounts: dict[str, Callable[[Any], Amounts]] = {
        "coverage": lambda row: (int(row[6] is not None), 1), "households": lambda _row: (1, None),
        "joined": lambda _row: (1, None),
        "people": lambda row: (row[4], None), "depth": lambda row: (row[6], 1), "smartphone_rate": lambda row: (row[5], row[4]),
    }  # fmt: skip
    told = amounts[name]
    found = _some(session, query.order_by(UNIT_LABEL, _HOME.code))
    rows = [Row(f"{row[1]} · {row[2]}", row[3], None, *told(row), "household", str(row[0])) for row in found]
    return Rows(rows, sum(count for _, count in counts))


def _by_name(session: Session, actor: Actor, place: Unit, until: date) -> list[Coverage]:
    return sorted(figures.coverage(session, actor=actor, unit_id=place.id, on=until).rows, key=lambda row: row.unit_name)


def _moves(session: Session, path: str, _wards: str, since: date, until: date, name: str) -> Rows:
    """Memberships in household groups that began or ended."""
    on = _SPELL.joined_on if name == "entered" else _SPELL.left_on
    rooms = (
        _TABLES["membership"].join(_TABLES["chat_group"], _GROUP.id == _SPELL.group_id)
        .join(_TABLES["household"], _HOME.id == _SPELL.household_id).join(_TABLES["unit"], _UNIT.id == _HOME.unit_id)
    )  # fmt: skip
    query = (
        select(_HOME.id, _HOME.head_name, _HOME.code, UNIT_LABEL, on)
        .select_from(rooms).where(path_range(path), _GROUP.kind == GroupKind.HOUSEHOLD, on >= since, on <= until)
    )  # fmt: skip
    found = _some(session, query.order_by(on.desc(), _HOME.code))
    rows = [Row(f"{row[1]} · {row[2]}", row[3], row[4], 1, page="household", id=str(row[0])) for row in found]
    return _counted(session, rows, query)


def _relays(session: Session, path: str, _wards: str, since: date, until: date, name: str) -> Rows:
    """Each group of each announcement, with the minutes until it was posted or since it was sent."""
    start, end = figure_sources.between(since, until)
    rooms = (
        _TABLES["relay"].join(_TABLES["announcement"], _SAID.id == _RELAY.announcement_id)
        .join(_TABLES["chat_group"], _GROUP.id == _RELAY.group_id).join(_TABLES["unit"], _UNIT.id == _GROUP.unit_id)
    )  # fmt: skip
    query = (
        select(_SAID.id, _SAID.title, UNIT_LABEL, _SAID.sent_at, _RELAY.posted_at)
        .select_from(rooms).where(path_range(path), _SAID.sent_at >= start, _SAID.sent_at < end)
        .where(_SAID.status.in_(LEFT))
    )  # fmt: skip
    now = clock.now()
    rows = []
    for row in _some(session, query.order_by(_SAID.sent_at.desc(), UNIT_LABEL)):
        minutes = round(((row[4] or now) - row[3]).total_seconds() / 60)
        amounts: Amounts = (int(row[4] is not None), 1) if name == "posted" else (minutes, None)
        rows.append(Row(row[1], row[2], clock.local(row[3]).date(), *amounts, "announcement", str(row[0])))
    return _counted(session, rows, query)


def _announcements(session: Session, path: str, wards: str, since: date, until: date, name: str) -> Rows:
    times_from = since if name in ("time_to_half", "time_to_ninety") else None
    found = figure_sources.sendings(
        session, path=path, wards_path=wards, since=since, until=until, times_from=times_from
    )  # fmt: skip
    rows = []
    for one in reversed(found):
        if name in ("known", "time_to_half", "time_to_ninety") and not one.asks:
            continue
        took = one.to_half if name == "time_to_half" else one.to_ninety
        amounts: dict[str, Amounts] = {
            "announcements": (1, None), "known": (one.known, one.households), "estimated": (one.estimated, one.households),
        }  # fmt: skip
        told = amounts.get(name, (round(took[0]) if took else 0, None))
        rows.append(Row(one.title, "", one.day, *told, "announcement", str(one.id)))
    return Rows(rows[:MOST], len(rows))


def _messages(session: Session, path: str, wards: str, since: date, until: date, name: str) -> Rows:
    said = figure_sources.sendings(session, path=path, wards_path=wards, since=since, until=until)
    by_id = figure_sources.messages(session, announcement_ids=[one.id for one in said])
    rows = []
    for one in reversed(said):
        for row in by_id.get(one.id, []):
            told: dict[str, Amounts] = {"messages": (row.sent, None), "cost": (row.cost, None)}
            amounts = told.get(name, (row.cost, row.paid_arrived))
            rows.append(Row(one.title, row.channel, one.day, *amounts, "announcement", str(one.id)))
    return Rows(rows[:MOST], len(rows))


def _opens(session: Session, path: str, _wards: str, since: date, until: date, _name: str) -> Rows:
    opens = func.sum(_COUNT.opens)
    query = (
        figure_sources.open_rows(path=path, since=since, until=until)
        .join(_TABLES["announcement"], _SAID.id == _COUNT.announcement_id)
        .with_only_columns(_SAID.id, _SAID.title, UNIT_LABEL, _SAID.sent_at, opens)
        .group_by(_SAID.id, _SAID.title, UNIT_LABEL, _SAID.sent_at)
    )  # fmt: skip
    found = _some(session, query.order_by(opens.desc(), _SAID.id))
    rows = [
        Row(row[1], row[2], clock.local(row[3]).date() if row[3] else None, row[4], page="announcement", id=str(row[0]))
        for row in found
    ]
    return _counted(session, rows, query)


def _scans(session: Session, path: str, _wards: str, since: date, until: date, name: str) -> Rows:
    scans = func.sum(_HOUR.scans if name == "scans" else _HOUR.first_scans)
    query = (
        figure_sources.scan_rows(path=path, since=since, until=until)
        .with_only_columns(_LINK.slug, _LINK.title, _LINK.place, scans)
        .group_by(_LINK.slug, _LINK.title, _LINK.place)
    )  # fmt: skip
    found = _some(session, query.order_by(scans.desc(), _LINK.slug))
    return _counted(session, [Row(row[1] or row[0], row[2], None, row[3], page="link", id=row[0]) for row in found], query)


def _doors(session: Session, path: str, _wards: str, since: date, until: date, _name: str) -> Rows:
    query = (
        figure_sources.door_rows(path=path, since=since, until=until)
        .join(_TABLES["household"], _HOME.id == _LINE.household_id)
        .with_only_columns(_HOME.id, _HOME.head_name, _HOME.code, UNIT_LABEL, _KNOCK.knocked_at, _KNOCK.outcome)
    )
    found = _some(session, query.order_by(_KNOCK.knocked_at.desc(), _KNOCK.id))
    rows = [
        Row(
            f"{row[1]} · {row[2]}", row[3], clock.local(row[4]).date(), int(row[5] == DoorOutcome.TOLD), 1, "household",
            str(row[0]),
        )
        for row in found
    ]  # fmt: skip
    return _counted(session, rows, query)


def _questions(session: Session, _path: str, wards: str, since: date, until: date, name: str) -> Rows:
    start, end = figure_sources.between(since, until)
    is_standing = name == "questions_open"
    found = desk_sources.questions(session, path=wards, start=start, end=end, waiting=is_standing)
    wanted = [
        one for one in found
        if (name != "answered_in_time" or one.is_in_time is not None)
        and (not is_standing or one.done_at is None or one.done_at >= end)
    ]  # fmt: skip
    amounts: dict[str, Callable[[Question], Amounts]] = {
        "answered_in_time": lambda one: (int(bool(one.is_in_time)), 1),
        "answer_clock": lambda one: (round(one.by_clock[0]), None),
        "answer_median": lambda one: (one.office[0], None), "answer_ninety": lambda one: (one.office[0], None),
    }  # fmt: skip
    shown = list(reversed(wanted))[:MOST]
    texts = _texts(session, [one.id for one in shown])
    rows = []
    for one in shown:
        told: Amounts = amounts[name](one) if name in amounts else (1, None)
        words = shorten(texts[one.id], TITLE_MAX, placeholder="…")
        rows.append(Row(words, "", one.day, *told, "inquiry", str(one.id), about=one.topic.label))
    return Rows(rows, len(wanted))


def _texts(session: Session, ids: Sequence[UUID]) -> dict[UUID, str]:
    return {row[0]: row[1] for row in session.execute(select(_ASKED.id, _ASKED.text).where(_ASKED.id.in_(ids)))}


def _answers(session: Session, path: str, _wards: str, since: date, until: date, _name: str) -> Rows:
    shown = func.sum(_SHOWN.shown)
    query = (
        desk_sources.found_rows(path=path, since=since, until=until).with_only_columns(_ANSWER.id, _ANSWER.question, shown)
        .group_by(_ANSWER.id, _ANSWER.question)
    )  # fmt: skip
    found = _some(session, query.order_by(shown.desc(), _ANSWER.id))
    return _counted(session, [Row(shorten(row[1], TITLE_MAX, placeholder="…"), "", None, row[2]) for row in found], query)


def _helps(session: Session, path: str, _wards: str, since: date, until: date, name: str) -> Rows:
    """By procedure: who helped is the team's own."""
    found = desk_sources.helped_with(session, path=path, since=since, until=until)
    amounts: dict[str, Callable[[Help], Amounts]] = {
        "supports": lambda one: (one.supports, None), "first_timers": lambda one: (one.first_timers, None),
        "supports_online": lambda one: (one.online, one.supports),
    }  # fmt: skip
    rows = [Row(title, "", None, *amounts[name](one), about="" if title else OTHER_HELP) for title, one in found]
    return Rows(rows[:MOST], len(rows))


def _some(session: Session, query: Select[Any]) -> Sequence[Any]:
    return session.execute(query.limit(MOST)).all()


def _counted(session: Session, rows: Sequence[Row], query: Select[Any]) -> Rows:
    """How many there are in all, asked only where not all are shown."""
    if len(rows) < MOST:
        return Rows(rows, len(rows))
    return Rows(rows, session.execute(select(func.count()).select_from(query.subquery())).scalar_one())


_MAKERS: dict[Source, Callable[[Session, str, str, date, date, str], Rows]] = {
    Source.MOVES: _moves, Source.RELAYS: _relays, Source.ANNOUNCEMENTS: _announcements,
    Source.OPENS: _opens, Source.SCANS: _scans, Source.MESSAGES: _messages, Source.DOORS: _doors,
    Source.QUESTIONS: _questions, Source.ANSWERS: _answers, Source.HELP: _helps,
}  # fmt: skip
