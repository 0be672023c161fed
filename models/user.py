"""Users and how they come in: roles at units, sessions, one-time tickets, tries, phones that a leader chose."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from core.i18n import N_
from models.base import Instant, Model, choice


class Role(StrEnum):
    """What a user is at the unit and below it (design §2)."""

    ADMIN = "admin"
    OFFICIAL = "official"
    STAFF = "staff"
    LEAD = "lead"
    VIEWER = "viewer"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "admin": N_("quản trị"),
            "official": N_("lãnh đạo, công chức"),
            "staff": N_("cán bộ một cửa"),
            "lead": N_("tổ trưởng, trưởng thôn"),
            "viewer": N_("người xem số liệu"),
        }[self]


class User(Model, table=True):
    """Someone who signs in. A leader may also act from a phone page without signing in."""

    username: str = Field(unique=True)  # lower case
    display_name: str
    role: Role = Field(sa_type=choice(Role))
    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT", index=True)
    phone: str | None = None
    password_hash: str
    must_change_password: bool = False
    password_expires_at: datetime | None = Field(default=None, sa_type=Instant)  # of a one-time password; past once used
    is_active: bool = True
    language: str = "vi"
    bot_chat_id: str | None = None  # where the ward's Zalo bot may write to them: known once they have written to it


class Session(Model, table=True):
    """A signed-in browser. Only the hash of its cookie is kept."""

    token_hash: str = Field(unique=True)
    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    last_seen_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    device: str = ""


class Ticket(Model, table=True):
    """A one-time way from the sign-in form to the route that sets the cookie; good for a minute."""

    token_hash: str = Field(unique=True)
    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE")
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class Attempt(Model, table=True):
    """A wrong try at a door. `door` is a keyed digest of who and where from, never the words themselves."""

    __table_args__ = (Index("ix_attempt_door_created_at", "door", "created_at"),)

    door: str


class LeaderDevice(Model, table=True):
    """A phone that proved once to be a group leader's: remembered until the leader changes or it is revoked."""

    token_hash: str = Field(unique=True)
    group_id: UUID = Field(foreign_key="chat_group.id", ondelete="CASCADE", index=True)
    leader_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE")
    last_seen_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
