"""Corrections in their order: which announcement stands now for an earlier one, and which ones it has come after.

The newest that was sent stands for all before it, however long the chain; one that was withdrawn stands for nothing.
"""

from functools import cache
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models import LEFT, Announcement

_later, _before = aliased(Announcement), aliased(Announcement)  # once: each costs as much as a small query


def standing_for(session: Session, announcement_id: UUID) -> Announcement | None:
    """The correction that stands for an announcement now; None where nothing does. One query."""
    chain = select(Announcement.id).where(Announcement.corrects_id == announcement_id).cte("chain", recursive=True)
    chain = chain.union(select(_later.id).join(chain, col(_later.corrects_id) == chain.c.id))
    return session.exec(
        select(Announcement)
        .where(col(Announcement.id).in_(select(chain.c.id)), col(Announcement.status).in_(LEFT))
        .order_by(col(Announcement.sent_at).desc(), col(Announcement.id).desc())
    ).first()


@cache
def corrected() -> Select[tuple[UUID | None]]:
    """Ids of all announcements for which a later one stands, for `column.in_(…)`."""
    chain = (
        select(Announcement.corrects_id.label("id"))  # type: ignore[union-attr]
        .where(col(Announcement.corrects_id).is_not(None), col(Announcement.status).in_(LEFT))
        .cte("corrected", recursive=True)
    )
    step = select(_before.corrects_id).join(chain, col(_before.id) == chain.c.id).where(col(_before.corrects_id).is_not(None))
    return select(chain.union(step).c.id)


def before(session: Session, announcement: Announcement) -> list[UUID]:
    """The announcements it has come after that were sent, the nearest first: whoever got one of them gets this one."""
    found: list[UUID] = []
    earlier_id = announcement.corrects_id
    while earlier_id is not None and earlier_id not in found:  # a handful: somebody wrote each of them
        earlier = session.get_one(Announcement, earlier_id)
        if earlier.sent_at is not None:
            found.append(earlier.id)
        earlier_id = earlier.corrects_id
    return found


def heard_before(session: Session, announcement: Announcement) -> list[UUID]:
    """Whose receivers belong to its audience too: what it corrects, and what is corrected by that which it says again."""
    found, said = before(session, announcement), {announcement.id}
    follows_id = announcement.follows_id
    while follows_id is not None and follows_id not in said:
        said.add(follows_id)
        earlier = session.get_one(Announcement, follows_id)
        found += [id_ for id_ in before(session, earlier) if id_ not in found]
        follows_id = earlier.follows_id
    return found
