"""Sending: the audience becomes rows of the ledger, leaders get their relay, later work is promised.

Everything here happens in the caller's transaction, and doing it twice does it once. What a ward sends leaves in one go; a larger
audience is handed over in parts (`services.dispatch`), each in a transaction of its own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from core import clock
from core.db import changed
from models import (
    LEFT,
    Announcement,
    AnnouncementStatus,
    Delivery,
    DeliveryStatus,
    Relay,
    Urgency,
)
from services import (
    access,
    also_groups,
    attendance_places,
    audit,
    corrections,
    departures,
    dispatch,
    leader_messages,
    plans,
    public_posts,
    quiet_hours,
)
from services.access import Actor
from services.paths import Question
from services.plans import Plan
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
NEVER_LEFT = (DeliveryStatus.CANCELLED, DeliveryStatus.REJECTED)


@dataclass(frozen=True)
class Cancelled:
    """What a cancellation stopped, and what had left before."""

    cancelled: int
    already_sent: int  # posted, or sent by an account: what reminded leaders does not count
    not_handed: int = 0  # households whose leaders had not got it yet


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
    when the time is over. Where the morning is too late they come in what is left of the evening before.
    """
    times = _times_until(announcement, sent_at=sent_at, due=due)
    evening = quiet_hours.evening_before(due)
    return times or (_times_until(announcement, sent_at=sent_at, due=evening) if evening > sent_at else {})


def _times_until(announcement: Announcement, *, sent_at: datetime, due: datetime) -> dict[Reminder, datetime]:
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
    """Send a scheduled announcement whose hour has come, or begin to; False if it was cancelled, sent or moved meanwhile."""
    announcement = session.get(Announcement, announcement_id, with_for_update=True)
    if announcement is None or announcement.status is not AnnouncementStatus.SCHEDULED:
        return False
    at = leaves_at(announcement)
    if at and at > clock.now():
        return False
    if announcement.expires_at and announcement.expires_at <= clock.now():
        cancel(session, actor=access.TERMINAL, announcement=announcement)  # a machine that slept sends no old news
        return False
    start(session, announcement=announcement)
    return announcement.sent_at is not None


def send(session: Session, *, announcement: Announcement) -> None:
    """Hand the announcement over as its audience is today: each leader with the group's own link, each account its messages.

    Sending it a second time changes nothing. An audience in which nobody lives any more goes back to whoever wrote it.
    """
    if announcement.status not in LEFT and (begun := _begin(session, announcement)):
        _at_once(session, announcement, *begun)


def start(session: Session, *, announcement: Announcement) -> None:
    """As `send`, but a large audience is only begun here: `go_on` does the rest, which is promised."""
    if announcement.status in LEFT or not (begun := _begin(session, announcement)):
        return
    question, plan = begun
    if not dispatch.is_large(plan.households):
        _at_once(session, announcement, question, plan)
        return
    dispatch.lay_down(session, announcement=announcement, question=question)
    go_on_later(session, announcement=announcement)


def go_on_later(session: Session, *, announcement: Announcement) -> None:
    """Promise the parts that are left. Promised again at the same part it is done once."""
    far = dispatch.how_far(announcement)
    if announcement.status is AnnouncementStatus.SENDING and far:
        subject = str(announcement.id)
        ports().engine.promise(
            session, work="hand_over", key=f"hand_over:{subject}:{far.parts}", at=clock.now(), subject_id=subject
        )


def go_on(session: Session, *, announcement_id: UUID) -> bool:
    """Hand over the next part of what is being sent; whether any is left. Two who come at once do one after the other.

    What was withdrawn goes no further; nor does what a correction stands for already, or what is over.
    """
    announcement = session.get(Announcement, announcement_id, with_for_update={"key_share": True}, populate_existing=True)
    if announcement is None or announcement.status is not AnnouncementStatus.SENDING or announcement.sent_at is None:
        return False
    if announcement.has_expired(clock.now()) or corrections.standing_for(session, announcement.id):
        announcement.status = AnnouncementStatus.SENT
        return False
    question = plans.question_of(session, announcement=announcement)
    due = due_at(announcement, announcement.sent_at)
    if dispatch.next_part(session, announcement=announcement, question=question, due=due):
        return True
    dispatch.forget(announcement)
    _end(session, announcement)
    return False


def _begin(session: Session, announcement: Announcement) -> tuple[Question, Plan] | None:
    """From now on it is on its way; None where nobody is there to be told."""
    question = plans.question_of(session, announcement=announcement)
    plan = plans.answer(session, question)
    if not plan.households and not plan.groups and not also_groups.of(session, announcement=announcement):
        _give_back(session, announcement)
        return None
    announcement.plan = announcement.plan | {"sent": {name: value for name, value in plan.kept().items() if name != "groups"}}
    announcement.sent_at, announcement.households = clock.now(), plan.households
    announcement.leaders_issue = 1
    announcement.status = AnnouncementStatus.SENDING
    attendance_places.carried_on(session, announcement=announcement)
    return question, plan


def _at_once(session: Session, announcement: Announcement, question: Question, plan: Plan) -> None:
    due = due_at(announcement, clock.now())
    dispatch.hand_over(session, announcement=announcement, question=question, groups=plan.groups, due=due)
    _end(session, announcement)


def _end(session: Session, announcement: Announcement) -> None:
    """Everybody has it; the groups told beside get theirs, and leaders who do not post will be reminded."""
    sent_at = announcement.sent_at or clock.now()
    due = due_at(announcement, sent_at)
    has_one = set(session.exec(select(Relay.group_id).where(Relay.announcement_id == announcement.id)))
    by_letter = set(also_groups.mailboxes(session, announcement=announcement).values())
    beside = [
        group for group in also_groups.of(session, announcement=announcement)
        if group.group_id not in has_one and group.group_id not in by_letter
    ]  # fmt: skip
    departures.hand_over(session, announcement=announcement, groups=beside, now=clock.now(), due=due)
    public_posts.publish(session, announcement=announcement)
    announcement.status = AnnouncementStatus.SENT
    promise = ports().engine.promise
    subject = str(announcement.id)
    for step, at in reminder_times(announcement, sent_at=sent_at, due=due).items():
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
    """Stop what has not left: drafts and scheduled ones wholly, of a sent one the relays nobody has posted yet.

    Of one that is just being handed over the parts that are left are not; what its first parts got is stopped as of any other.
    """
    of_it = col(Delivery.announcement_id) == announcement.id
    waiting = of_it & col(Delivery.status).in_(STOPPABLE)
    now = clock.now()
    stopped = changed(session, update(Delivery).where(waiting).values(status=DeliveryStatus.CANCELLED, updated_at=now))
    left = select(func.count()).select_from(Delivery).where(of_it, col(Delivery.status).not_in(NEVER_LEFT))
    already_sent = session.exec(left.where(~leader_messages.are_of(announcement.id))).one()
    far = dispatch.how_far(announcement) if announcement.status is AnnouncementStatus.SENDING else None
    not_handed = far.households - far.handed if far else 0
    announcement.status = AnnouncementStatus.CANCELLED
    audit.record(
        session, actor=actor, action="announcement.cancel", subject_kind="announcement", subject_id=announcement.id,
        cancelled=stopped, already_sent=already_sent, **({"not_handed": not_handed} if not_handed else {}),
    )  # fmt: skip
    return Cancelled(cancelled=stopped, already_sent=already_sent, not_handed=not_handed)
