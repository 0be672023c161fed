"""Accounts with providers, who asked not to be written to, what providers tell us, what is read from loudspeakers."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, false
from sqlmodel import Field

from core.i18n import N_
from models.base import Instant, Model, choice, index_where
from models.group import Channel


class AccountState(StrEnum):
    """Whether a provider's account can be used."""

    ACTIVE = "active"
    PAUSED = "paused"
    BROKEN = "broken"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {"active": N_("đang dùng"), "paused": N_("tạm dừng"), "broken": N_("đang lỗi")}[self]


class ChannelAccount(Model, table=True):
    """An account with a provider that a ward, or a province for its wards, sends by."""

    __table_args__ = (
        Index("uq_channelaccount_unit_id_channel", "unit_id", "channel", unique=True),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("reserve >= 0", name="reserve"),
        CheckConstraint("per_second IS NULL OR per_second > 0", name="per_second"),
    )

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="CASCADE")
    channel: Channel = Field(sa_type=choice(Channel))
    state: AccountState = Field(default=AccountState.ACTIVE, sa_type=choice(AccountState))
    price: int = 0  # đồng a message, of an SMS a segment
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, sa_column_kwargs={"server_default": "{}"})  # no secret
    secrets: str = Field(default="", sa_column_kwargs={"server_default": ""})  # sealed with the app key; never shown again
    message: str = Field(default="", sa_column_kwargs={"server_default": ""})  # why it is broken, for a person
    reserve: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # messages that only an emergency may use
    quota_left: int | None = None  # as the provider last told; None where it tells nothing
    quota_total: int | None = None
    quota_at: datetime | None = Field(default=None, sa_type=Instant)  # when it told
    per_second: float | None = None  # messages a second, as a person set them; None: as many as the channel usually does
    told_per_second: float | None = None  # as its provider last told; None where it tells nothing
    free_at: datetime | None = Field(default=None, sa_type=Instant)  # up to when its pace is spoken for, by all processes
    failures: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # unbroken run of them: the circuit's count
    open_until: datetime | None = Field(default=None, sa_type=Instant)  # the circuit: nothing is tried before
    token_until: datetime | None = Field(default=None, sa_type=Instant)  # how long the access token is good
    renewing_by: str = Field(default="", sa_column_kwargs={"server_default": ""})  # the process that renews it just now
    renewing_until: datetime | None = Field(default=None, sa_type=Instant)  # and how long it may take
    checked_at: datetime | None = Field(default=None, sa_type=Instant)
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    opening: int = Field(default=1, sa_column_kwargs={"server_default": "1"})  # which time a person has opened it anew

    @property
    def told(self) -> dict[str, str]:
        """Its settings as a provider is told them: texts."""
        return {name: str(value) for name, value in self.settings.items()}


class OptOutCause(StrEnum):
    """How somebody said that they want no messages."""

    SMS = "sms"  # answered STOP
    UNFOLLOWED = "unfollowed"
    BLOCKED = "blocked"
    PAGE = "page"  # a page's button
    STAFF = "staff"  # told a person, who wrote it down

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "sms": N_("nhắn tin từ chối"), "unfollowed": N_("bỏ quan tâm"), "blocked": N_("chặn hoặc từ chối trên Zalo"),
            "page": N_("bấm nút từ chối"), "staff": N_("báo cho cán bộ"),
        }[self]  # fmt: skip


class OptOut(Model, table=True):
    """A receiver who wants nothing more on a channel. Obeyed before every send; `ended_at` when they came back by themselves."""

    __table_args__ = (
        index_where("uq_optout_open", "channel", "recipient", where="ended_at IS NULL", unique=True),
    )  # fmt: skip

    channel: Channel = Field(sa_type=choice(Channel))
    recipient: str  # as the ledger names them: a phone in E.164, an account's id
    cause: OptOutCause = Field(sa_type=choice(OptOutCause))
    since: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class WebhookEvent(Model, table=True):
    """Something a provider told us. The same words told again are the same row: providers repeat themselves."""

    __table_args__ = (Index("ix_webhookevent_done_at", "done_at", "created_at"),)

    provider: str  # zalo, facebook, sms, zalo_bot
    name: str  # the event, as the provider calls it
    digest: str = Field(unique=True)  # SHA-256 of provider and what makes the event one
    body: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # emptied once it is done
    done_at: datetime | None = Field(default=None, sa_type=Instant)
    problem: str = ""  # why nothing could be made of it


class LoudspeakerSlot(Model, table=True):
    """What is read out when and where, by whom, and whether it was."""

    __table_args__ = (Index("ix_loudspeakerslot_unit_id_read_from", "unit_id", "read_from"),)

    announcement_id: UUID = Field(foreign_key="announcement.id", ondelete="CASCADE", index=True)
    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")  # whose loudspeakers
    delivery_id: UUID | None = Field(default=None, foreign_key="delivery.id", ondelete="SET NULL")
    read_from: datetime = Field(sa_type=Instant)
    minutes: int = 1
    reader: str = ""
    read_at: datetime | None = Field(default=None, sa_type=Instant)  # marked as read
    read_by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    is_dropped: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
