"""The rows that a ward's life leaves: counters of opens and answers, answers, raw scans where they are still kept."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from core import clock
from models import AsksFor, Device, How
from services.demo.stage import Keys, Stage, digest

STEP = timedelta(minutes=5)
REPEATS = 0.22  # openings by a phone that had opened before, a first one
DEVICES = (Device.PHONE, Device.COMPUTER, Device.TABLET)
DEVICE_WEIGHTS = (93, 5, 2)


@dataclass(frozen=True)
class Reader:
    """A home that opens, and when it answers, if at all."""

    at: datetime
    answers_at: datetime | None


@dataclass(frozen=True)
class Post:
    """A text that stands in a chat, with the link under it."""

    announcement_id: UUID
    group_id: UUID | None
    link_id: UUID
    posted_at: datetime
    readers: Sequence[Reader]  # in their order
    stands_for: float  # each of them, homes: in a ward of a hundred times as many, one lives for several
    asks_for: AsksFor
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
        first, most = bucket_after(post.posted_at), post.most_rows
        opens, known, again, firsts = (Counter[datetime]() for _ in range(4))
        carried, kept = 0.0, 0
        for reader in post.readers:
            at = max(reader.at, first)
            step = bucket_of(at)
            if step > self._now:
                break
            carried += post.stands_for
            homes = int(carried)
            carried -= homes
            opens[step] += homes
            firsts[at.replace(minute=0, second=0, microsecond=0)] += homes
            seen = homes if most is None else min(homes, most - kept)
            kept += seen
            visitors = [digest(self._dice) for _ in range(seen)]
            if post.keeps_scans:
                self._scans(post, at, visitors, again, rows)
            if reader.answers_at is not None and reader.answers_at <= self._now and visitors:
                told = max(reader.answers_at, first)
                known[bucket_of(told)] += seen
                rows["reach"] += [self._answer(post, told, visitor) for visitor in visitors]
        if post.group_id is not None:
            rows["reachcount"] += [self._count(post, at, opens[at], known[at]) for at in sorted(opens | known)]
        return self._hours(post, firsts, again, rows)

    def _hours(self, post: Post, firsts: Counter[datetime], again: Counter[datetime], rows: Rows) -> int:
        if not post.keeps_scans:
            again = Counter({hour: int(many * REPEATS + self._dice.random()) for hour, many in sorted(firsts.items())})
        rows["scanhour"] += [
            self.hour(post.link_id, hour, many + again[hour], many) for hour, many in sorted(firsts.items()) if many
        ]  # fmt: skip
        return firsts.total() + sum(again[hour] for hour, many in firsts.items() if many)

    def _scans(self, post: Post, at: datetime, visitors: Sequence[str], again: Counter[datetime], rows: Rows) -> None:
        """Raw rows; some phones open again within the hour."""
        hour = at.replace(minute=0, second=0, microsecond=0)
        for visitor in visitors:
            rows["scan"].append(self.scan(post.link_id, at, visitor, is_first=True))
            if self._dice.random() < REPEATS:
                again[hour] += 1
                later = at + timedelta(seconds=self._dice.randrange(20, 1200))
                hour_ends = at.replace(minute=59, second=59)
                moment = max(at, min(later, hour_ends, self._now))
                rows["scan"].append(self.scan(post.link_id, moment, visitor, is_first=False))

    def _count(self, post: Post, at: datetime, opens: int, known: int) -> dict[str, Any]:
        return {
            "id": self._keys["reachcount"].next(), "created_at": at, "announcement_id": post.announcement_id,
            "group_id": post.group_id, "at": at, "opens": opens, "known": known,
        }  # fmt: skip

    def _answer(self, post: Post, told: datetime, visitor: str) -> dict[str, Any]:
        how, people = How.CONFIRMED, 0
        if post.asks_for is AsksFor.ATTENDANCE and self._dice.random() < 0.6:
            how, people = How.ATTENDING, self._dice.choices((1, 2, 3), (6, 3, 1))[0]
        return self._reach(post.announcement_id, told, how) | {"group_id": post.group_id, "visitor": visitor, "people": people}

    def told(self, announcement_id: UUID, household_id: UUID, at: datetime, leader_id: UUID) -> dict[str, Any]:
        """A leader told a household at its door, or by telephone."""
        how = How.DOOR if self._dice.random() < 0.8 else How.PHONE
        return self._reach(announcement_id, at, how) | {"household_id": household_id, "told_by": leader_id}

    def knocks(self, announcement_id: UUID, told: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The counters of households told in person, which belong to no group."""
        by_time = Counter(bucket_of(one["told_at"]) for one in told)
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


def bucket_of(at: datetime) -> datetime:
    """The start of the five minutes in which it is."""
    return clock.begun(at, 5)


def bucket_after(at: datetime) -> datetime:
    """The start of the next five minutes."""
    return bucket_of(at) + STEP
