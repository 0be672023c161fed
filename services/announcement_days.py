"""The calendar of announcements: what was sent on which day, what will leave at which hour, what only wishes to."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from core import clock
from models import Announcement, AnnouncementStatus
from services import access
from services.access import Actor, May

UNAPPROVED = (AnnouncementStatus.DRAFT, AnnouncementStatus.IN_REVIEW)


@dataclass(frozen=True)
class Entry:
    """One announcement on the day it left or is to leave."""

    announcement: Announcement
    at: datetime

    @property
    def is_sent(self) -> bool:
        """Whether it has left."""
        return self.announcement.sent_at is not None

    @property
    def is_wish(self) -> bool:
        """Whether its hour is only asked for: nobody has approved it yet."""
        return self.announcement.status in UNAPPROVED

    @property
    def day(self) -> date:
        """On the calendars of this place."""
        return clock.local(self.at).date()


def of_month(session: Session, *, actor: Actor, month: date) -> list[Entry]:
    """The announcements in the actor's sight of the month a day lies in, by the hour. One query.

    A viewer sees what was sent. What was given up before it left stands nowhere.
    """
    access.require(actor, May.SEE_SENT)
    start, end = map(clock.midnight, clock.month_of(month))
    at = func.coalesce(Announcement.sent_at, Announcement.leaves_at, Announcement.send_at)
    is_planned = (col(Announcement.status) == AnnouncementStatus.SCHEDULED) | (
        col(Announcement.status).in_(UNAPPROVED) & col(Announcement.send_at).is_not(None)
    )
    shown = col(Announcement.sent_at).is_not(None)
    found = session.exec(
        select(Announcement)
        .where(
            col(Announcement.unit_id).in_(access.visible_units(actor)), at >= start, at < end,
            shown if not access.may(actor, May.SEE_UNSENT) else or_(shown, is_planned),
        )
        .order_by(at, col(Announcement.id))
    ).all()  # fmt: skip
    return [Entry(item, moment) for item in found if (moment := item.sent_at or item.leaves_at or item.send_at)]
