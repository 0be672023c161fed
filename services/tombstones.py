"""What keeps an old list from bringing an erased household back: keyed digests of how it was known, useless without the app key.

A digest of a name and a number is still personal data (Law 91/2025/QH15 knows no other class): it is kept for this one purpose,
and goes when the household comes back by its own wish (`lift`).
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from core import clock, tokens
from core.db import changed
from core.settings import settings
from core.text import fold
from models import Erasure, Tombstone
from services.import_values import code_key


def marks_of(unit_ids: Iterable[UUID], *, code: str, head_name: str, address: str, numbers: Iterable[str]) -> set[str]:
    """The digests by which a row of a list is known again: its name with its number, code or address, never a number alone."""
    name = fold(head_name)
    known = {f"phone:{number}:{name}" for number in numbers if number}
    for unit_id in unit_ids:
        known |= {f"code:{unit_id}:{code_key(code)}:{name}"} if code else set()
        known |= {f"address:{unit_id}:{fold(address)}:{name}"} if address else set()
    return {tokens.keyed_digest(key, f"tombstone:{one}") for key in settings().keys for one in known} if name else set()


def lay(session: Session, *, erasure: Erasure, marks: set[str]) -> int:
    """Keep the marks of an erased household; how many."""
    session.add_all(Tombstone(erasure_id=erasure.id, digest=mark) for mark in sorted(marks))
    session.flush()
    return len(marks)


def all_marks(session: Session) -> dict[str, date]:
    """Every mark with its day, for a long list that is looked at row by row."""
    found = session.exec(select(Tombstone.digest, Erasure.created_at).join(Erasure, col(Erasure.id) == Tombstone.erasure_id))
    return {digest: clock.local(at).date() for digest, at in found}


def lift(session: Session, marks: set[str]) -> int:
    """The household is taken in again by its own wish: its marks go; how many. The caller has checked who says so."""
    return changed(session, delete(Tombstone).where(col(Tombstone.digest).in_(marks))) if marks else 0
