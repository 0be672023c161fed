"""Sheets of codes and leaders' packets, made beside everything else: one at a time a process, with how far they are."""

from uuid import UUID

import structlog
from dbos import DBOS

from adapters.engine import PAPER
from core.db import transaction
from core.errors import Refusal
from services import print_jobs, print_packets
from services.ports import ports

log = structlog.get_logger()


@DBOS.step()
def print_step(job_id: str) -> str:
    """Idempotent: a sheet that is made or refused is left alone; one that was begun is made again, to the same file."""
    id_ = UUID(job_id)
    with transaction() as session:
        wanted = print_jobs.begin(session, job_id=id_)
    if wanted is None:
        return "left alone"
    try:
        pdf, pages = _made(id_, wanted)
    except Refusal as refusal:
        with transaction() as session:
            print_jobs.refuse(session, job_id=id_, refusal=refusal)
        return "refused"
    print_jobs.keep(id_, pdf)
    with transaction() as session:
        print_jobs.finish(session, job_id=id_, pages=pages)
    return "ready"


def _made(job_id: UUID, wanted: print_jobs.ToPrint | print_jobs.Packets) -> tuple[bytes, int]:
    def tell(done: int) -> None:
        with transaction() as session:
            print_jobs.tell(session, job_id=job_id, pages=done)

    if isinstance(wanted, print_jobs.ToPrint):
        return ports().paper.qr_sheet(wanted.labels, layout=wanted.layout, head=wanted.head, tell=tell)
    with transaction() as session:
        found = print_packets.gather(session, job_id=job_id, wanted=wanted)
    return ports().paper.door_packets(ports().paper.official(found.text), found.sheets, found.notice, tell=tell)


@DBOS.workflow(name=print_jobs.WORK)
def print_sheet(job_id: str) -> None:
    """A sheet somebody has asked for."""
    outcome = print_step(job_id)
    log.info("sheet.printed", job_id=job_id, outcome=outcome)


def register() -> None:
    """Make the queue known to the engine, once it is launched: one sheet at a time, since each already takes two cores."""
    DBOS.register_queue(PAPER, polling_interval_sec=0.5, worker_concurrency=1)
