"""Sheets made in the background: asked for, made by a worker, kept for a week. Leaders' packets too (`print_packets`).

A sheet of codes prints what was so when it was asked for. Made twice it is the same file: a worker that dies does no harm.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from core import clock, files
from core.db import changed
from core.errors import Invalid, NotFound, Refusal
from core.i18n import N_
from core.ids import new_id
from core.settings import settings
from models import PaperKind, PrintJob, PrintStatus, Unit, User
from services import audit, link_labels
from services.access import Actor, May, path_range, require
from services.ports import Label, SheetHead, ports
from services.print_layouts import Layout

KEPT = timedelta(days=7)
SILENT = timedelta(minutes=10)  # a part of a hundred pages that takes three minutes is ended
WORK = "print_sheet"
PACKETS = "packets"  # in the place of a layout
STAYS = ("announcement_id", "kind", "title")  # of what was wanted, to name what is ready


@dataclass(frozen=True)
class JobRow:
    """A sheet as the studio's list shows it."""

    id: UUID
    layout: Layout | None  # None: packets
    status: PrintStatus
    codes: int
    pages: int
    pages_done: int
    asked_at: datetime
    asked_by: str
    expires_at: datetime
    refusal: str  # the sentence, to be translated
    blanks: dict[str, str]
    announcement_id: UUID | None = None  # of packets
    title: str = ""


@dataclass(frozen=True)
class ToPrint:
    """What a worker makes."""

    labels: list[Label]
    layout: Layout
    head: SheetHead


@dataclass(frozen=True)
class Packets:
    """Whose packets a worker makes, for whom: what stands in them is read when they are made."""

    announcement_id: UUID
    kind: PaperKind
    author_id: UUID | None


def ask(
    session: Session, *, actor: Actor, layout: Layout, labels: Sequence[Label], head: SheetHead, copies: int = 1
) -> PrintJob:  # fmt: skip
    """Have a sheet made, with each label `copies` times; the work is promised in this transaction.

    Raises:
        NotAllowed: the actor may not print.
        Invalid: nothing to print, too much, or someone who belongs to no ward.
    """
    require(actor, May.PRINT)
    codes = check_count(labels, copies)
    if actor.unit_id is None:
        raise Invalid(N_("Tài khoản này không thuộc phường, xã nào, nên không có nơi giữ tờ in."))
    job = PrintJob(
        id=new_id(), unit_id=actor.unit_id, author_id=actor.id, layout=layout.value, codes=codes,
        pages=-(-codes // layout.pieces),
        wanted={"labels": [asdict(label) for label in labels], "copies": copies, "head": asdict(head)},
        expires_at=clock.now() + KEPT,
    )  # fmt: skip
    promise(session, actor=actor, job=job)
    return job


def promise(session: Session, *, actor: Actor, job: PrintJob) -> None:
    """Have a new one made, in this transaction, for callers that have checked who asks."""
    session.add(job)
    session.flush()
    audit.record(
        session, actor=actor, action="sheet.asked", subject_kind="printjob", subject_id=job.id, layout=job.layout,
        codes=job.codes,
    )  # fmt: skip
    ports().engine.promise(session, work=WORK, key=f"{WORK}:{job.id}", at=clock.now(), subject_id=str(job.id))


def check_count(labels: Sequence[Label], copies: int) -> int:
    """How many codes that makes.

    Raises:
        Invalid: none, or more than are ever printed at once.
    """
    if not labels or copies < 1:
        raise Invalid(N_("Không có mã nào để in."))
    if len(labels) * copies > link_labels.MOST:
        raise Invalid(N_("Mỗi lần in được nhiều nhất {most} mã."), most=link_labels.MOST)
    return len(labels) * copies


def listing(session: Session, *, actor: Actor) -> list[JobRow]:
    """The sheets of the actor's units that are still kept, the newest first. One query.

    Raises:
        NotAllowed: the actor may not print.
    """
    require(actor, May.PRINT)
    wanted = (
        select(PrintJob, col(User.display_name))
        .join(Unit, col(Unit.id) == PrintJob.unit_id)
        .outerjoin(User, col(User.id) == col(PrintJob.author_id))
        .where(path_range(actor.unit_path), PrintJob.expires_at > clock.now())
        .order_by(col(PrintJob.created_at).desc())
    )
    return [_row(job, name or "") for job, name in session.exec(wanted)]


def _row(job: PrintJob, name: str) -> JobRow:
    is_packets = job.layout == PACKETS
    return JobRow(
        job.id, None if is_packets else Layout(job.layout), job.status, job.codes, job.pages, job.pages_done, job.created_at,
        name, job.expires_at, job.refusal.get("message", ""), job.refusal.get("blanks", {}),
        UUID(job.wanted["announcement_id"]) if is_packets else None, job.wanted.get("title", ""),
    )  # fmt: skip


def file_of(session: Session, *, actor: Actor, job_id: UUID) -> Path:
    """The finished sheet.

    Raises:
        NotAllowed: the actor may not print.
        NotFound: it is not the actor's, not finished, or no longer kept.
    """
    require(actor, May.PRINT)
    job = session.get(PrintJob, job_id)
    unit = session.get(Unit, job.unit_id) if job else None
    is_theirs = unit is not None and unit.path.startswith(actor.unit_path)
    if job is None or not is_theirs or job.status is not PrintStatus.READY or not path_of(job_id).is_file():
        raise NotFound(N_("Tờ in này không còn. Xin làm lại."))
    return path_of(job_id)


def path_of(job_id: UUID) -> Path:
    """Where a sheet lies."""
    return settings().data_dir / "sheets" / f"{job_id}.pdf"


# ---- the worker's side


def begin(session: Session, *, job_id: UUID) -> ToPrint | Packets | None:
    """What is to be made; None where it is made already, refused, or no longer kept."""
    job = session.get(PrintJob, job_id)
    if job is None or job.status in (PrintStatus.READY, PrintStatus.REFUSED):
        return None
    job.status, job.pages_done, job.told_at = PrintStatus.PRINTING, 0, clock.now()
    session.flush()
    if job.layout == PACKETS:
        return Packets(UUID(job.wanted["announcement_id"]), PaperKind(job.wanted["kind"]), job.author_id)
    labels = [Label(**one) for one in job.wanted["labels"] for _ in range(job.wanted["copies"])]
    return ToPrint(labels, Layout(job.layout), SheetHead(**job.wanted["head"]))


def tell(session: Session, *, job_id: UUID, pages: int) -> None:
    """How many pages are done; of packets, how many leaders'."""
    changed(session, update(PrintJob).where(col(PrintJob.id) == job_id).values(pages_done=pages, told_at=clock.now()))


def keep(job_id: UUID, pdf: bytes) -> None:
    """Write the file, whole or not at all, for this account only."""
    files.write_whole(path_of(job_id), pdf)


def finish(session: Session, *, job_id: UUID, pages: int) -> None:
    """The file is there, every code in it read back."""
    job = session.get(PrintJob, job_id)
    if job is None:
        return
    job.status, job.pages, job.pages_done = PrintStatus.READY, pages, pages
    job.wanted = {name: job.wanted[name] for name in STAYS if name in job.wanted}
    session.flush()


def refuse(session: Session, *, job_id: UUID, refusal: Refusal) -> None:
    """It cannot be printed, and why, for whoever asked."""
    said = {"message": refusal.message, "blanks": {name: str(value) for name, value in refusal.details.items()}}
    changed(session, update(PrintJob).where(col(PrintJob.id) == job_id).values(status=PrintStatus.REFUSED, refusal=said))


def promise_again(session: Session) -> int:
    """Have sheets made that have said nothing for so long that their worker must be gone; how many."""
    silent = select(PrintJob).where(
        col(PrintJob.status).in_((PrintStatus.QUEUED, PrintStatus.PRINTING)), PrintJob.told_at < clock.now() - SILENT,
        PrintJob.expires_at > clock.now(),
    )  # fmt: skip
    found = session.exec(silent).all()
    for job in found:
        key = f"{WORK}:{job.id}:{job.told_at:%Y%m%dT%H%M%S}"  # whoever finds it promises the same
        job.told_at = clock.now()
        ports().engine.promise(session, work=WORK, key=key, at=clock.now(), subject_id=str(job.id))
    session.flush()
    return len(found)


def sweep(session: Session) -> int:
    """Forget sheets whose week is over, and files that no sheet names; how many rows. A second time finds nothing."""
    gone = changed(session, delete(PrintJob).where(col(PrintJob.expires_at) <= clock.now()))
    named = {f"{job_id}.pdf" for job_id in session.exec(select(PrintJob.id))}
    oldest = (clock.now() - KEPT).timestamp()
    for path in (settings().data_dir / "sheets").glob("*"):
        if path.name not in named and path.stat().st_mtime <= oldest:
            path.unlink(missing_ok=True)
    return gone
