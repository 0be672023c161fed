"""What is made once and shared for seconds by everybody who asks for the same."""

import time
from collections.abc import Callable, Hashable
from threading import RLock
from typing import Generic, TypeVar

T = TypeVar("T")


class Briefly(Generic[T]):
    """At most `most` things by their key, each for so many seconds. Who shares one must not change it."""

    def __init__(self, *, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self._made: dict[Hashable, tuple[float, T]] = {}
        self._turns = [RLock() for _ in range(64)]  # by key: who makes one thing does not hold up another, mostly

    def of(self, key: Hashable, make: Callable[[], T]) -> tuple[T, bool]:
        """The thing, and whether it was made just now. Of several who ask at once one makes it and the others wait for it.

        What making it raises goes to whoever makes it, and nothing is kept.
        """
        made = self._young(key)
        if made is not None:
            return made[1], False
        with self._turns[hash(key) % len(self._turns)]:
            made = self._young(key)
            if made is not None:
                return made[1], False
            thing = make()
            if len(self._made) >= self.most:
                self._made = {}
            self._made[key] = time.monotonic() + self.seconds, thing
            return thing, True

    def forget(self) -> None:
        """All of it."""
        self._made = {}

    def _young(self, key: Hashable) -> tuple[float, T] | None:
        made = self._made.get(key)
        return made if made is not None and made[0] > time.monotonic() else None
