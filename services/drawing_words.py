"""Texts and numbers of charts in a language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean

from core import formats
from core.i18n import N_, translate


@dataclass(frozen=True)
class Words:
    """Texts and numbers in a language."""

    language: str = "vi"

    def say(self, message: str, **blanks: object) -> str:
        """A text, its blanks filled."""
        return translate(message, language=self.language).format(**blanks)

    def share(self, value: float | None, places: int = 1) -> str:
        """`89,7 %`."""
        return formats.share(value, language=self.language, places=places)

    def number(self, value: float) -> str:
        """`1.234`."""
        return formats.number(value, language=self.language)

    def minutes(self, value: float) -> str:
        """`2 giờ 18 phút`."""
        return formats.span(timedelta(minutes=round(value)), language=self.language)

    def so_far(self, value: float, *, is_running: bool) -> str:
        """The same; `hơn 2 giờ 18 phút` where it still runs."""
        time = self.minutes(value)
        return self.say(N_("hơn {time}"), time=time) if is_running else time

    def day(self, iso: str) -> str:
        """`24/11/2026`."""
        return formats.day(date.fromisoformat(iso), language=self.language, weekday=False)


def nothing(w: Words) -> str:
    """Where there is nothing to draw."""
    return w.say(N_("Kỳ này chưa có số liệu."))


def heads(w: Words, *names: str) -> list[str]:
    """The heads of a table."""
    return [w.say(name) for name in names]


def month_name(first: str) -> str:
    """`11/26`."""
    day = date.fromisoformat(first)
    return f"{day.month}/{day:%y}"


def rounded(value: float | None) -> float | None:
    """A share to a tenth of a per cent."""
    return None if value is None else round(value, 3)


def scaled(value: float | None, low: float, high: float) -> float | None:
    """Where a value stands between two ends, from 0 to 1."""
    return None if value is None else (value - low) / (high - low) if high > low else 0.5


def apart(heights: Sequence[float], gap: float) -> list[float]:
    """Where words beside some heights, from 0 to 1, stand clear of each other: a gap at least between any two, none outside.

    Each stands as near to its height as the others let it (pools of neighbours, moved to their middle).
    """
    order = sorted(range(len(heights)), key=lambda at: heights[at])
    pools: list[list[float]] = []
    for place, at in enumerate(order):
        pool = [heights[at] - place * gap]
        while pools and fmean(pools[-1]) > fmean(pool):
            pool = pools.pop() + pool
        pools.append(pool)
    low = [fmean(pool) for pool in pools for _ in pool]
    found = list(heights)
    for place, at in enumerate(order):
        found[at] = min(max(low[place], 0), 1 - (len(order) - 1) * gap) + place * gap
    return found
