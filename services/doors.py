"""Locks on doors that ask for a secret: sign-in, a leader's last four digits. Wrong tries are counted in the database.

A door is a name made by who asks there, for example `sign-in|lan|10.0.0.7`; only its keyed digest is kept.
"""

from datetime import datetime, timedelta
from typing import Literal

from sqlmodel import Session, col, delete, func, select

from core import clock, networks
from core.settings import settings
from core.tokens import keyed_digest
from models import Attempt

KEPT = timedelta(days=1)


def is_locked(session: Session, *, door: str, limit: int = 5, minutes: int = 15) -> bool:
    """Whether `limit` wrong tries within `minutes` were made here, the last of them less than `minutes` ago."""
    _alone(session, door)
    span = timedelta(minutes=minutes)
    tries = _tries(session, door=door, since=clock.now() - 2 * span)
    return any(
        tries[i + limit - 1] - tries[i] <= span and clock.now() - tries[i + limit - 1] < span
        for i in range(len(tries) - limit + 1)
    )  # fmt: skip


def record_wrong_try(session: Session, *, door: str, limit: int = 5, minutes: int = 15) -> bool:
    """Count one; True when it locks the door. Tries at a locked door are not counted: the lock ends when it was said to.

    Write it in a transaction of its own that no refusal rolls back.
    """
    return reserve_try(session, door=door, limit=limit, minutes=minutes) == "locks"


def reserve_try(session: Session, *, door: str, limit: int = 5, minutes: int = 15) -> Literal["locked", "counted", "locks"]:
    """Count a try before its secret is looked at, so that tries made at the same moment are no more than others.

    "locked": refused and not counted. "locks": the last one, after which the door is locked unless the secret is right;
    who has the right one calls `forget_tries`. Looking and counting are one step only in a transaction that writes.
    """
    if is_locked(session, door=door, limit=limit, minutes=minutes):
        return "locked"
    session.add(Attempt(door=_digest(door)))
    session.exec(delete(Attempt).where(col(Attempt.created_at) < clock.now() - KEPT))
    session.flush()
    return "locks" if is_locked(session, door=door, limit=limit, minutes=minutes) else "counted"


def forget_tries(session: Session, *, door: str) -> None:
    """The right secret was given: what went wrong before counts no more."""
    session.exec(delete(Attempt).where(col(Attempt.door) == _digest(door)))


def forget_try(session: Session, *, door: str) -> None:
    """The newest try at a door was none: whoever else tried there is counted still."""
    newest = select(Attempt.id).where(col(Attempt.door) == _digest(door)).order_by(col(Attempt.created_at).desc()).limit(1)
    session.exec(delete(Attempt).where(col(Attempt.id).in_(newest)))


def network_of(address: str) -> str:
    """The one caller on the internet that an address stands for; "" for those that may be many: our own networks, and what is
    behind a proxy of ours.
    """
    network = networks.network_of(address)
    return network if networks.is_public(network) else ""


def _alone(session: Session, door: str) -> None:
    """On PostgreSQL, wait until whoever is at this door has finished; SQLite has one writer at a time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.exec(select(func.pg_advisory_xact_lock(int(_digest(door)[:15], 16))))


def _tries(session: Session, *, door: str, since: datetime) -> list[datetime]:
    rows = session.exec(
        select(Attempt.created_at)
        .where(Attempt.door == _digest(door), Attempt.created_at > since)
        .order_by(col(Attempt.created_at))
        .limit(200)
    )
    return list(rows)


def _digest(door: str) -> str:
    return keyed_digest(settings().key, door)
