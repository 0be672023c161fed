"""Announcements: what is said, to whom, until when, and how far it has come."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index
from sqlmodel import Field

from core.i18n import N_
from core.sealed_addresses import Address
from models.base import Instant, Model, choice, index_where


class AnnouncementKind(StrEnum):
    """What sort of paper it is."""

    NOTICE = "notice"
    INVITATION = "invitation"
    CAMPAIGN = "campaign"
    WARNING = "warning"
    CORRECTION = "correction"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "notice": N_("thông báo"),
            "invitation": N_("giấy mời"),
            "campaign": N_("đợt vận động"),
            "warning": N_("cảnh báo"),
            "correction": N_("đính chính"),
        }[self]


class Urgency(StrEnum):
    """The four levels of the stamps (Nghị định 30/2020/NĐ-CP)."""

    NORMAL = "normal"
    URGENT = "urgent"
    VERY_URGENT = "very_urgent"
    EMERGENCY = "emergency"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "normal": N_("Thường"), "urgent": N_("Khẩn"), "very_urgent": N_("Thượng khẩn"), "emergency": N_("Hỏa tốc"),
        }[self]  # fmt: skip


class AnnouncementStatus(StrEnum):
    """Where it stands. Only a draft or one in review may be edited."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "draft": N_("Dự thảo"), "in_review": N_("Chờ duyệt"), "approved": N_("Đã duyệt"),
            "scheduled": N_("Đã lên lịch"), "sending": N_("Đang gửi"), "sent": N_("Đã gửi"), "cancelled": N_("Đã thu hồi"),
        }[self]  # fmt: skip


LEFT = (AnnouncementStatus.SENDING, AnnouncementStatus.SENT)  # on its way or there, and not withdrawn


class AsksFor(StrEnum):
    """What the reader is asked to do."""

    NOTHING = "nothing"
    CONFIRMATION = "confirmation"
    ATTENDANCE = "attendance"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "nothing": N_("Không cần trả lời"),
            "confirmation": N_("Báo đã nắm thông tin"),
            "attendance": N_("Báo có đi và mấy người"),
        }[self]


# The facts an announcement may state apart from its text, in the order people ask, as every page names them.
FACT_LABELS = {"when": N_("Khi nào"), "where": N_("Ở đâu"), "who": N_("Dành cho ai"), "bring": N_("Chuẩn bị")}


class Announcement(Model, table=True):
    """One message of a ward to households. Its text never changes once it is sent."""

    __table_args__ = (
        CheckConstraint("approver_id IS NULL OR status <> 'draft'", name="approver_id"),
        Index("ix_announcement_unit_id_sent_at", "unit_id", "sent_at"),
        Index("ix_announcement_status_send_at", "status", "send_at"),
        CheckConstraint("places IS NULL OR places > 0", name="places"),
        index_where(
            "uq_announcement_leaders_token_hash", "leaders_token_hash", where="leaders_token_hash IS NOT NULL", unique=True
        ),
    )

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")  # who speaks: a commune
    title: str
    body: str
    group_text: str = ""  # the few lines leaders paste; the body where empty
    facts: dict[str, str] = Field(default_factory=dict, sa_type=JSON)  # when, where, who, bring
    kind: AnnouncementKind = Field(default=AnnouncementKind.NOTICE, sa_type=choice(AnnouncementKind))
    urgency: Urgency = Field(default=Urgency.NORMAL, sa_type=choice(Urgency))
    status: AnnouncementStatus = Field(default=AnnouncementStatus.DRAFT, sa_type=choice(AnnouncementStatus))
    asks_for: AsksFor = Field(default=AsksFor.CONFIRMATION, sa_type=choice(AsksFor))
    must_reach_by: datetime | None = Field(default=None, sa_type=Instant)
    send_at: datetime | None = Field(default=None, sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    author_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    approver_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    approved_at: datetime | None = Field(default=None, sa_type=Instant)
    second_look_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")  # after an emergency
    corrects_id: UUID | None = Field(default=None, foreign_key="announcement.id", ondelete="RESTRICT")
    attachments: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    plan: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # the reach plan that was approved
    households: int = 0  # of the audience, on the day it was sent
    leaders_issue: int | None = None  # of the common link of the leaders' chat; None until it leaves
    leaders_token_hash: str | None = None  # of that link where it was handed out before addresses were sealed
    follows_id: UUID | None = Field(default=None, foreign_key="announcement.id", ondelete="RESTRICT")  # again, to who is missing
    leaves_at: datetime | None = Field(default=None, sa_type=Instant)  # end of the seconds in which a send can be taken back
    also_groups: list[str] = Field(
        default_factory=list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"}
    )  # ids of sector, association and other groups that are told beside the household groups
    places: int | None = None  # how many people can come; who answers later waits
    report_by: datetime | None = Field(default=None, sa_type=Instant)  # leaders say until then what came of it
    paused_at: datetime | None = Field(default=None, sa_type=Instant)  # an official holds back what has not left
    return_reason: str = ""
    version: int = 1  # goes up with each edit; an approval names the version it saw

    def has_expired(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= now

    @property
    def leaders_address(self) -> Address:
        """Of the common link of the leaders' chat; it opens once it has left."""
        return Address("leaders", self.id, self.leaders_issue or 0, self.leaders_token_hash)

    @property
    def leaders_token(self) -> str | None:
        """What stands in the common link of the leaders' chat; None until it leaves."""
        return self.leaders_address.token if self.leaders_issue else None


class Audience(Model, table=True):
    """A unit an announcement is for, with everything below it; optionally only some households or groups."""

    __table_args__ = (Index("uq_audience_announcement_id_unit_id", "announcement_id", "unit_id", unique=True),)

    announcement_id: UUID = Field(foreign_key="announcement.id", ondelete="CASCADE")
    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")
    needs: list[str] = Field(default_factory=list, sa_type=JSON)
    streets: list[str] = Field(default_factory=list, sa_type=JSON)  # only households whose address ends so; empty: all
    group_kind: str | None = None

    @property
    def is_of_some(self) -> bool:
        """Whether only some households of the unit are meant."""
        return bool(self.needs or self.streets)


class AnnouncementVersion(Model, table=True):
    """The words of an announcement as they were at one version: to join two authors' changes and to show what changed."""

    __table_args__ = (Index("uq_announcementversion_announcement_id_version", "announcement_id", "version", unique=True),)

    announcement_id: UUID = Field(foreign_key="announcement.id", ondelete="CASCADE")
    version: int
    words: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    author_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")


class AnnouncementLook(Model, table=True):
    """The last version of an announcement that a person has read on the page of review."""

    __table_args__ = (Index("uq_announcementlook_announcement_id_user_id", "announcement_id", "user_id", unique=True),)

    announcement_id: UUID = Field(foreign_key="announcement.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE")
    version: int
    seen_at: datetime = Field(sa_type=Instant)


class AnnouncementComment(Model, table=True):
    """What one official says to another about a draft; never shown to residents or leaders."""

    announcement_id: UUID = Field(foreign_key="announcement.id", ondelete="CASCADE", index=True)
    author_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    version: int  # of the words it speaks of
    is_return: bool = False  # the reason for giving the draft back
    text: str


class Template(Model, table=True):
    """A ward's own announcement with blanks, beside those the house ships."""

    __table_args__ = (Index("uq_template_unit_id_name", "unit_id", "name", unique=True),)

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="CASCADE")
    name: str
    words: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    author_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
