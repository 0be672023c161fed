"""Reports: what a ward said upward of a month or a quarter. What was reported stays as it was, whatever is entered later."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index
from sqlmodel import Field

from core.i18n import N_
from models.base import Model, choice


class ReportKind(StrEnum):
    """How long its period is, and for whom it is."""

    MONTH = "month"
    QUARTER = "quarter"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {"month": N_("báo cáo tháng"), "quarter": N_("báo cáo quý")}[self]


class Report(Model, table=True):
    """One report. Its figures are kept as they were; both files are made of them, so that they say the same to the digit."""

    __table_args__ = (
        Index("uq_report_unit_id_kind_first_on_issue", "unit_id", "kind", "first_on", "issue", unique=True),
        Index("uq_report_unit_id_year_serial", "unit_id", "year", "serial", unique=True),
        CheckConstraint("last_on >= first_on", name="days"),
        CheckConstraint("(number IS NULL) = (issued_on IS NULL)", name="issued"),
        CheckConstraint("serial > 0 AND issue > 0 AND (number IS NULL OR number > 0)", name="numbers"),
    )  # fmt: skip

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")
    kind: ReportKind = Field(sa_type=choice(ReportKind))
    first_on: date
    last_on: date
    year: int  # in which it was made
    serial: int  # in the ward's book of reports of that year
    issue: int = 1  # made again after figures changed; the earlier ones stay
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    made_by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")  # None: by the calendar
    number: int | None = None  # as the clerk gave it: Số 15/BC-UBND
    issued_on: date | None = None
    numbered_by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")


class FigureCheck(Model, table=True):
    """A recount of the counts that figures are read from. A difference is told, not mended without a word."""

    subject: str  # coverage, scans, opens, known
    rows: int  # compared
    wrong: int
    examples: list[Any] = Field(default_factory=list, sa_type=JSON)  # of those that differ: what, when, kept, counted
