"""Sending: the audience becomes rows of the ledger, leaders get their relay, later work is promised.

Everything here happens in the caller's transaction, and doing it twice does it once.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, update
from sqlmodel import Session, col, func, select

from core import clock
from core.db import changed
from core.ids import new_id
from core.tokens import new_token
from models import (
    Announcement,
    AnnouncementStatus,
    Audience,
    Channel,
    Delivery,
    DeliveryStatus,
    RecipientKind,
    Relay,
    Urgency,
)
from services import access, audit, links, plans
from services.access import Actor
from services.plans import PlannedGroup
from services.ports import ports

# How soon a leader is expected to post, where the deadline leaves that much: ours to choose (docs/decisions/0006).
POST_WITHIN = {
    Urgency.EMERGENCY: timedelta(minutes=15),
    Urgency.VERY_URGENT: timedelta(minutes=30),
    Urgency.URGENT: timedelta(hours=1),
    Urgency.NORMAL: timedelta(hours=12),
}
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
    here = clock.local(at)
    if 7 <= here.hour < 21:
        return at
    morning = here.replace(hour=7, minute=0, second=0, microsecond=0)
    return (morning if here.hour < 7 else morning + timedelta(days=1)).astimezone(UTC)


def leaves_at(announcement: Announcement) -> datetime | None:
    """When an approved one leaves: at the end of the seconds in which it can be taken back, or at its hour."""
    return announcement.leaves_at or announcement.send_at


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
    return True


def send(session: Session, *, announcement: Announcement) -> None:
    """Hand the announcement to every leader of its audience as it is today, each with the group's own link."""
    if announcement.status in (AnnouncementStatus.SENDING, AnnouncementStatus.SENT):
        return
    now = clock.now()
    audience = session.exec(select(Audience).where(Audience.announcement_id == announcement.id)).all()
    channels = [Channel(name) for name in announcement.plan.get("channels", [])]
    plan = plans.of_audience(session, audience=audience, channels=channels)
    kept = plan.kept()
    announcement.plan = announcement.plan | {"sent": {name: kept[name] for name in ("households", "people", "paths", "cost")}}
    announcement.sent_at, announcement.households = now, plan.households
    announcement.leaders_token = new_token()
    announcement.status = AnnouncementStatus.SENT
    due = due_at(announcement, now)
    _hand_over(session, announcement, plan.groups, now, due)
    promise = ports().engine.promise
    subject = str(announcement.id)
    promise(session, work="remind", key=f"remind:{subject}", at=now + (due - now) / 2, subject_id=subject)
    promise(session, work="escalate", key=f"escalate:{subject}", at=due, subject_id=subject)


def _hand_over(session: Session, announcement: Announcement, groups: list[PlannedGroup], now: datetime, due: datetime) -> None:
    made = links.for_announcement_groups(
        session, announcement_id=announcement.id, unit_id=announcement.unit_id, group_ids=[group.group_id for group in groups]
    )
    deliveries, relays = [], []
    for group in groups:
        delivery_id = new_id()
        deliveries.append(
            {
                "id": delivery_id, "created_at": now, "announcement_id": announcement.id, "channel": Channel.RELAY,
                "recipient_kind": RecipientKind.GROUP, "recipient_id": str(group.group_id),
                "idempotency_key": f"{announcement.id}:relay:{group.group_id}", "status": DeliveryStatus.QUEUED,
                "updated_at": now,
            }
        )  # fmt: skip
        relays.append(
            {
                "id": new_id(), "created_at": now, "delivery_id": delivery_id, "announcement_id": announcement.id,
                "group_id": group.group_id, "link_id": made[group.group_id].id, "token": new_token(), "due_at": due,
                "token_expires_at": announcement.expires_at or now + timedelta(days=14), "households": group.households,
            }
        )  # fmt: skip
    if relays:
        session.execute(insert(Delivery), deliveries)
        session.execute(insert(Relay), relays)


def remind(session: Session, *, announcement_id: UUID) -> int:
    """Mark the reminder of every leader who has not posted; how many. A second call marks nobody again."""
    now = clock.now()
    return _mark(session, announcement_id, Relay.reminded, now)


def escalate(session: Session, *, announcement_id: UUID) -> int:
    """Mark as overdue every relay that is past its due time and not posted; how many."""
    return _mark(session, announcement_id, Relay.escalated_at, clock.now())


def _mark(session: Session, announcement_id: UUID, column: datetime | None, now: datetime) -> int:
    status = session.exec(select(Announcement.status).where(Announcement.id == announcement_id)).first()
    if status is not AnnouncementStatus.SENT:
        return 0
    waiting = (col(Relay.announcement_id) == announcement_id) & col(Relay.posted_at).is_(None) & col(column).is_(None)
    return changed(session, update(Relay).where(waiting).values({col(column): now}))


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
