"""The stage the demonstration plays on: its present moment, chance that repeats, keys that follow from the seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import Session

from core import clock
from core.tokens import ALPHABET
from models import Model

# The present of the demonstration is the last of these hours that has passed, so that two runs between them are equal:
# early, when yesterday's readers have had their evening, or seventy minutes after the afternoon's announcement.
PRESENTS = (time(7, 0), time(17, 40))
FIRST_KEY = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp() * 1000)


class Keys:
    """Keys of one table, shaped like UUID version 7 and rising, so that rows land at the end of an index."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._stamp = FIRST_KEY

    def next(self) -> UUID:
        """The next key."""
        self._stamp += 1
        return UUID(
            int=(self._stamp << 80) | (0x7 << 76) | (self._dice.getrandbits(12) << 64) | (0b10 << 62) | self._dice.getrandbits(62)
        )


@dataclass(frozen=True)
class Stage:
    """When it plays and by which seed."""

    seed: int
    now: datetime

    @property
    def today(self) -> date:
        """The last day of the demonstration."""
        return clock.local(self.now).date()

    def dice(self, name: str) -> Random:
        """A stream of chance of its own for each noun: more of one changes nothing in another."""
        return Random(f"{self.seed}/{name}")  # noqa: S311 - made to repeat, guards nothing

    def keys(self, name: str) -> Keys:
        """The keys of a table."""
        return Keys(self.dice(f"keys/{name}"))


def stage_for(seed: int) -> Stage:
    """The stage as of now."""
    now = clock.now()
    today = clock.local(now).date()
    moments = [at(day, hour.hour, hour.minute) for day in (today - timedelta(days=1), today) for hour in PRESENTS]
    return Stage(seed, max(moment for moment in moments if moment <= now))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An hour of a day on the clocks of this place, as an instant."""
    return datetime.combine(day, time(hour, minute), clock.zone()).astimezone(UTC)


def digest(dice: Random) -> str:
    """What a visitor's keyed digest looks like."""
    return f"{dice.getrandbits(128):032x}"


class Slugs:
    """Short names, none twice."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._given: set[str] = set()

    def next(self, length: int) -> str:
        """The next slug."""
        while (slug := "".join(self._dice.choices(ALPHABET, k=length))) in self._given:
            continue
        self._given.add(slug)
        return slug


def write(session: Session, table: str, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows in bulk."""
    if rows:
        session.execute(insert(Model.metadata.tables[table]), list(rows))
