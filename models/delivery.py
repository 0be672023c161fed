"""The ledger: one row for one recipient on one channel. Nothing leaves that is not in it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, false
from sqlmodel import Field

from core.i18n import N_
from core.sealed_addresses import Address
from models.base import Instant, Model, choice, index_where
from models.group import Channel


class DeliveryStatus(StrEnum):
    """How far one delivery has come. For a relay `queued` waits for the leader, `sent` is posted."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    REJECTED = "rejected"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "queued": N_("Chờ gửi"), "sending": N_("Đang gửi"), "sent": N_("Đã gửi"), "delivered": N_("Đã tới máy"),
            "read": N_("Đã xem"), "rejected": N_("Bị từ chối"), "unavailable": N_("Sẽ thử lại"),
            "unknown": N_("Chưa rõ"), "cancelled": N_("Đã dừng"),
        }[self]  # fmt: skip


class Trouble(StrEnum):
    """Of what kind a refusal was: what is to be done about it (channels.md §0)."""

    BACKOFF = "backoff"
    LATER = "later"
    RECIPIENT = "recipient"
    CONTENT = "content"
    CONFIG = "config"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "backoff": N_("nhà cung cấp bận"), "later": N_("hết hạn mức hoặc ngoài giờ"),
            "recipient": N_("người nhận không nhận được"), "content": N_("nội dung không hợp lệ"),
            "config": N_("tài khoản có lỗi"), "unknown": N_("mất câu trả lời"),
        }[self]  # fmt: skip


class RecipientKind(StrEnum):
    """What sort of receiver `recipient_id` names."""

    GROUP = "group"
    FOLLOWER = "follower"
    PHONE = "phone"
    SHEET = "sheet"
    PAGE = "page"  # everybody who looks: a fanpage, all followers of an account
    MAIL = "mail"
    PLACE = "place"  # of a loudspeaker


class Batch(Model, table=True):
    """Deliveries of one announcement, or answers to what people asked, that leave together by one account.

    Whoever holds the lease sends; a higher `attempt` fences off a process that wakes from the dead.
    """

    __table_args__ = (
        Index("ix_batch_ended_at_lease_until", "ended_at", "lease_until"),
        CheckConstraint("attempt >= 0 AND size >= 0", name="counts"),
    )

    announcement_id: UUID | None = Field(default=None, foreign_key="announcement.id", ondelete="CASCADE", index=True)
    channel: Channel = Field(sa_type=choice(Channel))
    account_id: UUID | None = Field(default=None, foreign_key="channelaccount.id", ondelete="SET NULL", index=True)
    ward_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")  # whose turn it is, where wards share a process
    priority: int = 10  # a lower one leaves first
    size: int = 0
    attempt: int = 0  # goes up with every claim; 0: nobody has had it
    owner: str = ""  # the process that holds it
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    next_at: datetime | None = Field(default=None, sa_type=Instant)  # nothing of it is tried before
    ended_at: datetime | None = Field(default=None, sa_type=Instant)  # nothing of it is left to do
    takes_back: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  # says that it was withdrawn


def _of_those_that_have(column: str) -> Index:
    """An index without the rows whose column is empty: it is not written when they are."""
    return index_where(f"ix_delivery_{column}", column, where=f"{column} IS NOT NULL")


class Delivery(Model, table=True):
    """One thing that leaves, and what became of it."""

    __table_args__ = (
        Index("ix_delivery_announcement_id_status", "announcement_id", "status"),
        Index("ix_delivery_batch_id_status", "batch_id", "status"),
        _of_those_that_have("provider_message_id"),
        _of_those_that_have("message_id"),
        index_where("ix_delivery_answers", "updated_at", where="message_id IS NOT NULL"),
        CheckConstraint("attempts >= 0 AND cost >= 0", name="counts"),
        CheckConstraint("(announcement_id IS NULL) <> (message_id IS NULL)", name="about"),
    )

    announcement_id: UUID | None = Field(default=None, foreign_key="announcement.id", ondelete="RESTRICT")
    message_id: UUID | None = Field(default=None, foreign_key="inquirymessage.id", ondelete="RESTRICT")  # a reply
    channel: Channel = Field(sa_type=choice(Channel))
    recipient_kind: RecipientKind = Field(sa_type=choice(RecipientKind))
    recipient_id: str
    idempotency_key: str = Field(unique=True)
    status: DeliveryStatus = Field(default=DeliveryStatus.QUEUED, sa_type=choice(DeliveryStatus))
    attempts: int = 0
    provider_message_id: str | None = None
    cost: int = 0  # đồng
    error: str | None = None
    next_at: datetime | None = Field(default=None, sa_type=Instant)
    trouble: Trouble | None = Field(default=None, sa_type=choice(Trouble))  # of what kind `error` is
    batch_id: UUID | None = Field(default=None, foreign_key="batch.id", ondelete="SET NULL")
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    delivered_at: datetime | None = Field(default=None, sa_type=Instant)
    read_at: datetime | None = Field(default=None, sa_type=Instant)
    updated_at: datetime | None = Field(default=None, sa_type=Instant)


class Relay(Model, table=True):
    """The human delivery: a leader posts the ready text in a chat group and says so."""

    __table_args__ = (
        Index("uq_relay_announcement_id_group_id", "announcement_id", "group_id", unique=True),
        Index("ix_relay_posted_at_due_at", "posted_at", "due_at"),
        CheckConstraint("attending IS NULL OR attending >= 0", name="attending"),
        index_where("uq_relay_token_hash", "token_hash", where="token_hash IS NOT NULL", unique=True),
        index_where("uq_relay_deputy_token_hash", "deputy_token_hash", where="deputy_token_hash IS NOT NULL", unique=True),
    )

    delivery_id: UUID = Field(foreign_key="delivery.id", ondelete="CASCADE", unique=True)
    announcement_id: UUID = Field(foreign_key="announcement.id", ondelete="CASCADE")
    group_id: UUID = Field(foreign_key="chat_group.id", ondelete="RESTRICT", index=True)
    link_id: UUID = Field(foreign_key="shortlink.id", ondelete="RESTRICT")  # the group's own link to the announcement
    issue: int = Field(default=1, sa_column_kwargs={"server_default": "1"})  # of the leader's address
    token_hash: str | None = None  # of the leader's address where it was handed out before addresses were sealed
    token_expires_at: datetime = Field(sa_type=Instant)
    due_at: datetime | None = Field(default=None, sa_type=Instant)  # by when it should be posted
    attending: int | None = None  # people of the chat who come, as its leader counts them
    households: int = 0  # of the audience, in this group, when it was sent
    opened_at: datetime | None = Field(default=None, sa_type=Instant)
    posted_at: datetime | None = Field(default=None, sa_type=Instant)
    posted_by: str = ""  # "leader", "deputy", or the name of whoever entered it for them
    reminded: datetime | None = Field(default=None, sa_type=Instant)
    escalated_at: datetime | None = Field(default=None, sa_type=Instant)  # marked overdue
    reminded_again: datetime | None = Field(default=None, sa_type=Instant)  # at three quarters of the time
    passed_on_at: datetime | None = Field(default=None, sa_type=Instant)  # the leader cannot; the deputy is asked
    handed_back_at: datetime | None = Field(default=None, sa_type=Instant)  # the deputy cannot either
    is_deputy_asked: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  # and has an own address of it
    deputy_issue: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    deputy_token_hash: str | None = None  # as `token_hash`
    called_at: datetime | None = Field(default=None, sa_type=Instant)  # the ward has telephoned
    called_by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    note: str = Field(default="", sa_column_kwargs={"server_default": ""})  # the leader's own

    @property
    def address(self) -> Address:
        """The leader's own."""
        return Address("relay", self.id, self.issue, self.token_hash)

    @property
    def deputy_address(self) -> Address:
        """The deputy's own, to the same work; it opens once the deputy is asked."""
        return Address("deputy", self.id, self.deputy_issue, self.deputy_token_hash)

    @property
    def token(self) -> str:
        """What stands in the leader's address."""
        return self.address.token

    @property
    def deputy_token(self) -> str | None:
        """What stands in the deputy's address; None where the deputy is not asked."""
        return self.deputy_address.token if self.is_deputy_asked else None
