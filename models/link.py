"""Short links behind printed codes and messages, and how often they are opened."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from core.i18n import N_
from models.base import BYTES, Instant, Model, choice


class Purpose(StrEnum):
    """What a link leads to."""

    PROCEDURE = "procedure"
    ANNOUNCEMENT = "announcement"
    JOIN = "join"
    ASK = "ask"
    URL = "url"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "procedure": N_("thủ tục"), "announcement": N_("thông báo"), "join": N_("vào nhóm"),
            "ask": N_("hỏi phường"), "url": N_("trang khác"),
        }[self]  # fmt: skip


class ShortLink(Model, table=True):
    """A name that stays while its target may move."""

    __table_args__ = (
        CheckConstraint("purpose <> 'url' OR target_url IS NOT NULL", name="target"),
        Index(
            "uq_shortlink_announcement_id_group_id", "announcement_id", "group_id", unique=True,
            sqlite_where=text("announcement_id IS NOT NULL"), postgresql_where=text("announcement_id IS NOT NULL"),
        ),
    )  # fmt: skip

    slug: str = Field(sa_type=BYTES, unique=True)  # lower case
    purpose: Purpose = Field(sa_type=choice(Purpose))
    title: str = ""
    target_url: str | None = None
    announcement_id: UUID | None = Field(default=None, foreign_key="announcement.id", ondelete="CASCADE")
    group_id: UUID | None = Field(default=None, foreign_key="chat_group.id", ondelete="RESTRICT", index=True)
    unit_id: UUID | None = Field(default=None, foreign_key="unit.id", ondelete="RESTRICT", index=True)
    place: str = ""
    is_active: bool = True
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    last_checked_at: datetime | None = Field(default=None, sa_type=Instant)
    last_status: int | None = None
    previous_target: str | None = None  # for undo of the last move
    scans: int = 0  # all counted openings


class Device(StrEnum):
    """The sort of machine that opened a link."""

    PHONE = "phone"
    TABLET = "tablet"
    COMPUTER = "computer"


class Scan(Model, table=True):
    """One opening by a person. No address is kept; raw rows live 90 days."""

    __table_args__ = (
        Index(
            "uq_scan_link_id_visitor_first", "link_id", "visitor", unique=True,
            sqlite_where=text("is_first"), postgresql_where=text("is_first"),
        ),
        Index("ix_scan_link_id_at", "link_id", "at"),
    )  # fmt: skip

    link_id: UUID = Field(foreign_key="shortlink.id", ondelete="CASCADE")
    at: datetime = Field(sa_type=Instant)
    device: Device = Field(sa_type=choice(Device))
    visitor: str  # keyed digest of a random first-party cookie
    is_first: bool = False  # the first time this phone opened this link


class ScanHour(Model, table=True):
    """Openings of a link by hour, kept for good."""

    __table_args__ = (Index("uq_scanhour_link_id_hour", "link_id", "hour", unique=True),)

    link_id: UUID = Field(foreign_key="shortlink.id", ondelete="CASCADE")
    hour: datetime = Field(sa_type=Instant)
    scans: int = 0
    first_scans: int = 0
