"""The paths of each household, as they were kept when the demonstration's recent announcements left."""

from datetime import timedelta

from sqlmodel import Session, col, select

from core import clock
from models import Announcement, Audience, Channel
from services import paths
from services.demo.stage import Stage, write

FOR = timedelta(days=62)  # to the first day of the month before this one; older ones were sent before paths were kept
MOST = 20_000  # households: a ward a hundred times as large keeps its paths from now on


def keep(session: Session, stage: Stage) -> None:
    """Write the paths of whatever was sent lately, as the audience was on that day."""
    keys = stage.keys("plannedpath")
    recent = (col(Announcement.sent_at) > stage.now - FOR) & (col(Announcement.households) <= MOST)
    for announcement in session.exec(select(Announcement).where(recent).order_by(col(Announcement.sent_at))).all():
        audience = session.exec(select(Audience).where(Audience.announcement_id == announcement.id)).all()
        sent_at = announcement.sent_at or stage.now
        question = paths.ask(session, audience=audience, day=clock.local(sent_at).date(), urgency=announcement.urgency)
        found = sorted(session.execute(paths.rows(session, question)).all(), key=lambda row: row.household_id)
        rows = [
            {
                "id": keys.next(), "created_at": sent_at, "announcement_id": announcement.id, "household_id": row.household_id,
                "path": Channel(row.path), "group_id": row.group_id if row.path == Channel.RELAY.value else None,
                "is_first": True,
            } for row in found
        ]  # fmt: skip
        write(session, "plannedpath", rows)
