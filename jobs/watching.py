"""The daily visit of where printed codes lead."""

from datetime import datetime

import structlog
from dbos import DBOS

from core import clock
from core.db import reading, transaction
from services import link_watch
from services.ports import ports

log = structlog.get_logger()


def visit_all(*, since: datetime) -> int:
    """Visit every target not visited since, part by part: no transaction is open while others are asked. How many targets."""
    done = 0
    while True:
        with reading() as session:
            urls = link_watch.due(session, since=since)
        visits = ports().visits.visit(urls) if urls else []
        if not visits:
            return done
        with transaction() as session:
            link_watch.write(session, visits=visits)
        done += len(visits)


@DBOS.step()
def watch_step() -> int:
    """Idempotent: what was visited within the last hours is left out."""
    return visit_all(since=link_watch.start(clock.now()))


@DBOS.workflow(name="watch")
def watch(_scheduled: datetime, _context: object) -> None:
    """Before the offices open: the dead ones stand on the first screen when the day begins."""
    log.info("links.watched", targets=watch_step())
