"""Sending: the audience becomes rows of the ledger, leaders get their relay, later work is promised.

Everything here happens in the caller's transaction, and doing it twice does it once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from core import clock
from core.db import changed
from core.tokens import new_token
from models import (
    Announcement,
    AnnouncementStatus,
    Delivery,
    DeliveryStatus,
    Urgency,
)
from services import access, also_groups, attendance_places, audit, departures, door_numbers, plans, quiet_hours
from services.access import Actor
from services.ports import ports

# How soon a leader is expected to post, where the deadline leaves that much: ours to choose (docs/decisions/0006).
POST_WITHIN = {
    Urgency.EMERGENCY: timedelta(minutes=15),
    Urgency.VERY_URGENT: timedelta(minutes=30),
    Urgency.URGENT: timedelta(hours=1),
    Urgency.NORMAL: timedelta(hours=12),
}
EMPTY = "Đến giờ gửi thì không còn hộ nào trong phạm vi nhận. Hãy chọn lại đơn vị nhận."  # kept as text, in the ward's language
Reminder = Literal["remind", "remind_again"]
STOPPABLE = (DeliveryStatus.QUEUED, DeliveryStatus.UNAVAILABLE)


@dataclass(frozen=True)
class Cancelled:
    """What a cancellation stopped, and what had left before."""

    cancelled: int
    already_sent: int


def due_at(announcement: Announcement, sent_at: datetime) -> datetime:
    """By when leaders should have posted: soon by urgency, and never later than the announcement's deadline or end."""
    soon = sent_at + POST_WITHIN[announcement.urgency]
    if announcement.urgency is not Urgency.EMERGENCY:
        soon = after_the_night(soon)
    return min(end for end in (soon, announcement.must_reach_by, announcement.expires_at) if end)


def after_the_night(at: datetime) -> datetime:
    """Seven in the morning for an hour of the night (21 to 7): nobody is asked to post then, but in an emergency."""
    return quiet_hours.after(at, end=7)


def leaves_at(announcement: Announcement) -> datetime | None:
    """When an approved one leaves: at the end of the seconds in which it can be taken back, or at its hour."""
    return announcement.leaves_at or announcement.send_at


def reminder_times(announcement: Announcement, *, sent_at: datetime, due: datetime) -> dict[Reminder, datetime]:
    """When leaders who have not posted are reminded: at half and at three quarters of their time.

    What falls into the night waits for the morning, but in an emergency; two that would come at once are one, and none comes
    when the time is over.
    """
    is_emergency = announcement.urgency is Urgency.EMERGENCY
    half, late = (sent_at + (due - sent_at) * part for part in (0.5, 0.75))
    first, second = (half, late) if is_emergency else (after_the_night(half), after_the_night(late))
    times: dict[Reminder, datetime] = {"remind": first}
    if second > first:
        times["remind_again"] = second
    return {step: at for step, at in times.items() if at < due}


def schedule(session: Session, *, announcement: Announcement) -> None:
    """Promise to send at its hour. A promise made before for another hour finds it not yet due, and does nothing."""
    at = leaves_at(announcement)
    if at is None:
        raise ValueError("an announcement without an hour cannot be scheduled")
    announcement.status = AnnouncementStatus.SCHEDULED
    ports().engine.promise(
        session, work="send", key=f"send:{announcement.id}:{announcement.version}:{at:%Y%m%dT%H%M%S.%f}", at=at,
        subject_id=str(announcement.id),
    )  # fmt: skip


def send_scheduled(session: Session, *, announcement_id: UUID) -> bool:
    """Send a scheduled announcement whose hour has come; False if it was cancelled, sent or moved meanwhile."""
    announcement = session.get(Announcement, announcement_id, with_for_update=True)
    if announcement is None or announcement.status is not AnnouncementStatus.SCHEDULED:
        return False
    at = leaves_at(announcement)
    if at and at > clock.now():
        return False
    if announcement.expires_at and announcement.expires_at <= clock.now():
        cancel(session, actor=access.TERMINAL, announcement=announcement)  # a machine that slept sends no old news
        return False
    send(session, announcement=announcement)
    return announcement.sent_at is not None


def send(session: Session, *, announcement: Announcement) -> None:
    """Hand the announcement over as its audience is today: each leader with the group's own link, each account its messages.

    Sending it a second time changes nothing. An audience in which nobody lives any more goes back to whoever wrote it.
    """
    if announcement.status in (AnnouncementStatus.SENDING, AnnouncementStatus.SENT):
        return
    now = clock.now()
    question = plans.question_of(session, announcement=announcement)
    plan = plans.answer(session, question)
    planned = {group.group_id for group in plan.groups}
    beside = also_groups.of(session, announcement=announcement)
    groups = [*plan.groups, *(group for group in beside if group.group_id not in planned)]
    if not plan.households and not groups:
        _give_back(session, announcement)
        return
    announcement.plan = announcement.plan | {"sent": {name: value for name, value in plan.kept().items() if name != "groups"}}
    announcement.sent_at, announcement.households = now, plan.households
    announcement.leaders_token = new_token()
    announcement.status = AnnouncementStatus.SENT
    attendance_places.carried_on(session, announcement=announcement)
    due = due_at(announcement, now)
    departures.hand_over(session, announcement=announcement, groups=groups, now=now, due=due)
    departures.keep_paths(session, announcement=announcement, question=question, now=now)
    departures.queue(session, announcement=announcement, question=question, now=now)
    departures.print_sheets(session, announcement=announcement, now=now)
    door_numbers.prepare(session, announcement=announcement)
    promise = ports().engine.promise
    subject = str(announcement.id)
    for step, at in reminder_times(announcement, sent_at=now, due=due).items():
        promise(session, work=step, key=f"{step}:{subject}", at=at, subject_id=subject)
    promise(session, work="escalate", key=f"escalate:{subject}", at=due, subject_id=subject)


def _give_back(session: Session, announcement: Announcement) -> None:
    """Nobody is there to be told: nothing leaves, and the author reads why."""
    announcement.status = AnnouncementStatus.DRAFT
    announcement.approver_id = announcement.approved_at = announcement.leaves_at = None
    announcement.plan = {"channels": announcement.plan.get("channels", [])}
    announcement.return_reason = EMPTY
    audit.record(
        session, actor=access.TERMINAL, action="announcement.return", subject_kind="announcement", subject_id=announcement.id,
        why="empty_audience",
    )  # fmt: skip


def cancel(session: Session, *, actor: Actor, announcement: Announcement) -> Cancelled:
    """Stop what has not left: drafts and scheduled ones wholly, of a sent one the relays nobody has posted yet."""
    waiting = (col(Delivery.announcement_id) == announcement.id) & col(Delivery.status).in_(STOPPABLE)
    now = clock.now()
    stopped = changed(session, update(Delivery).where(waiting).values(status=DeliveryStatus.CANCELLED, updated_at=now))
    total = session.exec(select(func.count()).select_from(Delivery).where(Delivery.announcement_id == announcement.id)).one()
    left = session.exec(
        select(func.count()).select_from(Delivery).where(
            Delivery.announcement_id == announcement.id, Delivery.status == DeliveryStatus.CANCELLED
        )
    ).one()  # fmt: skip
    announcement.status = AnnouncementStatus.CANCELLED
    audit.record(
        session, actor=actor, action="announcement.cancel", subject_kind="announcement", subject_id=announcement.id,
        cancelled=stopped, already_sent=total - left,
    )  # fmt: skip
    return Cancelled(cancelled=stopped, already_sent=total - left)
