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
from models import Inquiry, InquiryKind, InquiryStatus, PublicAnswer, Unit, User, Voice
from models import InquiryMessage as Message
from services import access, inquiry_rules, inquiry_sight, team_members
from services.access import Actor


@dataclass(frozen=True)
class Speed:
    """Of so many questions, in minutes; None where so many are open that the figure is not known yet."""

    asked: int
    answered: int
    median: int | None
    ninetieth: int | None

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
    without_a_person: int  # who found a public answer and did not ask
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
    wanted = select(Inquiry).where(
        sight.which, Inquiry.asked_at >= since, Inquiry.asked_at < until,
        Inquiry.status != InquiryStatus.SPAM, Inquiry.kind != InquiryKind.THANKS,
    )  # fmt: skip
    rows = session.exec(wanted).all()
    hours = {ward_id: inquiry_rules.of(session, ward_id=ward_id).hours for ward_id in {row.unit_id for row in rows}}
    names = {unit.id: unit.label for unit in session.exec(select(Unit).where(col(Unit.id).in_({r.place_unit_id for r in rows})))}
    now = clock.now()
    first = [
        (hours[row.unit_id].between(row.asked_at, row.first_answer_at or now), row.first_answer_at is not None) for row in rows
    ]

    def parts(name_of: Callable[[Inquiry], str]) -> list[Part]:
        of_name: dict[str, list[tuple[int, bool]]] = {}
        for row, time in zip(rows, first, strict=True):
            if name := name_of(row):
                of_name.setdefault(name, []).append(time)
        return [Part(name, speed(times)) for name, times in sorted(of_name.items())]

    of_wards = col(PublicAnswer.unit_id).in_(sight.wards)
    shown = session.exec(select(func.coalesce(func.sum(PublicAnswer.shown), 0)).where(of_wards)).one()
    return Figures(
        speed(first), speed(_by_clock(row.asked_at, row.first_answer_at, now) for row in rows),
        speed(_by_clock(row.asked_at, row.closed_at, now) for row in rows), parts(lambda row: row.topic.value),
        parts(lambda row: row.channel.value), parts(lambda row: f"{clock.local(row.asked_at).hour:02d}"),
        parts(lambda row: names.get(row.place_unit_id or row.id, "")), int(shown),
        sum(row.has_helped is True for row in rows), sum(row.has_helped is False for row in rows),
    )  # fmt: skip


def speed(times: Iterable[tuple[int, bool]]) -> Speed:
    """Median and ninetieth percentile of times, of which some still run: they are at least what they are now.

    A percentile that falls on one that runs is not known.
    """
    told = sorted(times)
    answered = sum(is_over for _, is_over in told)
    ended = sorted(minutes for minutes, is_over in told if is_over)
    return Speed(len(told), answered, _nth(ended, len(told), 0.5), _nth(ended, len(told), 0.9))


def messages_by_person(session: Session, *, actor: Actor, since: datetime) -> list[tuple[str, int]]:
    """How many answers each has written since then, by name and not by number: for themselves, to share the work.

    Raises:
        NotAllowed: the actor does not answer.
    """
    access.require(actor, *access.WRITERS)
    rows = session.exec(
        select(User.display_name, func.count())
        .join(Message, col(Message.author_id) == User.id)
        .join(Inquiry, col(Inquiry.id) == Message.inquiry_id)
        .where(inquiry_sight.of(session, actor=actor).which, Message.voice == Voice.REPLY, Message.at >= since)
        .group_by(col(User.id), User.display_name)
    )
    return sorted(((name, count) for name, count in rows), key=lambda row: team_members.by_name(row[0]))


def _by_clock(since: datetime, end: datetime | None, now: datetime) -> tuple[int, bool]:
    return int(((end or now) - since).total_seconds() // 60), end is not None


def _nth(ended: Sequence[int], total: int, share: float) -> int | None:
    """The value below which that share of all lies, those that run counted as the longest."""
    place = int(total * share)
    return ended[place] if total and place < len(ended) else None
