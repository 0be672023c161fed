"""Figures of questions, of public answers and of the digital team's help: made of their sources, period by period."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlmodel import Session

from services import desk_sources
from services.desk_sources import Help, Question
from services.figure_sources import Period, between, by_period, whole
from services.relay_pace import Wait, paced

Amounts = tuple[float | None, float | None, bool]  # counted, out of; of a spread its minutes, of how many, if it runs


@dataclass
class Desk:
    """What is read for them, each once, of the wards at or below a path; only what is asked for."""

    session: Session
    path: str
    periods: Sequence[Period]  # in order
    names: set[str]
    read: Sequence[Question] | None = None  # what was read already, over these days or more

    @property
    def days(self) -> Period:
        """From the first day to the last."""
        return whole(self.periods)

    @cached_property
    def asked(self) -> Sequence[Question]:
        """What was asked on these days and, where that is a figure wanted, before."""
        if self.read is not None:
            return self.read
        start, end = between(*self.days)
        return desk_sources.questions(
            self.session, path=self.path, start=start, end=end, waiting="questions_open" in self.names
        )  # fmt: skip

    @cached_property
    def questions(self) -> list[list[Question]]:
        """Those asked in each period."""
        return by_period(self.periods, ((one.day, one) for one in self.asked))

    @cached_property
    def waiting(self) -> list[int]:
        """How many wait for a first answer at the end of each period."""
        came = sorted(one.asked_at for one in self.asked)
        went = sorted(one.done_at for one in self.asked if one.done_at)
        ends = [between(last, last)[1] for _, last in self.periods]
        return [bisect_left(came, end) - bisect_left(went, end) for end in ends]

    @cached_property
    def found(self) -> list[int]:
        """How often a public answer was enough."""
        since, until = self.days
        found = desk_sources.found_alone(self.session, path=self.path, since=since, until=until)
        return [sum(some) for some in by_period(self.periods, found.items())]

    @cached_property
    def helps(self) -> list[Help]:
        """What the team helped with."""
        since, until = self.days
        found = desk_sources.helps(self.session, path=self.path, since=since, until=until)
        return [sum(some, Help()) for some in by_period(self.periods, found.items())]


def _spread(wait: Callable[[Question], Wait], *, ninety: bool = False) -> Callable[[Desk], list[Amounts]]:
    return lambda desk: [paced([wait(one) for one in some], ninety=ninety) for some in desk.questions]


def in_time(some: Sequence[Question]) -> tuple[int, int]:
    """How many of these were answered in time, of those that were answered or are late."""
    told = [one.is_in_time for one in some if one.is_in_time is not None]
    return sum(told), len(told)


MAKERS: dict[str, Callable[[Desk], list[Amounts]]] = {
    "questions": lambda desk: [(len(some), None, False) for some in desk.questions],
    "answered_in_time": lambda desk: [(*in_time(some), False) for some in desk.questions],
    "answer_median": _spread(lambda one: one.office),
    "answer_ninety": _spread(lambda one: one.office, ninety=True),
    "answer_clock": _spread(lambda one: one.by_clock),
    "questions_open": lambda desk: [(n, None, False) for n in desk.waiting],
    "found_alone": lambda desk: [(n, None, False) for n in desk.found],
    "supports": lambda desk: [(one.supports, None, False) for one in desk.helps],
    "first_timers": lambda desk: [(one.first_timers, None, False) for one in desk.helps],
    "supports_online": lambda desk: [(one.online, one.supports, False) for one in desk.helps],
}
