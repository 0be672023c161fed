"""What is due and has not been done: the safety net under the promises made when an announcement was sent.

A promise is kept within seconds of its time; what is still open `GRACE` later was lost with a process.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from models import Announcement, AnnouncementStatus, Relay
from services import sending

GRACE = timedelta(seconds=20)


@dataclass(frozen=True)
class Piece:
    """One thing to do for one announcement."""

    work: Literal["send", "escalate"]
    announcement_id: UUID


def announcements(session: Session) -> list[Piece]:
    """Everything that should have happened by now. Two indexed queries."""
    before = clock.now() - GRACE
    unsent = session.exec(
        select(Announcement.id).where(Announcement.status == AnnouncementStatus.SCHEDULED, col(Announcement.send_at) <= before)
    ).all()
    unmarked = session.exec(
        select(Relay.announcement_id)
        .join(Announcement, col(Announcement.id) == Relay.announcement_id)
        .where(
            col(Relay.posted_at).is_(None), col(Relay.due_at) <= before, col(Relay.escalated_at).is_(None),
            Announcement.status == AnnouncementStatus.SENT,
        )
        .distinct()
    ).all()  # fmt: skip
    return [Piece("send", id_) for id_ in unsent] + [Piece("escalate", id_) for id_ in unmarked]


def do(session: Session, piece: Piece) -> int:
    """Do one piece; how many rows it changed (none if someone else did it meanwhile)."""
    if piece.work == "send":
        return int(sending.send_scheduled(session, announcement_id=piece.announcement_id))
    return sending.escalate(session, announcement_id=piece.announcement_id)
