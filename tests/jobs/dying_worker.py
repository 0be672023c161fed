"""A worker process that kills itself (SIGKILL) right before a write to the database, or right after the commit that keeps it.

    python -m tests.jobs.dying_worker N before|after
    python -m tests.jobs.dying_worker COLUMN before|after
    python -m tests.jobs.dying_worker TABLE:N before|after

It waits for the N-th write from the first to `announcement` on, those of the house and of the engine alike, so that every gap
between two steps is met by some N however much is written at the start; for the write that sets a column; or for the N-th
insert into a table.
"""

import os
import signal
import sys
import threading
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine.default import DefaultDialect

from adapters.chooser import live
from jobs import engine as durable
from services import ports

WRITES = ("INSERT", "UPDATE", "DELETE")
FIRST = "UPDATE announcement "  # sending begins


def main(fatal: str, moment: str) -> None:
    """Count, and die."""
    seen = 0
    is_sending = False
    last: Any = None  # the connection of the fatal write
    lock = threading.Lock()
    table, _, nth = fatal.partition(":")
    commit = DefaultDialect.do_commit

    def on_write(_connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal seen, is_sending, last
        if last is not None or not statement.lstrip().upper().startswith(WRITES):
            return
        with lock:
            is_sending = is_sending or statement.startswith(FIRST)
            seen += f"INTO {table} " in statement if nth else is_sending
            if seen >= int(nth or fatal) if nth or fatal.isdecimal() else f" {fatal}=" in statement:
                last = cursor.connection
                if moment == "before":
                    os.kill(os.getpid(), signal.SIGKILL)

    def on_commit(dialect: DefaultDialect, connection: Any) -> None:
        commit(dialect, connection)  # type: ignore[no-untyped-call]
        if connection.dbapi_connection is last:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", on_write)
    DefaultDialect.do_commit = on_commit  # type: ignore[method-assign]  # the event of that name comes before it
    ports.provide(live())
    durable.start(executor_id="worker-0")
    threading.Event().wait(50)
    sys.exit(3)  # it did not die: there were fewer writes


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
