"""Photos that came by an account are fetched after the webhook; the sweep tries again what could not be had at once."""

from uuid import UUID

import structlog
from dbos import DBOS

from core.db import reading, transaction
from services import inquiry_files

log = structlog.get_logger()


@DBOS.step()
def fetch_step(message_id: str) -> int:
    """Idempotent: what is kept already is awaited no more."""
    with reading() as session:
        awaited = inquiry_files.of_message(session, message_id=UUID(message_id))
    return _fetched(awaited)


@DBOS.step()
def fetch_due_step() -> int:
    """Idempotent: as `fetch_step`."""
    with transaction() as session:
        awaited = inquiry_files.due(session)
    return _fetched(awaited)


@DBOS.workflow(name=inquiry_files.WORK)
def fetch_files(message_id: str) -> None:
    """A message came with photos."""
    kept = fetch_step(message_id)
    log.info("inquiry.files", message_id=message_id, settled=kept)


def _fetched(awaited: list[inquiry_files.Awaited]) -> int:
    settled = 0
    for one in awaited:
        brought = inquiry_files.bring(one)
        with transaction() as session:
            settled += inquiry_files.keep(session, brought=brought)
    return settled
