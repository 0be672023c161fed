"""A worker process that kills itself (SIGKILL) right before its N-th write to the database, or right after that commit.

    python -m tests.jobs.dying_worker N before|after
    python -m tests.jobs.dying_worker COLUMN before|after
    python -m tests.jobs.dying_worker TABLE:N before|after

It counts the writes of the house and of the engine alike, so that every gap between two steps is met by some N; or it waits for
the write that sets a column, or for the N-th insert into a table.
"""

import os
import signal
import sys
import threading
from typing import Any

from sqlalchemy import Engine, event

from adapters.chooser import live
from jobs import engine as durable
from services import ports

WRITES = ("INSERT", "UPDATE", "DELETE")


def main(fatal: str, moment: str) -> None:
    """Count, and die."""
    seen = 0
    is_over = False
    lock = threading.Lock()
    table, _, nth = fatal.partition(":")

    def on_write(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal seen, is_over
        if not statement.lstrip().upper().startswith(WRITES):
            return
        with lock:
            seen += f"INTO {table} " in statement if nth else 1
            if seen >= int(nth or fatal) if nth or fatal.isdecimal() else f" {fatal}=" in statement:
                is_over = True
                if moment == "before":
                    os.kill(os.getpid(), signal.SIGKILL)

    def on_commit(_connection: Any) -> None:
        if is_over:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", on_write)
    event.listen(Engine, "commit", on_commit)
    ports.provide(live())
    durable.start(executor_id="worker-0")
    threading.Event().wait(50)
    sys.exit(3)  # it did not die: there were fewer writes


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
