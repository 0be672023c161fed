"""The audit: who did what, when. Rows are only added; each holds the hash of the one before."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Row
from sqlmodel import Session, col, func, select, text

from models import AuditEvent
from services.access import Actor

FIRST = "0" * 64


def record(
    session: Session, *, actor: Actor, action: str, subject_kind: str = "", subject_id: UUID | str = "", **details: Any
) -> AuditEvent:
    """Add one row to the chain. `details` must be plain JSON and never hold a phone number or a token."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(4343)"))  # one writer at the chain's end
    last = session.exec(select(AuditEvent).order_by(col(AuditEvent.sequence).desc()).limit(1)).first()
    event = AuditEvent(
        sequence=(last.sequence + 1) if last else 1, actor_id=actor.id, actor_name=actor.display_name, action=action,
        subject_kind=subject_kind, subject_id=str(subject_id), details=details,
        previous_hash=last.hash if last else FIRST, hash="",
    )  # fmt: skip
    event.hash = seal(event)
    session.add(event)
    session.flush()
    return event


_LAST = select(AuditEvent.sequence).order_by(col(AuditEvent.sequence).desc()).limit(1)  # asked at every run of a screen


def last_sequence(session: Session) -> int:
    """The number of the last act; grows with whatever is done on a screen or by terminal."""
    return session.execute(_LAST).scalar() or 0


def last_at(session: Session) -> datetime | None:
    """When the latest act was recorded; None before the first. Later than now, the clock has been set back."""
    return session.exec(select(func.max(col(AuditEvent.created_at)))).one()


def history(session: Session, *, subject_kind: str, subject_id: UUID | str, limit: int = 50) -> list[AuditEvent]:
    """What was done to one record, the latest first. The caller has narrowed by its actor."""
    wanted = select(AuditEvent).where(AuditEvent.subject_kind == subject_kind, AuditEvent.subject_id == str(subject_id))
    return list(session.exec(wanted.order_by(col(AuditEvent.sequence).desc()).limit(limit)))


def seal(event: AuditEvent | Row[Any]) -> str:
    """The hash a row must have."""
    fields = [
        event.previous_hash, event.sequence, str(event.actor_id), event.actor_name, event.action, event.subject_kind,
        event.subject_id, event.details, event.created_at.isoformat(),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Walk:
    """What a walk along the chain found: how many rows are whole, the first that is not, and the last one's hash."""

    rows: int
    broken: int | None
    last_hash: str


_CHAIN = sa.select(
    col(AuditEvent.previous_hash), col(AuditEvent.sequence), col(AuditEvent.actor_id), col(AuditEvent.actor_name),
    col(AuditEvent.action), col(AuditEvent.subject_kind), col(AuditEvent.subject_id), col(AuditEvent.details),
    col(AuditEvent.created_at), col(AuditEvent.hash),
).order_by(col(AuditEvent.sequence))  # fmt: skip


def walk(session: Session, *, reached: tuple[int, str] | None = None) -> Walk:
    """Walk the whole chain, a thousand rows in memory at a time.

    `reached` is how far an earlier walk came, number and hash: rows cut off the chain's end leave a chain that is whole but
    shorter, and one written anew has other hashes (ASVS 16.4.2).
    """
    previous, rows = FIRST, 0
    for event in session.execute(_CHAIN.execution_options(yield_per=1000)):
        is_next = event.sequence == rows + 1 and event.previous_hash == previous and event.hash == seal(event)
        is_another = reached is not None and reached[0] == event.sequence and reached[1] != event.hash
        if not is_next or is_another:
            return Walk(rows, rows + 1, previous)
        previous, rows = event.hash, rows + 1
    return Walk(rows, rows + 1 if reached and reached[0] > rows else None, previous)
