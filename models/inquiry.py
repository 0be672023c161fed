"""Inquiries: what people ask, report, pass on; what is said on both sides; answers made public; who may not write just now."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index
from sqlmodel import Field

from core import fulltext
from core.i18n import N_
from core.sealed_addresses import Address
from models.base import Instant, Model, choice, index_where


class InquiryKind(StrEnum):
    """What somebody wants with what they wrote."""

    QUESTION = "question"
    BROKEN = "broken"
    RUMOUR = "rumour"
    THANKS = "thanks"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "question": N_("câu hỏi"), "broken": N_("báo hỏng"), "rumour": N_("tin nghi ngờ"), "thanks": N_("lời cảm ơn"),
        }[self]  # fmt: skip


class InquiryChannel(StrEnum):
    """By which way it came, and goes back."""

    FORM = "form"
    ZALO = "zalo"
    FACEBOOK = "facebook"
    COMMENT = "comment"
    SMS = "sms"
    PHONE = "phone"
    DESK = "desk"
    LEADER = "leader"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "form": N_("trang hỏi"), "zalo": N_("Zalo OA"), "facebook": N_("tin nhắn fanpage"),
            "comment": N_("bình luận fanpage"), "sms": N_("tin SMS"), "phone": N_("điện thoại"), "desk": N_("tại quầy"),
            "leader": N_("tổ trưởng chuyển"),
        }[self]  # fmt: skip


class InquiryStatus(StrEnum):
    """Where it stands."""

    NEW = "new"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    CLOSED = "closed"
    SPAM = "spam"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "new": N_("mới"), "assigned": N_("đang xử lý"), "answered": N_("đã trả lời"), "closed": N_("đã xong"),
            "spam": N_("tin rác"),
        }[self]  # fmt: skip


class Topic(StrEnum):
    """What it is about: decides the time for an answer and who is asked first."""

    URGENT = "urgent"
    PROCEDURE = "procedure"
    UTILITIES = "utilities"
    ENVIRONMENT = "environment"
    SECURITY = "security"
    SUPPORT = "support"
    HEALTH = "health"
    OTHER = "other"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "urgent": N_("việc khẩn"), "procedure": N_("thủ tục, giấy tờ"), "utilities": N_("điện, nước, đường"),
            "environment": N_("rác, môi trường"), "security": N_("an ninh, trật tự"), "support": N_("trợ cấp, chính sách"),
            "health": N_("y tế, tiêm chủng"), "other": N_("việc khác"),
        }[self]  # fmt: skip


class Voice(StrEnum):
    """Who says a message of a thread, and to whom."""

    ASKED = "asked"
    REPLY = "reply"
    NOTE = "note"  # among those who answer; never leaves the house


class Inquiry(Model, table=True):
    """One thread: what somebody asks the ward, until it is done."""

    __table_args__ = (
        Index("ix_inquiry_unit_id_status_last_at", "unit_id", "status", "last_at"),
        Index("ix_inquiry_unit_id_last_at", "unit_id", "last_at"),
        Index("ix_inquiry_unit_id_due_at", "unit_id", "due_at"),
        Index("ix_inquiry_unit_id_public_at", "unit_id", "public_at"),
        Index("ix_inquiry_unit_id_likeness", "unit_id", "likeness"),
        Index("ix_inquiry_thread", "unit_id", "channel", "from_id"),
        index_where("ix_inquiry_waits", "due_at", where="due_at IS NOT NULL"),
        index_where("uq_inquiry_token_hash", "token_hash", where="token_hash IS NOT NULL", unique=True),
        CheckConstraint("version >= 1", name="version"),
    )  # fmt: skip

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")  # the ward that is asked
    place_unit_id: UUID | None = Field(default=None, foreign_key="unit.id", ondelete="SET NULL", index=True)  # the group named
    token_hash: str | None = None  # of the asker's address where it was handed out before addresses were sealed
    kind: InquiryKind = Field(default=InquiryKind.QUESTION, sa_type=choice(InquiryKind))
    channel: InquiryChannel = Field(sa_type=choice(InquiryChannel))
    from_id: str = ""  # whom the channel knows: an account's user, a phone's cookie (keyed digest), a telephone
    from_name: str = ""
    from_phone: str | None = None  # E.164, where somebody left it to be called or written to
    text: str  # as first asked
    place: str = ""  # where something is broken, as the person points at it
    photos: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    language: str = "vi"
    topic: Topic = Field(default=Topic.OTHER, sa_type=choice(Topic))
    procedure_id: UUID | None = Field(default=None, foreign_key="procedure.id", ondelete="SET NULL")
    announcement_id: UUID | None = Field(default=None, foreign_key="announcement.id", ondelete="SET NULL", index=True)
    group_id: UUID | None = Field(default=None, foreign_key="chat_group.id", ondelete="SET NULL", index=True)  # a leader's chat
    same_as_id: UUID | None = Field(default=None, foreign_key="inquiry.id", ondelete="SET NULL", index=True)
    assignee_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL", index=True)
    status: InquiryStatus = Field(default=InquiryStatus.NEW, sa_type=choice(InquiryStatus))
    due_at: datetime | None = Field(default=None, sa_type=Instant)  # by when it is to be answered; None: it waits for nothing
    snoozed_until: datetime | None = Field(default=None, sa_type=Instant)
    reminded_at: datetime | None = Field(default=None, sa_type=Instant)
    escalated_at: datetime | None = Field(default=None, sa_type=Instant)
    asked_at: datetime = Field(sa_type=Instant)  # the first message, by the channel's clock
    last_at: datetime = Field(sa_type=Instant)  # the last word of the person: opens the channel's window
    first_answer_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    has_helped: bool | None = None  # what the person says of the answer
    likeness: str = ""  # words that tell it from others, in order: equal for what is asked alike
    done_note: str = ""  # of something broken: what was done, for all to read
    done_photos: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    public_at: datetime | None = Field(default=None, sa_type=Instant)  # shown to all: what was done, or what is true
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})  # goes up with every answer: none overtakes another

    @property
    def address(self) -> Address:
        """The asker's own."""
        return Address("ask", self.id, before=self.token_hash)

    @property
    def token(self) -> str:
        """What stands in the asker's address."""
        return self.address.token


class InquiryMessage(Model, table=True):
    """One thing said in a thread."""

    __table_args__ = (
        Index("ix_inquirymessage_inquiry_id_at", "inquiry_id", "at"),
        index_where("uq_inquirymessage_provider_id", "provider_id", where="provider_id IS NOT NULL", unique=True),
    )  # fmt: skip

    inquiry_id: UUID = Field(foreign_key="inquiry.id", ondelete="CASCADE")
    voice: Voice = Field(sa_type=choice(Voice))
    text: str
    at: datetime = Field(sa_type=Instant)
    author_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    photos: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    way: str = Field(default="", sa_column_kwargs={"server_default": ""})  # by which a reply went (services.inquiry_ways)
    provider_id: str | None = None  # the channel's own number of it, with the channel before it
    deleted_at: datetime | None = Field(default=None, sa_type=Instant)  # taken back by whoever wrote it
    search: str = ""  # the ward and the words, as terms (core.fulltext)


fulltext.index(InquiryMessage.metadata.tables["inquirymessage"], "search", with_words=False, when="at")


class AwaitedFile(Model, table=True):
    """A photo or paper that lies with the provider still; the row goes when it is fetched, or cannot be."""

    message_id: UUID = Field(foreign_key="inquirymessage.id", ondelete="CASCADE", index=True)
    url: str
    tries: int = 0
    next_at: datetime = Field(sa_type=Instant, index=True)


class InquiryLook(Model, table=True):
    """Who of the ward has a thread open."""

    __table_args__ = (Index("uq_inquirylook_inquiry_id_user_id", "inquiry_id", "user_id", unique=True),)

    inquiry_id: UUID = Field(foreign_key="inquiry.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE")
    seen_at: datetime = Field(sa_type=Instant)


class InquiryRules(Model, table=True):
    """By when a ward answers, in its office hours; who is asked first, by topic."""

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="CASCADE", unique=True)
    urgent_hours: int = 2
    procedure_days: int = 1
    other_days: int = 3
    opens: str = "07:30-11:30, 13:30-17:00"  # Monday to Friday
    free_days: list[str] = Field(default_factory=list, sa_type=JSON)  # beside the public holidays, as ISO days
    work_days: list[str] = Field(default_factory=list, sa_type=JSON)  # Saturdays that make up for a free day
    duty: dict[str, str] = Field(default_factory=dict, sa_type=JSON)  # topic: the user's id
    places: dict[str, str] = Field(  # residential unit's id: the user's
        default_factory=dict, sa_type=JSON, sa_column_kwargs={"server_default": "{}"}
    )
    blocked_words: list[str] = Field(default_factory=list, sa_type=JSON)


class InquiryBlock(Model, table=True):
    """Somebody whose messages go to the spam box until a day."""

    __table_args__ = (Index("ix_inquiryblock_unit_id_channel_from_id", "unit_id", "channel", "from_id"),)

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="CASCADE")
    channel: InquiryChannel = Field(sa_type=choice(InquiryChannel))
    from_id: str
    until: datetime = Field(sa_type=Instant)
    by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")


class PublicAnswer(Model, table=True):
    """A question and its answer for everybody, with an owner and a day to look at it again."""

    __table_args__ = (Index("ix_publicanswer_unit_id_withdrawn_at", "unit_id", "withdrawn_at"),)

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")
    inquiry_id: UUID | None = Field(default=None, foreign_key="inquiry.id", ondelete="SET NULL")
    announcement_id: UUID | None = Field(default=None, foreign_key="announcement.id", ondelete="CASCADE", index=True)
    procedure_id: UUID | None = Field(default=None, foreign_key="procedure.id", ondelete="SET NULL")
    is_rumour: bool = False  # the answer to something doubtful that goes round
    slug: str = Field(unique=True)
    question: str
    answer: str
    owner_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    looked_at: datetime = Field(sa_type=Instant)
    look_again_at: datetime = Field(sa_type=Instant)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
    asked: int = 1  # threads it has answered
    shown: int = 0  # times it was offered and nobody was asked after
    search: str = ""


class RumourRelay(Model, table=True):
    """The ward's word on a doubtful message, to be posted in one of the chats where it was seen."""

    __table_args__ = (
        Index("uq_rumourrelay_answer_id_group_id", "answer_id", "group_id", unique=True),
        index_where("uq_rumourrelay_token_hash", "token_hash", where="token_hash IS NOT NULL", unique=True),
    )

    answer_id: UUID = Field(foreign_key="publicanswer.id", ondelete="CASCADE")
    group_id: UUID = Field(foreign_key="chat_group.id", ondelete="RESTRICT", index=True)
    issue: int = Field(default=1, sa_column_kwargs={"server_default": "1"})  # of the leader's address
    token_hash: str | None = None  # of that address where it was handed out before addresses were sealed
    opened_at: datetime | None = Field(default=None, sa_type=Instant)
    posted_at: datetime | None = Field(default=None, sa_type=Instant)
    posted_by: str = ""  # "leader", or the name of whoever entered it for them

    @property
    def address(self) -> Address:
        """The leader's own."""
        return Address("rumour", self.id, self.issue, self.token_hash)

    @property
    def token(self) -> str:
        """What stands in the leader's address."""
        return self.address.token


class PublicAnswerDay(Model, table=True):
    """How often a public answer was enough on a day: somebody was about to ask, found it, and asked nobody."""

    __table_args__ = (
        Index("uq_publicanswerday_answer_id_day", "answer_id", "day", unique=True),
        CheckConstraint("shown > 0", name="shown"),
    )

    answer_id: UUID = Field(foreign_key="publicanswer.id", ondelete="CASCADE")
    day: date
    shown: int
