"""Codes that stand in for a lost second factor: ten, shown once, each good once; a new set voids the old one."""

import re
import secrets
from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, delete, func, select, update

from core import clock
from core.settings import settings
from core.tokens import ALPHABET, keyed_digest
from models import RecoveryCode

HOW_MANY = 10
LETTERS = 10  # 48 bits


def make(session: Session, *, user_id: UUID) -> list[str]:
    """Ten new codes, as they are written down; none of before is good any more. The caller has seen to it that the owner asks."""
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))
    made = ["".join(secrets.choice(ALPHABET) for _ in range(LETTERS)) for _ in range(HOW_MANY)]
    session.add_all(RecoveryCode(user_id=user_id, code_hash=_digests(user_id, one)[0]) for one in made)
    session.flush()
    return [f"{one[:5]}-{one[5:]}" for one in made]


def use(session: Session, *, user_id: UUID, typed: str) -> bool:
    """Whether it is one of this user's codes not used before; it is used then."""
    word = re.sub(r"[\s-]", "", typed).lower()
    if len(word) != LETTERS:
        return False
    spent = session.exec(
        update(RecoveryCode)
        .where(
            col(RecoveryCode.user_id) == user_id, col(RecoveryCode.code_hash).in_(_digests(user_id, word)),
            col(RecoveryCode.used_at).is_(None),
        )
        .values(used_at=clock.now())
    )  # fmt: skip
    return bool(spent.rowcount == 1)


def left(session: Session, *, user_id: UUID) -> int:
    """How many are still good."""
    wanted = select(func.count()).select_from(RecoveryCode)
    return session.exec(wanted.where(RecoveryCode.user_id == user_id, col(RecoveryCode.used_at).is_(None))).one()


def _digests(user_id: UUID, word: str) -> Sequence[str]:
    """With today's app key and with those of before: a code on paper outlives a change of the key."""
    return [keyed_digest(key, f"recovery|{user_id}|{word}", digits=64) for key in settings().keys]
