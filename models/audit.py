"""The audit: who did what, when. Rows are added, never changed; each holds the hash of the one before."""

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index
from sqlmodel import Field

from core import append_only
from models.base import Model


class AuditEvent(Model, table=True):
    """One act. `sequence` has no gaps; `hash` covers the row and `previous_hash`."""

    __table_args__ = (Index("ix_auditevent_subject", "subject_kind", "subject_id"),)

    sequence: int = Field(unique=True)
    actor_id: UUID | None = None
    actor_name: str
    action: str
    subject_kind: str = ""
    subject_id: str = ""
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    previous_hash: str
    hash: str = Field(unique=True)


append_only.keep(AuditEvent.__table__)  # type: ignore[attr-defined]
