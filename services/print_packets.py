"""Every leader's packet at once, made in the background: the announcement's paper with the door list of the unit behind it.

What stands in them is read when they are made, not when they are asked for: nobody shall knock where somebody was told meanwhile,
and a leader's address lies in no table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotAllowed
from core.i18n import N_
from core.ids import new_id
from models import PaperKind, PrintJob, PrintStatus, User
from services import door_paper, drafts, official_papers, print_jobs
from services.access import Actor, May, actor_of, require
from services.ports import DoorNotice, DoorSheet, PaperText
from services.print_jobs import KEPT, PACKETS, Packets

UNDER_WAY = (PrintStatus.QUEUED, PrintStatus.PRINTING)


@dataclass(frozen=True)
class Gathered:
    """What stands in the packets."""

    text: PaperText
    sheets: Sequence[DoorSheet]
    notice: DoorNotice


def ask(session: Session, *, actor: Actor, announcement_id: UUID, kind: PaperKind) -> PrintJob:
    """Have the packets of all leaders made. Asked again while they are being made, it is the same work.

    Raises:
        Invalid: it is not sent, nobody is left to be told at the door, or whoever asks has no account of a ward.
        NotAllowed, NotFound: the announcement is not the actor's, or the actor may not print.
    """
    require(actor, May.PRINT)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    if actor.id is None:
        raise Invalid(N_("Tài khoản này không thuộc phường, xã nào, nên không có nơi giữ tờ in."))
    if (same := _under_way(session, announcement.unit_id, announcement_id, kind)) is not None:
        return same
    leaders = door_paper.leaders(session, actor=actor, announcement_id=announcement_id)
    if not leaders:
        raise Invalid(N_("Không còn hộ nào phải báo tận nơi, không có gì để in."))
    job = PrintJob(
        id=new_id(), unit_id=announcement.unit_id, author_id=actor.id, layout=PACKETS, codes=leaders,
        wanted={"announcement_id": str(announcement_id), "kind": kind.value, "title": announcement.title},
        expires_at=clock.now() + KEPT,
    )  # fmt: skip
    print_jobs.promise(session, actor=actor, job=job)
    return job


def _under_way(session: Session, ward_id: UUID, announcement_id: UUID, kind: PaperKind) -> PrintJob | None:
    found = session.exec(
        select(PrintJob).where(
            PrintJob.unit_id == ward_id, PrintJob.layout == PACKETS, col(PrintJob.status).in_(UNDER_WAY),
            PrintJob.expires_at > clock.now(),
        )
    )  # fmt: skip
    same = str(announcement_id), kind.value
    return next((job for job in found if (job.wanted["announcement_id"], job.wanted["kind"]) == same), None)


def gather(session: Session, *, job_id: UUID, wanted: Packets) -> Gathered:
    """What is to be printed now, in the name of whoever asked; of how many leaders is kept with the work.

    Raises:
        NotAllowed: whoever asked has no account in use any more, or may not print any more.
        Invalid, NotFound: as `ask`.
    """
    author = session.get(User, wanted.author_id) if wanted.author_id else None
    if author is None or not author.is_active:
        raise NotAllowed(N_("Tài khoản đã yêu cầu in không còn dùng. Xin bấm làm lại."))
    actor = actor_of(session, author)
    text = official_papers.text_of(session, actor=actor, announcement_id=wanted.announcement_id, kind=wanted.kind)
    sheets, notice = door_paper.sheets(session, actor=actor, announcement_id=wanted.announcement_id)
    session.get_one(PrintJob, job_id).codes = len(sheets)
    session.flush()
    return Gathered(text, sheets, notice)
