"""A clock that was set back: what this house itself meant to do in seconds must not wait for those hours again.

An hour that a person or a provider's rule chose (a schedule, a deadline, the morning) stays what the clock on the wall says.
Leases and an account's pace mend themselves where they are read (`batches.sweep`, `circuits.ahead`).
"""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlmodel import Session, col

from core import clock
from models import Announcement, AnnouncementStatus, Batch, ChannelAccount, Delivery
from services import access, audit, batches, sending
from services.written_outcomes import LONGEST_WAIT

STEP = timedelta(minutes=1)  # less is the clocks' daily mending
GRACE_MOST = timedelta(minutes=1)  # more than anything we wait for by ourselves after an approval


def mend(session: Session, *, by: timedelta) -> None:
    """Bring forward what would wait as long again as the clock was set back: tries, accounts that rest, what was approved."""
    now = clock.now()
    soon = now + by + timedelta(seconds=LONGEST_WAIT)
    _wake_accounts(session, by=by, now=now)
    _wake_batches(session, now=now, soon=soon)
    _send_what_was_approved(session, now=now)
    audit.record(session, actor=access.TERMINAL, action="clock.set_back", seconds=round(by.total_seconds()))


def _wake_accounts(session: Session, *, by: timedelta, now: datetime) -> None:
    resting = session.scalars(select(ChannelAccount).where(col(ChannelAccount.open_until) > now).with_for_update())
    for account in resting:
        if account.open_until:
            account.open_until = max(now, account.open_until - by)


def _wake_batches(session: Session, *, now: datetime, soon: datetime) -> None:
    """What is tried too early by this is refused or held once more, and waits as it should."""
    open_ones = col(Batch.ended_at).is_(None)
    unended = select(col(Batch.id)).where(open_ones)
    waits = col(Delivery.next_at).between(now, soon) & col(Delivery.batch_id).in_(unended)
    session.execute(update(Delivery).where(waits, col(Delivery.status).in_(batches.WAITING)).values(next_at=now))
    waiting = select(col(Batch.id)).where(open_ones, col(Batch.lease_until).is_(None), col(Batch.next_at).between(now, soon))
    batches.wake(session, batch_ids=session.scalars(waiting).all())


def _send_what_was_approved(session: Session, *, now: datetime) -> None:
    """Approved just before the step, to leave seconds later."""
    is_future = (col(Announcement.approved_at) > now) & col(Announcement.leaves_at).is_not(None)
    found = session.scalars(
        select(Announcement).where(Announcement.status == AnnouncementStatus.SCHEDULED, is_future).with_for_update()  # type: ignore[arg-type]
    )
    for one in found:
        if one.leaves_at and one.approved_at and one.leaves_at - one.approved_at <= GRACE_MOST:
            one.leaves_at = now
            sending.schedule(session, announcement=one)
