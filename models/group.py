"""Chat groups and public channels, and which household is in which."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from core.i18n import N_
from models.base import Instant, Model, choice, index_where


class Channel(StrEnum):
    """Who posts, and through which interface (design §5)."""

    RELAY = "relay"
    ZALO_OA = "zalo_oa"
    ZALO_TEMPLATE = "zalo_template"
    ZALO_BROADCAST = "zalo_broadcast"
    ZALO_GROUP = "zalo_group"
    ZNS = "zns"
    ZALO_BOT = "zalo_bot"
    FACEBOOK = "facebook"
    SMS = "sms"
    EMAIL = "email"
    PRINT = "print"
    LOUDSPEAKER = "loudspeaker"
    DOOR = "door"


class GroupKind(StrEnum):
    """Whose chat it is."""

    LEADERS = "leaders"
    HOUSEHOLD = "household"
    SECTOR = "sector"
    ASSOCIATION = "association"
    UNIT = "unit"
    INTERNAL = "internal"
    OFFICIAL_ACCOUNT = "official_account"
    FANPAGE = "fanpage"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "leaders": N_("nhóm tổ trưởng"),
            "household": N_("nhóm hộ dân"),
            "sector": N_("nhóm ngành"),
            "association": N_("nhóm đoàn thể"),
            "unit": N_("nhóm cơ quan, đơn vị"),
            "internal": N_("nhóm nội bộ xã"),
            "official_account": N_("tài khoản chính thức"),
            "fanpage": N_("trang Facebook"),
        }[self]


class Group(Model, table=True):
    """A chat group or public channel. `parent_id` is the group it is fed from: that is the cascade."""

    __tablename__ = "chat_group"  # "group" is a word of SQL
    __table_args__ = (CheckConstraint("closed_on IS NULL OR started_on IS NULL OR closed_on >= started_on", name="closed_on"),)

    name: str
    kind: GroupKind = Field(sa_type=choice(GroupKind))
    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT", index=True)
    parent_id: UUID | None = Field(default=None, foreign_key="chat_group.id", ondelete="RESTRICT", index=True)
    channel: Channel = Field(default=Channel.RELAY, sa_type=choice(Channel))
    join_url: str | None = None
    external_id: str | None = None
    leader_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL", index=True)
    deputy_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL", index=True)
    started_on: date | None = None
    closed_on: date | None = None


class MembershipSource(StrEnum):
    """Who said that the household is in the group."""

    IMPORT = "import"
    LEADER = "leader"
    SELF = "self"


class Membership(Model, table=True):
    """A household in a group, over time: at most one open membership a pair."""

    __table_args__ = (
        index_where("uq_membership_household_id_group_id_open", "household_id", "group_id", where="left_on IS NULL", unique=True),
        Index("ix_membership_household_id_days", "household_id", "group_id", "joined_on", "left_on", "people"),
        CheckConstraint("people BETWEEN 1 AND 99", name="people"),
        CheckConstraint("left_on IS NULL OR left_on >= joined_on", name="left_on"),
    )  # fmt: skip

    household_id: UUID = Field(foreign_key="household.id", ondelete="CASCADE")
    group_id: UUID = Field(foreign_key="chat_group.id", ondelete="RESTRICT", index=True)
    people: int = 1
    joined_on: date
    left_on: date | None = None
    source: MembershipSource = Field(default=MembershipSource.LEADER, sa_type=choice(MembershipSource))
    change_set_id: UUID | None = Field(default=None, foreign_key="changeset.id", ondelete="SET NULL", index=True)  # that made it


class Part(StrEnum):
    """What a person is in a chat group."""

    LEADER = "leader"
    DEPUTY = "deputy"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {"leader": N_("phụ trách"), "deputy": N_("phó")}[self]


class Term(Model, table=True):
    """Who led a group, or was deputy, from which day until which; open ones are `Group.leader_id` and `deputy_id`."""

    __table_args__ = (
        index_where("uq_term_group_id_part_open", "group_id", "part", where="ended_on IS NULL", unique=True),
        CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="ended_on"),
    )  # fmt: skip

    group_id: UUID = Field(foreign_key="chat_group.id", ondelete="CASCADE", index=True)
    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    part: Part = Field(sa_type=choice(Part))
    started_on: date
    ended_on: date | None = None


class TickList(Model, table=True):
    """A leader's page for ticking who is in the group, without sign-in: a secret address that ends."""

    group_id: UUID = Field(foreign_key="chat_group.id", ondelete="CASCADE", index=True)
    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE")  # the leader or deputy it was made for
    token_hash: str = Field(unique=True)
    expires_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class JoinRequest(Model, table=True):
    """Someone who says to belong to a group, until its leader says yes or no."""

    __table_args__ = (Index("ix_joinrequest_group_id_answered_at", "group_id", "answered_at"),)

    group_id: UUID = Field(foreign_key="chat_group.id", ondelete="CASCADE")
    household_id: UUID | None = Field(default=None, foreign_key="household.id", ondelete="CASCADE", index=True)
    name: str = ""
    phone: str | None = None
    address: str = ""
    people: int = 1
    visitor: str | None = None  # keyed digest of the phone's cookie: the same phone asks once
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    answered_by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    is_accepted: bool | None = None
