"""Reports by the calendar: at six each morning whatever is due and not made."""

from datetime import datetime

import structlog
from dbos import DBOS

from core.db import transaction
from services import reports

log = structlog.get_logger()


@DBOS.step()
def reports_step() -> int:
    """Idempotent: a report that is there is left alone."""
    with transaction() as session:
        waiting = reports.due(session)
    done = 0
    for unit_id, kind, first_on in waiting:
        with transaction() as session:
            done += reports.make_due(session, unit_id=unit_id, kind=kind, first_on=first_on)
    return done


@DBOS.workflow(name="reports")
def report(_scheduled: datetime, _context: object) -> None:
    """On the first working day of a month, and on later ones for what was missed."""
    if done := reports_step():
        log.info("reports.made", reports=done)
