"""Holding back what has not left: for a while, or for good. What is on its way cannot be called back."""

from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col

from core import clock
from core.db import changed
from core.errors import Invalid, NotAllowed
from core.i18n import N_
from models import LEFT, Announcement, Delivery, DeliveryStatus
from services import access, audit, batches, drafts, leader_messages, ledger
from services.access import Actor, May
from services.channel_fields import ORDER as BY_ACCOUNT

STOPPED = N_("Đã dừng trước khi gửi.")


def pause(session: Session, *, actor: Actor, announcement_id: UUID) -> bool:
    """Let nothing more of it leave by an account until somebody has it go on; False where it rests already.

    Raises:
        NotAllowed: the actor does not approve, or it is not under way.
        NotFound: there is no such announcement in the actor's sight.
    """
    item = _under_way(session, actor, announcement_id)
    if item.paused_at is not None:
        return False
    item.paused_at = clock.now()
    session.add(item)
    _note(session, actor, item, "announcement.paused")
    return True


def go_on(session: Session, *, actor: Actor, announcement_id: UUID) -> bool:
    """Have what was held back leave; False where nothing is held.

    Raises:
        Invalid: its time is over.
        NotAllowed, NotFound: as `pause`.
    """
    item = _under_way(session, actor, announcement_id)
    if item.paused_at is None:
        return False
    if item.has_expired(clock.now()):
        raise Invalid(N_("Thông báo này đã hết hiệu lực, không gửi tiếp được."))
    item.paused_at = None
    session.add(item)
    session.flush()
    batches.wake(session, announcement_id=item.id)
    _note(session, actor, item, "announcement.went_on")
    return True


def stop_rest(session: Session, *, actor: Actor, announcement_id: UUID, expected: int | None = None) -> int:
    """Stop for good what has not left by an account; the leaders' posts go on. How many messages were stopped.

    `expected` is the number that the person saw and said yes to.

    Raises:
        Invalid: more are waiting by now than that.
        NotAllowed, NotFound: as `pause`.
    """
    item = _under_way(session, actor, announcement_id)
    waiting = (
        (col(Delivery.announcement_id) == item.id) & col(Delivery.status).in_(ledger.WAITING)
        & col(Delivery.channel).in_(BY_ACCOUNT) & ~leader_messages.are_of(item.id)
    )  # fmt: skip
    values = {
        "status": DeliveryStatus.CANCELLED, "error": STOPPED, "trouble": None, "cost": 0, "next_at": None,
        "updated_at": clock.now(),
    }  # fmt: skip
    stopped = changed(session, update(Delivery).where(waiting).values(values))
    if expected is not None and stopped > expected:
        raise Invalid(N_("Nay có {n} tin chưa gửi, nhiều hơn số vừa xem. Xin xem lại rồi bấm lại."), n=stopped)
    if stopped:
        _note(session, actor, item, "announcement.rest_stopped", stopped=stopped)
    return stopped


def _under_way(session: Session, actor: Actor, announcement_id: UUID) -> Announcement:
    access.require(actor, May.APPROVE)
    item = drafts.get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    if item.status not in LEFT:
        raise NotAllowed(N_("Thông báo này không còn đang gửi."))
    return item


def _note(session: Session, actor: Actor, item: Announcement, action: str, **details: int) -> None:
    audit.record(session, actor=actor, action=action, subject_kind="announcement", subject_id=item.id, **details)
