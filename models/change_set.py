"""Change sets: what one import, or one save of an edited table, wrote; so that it can be taken back."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field

from core.i18n import N_
from models.base import Instant, Model, choice


class ChangeSetKind(StrEnum):
    """Where many changes at once come from."""

    IMPORT = "import"
    SHEET = "sheet"
    JOIN = "join"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {"import": N_("nhập danh sách"), "sheet": N_("sửa trên bảng"), "join": N_("ghép hộ trùng")}[self]


class ChangeSet(Model, table=True):
    """Many changes of households made at once. The households and memberships it made carry its id; the rest are its Changes."""

    kind: ChangeSetKind = Field(sa_type=choice(ChangeSetKind))
    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT", index=True)
    user_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    file_name: str = ""
    file_hash: str = ""  # SHA-256 of the file, hex
    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    joined: int = 0
    rejected: int = 0
    alike: int = 0  # pairs put on the review page
    purpose: str = Field(default="", sa_column_kwargs={"server_default": ""})  # of the record of processing that it was for
    group_ids: list[str] = Field(default_factory=list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"})  # made by it
    undone_at: datetime | None = Field(default=None, sa_type=Instant)
    undone_by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")


class Change(Model, table=True):
    """What a change set did to one household or membership that stood before: the fields, as they were and as it left them."""

    change_set_id: UUID = Field(foreign_key="changeset.id", ondelete="CASCADE", index=True)
    household_id: UUID = Field(foreign_key="household.id", ondelete="CASCADE", index=True)
    membership_id: UUID | None = Field(default=None, foreign_key="membership.id", ondelete="CASCADE", index=True)
    version: int = 0  # of the household, after the change
    before: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    after: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
