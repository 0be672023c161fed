"""Openings of links on their way to the database: noted at once, written in groups by a thread of their own.

A redirect never waits for the database. What is noted is written within a second; a clean stop writes the rest, a
killed process loses at most what it noted since.
"""

import atexit
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core import clock
from core.db import transaction
from models import Device
from services import scans
from services.scans import Opening

EVERY_SECONDS = 0.45
GROUP = 5_000  # rows a transaction: holds SQLite's one write lock for some fifty milliseconds
MOST_WAITING = 200_000  # about 70 MB; reached only when the database has been away for long
STOP_TRIES = 3  # each waits for SQLite's lock as long as any writer does
_log = structlog.get_logger()


def _write(openings: Sequence[Opening]) -> None:
    with transaction(counts_only=True) as session:
        scans.record(session, openings)


class ScanRecorder:
    """Takes notes of openings and writes them in groups. It starts by itself at the first note, in each process."""

    def __init__(self, write: Callable[[Sequence[Opening]], None] = _write, *, most: int = MOST_WAITING) -> None:
        self._write, self._most = write, most
        self._waiting: deque[Opening] = deque()
        self._dropped = 0
        self._noted, self._stopping = threading.Event(), threading.Event()
        self._flushing, self._starting = threading.Lock(), threading.Lock()
        self._thread: threading.Thread | None = None

    def note(self, link_id: UUID, visitor: str, device: Device, at: datetime | None = None) -> None:
        """Remember an opening, of now if `at` is not given. Never waits; when too many wait, it is dropped and counted."""
        if len(self._waiting) >= self._most:
            self._dropped += 1
            return
        self._waiting.append(Opening(link_id, at or clock.now(), device, visitor))
        if not self._noted.is_set():
            self._noted.set()
            if self._thread is None:
                self.start()

    def start(self) -> None:
        """Start the writing thread, if it does not run."""
        with self._starting:
            if self._thread is None:
                self._stopping.clear()
                self._thread = threading.Thread(target=self._run, name="scans", daemon=True)
                self._thread.start()
                atexit.register(self.stop)

    def stop(self) -> None:
        """Write what waits and end the thread. A later note starts it again."""
        with self._starting:
            thread, self._thread = self._thread, None
        if thread is not None:
            atexit.unregister(self.stop)
            self._stopping.set()
            self._noted.set()
            thread.join()
        self._noted.clear()
        for _ in range(STOP_TRIES):
            if self.flush() and not self._waiting:
                return
            time.sleep(EVERY_SECONDS)
        _log.error("scans.lost", openings=len(self._waiting))

    def flush(self) -> bool:
        """Write everything noted so far, now. False if the database did not take it: it waits on.

        What is noted meanwhile waits for the next time: a crowd would keep a writer in many small groups, each of which costs as
        much as a thousand openings.
        """
        with self._flushing:
            if self._dropped:
                _log.error("scans.dropped", openings=self._dropped)
                self._dropped = 0
            left = len(self._waiting)
            while left:
                group = [self._waiting.popleft() for _ in range(min(GROUP, left))]
                left -= len(group)
                is_written = False
                try:
                    self._write(group)
                    is_written = True
                except SQLAlchemyError as error:
                    _log.warning("scans.waiting", openings=len(group) + len(self._waiting), error=type(error).__name__)
                    return False
                finally:
                    if not is_written:
                        self._waiting.extendleft(reversed(group))
        return True

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._noted.wait()
                self._stopping.wait(EVERY_SECONDS)
                self._noted.clear()
                if not self.flush():
                    self._noted.set()
        finally:  # after a bug too, so that the next note starts anew
            if self._thread is threading.current_thread():
                self._thread = None
                self._noted.clear()


@cache
def recorder() -> ScanRecorder:
    """The recorder of this process."""
    return ScanRecorder()
