"""What the provider took, by key, and what it was asked."""

import time
from collections import Counter
from typing import Any


class Book:
    """Every count a test or a bench may want."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()  # by key: how often somebody tried
        self.taken: Counter[str] = Counter()  # by key: how often it was taken
        self.by_channel: Counter[str] = Counter()
        self.by_account: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()  # by channel and code
        self.accepted = 0  # messages taken, doubles with them
        self.cut = 0  # taken, the answer lost
        self.repeats_refused = 0  # of a key the provider dedupes by
        self.refreshes = 0
        self.refresh_reused = 0  # a one-time token came twice
        self.first_at = self.last_at = 0.0
        self._second: Counter[tuple[str, int]] = Counter()
        self.busiest_second: Counter[str] = Counter()  # by account: calls in its busiest second

    def called(self, account: str) -> None:
        """An account's call came in."""
        second = (account, int(time.monotonic()))
        self._second[second] += 1
        if self._second[second] > self.busiest_second[account]:
            self.busiest_second[account] = self._second[second]

    def take(self, channel: str, key: str, account: str) -> None:
        """A message was taken."""
        now = time.monotonic()
        self.first_at = self.first_at or now
        self.last_at = now
        self.taken[key] += 1
        self.accepted += 1
        self.by_channel[channel] += 1
        self.by_account[account] += 1

    @property
    def doubles(self) -> int:
        """Messages taken though the same had been."""
        return self.accepted - len(self.taken)

    def counts(self) -> dict[str, Any]:
        """All of it as JSON tells it; times in seconds of this process's own clock."""
        return {
            "asked": self.asked.total(), "accepted": self.accepted, "keys": len(self.taken), "doubles": self.doubles,
            "by_channel": dict(self.by_channel), "by_account": dict(self.by_account), "refused": dict(self.refused),
            "cut": self.cut, "repeats_refused": self.repeats_refused, "refreshes": self.refreshes,
            "refresh_reused": self.refresh_reused, "busiest_second": dict(self.busiest_second),
            "first_at": self.first_at, "last_at": self.last_at,
        }  # fmt: skip
