"""What is due and has not been done: the safety net under the promises made when an announcement was sent.

A promise is kept within seconds of its time; what is still open `GRACE` later was lost with a process.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import case, or_
from sqlmodel import Session, col, func, select

from core import clock
from models import Announcement, AnnouncementStatus, Group, Relay
from services import dispatch, failed_paths, progress, reminders, sending
from services.presence import stands
from services.reminders import GRACE, MARKS


@dataclass(frozen=True)
class Piece:
    """One thing to do for one announcement."""

    work: Literal["send", "hand_over", "remind", "remind_again", "escalate", "doors"]
    announcement_id: UUID


def announcements(session: Session) -> list[Piece]:
    """Everything that should have happened by now. Five indexed queries."""
    before, after = clock.now() - GRACE, clock.now() + GRACE
    leaves_at = func.coalesce(Announcement.leaves_at, Announcement.send_at)
    unsent = session.exec(
        select(Announcement.id).where(Announcement.status == AnnouncementStatus.SCHEDULED, leaves_at <= before)
    ).all()
    leaving = session.exec(select(Announcement).where(Announcement.status == AnnouncementStatus.SENDING)).all()
    waits = (
        col(Relay.posted_at).is_(None), Announcement.status == AnnouncementStatus.SENT, ~progress.is_corrected(),
        or_(col(Announcement.expires_at).is_(None), col(Announcement.expires_at) > before), stands(clock.today()),
    )  # fmt: skip
    unmarked = session.exec(
        select(Relay.announcement_id)
        .join(Announcement, col(Announcement.id) == Relay.announcement_id)
        .join(Group, col(Group.id) == Relay.group_id)
        .where(*waits, col(Relay.due_at) <= before, col(Relay.escalated_at).is_(None))
        .distinct()
    ).all()
    return [
        *(Piece("send", id_) for id_ in unsent),
        *(Piece("hand_over", one.id) for one in leaving if not (far := dispatch.how_far(one)) or not before < far.at <= after),
        *_unreminded(session, before, *waits),
        *(Piece("escalate", id_) for id_ in unmarked),
        *(Piece("doors", id_) for id_ in failed_paths.to_look_at(session, now=clock.now())),
    ]


def _unreminded(session: Session, before: datetime, *waits: Any) -> list[Piece]:
    """Reminders whose time has passed, where somebody has none and has time left."""
    is_first, is_second = (case((column.is_(None), 1), else_=0) for column in MARKS.values())
    found = session.exec(
        select(Announcement, func.min(Relay.due_at), func.sum(is_first), func.sum(is_second))
        .join(Relay, col(Relay.announcement_id) == Announcement.id)
        .join(Group, col(Group.id) == Relay.group_id)
        .where(*waits, or_(*(column.is_(None) for column in MARKS.values())), col(Relay.due_at) > before)
        .group_by(col(Announcement.id))
    ).all()
    pieces = []
    for announcement, due, no_first, no_second in found:
        if not (announcement.sent_at and due) or not reminders.may_disturb(announcement, clock.now()):
            continue
        times = sending.reminder_times(announcement, sent_at=announcement.sent_at, due=due)
        missed = [step for step, at in times.items() if at <= before]
        if missed and (no_second if missed[-1] == "remind_again" else no_first):  # the later one stands for both
            pieces.append(Piece(missed[-1], announcement.id))
    return pieces


def do(session: Session, piece: Piece) -> int:
    """Do one piece; how many rows it changed (none if someone else did it meanwhile)."""
    if piece.work == "send":
        return int(sending.send_scheduled(session, announcement_id=piece.announcement_id))
    if piece.work == "hand_over":  # one part now, the others by whoever does promised work
        if sending.go_on(session, announcement_id=piece.announcement_id):
            sending.go_on_later(session, announcement=session.get_one(Announcement, piece.announcement_id))
        return 1
    if piece.work == "doors":
        return failed_paths.to_the_doors(session, announcement_id=piece.announcement_id)
    if piece.work == "escalate":
        return reminders.escalate(session, announcement_id=piece.announcement_id)
    return reminders.remind(session, announcement_id=piece.announcement_id, step=piece.work)
