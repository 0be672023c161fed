"""How readers open what was posted: fast at first, hardly at night, most in the evening; some answer."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from math import exp
from random import Random
from typing import Any
from uuid import UUID

from core import clock
from models import AsksFor, Device, How
from services.demo.stage import Keys, Stage, digest

STEP = timedelta(minutes=5)
STEPS = 360  # readers come for thirty hours
ONE_BY_ONE = 400  # up to so many, each reader draws an own moment; above, the curve is rounded
REPEATS = 0.22  # openings by a phone that had opened before, a first one
# Readers at an hour of the day, against the busiest.
HOURS = (
    0.02, 0.01, 0.01, 0.01, 0.04, 0.3, 0.7, 0.75, 0.5, 0.45, 0.5, 0.85,
    0.8, 0.5, 0.4, 0.4, 0.5, 0.8, 0.95, 1.0, 0.95, 0.6, 0.2, 0.05,
)  # fmt: skip
DEVICES = (Device.PHONE, Device.COMPUTER, Device.TABLET)
DEVICE_WEIGHTS = (93, 5, 2)
_OF_DAY = [HOURS[step // 12] for step in range(288)]


def _fading(quick: float, minutes: float) -> list[float]:
    """Readers in each five minutes after posting: a share that comes at once, the rest over the day."""
    return [
        quick / minutes * exp(-5 * step / minutes) + (1 - quick) / 480 * exp(-5 * step / 480) for step in range(STEPS)
    ]  # fmt: skip


CALM, PRESSING = _fading(0.5, 45), _fading(0.72, 22)


@dataclass(frozen=True)
class Post:
    """A text that stands in a chat, with the link under it."""

    announcement_id: UUID
    group_id: UUID | None
    link_id: UUID
    posted_at: datetime
    closes_at: datetime
    opens: int  # phones that will have opened within thirty hours
    known: float  # the share of them that answers
    asks_for: AsksFor
    is_pressing: bool
    most_rows: int | None  # raw rows are kept for so many openings and answers at most, None: for all
    keeps_scans: bool  # whether it is young enough for raw scans


Rows = dict[str, list[dict[str, Any]]]


class Readers:
    """Writes what readers of one announcement after another do, and of one printed code after another."""

    def __init__(self, stage: Stage) -> None:
        self._now = stage.now
        self._dice = stage.dice("readers")
        self._keys: dict[str, Keys] = {name: stage.keys(name) for name in ("reachcount", "reach", "scan", "scanhour")}

    def read(self, post: Post, rows: Rows) -> int:
        """Add the rows of one post; how often its link was opened, all told."""
        start = bucket_after(post.posted_at)
        most = post.opens if post.most_rows is None else post.most_rows
        hours: dict[datetime, tuple[int, int]] = {}
        carried, answered, kept = 0.0, 0, 0
        for step, opens in sorted(self._curve(post, start).items()):
            at = start + step * STEP
            carried += opens * post.known
            known = min(int(carried), opens, most - answered)
            carried -= int(carried)
            visitors = [digest(self._dice) for _ in range(max(known, min(opens, most - kept) if post.keeps_scans else 0))]
            answered, kept = answered + known, kept + len(visitors)
            if post.group_id is not None:
                rows["reachcount"].append(self._count(post, at, opens, known))
            rows["reach"] += [self._answer(post, at, visitor) for visitor in visitors[:known]]
            again = self._scans(post, at, visitors, opens, rows)
            hour = at.replace(minute=0)
            before = hours.get(hour, (0, 0))
            hours[hour] = before[0] + opens + again, before[1] + opens
        rows["scanhour"] += [self.hour(post.link_id, hour, *counts) for hour, counts in hours.items()]
        return sum(scans for scans, _ in hours.values())

    def _curve(self, post: Post, start: datetime) -> dict[int, int]:
        """First openings by five minutes since posting, up to now or the end."""
        passed = min(STEPS, (min(self._now, post.closes_at) - start) // STEP)
        if passed < 1:
            return {}
        local = clock.local(start)
        first = local.hour * 12 + local.minute // 5
        fading = PRESSING if post.is_pressing else CALM
        weights = [one * other for one, other in zip(fading, (_OF_DAY * 3)[first : first + STEPS], strict=True)]
        total = round(post.opens * sum(weights[:passed]) / sum(weights))
        return spread(self._dice, total, weights[:passed])

    def _count(self, post: Post, at: datetime, opens: int, known: int) -> dict[str, Any]:
        return {
            "id": self._keys["reachcount"].next(), "created_at": at, "announcement_id": post.announcement_id,
            "group_id": post.group_id, "at": at, "opens": opens, "known": known,
        }  # fmt: skip

    def _answer(self, post: Post, at: datetime, visitor: str) -> dict[str, Any]:
        how, people = How.CONFIRMED, 0
        if post.asks_for is AsksFor.ATTENDANCE and self._dice.random() < 0.6:
            how, people = How.ATTENDING, self._dice.choices((1, 2, 3), (6, 3, 1))[0]
        told = at + timedelta(seconds=self._dice.randrange(240, 300))  # after it was opened, in the same five minutes
        return self._reach(post.announcement_id, told, how) | {"group_id": post.group_id, "visitor": visitor, "people": people}

    def told(self, announcement_id: UUID, household_id: UUID, at: datetime, leader_id: UUID) -> dict[str, Any]:
        """A leader told a household at its door, or by telephone."""
        how = How.DOOR if self._dice.random() < 0.8 else How.PHONE
        return self._reach(announcement_id, at, how) | {"household_id": household_id, "told_by": leader_id}

    def knocks(self, announcement_id: UUID, told: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The counters of households told in person, which belong to no group."""
        by_time = Counter(bucket_after(one["told_at"]) - STEP for one in told)
        return [
            {
                "id": self._keys["reachcount"].next(), "created_at": at, "announcement_id": announcement_id, "group_id": None,
                "at": at, "opens": 0, "known": known,
            }
            for at, known in sorted(by_time.items())
        ]  # fmt: skip

    def _reach(self, announcement_id: UUID, at: datetime, how: How) -> dict[str, Any]:
        return {
            "id": self._keys["reach"].next(), "created_at": at, "announcement_id": announcement_id, "household_id": None,
            "group_id": None, "visitor": None, "how": how, "people": 0, "told_at": at, "told_by": None,
        }  # fmt: skip

    def _scans(self, post: Post, at: datetime, visitors: list[str], opens: int, rows: Rows) -> int:
        """Raw rows where they are still kept; how many of all the openings' phones opened again."""
        if not post.keeps_scans:
            return int(opens * REPEATS + self._dice.random())
        again = 0
        for visitor in visitors:
            moment = at + timedelta(seconds=self._dice.randrange(240))
            rows["scan"].append(self.scan(post.link_id, moment, visitor, is_first=True))
            if self._dice.random() < REPEATS:
                again += 1
                later = moment + timedelta(seconds=self._dice.randrange(20, 1200))
                hour_ends = at.replace(minute=59, second=59)
                rows["scan"].append(self.scan(post.link_id, min(later, hour_ends, self._now), visitor, is_first=False))
        return again + int((opens - len(visitors)) * REPEATS)

    def scan(self, link_id: UUID, at: datetime, visitor: str, *, is_first: bool) -> dict[str, Any]:
        """A raw row."""
        device = self._dice.choices(DEVICES, DEVICE_WEIGHTS)[0]
        return {
            "id": self._keys["scan"].next(), "created_at": at, "link_id": link_id, "at": at, "device": device,
            "visitor": visitor, "is_first": is_first,
        }  # fmt: skip

    def hour(self, link_id: UUID, hour: datetime, scans: int, firsts: int) -> dict[str, Any]:
        """A row of the counts by hour."""
        return {
            "id": self._keys["scanhour"].next(), "created_at": hour, "link_id": link_id, "hour": hour, "scans": scans,
            "first_scans": firsts,
        }  # fmt: skip


def bucket_after(at: datetime) -> datetime:
    """The start of the next five minutes."""
    return at.replace(minute=at.minute - at.minute % 5, second=0, microsecond=0) + STEP


def spread(dice: Random, total: int, weights: list[float]) -> dict[int, int]:
    """`total` events over steps by weight: each by chance while they are few, else a rounded curve that trembles."""
    if total <= ONE_BY_ONE:
        return dict(Counter(dice.choices(range(len(weights)), weights, k=total)))
    trembling = [weight * dice.uniform(0.7, 1.3) for weight in weights]
    scale = total / sum(trembling)
    ends = [round(height * scale) for height in accumulate(trembling)]
    return {step: end - start for step, (start, end) in enumerate(zip([0, *ends], ends, strict=False)) if end > start}
