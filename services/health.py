"""Whether the house stands, and how its relays do: what a monitor asks."""

from sqlalchemy import String, case, column, func, inspect, table
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from core import clock
from models import Announcement, AnnouncementStatus, Relay, Unit


def is_database_ready(session: Session) -> bool:
    """Whether the tables are there; raises what the database raises when it cannot be reached or has no tables."""
    session.exec(select(Unit.id).limit(1)).first()
    return True


def revision(session: Session) -> str | None:
    """Of the tables, as their migrations note it; None where they note nothing."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return None
    noted = table("alembic_version", column("version_num", String))
    return session.execute(sa_select(noted.c.version_num)).scalar_one_or_none()


def relay_counts(session: Session) -> dict[str, int]:
    """Relays whose announcement is sent and still holds, by how they stand: posted, waiting, overdue."""
    now = clock.now()
    posted = func.count(col(Relay.posted_at))
    overdue = func.sum(case((col(Relay.posted_at).is_(None) & (col(Relay.due_at) <= now), 1), else_=0))
    total, done, late = session.exec(
        select(func.count(), posted, overdue)
        .select_from(Relay)
        .join(Announcement, col(Announcement.id) == Relay.announcement_id)
        .where(col(Relay.token_expires_at) > now, Announcement.status == AnnouncementStatus.SENT)
    ).one()
    return {"posted": done, "waiting": total - done - int(late or 0), "overdue": int(late or 0)}
