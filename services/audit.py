"""The audit: who did what, when. Rows are only added; each holds the hash of the one before."""

import hashlib
import json
from datetime import datetime
from typing import Any
from uuid import UUID

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


def seal(event: AuditEvent) -> str:
    """The hash a row must have."""
    fields = [
        event.previous_hash, event.sequence, str(event.actor_id), event.actor_name, event.action, event.subject_kind,
        event.subject_id, event.details, event.created_at.isoformat(),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def first_broken(session: Session) -> int | None:
    """Walk the chain; the sequence number of the first row that was changed or is missing, None if all is well."""
    previous, expected = FIRST, 1
    for event in session.exec(select(AuditEvent).order_by(col(AuditEvent.sequence))):
        if event.sequence != expected or event.previous_hash != previous or event.hash != seal(event):
            return expected
        previous, expected = event.hash, expected + 1
    return None
