"""The ledger's desk of this process: one thread writes what all batches have to say, together, in one transaction.

What waits is written at once, so that a busy process commits less often; two threads of our own never wait for each other's lock.
A database that is away for a while is waited for.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, overload

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session

from core.db import transaction

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Last(Generic[Answer]):
    """Work whose end waits until all others of its transaction have done theirs: it takes a lock that everybody wants."""

    work: Callable[[Session], Answer]


Work = Callable[[Session], Answer | Last[Answer]]
TOGETHER = 16
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0  # seconds


class Closed(Exception):
    """The process stops: nothing more is written."""


@dataclass
class _Piece(Generic[Answer]):
    work: Work[Answer]
    in_doubt: Work[None] | None
    order: str
    told: Callable[[Any, BaseException | None], None]
    is_again: bool = field(default=False)

    def run(self, session: Session) -> Answer | Last[Answer]:
        if self.is_again and self.in_doubt:
            self.in_doubt(session)
        return self.work(session)


@dataclass(frozen=True)
class Said:
    """A refusal that is an answer: the work wrote nothing, and the others' stands."""

    error: Exception


class Desk:
    """Takes work from any event loop."""

    def __init__(self, *, harmless: tuple[type[Exception], ...] = ()) -> None:
        self._harmless = harmless  # raised before anything is written
        self._pieces: queue.SimpleQueue[_Piece[Any] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="ledger-desk", daemon=True)
        self._is_closed = threading.Event()
        self.failed_at = 0.0  # when the database last failed us, by the process's own clock

    def open(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def close(self) -> None:
        """Write what waits, then stop. A database that is away is not waited for any more."""
        self._is_closed.set()
        self._pieces.put(None)
        self._thread.join(timeout=30)

    @overload
    async def ask(
        self, work: Callable[[Session], Last[Answer]], *, in_doubt: Work[None] | None = None, order: str = ""
    ) -> Answer: ...

    @overload
    async def ask(self, work: Callable[[Session], Answer], *, in_doubt: Work[None] | None = None, order: str = "") -> Answer: ...

    async def ask(self, work: Work[Answer], *, in_doubt: Work[None] | None = None, order: str = "") -> Answer:
        """Have work done in a transaction that is kept when this returns.

        Where the connection breaks nobody knows whether it was kept: it is done again, `in_doubt` before it. Works with the same
        `order` are done in it, so that processes lock the same rows in the same order.

        Raises:
            Closed: the process stops and the database is away.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()

        def tell(answer: Any, error: BaseException | None) -> None:
            loop.call_soon_threadsafe(_settle, future, answer, error)

        self._pieces.put(_Piece(work, in_doubt, order, tell))
        return await future

    def _serve(self) -> None:
        while (piece := self._pieces.get()) is not None:
            pieces = [piece]
            while len(pieces) < TOGETHER:
                try:
                    other = self._pieces.get_nowait()
                except queue.Empty:
                    break
                if other is None:
                    self._pieces.put(None)
                    break
                pieces.append(other)
            self._write(sorted(pieces, key=lambda one: one.order))

    def _write(self, pieces: Sequence[_Piece[Any]]) -> None:
        try:
            answers = self._together(pieces)
        except Exception as error:  # noqa: BLE001  # each finds out by itself whose fault it was
            if isinstance(error, OperationalError | InterfaceError):
                self.failed_at = time.monotonic()
            for piece in pieces:
                self._alone(piece)
            return
        for piece, answer in zip(pieces, answers, strict=True):
            piece.told(*((None, answer.error) if isinstance(answer, Said) else (answer, None)))

    def _together(self, pieces: Sequence[_Piece[Any]]) -> list[Any]:
        try:
            with transaction(counts_only=True) as session:
                answers = [self._answer(piece, session) for piece in pieces]
                return [one.work(session) if isinstance(one, Last) else one for one in answers]
        finally:
            for piece in pieces:
                piece.is_again = True

    def _answer(self, piece: _Piece[Any], session: Session) -> Any:
        try:
            return piece.run(session)
        except self._harmless as error:
            return Said(error)

    def _alone(self, piece: _Piece[Any]) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                answer = self._together([piece])[0]
            except (OperationalError, InterfaceError) as error:
                self.failed_at = time.monotonic()
                if self._is_closed.wait(pause):
                    piece.told(None, Closed(type(error).__name__))
                    return
                pause = min(LONGEST_PAUSE, pause * 2)
            except Exception as error:  # noqa: BLE001  # it belongs to whoever asked
                piece.told(None, error)
                return
            else:
                piece.told(*((None, answer.error) if isinstance(answer, Said) else (answer, None)))
                return


def _settle(future: "asyncio.Future[Any]", answer: Any, error: BaseException | None) -> None:
    if future.cancelled():
        return
    if error:
        future.set_exception(error)
    else:
        future.set_result(answer)
