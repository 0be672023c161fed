"""How news comes to a ward: leaders with their delays, homes with their hours, dead phones, groups that post late or never.

Seeded, so that one seed is one life. Decided before anything of it has happened: the demonstration writes a life down, tests
and benches let it happen through services and web routes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from core import clock
from models import AsksFor, Urgency

PACE = {Urgency.NORMAL: 1.6, Urgency.URGENT: 0.8, Urgency.VERY_URGENT: 0.5, Urgency.EMERGENCY: 0.3}
# When people look at their phones: the middle of a home's own hour, and how many homes have it.
HABITS = ((6.5, 2), (11.5, 3), (17.5, 3), (19.5, 5), (21.0, 2))
# Of the phones that open, so many answer where an answer is asked for.
ANSWERING = {AsksFor.NOTHING: (0.0, 0.0), AsksFor.CONFIRMATION: (0.5, 0.9), AsksFor.ATTENDANCE: (0.3, 0.6)}
FORGOTTEN, NINE_TIMES = 0.025, 0.06  # of posts: one in forty never comes, one in thirty takes nine times as long
What = Literal["post", "open", "answer", "knock"]


@dataclass(frozen=True)
class Event:
    """One thing that happens. `home` is a place among the homes of the chat, or for a knock among those outside it."""

    at: datetime
    what: What
    group: int
    home: int = -1


@dataclass(frozen=True)
class Nature:
    """What a residential group is like."""

    pace: float  # minutes its leader usually needs
    interest: float  # of the homes with a living phone, how many read at all
    dead: float  # share of phones that are off or broken
    hours: Sequence[float]  # of each home in the chat, its own hour of the day
    outside: int  # homes that wait for a knock


@dataclass(frozen=True)
class News:
    """What a life is about."""

    urgency: Urgency
    asks_for: AsksFor
    sent_at: datetime
    ends_at: datetime


def own_hours(dice: Random, homes: int) -> list[float]:
    """The hours at which so many homes look at their phones."""
    return dice.choices([hour for hour, _ in HABITS], [many for _, many in HABITS], k=homes)


class Life:
    """What happens to one piece of news in a ward. `posts` are posts that are known beforehand, None: never."""

    def __init__(
        self, news: News, groups: Sequence[Nature], dice: Random, *, posts: Mapping[int, datetime | None] | None = None
    ) -> None:  # fmt: skip
        self.start, self.end = news.sent_at, news.ends_at
        self._urgency, self._groups, self._dice, self._posts = news.urgency, groups, dice, posts or {}
        self._quick = dice.uniform(0.25, 0.5) if news.urgency is Urgency.NORMAL else dice.uniform(0.45, 0.75)
        self._answering = dice.uniform(*ANSWERING[news.asks_for])
        self._talk = dice.uniform(0.85, 1.0)  # how much of the ward cares at all
        self.events: list[Event] = sorted(self._all(), key=lambda event: event.at)

    def reached_by(self, at: datetime) -> int:
        """Households known to have been told until then: the truth a forecast is held against."""
        return sum(event.what in ("answer", "knock") and event.at <= at for event in self.events)

    def _all(self) -> Iterator[Event]:
        for number, nature in enumerate(self._groups):
            posted = self._posts[number] if number in self._posts else self._posted_at(nature)
            if posted is not None and posted < self.end:
                yield Event(posted, "post", number)
                yield from self._readers(number, nature, posted)
            yield from self._knocks(number, nature)

    def _posted_at(self, nature: Nature) -> datetime | None:
        """By habit and urgency, now and then much later or never; nobody posts at night but in an emergency."""
        chance = self._dice.random()
        if chance < FORGOTTEN:
            return None
        minutes = nature.pace * PACE[self._urgency] * self._dice.lognormvariate(0, 0.6)
        posted = self.start + timedelta(minutes=max(1.5, minutes * (9 if chance < NINE_TIMES else 1)))
        return posted if self._urgency is Urgency.EMERGENCY else self._after_sleep(posted)

    def _after_sleep(self, at: datetime) -> datetime:
        here = clock.local(at)
        if 5.5 <= here.hour + here.minute / 60 < 22:
            return at
        morning = here.replace(hour=6, minute=0, second=0, microsecond=0) + timedelta(days=1 if here.hour >= 12 else 0)
        return morning.astimezone(at.tzinfo) + timedelta(minutes=self._dice.uniform(0, 75))

    def _readers(self, number: int, nature: Nature, posted: datetime) -> Iterator[Event]:
        midnight = clock.midnight(clock.local(posted).date()).astimezone(posted.tzinfo)
        for home, hour in enumerate(nature.hours):
            if self._dice.random() < nature.dead or self._dice.random() > nature.interest * self._talk:
                continue
            opened = self._opened_at(posted, midnight, hour)
            if opened >= self.end:
                continue
            yield Event(opened, "open", number, home)
            if self._dice.random() < self._answering:
                yield Event(opened + timedelta(seconds=self._dice.randint(20, 150)), "answer", number, home)

    def _opened_at(self, posted: datetime, midnight: datetime, hour: float) -> datetime:
        """At once by the sound of the phone, or at the home's own hour, on this day or one of the next."""
        if self._dice.random() < self._quick:
            return self._after_sleep(posted + timedelta(minutes=self._dice.expovariate(1 / 14)))
        at = midnight + timedelta(hours=hour + self._dice.gauss(0, 0.9))
        while at <= posted or self._dice.random() < 0.2:
            at += timedelta(days=1)
        return at

    def _knocks(self, number: int, nature: Nature) -> Iterator[Event]:
        for home in range(nature.outside):
            at = self._after_sleep(self.start + timedelta(minutes=self._dice.uniform(40, 900)))
            if self._dice.random() < 0.55 and at < self.end:
                yield Event(at, "knock", number, home)
