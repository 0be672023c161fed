"""How fast the ward answers: median and ninetieth percentile over all that was asked, what is still open counted as running.

Once by the clock and once in the ward's office hours; by topic, channel, group, hour; and how much needed no person at all.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from core import clock
from models import Inquiry, Unit, User, Voice
from models import InquiryMessage as Message
from services import access, desk_sources, inquiry_sight, team_members
from services.access import Actor, May
from services.desk_sources import Question
from services.relay_pace import Wait, paced, took


@dataclass(frozen=True)
class Speed:
    """Of so many questions, in minutes: at least so much where it still runs. None where nothing was asked."""

    asked: int
    answered: int
    median: int | None
    ninetieth: int | None
    median_runs: bool = False
    ninetieth_runs: bool = False

    @property
    def is_open(self) -> int:
        """How many wait."""
        return self.asked - self.answered


@dataclass(frozen=True)
class Part:
    """The speed of a part: a topic, a channel, a group, an hour of the day."""

    name: str
    speed: Speed


@dataclass(frozen=True)
class Figures:
    """A ward's answers of a while."""

    first: Speed  # first answer, in office hours
    first_by_clock: Speed
    solved: Speed  # closed, or said to have helped, by the clock
    by_topic: Sequence[Part]
    by_channel: Sequence[Part]
    by_hour: Sequence[Part]
    by_unit: Sequence[Part]
    without_a_person: int  # who say that a public answer helped, and did not ask
    helped: int
    not_helped: int

    @property
    def share_without_a_person(self) -> float | None:
        """Of all who wanted to know, how many needed nobody; None where nobody asked."""
        everyone = self.without_a_person + self.first.asked
        return self.without_a_person / everyone if everyone else None


def of(session: Session, *, actor: Actor, since: datetime, until: datetime, unit_id: UUID | None = None) -> Figures:
    """The figures of what was asked between two instants in a unit (the actor's). Spam and thanks are left out.

    Raises:
        NotFound: the unit lies outside the actor's sight.
    """
    if unit_id:
        unit = access.unit_for(session, actor=actor, unit_id=unit_id)
        actor = replace(actor, unit_id=unit.id, unit_path=unit.path)
    sight = inquiry_sight.of(session, actor=actor)
    path = actor.unit_path if sight.places is None else session.get_one(Unit, sight.wards[0]).path
    rows = [
        one for one in desk_sources.questions(session, path=path, start=since, end=until)
        if sight.places is None or one.place_unit_id in sight.places
    ]  # fmt: skip
    names = {unit.id: unit.label for unit in session.exec(select(Unit).where(col(Unit.id).in_({r.place_unit_id for r in rows})))}
    found = desk_sources.found_alone(
        session, path=path, since=clock.local(since).date(), until=clock.local(until).date()
    )  # fmt: skip

    def parts(name_of: Callable[[Question], str]) -> list[Part]:
        of_name: dict[str, list[Wait]] = {}
        for row in rows:
            if name := name_of(row):
                of_name.setdefault(name, []).append(row.office)
        return [Part(name, speed(times)) for name, times in sorted(of_name.items())]

    now = clock.now()
    return Figures(
        speed(row.office for row in rows), speed(row.by_clock for row in rows),
        speed(took(row.asked_at, row.closed_at, now) for row in rows), parts(lambda row: row.topic.value),
        parts(lambda row: row.channel.value), parts(lambda row: f"{clock.local(row.asked_at).hour:02d}"),
        parts(lambda row: names.get(row.place_unit_id, "") if row.place_unit_id else ""), sum(found.values()),
        sum(row.has_helped is True for row in rows), sum(row.has_helped is False for row in rows),
    )  # fmt: skip


def speed(times: Iterable[Wait]) -> Speed:
    """Median and ninetieth percentile of waits, of which some still run: they come after all that ended."""
    waits = list(times)
    (half, _, half_runs), (late, _, late_runs) = paced(waits), paced(waits, ninety=True)
    return Speed(
        len(waits), sum(not runs for _, runs in waits), None if half is None else int(half), None if late is None else int(late),
        half_runs, late_runs,
    )  # fmt: skip


def messages_by_person(session: Session, *, actor: Actor, since: datetime) -> list[tuple[str, int]]:
    """How many answers each has written since then, by name and not by number: for themselves, to share the work.

    Raises:
        NotAllowed: the actor does not answer.
    """
    access.require(actor, May.ANSWER_INQUIRIES)
    rows = session.exec(
        select(User.display_name, func.count())
        .join(Message, col(Message.author_id) == User.id)
        .join(Inquiry, col(Inquiry.id) == Message.inquiry_id)
        .where(inquiry_sight.of(session, actor=actor).which, Message.voice == Voice.REPLY, Message.at >= since)
        .group_by(col(User.id), User.display_name)
    )
    return sorted(((name, count) for name, count in rows), key=lambda row: team_members.by_name(row[0]))
