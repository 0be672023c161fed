"""Showing a secret again at an open screen: the password or a code of one's app, good for ten minutes at this browser only."""

import re
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from core.errors import NotAllowed
from core.i18n import N_
from models import User
from services import audit, second_factors, sessions
from services.access import Actor, actor_of
from services.doors import forget_tries, reserve_try
from services.passwords import NOBODY


@dataclass(frozen=True)
class Asked:
    """A try, counted already. `way` says how it was right; without one the word must give the hash."""

    user_id: UUID
    way: str | None
    hashed: str = NOBODY
    is_code: bool = False  # a wrong one is written down already


def ask(session: Session, *, actor: Actor, word: str, address: str) -> Asked:
    """Count a try and look at it, if it is a code; for a password say which hash it must give. Commit before that is checked.

    Raises:
        NotAllowed: nobody sits there.
    """
    if actor.id is None:
        raise NotAllowed(N_("Phiên làm việc đã hết. Xin đăng nhập lại."))
    if re.fullmatch(r"\d{6}", word.strip()) and second_factors.standing(session, actor=actor).factors:
        return Asked(actor.id, second_factors.shown(session, user_id=actor.id, word=word, address=address), is_code=True)
    if reserve_try(session, door=_door(actor.id)) == "locked":
        return Asked(actor.id, None)
    return Asked(actor.id, None, session.get_one(User, actor.id).password_hash)


def settle(session: Session, *, asked: Asked, token: str, is_right: bool) -> bool:
    """What came of it: right, and this browser is proven for ten minutes; else that it failed is written down."""
    if not is_right:
        if not asked.is_code:
            who = actor_of(session, session.get_one(User, asked.user_id))
            audit.record(session, actor=who, action="user.factor_failed", subject_kind="user", subject_id=asked.user_id,
                         way="password")  # fmt: skip
        return False
    forget_tries(session, door=_door(asked.user_id))
    sessions.prove(session, token=token, way=asked.way or "password")
    return True


def _door(user_id: UUID) -> str:
    return f"own-password|{user_id}"
