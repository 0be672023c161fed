"""Tokens by which other systems read from here: of which unit, what they open, until when. Only their hash is kept."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from core.i18n import N_
from models.base import Instant, Model, choice


class Scope(StrEnum):
    """What a token opens; nothing else, whoever asks with it."""

    FIGURES_READ = "figures:read"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {"figures:read": N_("xem số liệu, như người xem số liệu")}[self]


class ApiToken(Model, table=True):
    """A token of another system. It sees what an observer of its unit sees: no person, no count of a handful of households."""

    name: str = Field(unique=True)  # whose it is: "bảng điều hành tỉnh"
    token_hash: str = Field(unique=True)
    scope: Scope = Field(sa_type=choice(Scope))
    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT", index=True)
    made_by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    expires_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
    last_used_at: datetime | None = Field(default=None, sa_type=Instant)  # to the hour
