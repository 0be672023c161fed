"""Users and how they come in: roles at units, sessions, one-time tickets, tries, phones that a leader chose."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, false
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

    __table_args__ = (
        Index("uq_user_email", "email", unique=True),
        Index("uq_user_subject", "subject", unique=True),
    )

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
    is_example: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  # of the demonstration: password known
    email: str | None = None  # lower case; by which an identity provider's account is found
    subject: str | None = None  # that account's own name, bound at its first sign-in
    bot_chat_id: str | None = None  # where the ward's Zalo bot may write to them: known once they have written to it


class Session(Model, table=True):
    """A signed-in browser. Only the hash of its cookie is kept."""

    token_hash: str = Field(unique=True)
    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    last_seen_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    device: str = ""
    place: str = Field(default="", sa_column_kwargs={"server_default": ""})  # the network it came from, never the whole address
    is_waiting: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  # for the second factor: opens nothing
    is_strong: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  # an identity provider asked twice
    proven_at: datetime | None = Field(default=None, sa_type=Instant)  # when who sits there last showed a secret


class Ticket(Model, table=True):
    """A one-time way from the sign-in form to the route that sets the cookie; good for a minute."""

    __table_args__ = (Index("uq_ticket_source", "source", unique=True),)

    token_hash: str = Field(unique=True)
    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE")
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)
    is_strong: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  # a second factor was shown elsewhere
    source: str | None = None  # digest of what it was given for, which gives no second one


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
