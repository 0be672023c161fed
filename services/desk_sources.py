"""What figures of questions, of public answers and of the digital team's help are added up from; a query or two each.

Nothing here knows who asks: the caller has narrowed the path to what they see. Days are those of this place.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlmodel import Session

from core import clock
from models import InquiryChannel, InquiryKind, InquiryStatus, Model, Topic
from services import inquiry_rules, support_figures
from services.access import path_range
from services.figure_sources import between
from services.relay_pace import Wait, took

_TABLES = Model.metadata.tables
_UNIT, _ASKED = _TABLES["unit"].c, _TABLES["inquiry"].c
_ANSWER, _SHOWN = _TABLES["publicanswer"].c, _TABLES["publicanswerday"].c
_HELP, _PROCEDURE = _TABLES["supportvisit"].c, _TABLES["procedure"].c


@dataclass(frozen=True)
class Question:
    """Something a ward was asked, as figures count it. Spam, thanks and what was taken back are none."""

    id: UUID
    ward_id: UUID
    place_unit_id: UUID | None
    topic: Topic
    channel: InquiryChannel
    asked_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    has_helped: bool | None
    due_at: datetime  # by the ward's rules as they are now
    office: Wait  # to the first answer, in the ward's office hours
    by_clock: Wait

    @property
    def day(self) -> date:
        """The day on which it was asked."""
        return clock.local(self.asked_at).date()

    @property
    def is_in_time(self) -> bool | None:
        """Whether its first answer came in time; None while there is still time."""
        if self.answered_at is None:
            return None if self.due_at > clock.now() else False
        return self.answered_at <= self.due_at

    @property
    def done_at(self) -> datetime | None:
        """When it was answered first, or closed without an answer."""
        known = [at for at in (self.answered_at, self.closed_at) if at]
        return min(known, default=None)


@dataclass(frozen=True)
class Help:
    """Help of the digital team."""

    supports: int = 0
    online: int = 0
    first_timers: int = 0

    def __add__(self, other: "Help") -> "Help":
        """Both together."""
        return Help(self.supports + other.supports, self.online + other.online, self.first_timers + other.first_timers)


def questions(session: Session, *, path: str, start: datetime, end: datetime, waiting: bool = False) -> list[Question]:
    """What the wards at or below a path were asked between two instants, the oldest first.

    With `waiting` also what was asked before and was still without an answer at the first of them.
    """
    asked = _ASKED.asked_at >= start
    if waiting:
        unanswered = or_(_ASKED.first_answer_at.is_(None), _ASKED.first_answer_at >= start)
        asked = or_(asked, and_(unanswered, or_(_ASKED.closed_at.is_(None), _ASKED.closed_at >= start)))
    was_taken_back = and_(_ASKED.text == "", _ASKED.first_answer_at.is_(None), _ASKED.status == InquiryStatus.CLOSED)
    query = (
        select(
            _ASKED.id, _ASKED.unit_id, _ASKED.place_unit_id, _ASKED.topic, _ASKED.channel, _ASKED.asked_at,
            _ASKED.first_answer_at, _ASKED.closed_at, _ASKED.has_helped,
        )
        .select_from(_TABLES["inquiry"].join(_TABLES["unit"], _UNIT.id == _ASKED.unit_id))
        .where(path_range(path), asked, _ASKED.asked_at < end, ~was_taken_back)
        .where(_ASKED.status != InquiryStatus.SPAM, _ASKED.kind != InquiryKind.THANKS)
        .order_by(_ASKED.asked_at, _ASKED.id)
    )  # fmt: skip
    rows, now = session.execute(query).all(), clock.now()
    rules = inquiry_rules.of_wards(session, ward_ids={row[1] for row in rows})
    found = []
    for row in rows:
        own, at, answered = rules[row[1]], row[5], row[6]
        office = own.hours.between(at, answered or now), answered is None
        due = own.due(Topic(row[3]), since=at)
        found.append(
            Question(row[0], row[1], row[2], row[3], row[4], at, answered, row[7], row[8], due, office, took(at, answered, now))
        )
    return found


def found_alone(session: Session, *, path: str, since: date, until: date) -> dict[date, int]:
    """By day, how often somebody who was about to ask found a public answer and asked nobody."""
    query = found_rows(path=path, since=since, until=until).with_only_columns(_SHOWN.day, func.sum(_SHOWN.shown))
    return {day: int(n) for day, n in session.execute(query.group_by(_SHOWN.day))}


def found_rows(*, path: str, since: date, until: date) -> Select[Any]:
    """Public answers of wards at or below a path that were found on these days; to be given columns."""
    rooms = (
        _TABLES["publicanswerday"].join(_TABLES["publicanswer"], _ANSWER.id == _SHOWN.answer_id)
        .join(_TABLES["unit"], _UNIT.id == _ANSWER.unit_id)
    )  # fmt: skip
    return select(_SHOWN.id).select_from(rooms).where(path_range(path), _SHOWN.day >= since, _SHOWN.day <= until)


def helps(session: Session, *, path: str, since: date, until: date) -> dict[date, Help]:
    """By day, what the digital team helped with."""
    found: dict[date, Help] = defaultdict(Help)
    for at, *sums in session.execute(helped(_HELP.helped_at, path=path, since=since, until=until)):
        found[clock.local(at).date()] += Help(*(int(n or 0) for n in sums[:3]))
    return found


def helped_with(session: Session, *, path: str, since: date, until: date) -> list[tuple[str, Help]]:
    """The same by procedure, the most first; "" for what is none of the ward's."""
    found = [
        (name or "", Help(*(int(n or 0) for n in sums[:3])))
        for name, *sums in session.execute(helped(_PROCEDURE.name, path=path, since=since, until=until))
    ]
    return sorted(found, key=lambda pair: (-pair[1].supports, pair[0]))


def helped(key: Any, *, path: str, since: date, until: date) -> Select[Any]:
    """A key and the sums of `support_figures.Sums` by it, of wards at or below a path."""
    start, end = between(since, until)
    wards = select(_UNIT.id).where(path_range(path))
    within = and_(_HELP.ward_id.in_(wards), _HELP.helped_at >= start, _HELP.helped_at < end)
    return support_figures.counted(key).where(within).group_by(key)
