"""What groups usually do with an announcement: how soon their leader posts, and how households follow, by the time since
posting and the hour of day. Learnt from earlier announcements, shrunk towards the ward's where a group has few.

Pure arithmetic over `PastPost`s; `services.past_reach` reads them. Times are minutes on the clocks of this place.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import fmean
from uuid import UUID

# Edges of the time since posting, in minutes: fine while much happens. After the last nobody follows any more.
AGES = (0, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1080, 1440, 2160, 2880)
STEP, DAY = 5, 1440
LAST = AGES[-1]
GROUP_WEIGHT = 25.0  # expected households that a group's own past must outweigh before it counts more than the ward's
ROUNDS = 6
BAND = (0.2, 0.8)  # of earlier announcements lie within
BAND_LEAST = 4  # fewer have nothing usual
ELSEWHERE: UUID | None = None  # the counters that belong to no group


@dataclass(frozen=True)
class PastPost:
    """One group of an earlier announcement: its households, when it was posted, who followed when."""

    announcement_id: UUID
    group_id: UUID
    households: int
    sent: float
    posted: float | None
    end: float  # until when it was watched
    told: Sequence[tuple[float, int]] = ()  # instant, households

    def told_by(self, at: float) -> int:
        """Households until an instant."""
        return min(sum(n for moment, n in self.told if moment <= at), self.households)


@dataclass(frozen=True)
class Usual:
    """What the ward's groups usually do."""

    rates: tuple[float, ...]  # a household and minute, by time since posting
    hours: tuple[float, ...]  # against the whole day's, by hour of day
    factors: Mapping[UUID, float] = field(default_factory=dict)
    delays: Mapping[UUID, Sequence[float]] = field(default_factory=dict)  # minutes until it was posted; inf: never
    ward_delays: Sequence[float] = ()
    spread: float = 0.1  # variance between announcements

    @cached_property
    def _cumulated(self) -> dict[int, list[float]]:
        return {}

    def share(self, posted: float, since: float, until: float) -> float:
        """What share of a usual group follows between two instants when it was posted at a third."""
        begin, end = max(since, posted) - posted, until - posted
        if end <= begin:
            return 0.0
        line = self._line(posted)
        return _at(line, end) - _at(line, begin)

    def factor(self, group_id: UUID) -> float:
        """How much a group follows, against a usual one."""
        return self.factors.get(group_id, 1.0)

    def waits(self, group_id: UUID, passed: float) -> list[float]:
        """Delays that are still possible for a group that has not posted after `passed` minutes: its own, and the ward's."""
        own = [delay for delay in self.delays.get(group_id, ()) if delay > passed]
        return own + [delay for delay in self.ward_delays if delay > passed]

    def _line(self, posted: float) -> list[float]:
        slot = int(posted % DAY) // 15
        line = self._cumulated.get(slot)
        if line is None:
            line = self._cumulated[slot] = _line(self.rates, self.hours, slot * 15)
        return line


def _line(rates: Sequence[float], hours: Sequence[float], start: int) -> list[float]:
    """Shares after each five minutes since posting."""
    total, line, place = 0.0, [0.0], 0
    for age in range(0, LAST, STEP):
        while AGES[place + 1] <= age:
            place += 1
        total += rates[place] * hours[(start + age) % DAY // 60] * STEP
        line.append(total)
    return line


def _at(line: Sequence[float], age: float) -> float:
    if age >= LAST:
        return line[-1]
    place = int(age // STEP)
    return line[place] + (line[place + 1] - line[place]) * (age / STEP - place)


def learn(posts: Sequence[PastPost]) -> Usual:
    """The habits that these posts show."""
    shown = [post for post in posts if post.posted is not None and post.households]
    cells, exposed = _cells(shown)
    rates, hours = _profile(cells, exposed)
    plain = Usual(rates, hours)
    told: dict[tuple[UUID, UUID], tuple[float, float]] = {}
    for post in shown:
        expected = post.households * plain.share(post.posted or 0, post.posted or 0, post.end)
        told[post.announcement_id, post.group_id] = (post.told_by(post.end), expected)
    factors, spread = _factors(told)
    delays: dict[UUID, list[float]] = defaultdict(list)
    for post in posts:
        delays[post.group_id].append(float("inf") if post.posted is None else max(0.0, post.posted - post.sent))
    return Usual(rates, hours, factors, delays, [one for some in delays.values() for one in some], spread)


def _cells(posts: Sequence[PastPost]) -> tuple[dict[tuple[int, int], float], dict[tuple[int, int], float]]:
    """By age and hour of day: households told, and household minutes in which they could have been."""
    told: dict[tuple[int, int], float] = defaultdict(float)
    exposed: dict[tuple[int, int], float] = defaultdict(float)
    for post in posts:
        posted = post.posted or 0.0
        for age, hour, minutes in pieces(posted, min(post.end, posted + LAST)):
            exposed[age, hour] += minutes * post.households
        for at, n in post.told:
            middle = max(at + STEP / 2, posted)
            if middle < posted + LAST:
                told[bisect_right(AGES, middle - posted) - 1, int(middle % DAY) // 60] += n
    return told, exposed


def pieces(posted: float, end: float) -> Iterator[tuple[int, int, float]]:
    """The time from posting to an end, cut where the age or the hour changes: age, hour of day, minutes."""
    at = posted
    while at < end:
        age = bisect_right(AGES, at - posted + 1e-9) - 1
        if age >= len(AGES) - 1:
            return
        to = min(posted + AGES[age + 1], (at // 60 + 1) * 60, end)
        yield age, int(at % DAY) // 60, to - at
        at = to if to > at else at + 1e-6


def _profile(
    told: Mapping[tuple[int, int], float], exposed: Mapping[tuple[int, int], float]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Rates by age times rates by hour that come nearest to what was seen (a Poisson model, fitted in turns)."""
    hours = [1.0] * 24
    rates = [0.0] * (len(AGES) - 1)
    for _ in range(ROUNDS):
        for age in range(len(rates)):
            seen = sum(n for (one, _h), n in told.items() if one == age)
            room = sum(minutes * hours[hour] for (one, hour), minutes in exposed.items() if one == age)
            rates[age] = (seen + 0.01) / (room + 1.0)
        for hour in range(24):
            seen = sum(n for (_a, one), n in told.items() if one == hour)
            room = sum(minutes * rates[age] for (age, one), minutes in exposed.items() if one == hour)
            hours[hour] = (seen + 2.0) / (room + 2.0)  # an hour seldom seen is a usual one
    return tuple(rates), tuple(hours)


def _factors(told: Mapping[tuple[UUID, UUID], tuple[float, float]]) -> tuple[dict[UUID, float], float]:
    """How much each group follows, whatever the announcement; and how much announcements differ, whatever the group."""
    groups = {group_id for _a, group_id in told}
    of_group = dict.fromkeys(groups, 1.0)
    of_announcement: dict[UUID, float] = {}
    for _ in range(3):
        sums: dict[UUID, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for (announcement_id, group_id), (seen, expected) in told.items():
            sums[announcement_id][0] += seen
            sums[announcement_id][1] += expected * of_group[group_id]
        of_announcement = {id_: (seen + 2) / (room + 2) for id_, (seen, room) in sums.items()}
        own: dict[UUID, list[float]] = defaultdict(lambda: [GROUP_WEIGHT, GROUP_WEIGHT])
        for (announcement_id, group_id), (seen, expected) in told.items():
            own[group_id][0] += seen
            own[group_id][1] += expected * of_announcement[announcement_id]
        of_group = {id_: seen / room for id_, (seen, room) in own.items()}
    middle = fmean(of_announcement.values()) if of_announcement else 1.0
    spread = fmean([(one / middle - 1) ** 2 for one in of_announcement.values()]) if len(of_announcement) > 1 else 0.2
    return of_group, min(max(spread, 0.01), 0.6)


def band(shares: Sequence[float]) -> tuple[float, float] | None:
    """Between which shares most of some earlier announcements lie; None where they are too few to say."""
    if len(shares) < BAND_LEAST:
        return None
    ordered = sorted(shares)
    low, high = (ordered[round(part * (len(ordered) - 1))] for part in BAND)
    return low, high
