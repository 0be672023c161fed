"""What someone was typing when time signed them out: sealed, given back once to the same person at the same page."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session, col, delete, select

from core import clock, sealed
from models import KeptForm
from services.access import Actor

LIFE = timedelta(days=1)
LARGEST = 60_000  # letters of one page


def keep(session: Session, *, user_id: UUID, page: str, values: Mapping[str, str]) -> bool:
    """Keep what stands in a page's fields for a day; False where there is nothing, or more than anybody types.

    The caller has seen to it that the browser was this user's.
    """
    session.exec(delete(KeptForm).where(col(KeptForm.expires_at) < clock.now()))
    if not values or sum(map(len, values.values())) > LARGEST:
        return False
    session.exec(delete(KeptForm).where(col(KeptForm.user_id) == user_id, col(KeptForm.page) == page))
    lock = sealed.seal(values, owner=_owner(user_id, page))
    session.add(KeptForm(user_id=user_id, page=page, sealed=lock, expires_at=clock.now() + LIFE))
    session.flush()
    return True


def waits(session: Session, *, actor: Actor, page: str) -> bool:
    """Whether something of the actor's is kept for this page."""
    return _found(session, actor, page) is not None


def take(session: Session, *, actor: Actor, page: str) -> dict[str, str]:
    """What is kept, given back and kept no more; empty where there is nothing."""
    found = _found(session, actor, page)
    if found is None:
        return {}
    session.delete(found)
    try:
        return sealed.unseal(found.sealed, owner=_owner(found.user_id, page))
    except sealed.Unreadable:
        return {}


def _found(session: Session, actor: Actor, page: str) -> KeptForm | None:
    mine = (KeptForm.user_id == actor.id, KeptForm.page == page, KeptForm.expires_at > clock.now())
    return session.exec(select(KeptForm).where(*mine)).first()


def _owner(user_id: UUID, page: str) -> str:
    return f"kept form {user_id} {page}"
