"""A worker process that kills itself (SIGKILL) right before a write to the database, or right after the commit that keeps it.

    python -m tests.jobs.dying_worker COLUMN before|after
    python -m tests.jobs.dying_worker TABLE:N before|after

It waits for the write that sets a column, or for the N-th insert into a table of the house or of the engine. How many writes
there are between two of them hangs on how much time is left when it starts.
"""

import os
import re
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


def main(fatal: str, moment: str) -> None:
    """Count, and die."""
    seen = 0
    last: Any = None  # the connection of the fatal write
    lock = threading.Lock()
    table, _, nth = fatal.partition(":")
    insert = re.compile(rf"INSERT INTO (\w+\.)?{table} \(")  # the engine's have a schema
    commit = DefaultDialect.do_commit

    def on_write(_connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal seen, last
        if last is not None or not statement.lstrip().upper().startswith(WRITES):
            return
        with lock:
            seen += insert.match(statement) is not None
            if seen >= int(nth) if nth else f" {fatal}=" in statement:
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
