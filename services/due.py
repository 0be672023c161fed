"""What is due and has not been done: the safety net under the promises made when an announcement was sent.

A promise is kept within seconds of its time; what is still open `GRACE` later was lost with a process.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlmodel import Session, col, func, select

from core import clock
from models import Announcement, AnnouncementStatus, Relay
from services import sending

GRACE = timedelta(seconds=20)


@dataclass(frozen=True)
class Piece:
    """One thing to do for one announcement."""

    work: Literal["send", "remind", "escalate"]
    announcement_id: UUID


def announcements(session: Session) -> list[Piece]:
    """Everything that should have happened by now. Three indexed queries."""
    before = clock.now() - GRACE
    leaves_at = func.coalesce(Announcement.leaves_at, Announcement.send_at)
    unsent = session.exec(
        select(Announcement.id).where(Announcement.status == AnnouncementStatus.SCHEDULED, leaves_at <= before)
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
    half = session.exec(
        select(Announcement.id, Announcement.sent_at, func.min(Relay.due_at))
        .join(Relay, col(Relay.announcement_id) == Announcement.id)
        .where(
            col(Relay.posted_at).is_(None), col(Relay.reminded).is_(None), col(Relay.due_at) > before,
            Announcement.status == AnnouncementStatus.SENT,
        )
        .group_by(col(Announcement.id))
    ).all()  # fmt: skip
    unreminded = [id_ for id_, sent_at, due_at in half if sent_at and due_at and sent_at + (due_at - sent_at) / 2 <= before]
    pieces = [Piece("send", id_) for id_ in unsent] + [Piece("remind", id_) for id_ in unreminded]
    return pieces + [Piece("escalate", id_) for id_ in unmarked]


def do(session: Session, piece: Piece) -> int:
    """Do one piece; how many rows it changed (none if someone else did it meanwhile)."""
    if piece.work == "send":
        return int(sending.send_scheduled(session, announcement_id=piece.announcement_id))
    if piece.work == "remind":
        return sending.remind(session, announcement_id=piece.announcement_id)
    return sending.escalate(session, announcement_id=piece.announcement_id)
