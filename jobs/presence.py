"""A process that does durable work says so every few seconds, as long as it lives."""

import os
import socket
import threading
from contextlib import suppress
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core import clock
from core.db import transaction
from services import clock_steps, workers

log = structlog.get_logger()


class Presence:
    """Says it from a thread of its own. A database that is away for a while is told again when it is back."""

    def __init__(self, name: str) -> None:
        self._name, self._pid, self._told_to_stop = name, os.getpid(), threading.Event()
        self._thread = threading.Thread(target=self._go_on, args=(clock.now(),), name="presence", daemon=True)

    def start(self) -> None:
        """From now on."""
        self._thread.start()

    def stop(self) -> None:
        """No more, and the row is taken away."""
        self._told_to_stop.set()
        self._thread.join(timeout=5)
        with suppress(SQLAlchemyError), transaction(counts_only=True) as session:
            workers.gone(session, name=self._name, pid=self._pid)

    def _go_on(self, since: datetime) -> None:
        while True:
            try:
                with transaction(counts_only=True) as session:
                    back = workers.here(session, name=self._name, host=socket.gethostname(), pid=self._pid, started_at=since)
                    if back > clock_steps.STEP:
                        clock_steps.mend(session, by=back)
                        log.warning("clock.set_back", seconds=round(back.total_seconds()))
            except SQLAlchemyError as error:
                log.warning("worker.not_told", error=type(error).__name__)
            if self._told_to_stop.wait(workers.EVERY.total_seconds()):
                return
