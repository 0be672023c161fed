"""Short links behind printed codes and messages, and how often they are opened."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index
from sqlmodel import Field

from core.i18n import N_
from models.base import BYTES, Instant, Model, choice, index_where


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


class LinkTrouble(StrEnum):
    """What the daily visit found wrong with a target."""

    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    STATUS = "status"
    EMPTY = "empty"
    CERTIFICATE = "certificate"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "no_answer": N_("trang tới không trả lời"), "refused": N_("trang tới không nằm trên mạng công khai"),
            "status": N_("trang tới báo lỗi"), "empty": N_("trang tới mở được nhưng ghi là không tìm thấy"),
            "certificate": N_("chứng thư của trang tới hết hạn hoặc sai"),
        }[self]  # fmt: skip


class ShortLink(Model, table=True):
    """A name that stays while its target may move."""

    __table_args__ = (
        CheckConstraint("purpose <> 'url' OR target_url IS NOT NULL", name="target"),
        index_where(
            "uq_shortlink_announcement_id_group_id", "announcement_id", "group_id",
            where="announcement_id IS NOT NULL", unique=True,
        ),
    )  # fmt: skip

    slug: str = Field(sa_type=BYTES, unique=True)  # lower case
    vanity: str | None = Field(default=None, sa_type=BYTES, unique=True)  # a name of the ward's own beside it, set once
    purpose: Purpose = Field(sa_type=choice(Purpose))
    title: str = ""
    target_url: str | None = None
    announcement_id: UUID | None = Field(default=None, foreign_key="announcement.id", ondelete="CASCADE")
    group_id: UUID | None = Field(default=None, foreign_key="chat_group.id", ondelete="RESTRICT", index=True)
    procedure_id: UUID | None = Field(default=None, foreign_key="procedure.id", ondelete="RESTRICT", index=True)
    unit_id: UUID | None = Field(default=None, foreign_key="unit.id", ondelete="RESTRICT", index=True)
    place: str = ""
    # Of the place, as services.attachments keeps a document; {} where nobody took one.
    photo: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, sa_column_kwargs={"server_default": "{}"})
    batch: str = Field(default="", sa_column_kwargs={"server_default": ""})  # of posters that were made together
    is_active: bool = True
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    last_checked_at: datetime | None = Field(default=None, sa_type=Instant)
    last_status: int | None = None
    trouble: LinkTrouble | None = Field(default=None, sa_type=choice(LinkTrouble))
    failed_visits: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # one after the other
    leads_on_to: str | None = None  # where the target sends on, if it does
    replaced_by: str | None = None  # the address the site itself names for good
    certificate_ends_on: date | None = None
    previous_target: str | None = None  # for undo of the last move
    scans: int = 0  # all counted openings


class LinkMove(Model, table=True):
    """A target moved to another: of one code, or of many by one act, which is taken back as one."""

    act_id: UUID = Field(index=True)
    link_id: UUID = Field(foreign_key="shortlink.id", ondelete="CASCADE", index=True)
    former_url: str
    target_url: str
    moved_by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    moved_by: str  # the name as it was then
    is_undone: bool = False


class Poster(Model, table=True):
    """A sheet of paper with a code on it, by its number: where it hangs, and whether it must come down."""

    __table_args__ = (
        Index("uq_poster_unit_id_number", "unit_id", "number", unique=True),
        index_where("ix_poster_to_take_down", "unit_id", "down_since", where="down_since IS NOT NULL AND down_at IS NULL"),
        CheckConstraint("down_at IS NULL OR down_since IS NOT NULL", name="down"),
    )  # fmt: skip

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")  # the ward
    number: int
    link_id: UUID = Field(foreign_key="shortlink.id", ondelete="CASCADE", index=True)
    place: str = ""
    batch: str = ""
    replaced_by_id: UUID | None = Field(default=None, foreign_key="poster.id", ondelete="SET NULL")
    down_since: datetime | None = Field(default=None, sa_type=Instant)  # asked to be taken down
    down_by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")  # who is to do it
    down_at: datetime | None = Field(default=None, sa_type=Instant)


class Device(StrEnum):
    """The sort of machine that opened a link."""

    PHONE = "phone"
    TABLET = "tablet"
    COMPUTER = "computer"


class Scan(Model, table=True):
    """One opening by a person. No address is kept; raw rows live 90 days."""

    __table_args__ = (
        index_where("uq_scan_link_id_visitor_first", "link_id", "visitor", where="is_first", unique=True),
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
