"""What a leader reports of an event after it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint
from sqlmodel import Field

from models.base import Instant, Model


class LeaderReport(Model, table=True):
    """How many people took part, a line, photos: one report of each chat that an announcement was posted in."""

    __table_args__ = (CheckConstraint("people >= 0", name="people"),)

    relay_id: UUID = Field(foreign_key="relay.id", ondelete="CASCADE", unique=True)
    people: int
    line: str = ""
    photos: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)  # as `attachments.store_photo` gives them
    reported_by: str = ""  # "leader", "deputy", or the name of whoever entered it for them
    reported_at: datetime = Field(sa_type=Instant)
    mended_at: datetime | None = Field(default=None, sa_type=Instant)
