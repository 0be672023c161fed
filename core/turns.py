"""Writers of one SQLite file in this process take turns: first come, first served.

SQLite has whoever waits sleep and try again, a tenth of a second at a time in the end, so that a busy writer keeps others waiting
by luck. Here the one who has waited longest is called. Other processes still meet SQLite's own lock, which is tried often.
"""

import os
import sqlite3
import threading
from collections import deque
from functools import cache
from typing import Any

PATIENCE = 30.0  # seconds for a turn, and as many for SQLite's own lock, which another process may hold
TRY = 0.01  # seconds that SQLite tries by itself, with ever longer sleeps: then anew
_WRITING = ("INSERT", "UPDATE", "DELETE", "REPLAC")
_BEGIN = "BEGIN IMMEDIATE"


class Turns:
    """A lock whose waiters are called in the order in which they came."""

    def __init__(self) -> None:
        # Taken again by one thread: the collector may end a forgotten connection in the middle of anything.
        self._guard = threading.RLock()
        self._waiting: deque[threading.Lock] = deque()
        self._is_taken = False
        self._thread = 0  # whose turn it is

    def take(self, *, seconds: float = PATIENCE) -> bool:
        """Wait for one's turn; False where it did not come, or where this thread has it already and would wait for itself."""
        if self._is_taken and self._thread == threading.get_ident():
            return False
        call = threading.Lock()
        call.acquire()
        with self._guard:
            self._waiting.append(call)
            self._call_next()
        if not call.acquire(timeout=seconds):
            with self._guard:
                if call in self._waiting:
                    self._waiting.remove(call)
                    return False
        self._thread = threading.get_ident()
        return True

    def give(self) -> None:
        """End one's turn: the one who has waited longest is called."""
        with self._guard:
            self._is_taken, self._thread = False, 0
            self._call_next()

    def _call_next(self) -> None:
        if not self._is_taken and self._waiting:
            self._is_taken = True
            self._waiting.popleft().release()


@cache
def of(_file: str) -> Turns:
    """Those of a file."""
    return Turns()


class Writer(sqlite3.Connection):
    """A connection whose transactions begin in turn: with BEGIN IMMEDIATE, or before the first statement that writes."""

    _turns: Turns | None = None
    _has_turn = False

    def __init__(self, database: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(database, *args, **kwargs)
        if database and not database.startswith((":", "file:")):
            self._turns = of(os.path.realpath(database))

    def cursor(self, *_factory: Any) -> "_InTurn":  # type: ignore[override]  # SQLAlchemy asks for none of its own
        """Always one that waits for its turn."""
        return super().cursor(_InTurn)

    def begin(self) -> None:
        """Take the turn and SQLite's own lock.

        Raises:
            sqlite3.OperationalError: another process kept that one for too long.
        """
        self._has_turn = self._turns is not None and self._turns.take()
        try:
            self._lock()
        except BaseException:
            self._give()
            raise

    def commit(self) -> None:
        """Keep what was written; the next may write."""
        try:
            super().commit()
        finally:
            self._give()

    def rollback(self) -> None:
        """Forget what was written; the next may write."""
        try:
            super().rollback()
        finally:
            self._give()

    def close(self) -> None:
        """End, whatever was going on."""
        super().close()
        self._give(is_over=True)

    def __del__(self) -> None:
        """Thrown away: SQLite rolls back by itself."""
        self._give(is_over=True)

    def _lock(self) -> None:
        begin = super().cursor()
        begin.execute(f"PRAGMA busy_timeout={round(TRY * 1000)}")
        try:
            for left in reversed(range(round(PATIENCE / TRY))):
                try:
                    begin.execute(_BEGIN)
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not left:
                        raise
                else:
                    return
        finally:
            begin.execute(f"PRAGMA busy_timeout={round(PATIENCE * 1000)}")

    def _give(self, *, is_over: bool = False) -> None:
        if self._has_turn and self._turns and (is_over or not self.in_transaction):
            self._has_turn = False
            self._turns.give()


class _InTurn(sqlite3.Cursor):
    """Has its connection wait for its turn before it writes."""

    connection: Writer

    def execute(self, sql: str, parameters: Any = (), /) -> "_InTurn":
        if not self.connection.in_transaction and (sql == _BEGIN or sql.lstrip()[:6].upper() in _WRITING):
            self.connection.begin()
            if sql == _BEGIN:
                return self
        super().execute(sql, parameters)
        return self

    def executemany(self, sql: str, parameters: Any, /) -> "_InTurn":
        if not self.connection.in_transaction:
            self.connection.begin()
        super().executemany(sql, parameters)
        return self
