"""What is printed: numbers of codes on paper, sheets made in the background, official papers and the clerk's numbers."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary
from sqlmodel import Field

from core import clock
from core.i18n import N_
from models.base import Instant, Model, choice, index_where


class PrintedCode(Model, table=True):
    """The number beneath a printed code: of a ward, for one link in one layout; by it a broken one is ordered again."""

    __table_args__ = (
        Index("uq_printedcode_ward_id_number", "ward_id", "number", unique=True),
        Index("uq_printedcode_link_id_layout", "link_id", "layout", unique=True),
        CheckConstraint("number > 0", name="number"),
    )

    ward_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")
    number: int
    link_id: UUID = Field(foreign_key="shortlink.id", ondelete="CASCADE")
    layout: str


class PrintStatus(StrEnum):
    """Where a sheet stands that is made in the background."""

    QUEUED = "queued"
    PRINTING = "printing"
    READY = "ready"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "queued": N_("đang chờ"), "printing": N_("đang làm"), "ready": N_("đã xong"), "refused": N_("không in được"),
        }[self]  # fmt: skip


class PrintJob(Model, table=True):
    """A sheet, or all leaders' packets, somebody has asked for. The file is kept for a week beside the database."""

    __table_args__ = (Index("ix_printjob_unit_id_created_at", "unit_id", "created_at"),)

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")
    author_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    layout: str  # of a sheet of codes; else that it is packets
    wanted: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # labels and head, as they were then; or whose packets
    status: PrintStatus = Field(default=PrintStatus.QUEUED, sa_type=choice(PrintStatus))
    codes: int = 0  # one each leader, in packets
    pages: int = 0
    pages_done: int = 0  # of packets under way: leaders
    refusal: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # the sentence and its blanks
    told_at: datetime = Field(default_factory=clock.now, sa_type=Instant)  # when it was promised, or last said how far it is
    expires_at: datetime = Field(sa_type=Instant, index=True)


class WardEmblem(Model, table=True):
    """A ward's own mark for the middle of its codes, and the colour of those on a screen."""

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="CASCADE", unique=True)
    png: bytes = Field(sa_type=LargeBinary)  # drawn anew by us from what was brought
    colour: str  # #0b6470


class PaperKind(StrEnum):
    """The kind of an official paper; Nghị định 30/2020/NĐ-CP gives each its name and abbreviation."""

    NOTICE = "notice"
    INVITATION = "invitation"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {"notice": N_("Thông báo"), "invitation": N_("Giấy mời")}[self]

    @property
    def abbreviation(self) -> str:
        """In the symbol: Số: 05/TB-UBND."""
        return {"notice": "TB", "invitation": "GM"}[self]


class OfficialPaper(Model, table=True):
    """An announcement as an official paper. It is a draft until the clerk gives it a number and a day; after that it stands."""

    __table_args__ = (
        Index("uq_officialpaper_announcement_id_kind", "announcement_id", "kind", unique=True),
        index_where(
            "uq_officialpaper_unit_id_kind_year_number", "unit_id", "kind", "year", "number",
            where="number IS NOT NULL", unique=True,
        ),
        CheckConstraint("(number IS NULL) = (issued_on IS NULL)", name="issued"),
        CheckConstraint("number IS NULL OR number > 0", name="number"),
    )  # fmt: skip

    announcement_id: UUID = Field(foreign_key="announcement.id", ondelete="CASCADE")
    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")  # the ward that issues it
    kind: PaperKind = Field(sa_type=choice(PaperKind))
    number: int | None = None
    year: int
    issued_on: date | None = None
    numbered_by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    words: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # subject, recipients, signatory, place
