"""What leaves by accounts: a workflow an attempt at a batch, carried out by the courier of this process."""

from uuid import UUID

import structlog
from dbos import DBOS

from adapters.engine import BULK, URGENCY
from jobs.courier import Courier

log = structlog.get_logger()
POLL = 0.2  # seconds between looks into a queue
AT_ONCE = {BULK: 16, URGENCY: 8}  # batches of a process: most of them wait for their account's pace
_courier: list[Courier] = []


@DBOS.workflow(name="deliver")
def deliver(batch_id: str, attempt: int) -> str:
    """An attempt at a batch. Run again it finds the batch claimed, and does nothing: the ledger remembers, not the engine."""
    return _courier[0].deliver(batch_id=UUID(batch_id), attempt=attempt)


def start(*, executor: str) -> None:
    """Have a courier in this process; before the engine is launched."""
    courier = Courier(executor=executor)
    _courier[:] = [courier]
    courier.start()


def register() -> None:
    """Make the queues known to the engine, once it is launched."""
    for name, at_once in AT_ONCE.items():
        DBOS.register_queue(name, polling_interval_sec=POLL, worker_concurrency=at_once)


def stop_taking() -> None:
    """Finish the chunks on their way; batches that come now go back to their queue."""
    for courier in _courier:
        courier.stop_taking()


def stop() -> None:
    """When the engine has stopped."""
    while _courier:
        _courier.pop().stop()
