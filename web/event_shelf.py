"""Events that come at once are stored at once: one transaction for all that wait, and each caller is answered when it is kept.

Providers give two seconds, and a crowd's receipts come by the thousand; a transaction each would make them wait for one another.
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from core.db import transaction
from services import receipts
from services.told import Told

MOST = 500  # in one transaction
RUSH = 100  # events within a second, from which on what they ask for waits: callers are to be answered first
_lately: deque[tuple[float, int]] = deque(maxlen=2_000)
_Waiting = tuple[str, Sequence[Told], "asyncio.Future[int]"]


class Shelf:
    """Of one event loop."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._storing: asyncio.Task[None] | None = None

    async def keep(self, provider: str, told: Sequence[Told]) -> int:
        """Store what was told, with whatever else waits; how much of all that was new. Raises what storing raised."""
        _lately.append((time.monotonic(), len(told)))
        kept: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((provider, told, kept))
        if self._storing is None or self._storing.done():
            self._storing = asyncio.create_task(self._store())
        return await kept

    async def _store(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                new = await run_in_threadpool(_stored, batch)
            except SQLAlchemyError as error:
                for _, _, kept in batch:
                    if not kept.done():
                        kept.set_exception(error)
            else:
                for _, _, kept in batch:
                    if not kept.done():  # its caller may have gone
                        kept.set_result(new)


def _stored(batch: Sequence[_Waiting]) -> int:
    by_provider: dict[str, list[Told]] = {}
    for provider, told, _ in batch:
        by_provider.setdefault(provider, []).extend(told)
    with transaction(counts_only=True) as session:
        return sum(receipts.keep(session, provider=provider, told=told) for provider, told in by_provider.items())


def is_rush() -> bool:
    """Whether so many events come just now that their working off is to wait."""
    since = time.monotonic() - 1.0
    return sum(count for at, count in tuple(_lately) if at > since) > RUSH


_shelves: WeakKeyDictionary[asyncio.AbstractEventLoop, Shelf] = WeakKeyDictionary()


def shelf() -> Shelf:
    """The one of the running loop."""
    return _shelves.setdefault(asyncio.get_running_loop(), Shelf())
