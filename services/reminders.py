"""Leaders who have not posted: reminded at half and at three quarters of their time, then the deputy and the ward are told.

Each step can be run twice: what has its mark is left alone, and what leaves for a person is in the ledger once.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, update
from sqlmodel import Session, col, select

from core import clock
from models import Announcement, AnnouncementStatus, Group, Relay, Urgency
from models.base import Instant
from services import corrections, leader_messages, passing_on, sending
from services.presence import stands
from services.sending import Reminder

GRACE = timedelta(seconds=20)  # a promise is kept within seconds; what is open longer was lost with a process
MARKS: dict[Reminder, Any] = {"remind": col(Relay.reminded), "remind_again": col(Relay.reminded_again)}


def remind(session: Session, *, announcement_id: UUID, step: Reminder = "remind") -> int:
    """Remind whoever has the work and has not posted, while there is time and it is day; how many. Nobody twice.

    The mark puts them onto the ward's list to telephone; where the ward has an account for it, a message leaves as well.
    """
    announcement = _under_way(session, announcement_id)
    now = clock.now()
    if announcement is None or not may_disturb(announcement, now):
        return 0
    values: dict[Any, Any] = {MARKS[step]: now}
    if step == "remind_again":  # who had no first one, having taken a post back, needs none any more
        values[MARKS["remind"]] = func.coalesce(MARKS["remind"], literal(now, Instant))
    marked = _mark(session, announcement, MARKS[step], values, col(Relay.due_at) > now - GRACE)
    if _has_time(announcement, now):
        leader_messages.to_holders(session, announcement=announcement, relays=marked, step=step)
    return len(marked)


def escalate(session: Session, *, announcement_id: UUID) -> int:
    """Mark as overdue what nobody has posted in time, ask the deputies, put all onto the ward's list; how many. Once each."""
    announcement = _under_way(session, announcement_id)
    if announcement is None:
        return 0
    now = clock.now()
    marked = _mark(session, announcement, col(Relay.escalated_at), {col(Relay.escalated_at): now})
    asked = [relay for relay in marked if passing_on.ask_deputy(session, relay)]
    if marked and may_disturb(announcement, now) and _has_time(announcement, now):
        leader_messages.to_deputies(session, announcement=announcement, relays=asked)
        leader_messages.to_duty(session, announcement=announcement)
    return len(marked)


def _under_way(session: Session, announcement_id: UUID) -> Announcement | None:
    """The announcement, if it is to be posted still; a withdrawal waits for this step, or has come before it."""
    found = session.get(Announcement, announcement_id, with_for_update={"read": True}, populate_existing=True)
    if found is None or found.status is not AnnouncementStatus.SENT or found.has_expired(clock.now()):
        return None
    return None if corrections.standing_for(session, found.id) else found


def may_disturb(announcement: Announcement, now: datetime) -> bool:
    """Whether someone may be rung now: by day, and in an emergency at any hour."""
    return announcement.urgency is Urgency.EMERGENCY or sending.after_the_night(now) == now


def _has_time(announcement: Announcement, now: datetime) -> bool:
    """Whether posting still helps: nothing leaves for anyone after the deadline."""
    return announcement.must_reach_by is None or now < announcement.must_reach_by


def _mark(
    session: Session, announcement: Announcement, mark: Any, values: dict[Any, Any], *more: ColumnElement[bool]
) -> list[Relay]:  # fmt: skip
    """Write the values into every relay that waits and has no such mark; which they were."""
    open_groups = select(Group.id).where(stands(clock.today()))
    waiting = (
        col(Relay.announcement_id) == announcement.id, col(Relay.posted_at).is_(None), mark.is_(None),
        col(Relay.group_id).in_(open_groups), *more,
    )  # fmt: skip
    ids = session.execute(update(Relay).where(*waiting).values(values).returning(col(Relay.id))).scalars().all()
    return list(session.exec(select(Relay).where(col(Relay.id).in_(ids)).execution_options(populate_existing=True)).all())
