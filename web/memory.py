"""What was read a moment ago, kept for seconds: a crowd at one address asks the database once, not once each."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from core import db

T = TypeVar("T")

LATE = 0.8  # of its time; then the next caller looks again while the others are still served


@dataclass(slots=True)
class _Kept(Generic[T]):
    value: T
    commits: int
    refresh_at: datetime
    forget_at: datetime


class Memory(Generic[T]):
    """At most `most` things by their key, each for so long; past that all are read anew.

    A change made in another process is seen within that time; one made in this process by the next caller (`db.commits`).
    """

    def __init__(self, *, most: int, kept: timedelta) -> None:
        self.most, self.kept = most, kept
        self._kept: dict[Hashable, _Kept[T]] = {}

    def recall(self, key: Hashable, now: datetime) -> T | None:
        """What is kept, if it is good enough. Late in its time, or after a change, one caller is sent to look again and
        whoever comes meanwhile is served what stood, never longer than its time.
        """
        value, is_late = self.glance(key, now)
        return None if is_late else value

    def glance(self, key: Hashable, now: datetime) -> tuple[T | None, bool]:
        """As `recall`, but late in its time the one caller is served too, and told to have it looked up meanwhile."""
        kept = self._kept.get(key)
        if kept is None or now >= kept.forget_at:
            return None, False
        commits = db.commits()
        is_late, is_stale = now >= kept.refresh_at, kept.commits != commits
        if is_late or is_stale:
            kept.refresh_at, kept.commits = kept.forget_at, commits
        return (None, False) if is_stale else (kept.value, is_late)

    def keep(self, key: Hashable, value: T, now: datetime, *, commits: int, until: datetime | None = None) -> None:
        """Keep a thing read at `now`, never past `until`. `commits` was asked before reading: what is committed meanwhile
        makes it stale.
        """
        forget_at = min(now + self.kept, until) if until else now + self.kept
        if len(self._kept) >= self.most:
            self._kept.clear()
        self._kept[key] = _Kept(value, commits, min(now + LATE * self.kept, forget_at), forget_at)

    def forget(self, key: Hashable) -> None:
        """The thing is no more."""
        self._kept.pop(key, None)
