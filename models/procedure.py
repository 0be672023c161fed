"""Administrative procedures a ward offers: what the province's list says, what the ward adds, how it was before."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index
from sqlmodel import Field

from core.i18n import N_
from models.base import Instant, Model, choice, index_where


class ProcedureLevel(StrEnum):
    """How much of a procedure can be done online."""

    FULL = "full"
    PARTIAL = "partial"
    OFFLINE = "offline"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "full": N_("trực tuyến toàn trình"), "partial": N_("trực tuyến một phần"), "offline": N_("nộp tại quầy"),
        }[self]  # fmt: skip


class LifeEvent(StrEnum):
    """What happens in a life that needs a procedure."""

    BIRTH = "birth"
    MARRIAGE = "marriage"
    MOVING = "moving"
    HOME = "home"
    BUSINESS = "business"
    SUPPORT = "support"
    PAPERS = "papers"
    DEATH = "death"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "birth": N_("Sinh con"), "marriage": N_("Kết hôn"), "moving": N_("Chuyển chỗ ở"), "home": N_("Nhà và đất"),
            "business": N_("Buôn bán"), "support": N_("Tuổi già, trợ cấp"), "papers": N_("Giấy tờ, sao y"),
            "death": N_("Người thân mất"),
        }[self]  # fmt: skip


class Procedure(Model, table=True):
    """A procedure of a ward: the province's text as the ward accepted it, and the ward's own words beside it."""

    __table_args__ = (
        Index("uq_procedure_unit_id_code", "unit_id", "code", unique=True),
        CheckConstraint("days IS NULL OR days >= 0", name="days"),
        CheckConstraint("fee IS NULL OR fee >= 0", name="fee"),
    )

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")  # the ward
    code: str  # as 1.004194
    name: str
    field: str = ""  # hộ tịch, cư trú, …
    level: ProcedureLevel = Field(default=ProcedureLevel.OFFLINE, sa_type=choice(ProcedureLevel))
    documents: str = ""  # what to bring, one a line
    days: int | None = None  # working days, 0 the same day; None where the list gives none, or several
    days_text: str = ""  # the list's own words, where they say more than the number
    fee: int | None = None  # đồng, 0 free of charge; None where the list gives none, or several
    fee_text: str = ""
    portal_url: str | None = None  # as copied from the browser, never built from the code
    desk: str = ""
    is_active: bool = True
    stands_since: date  # the first day of the text as it is; earlier ones are in ProcedurePast
    source: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # what the list said last, accepted or not
    # What the ward writes itself.
    summary: str = ""  # whom it is for, in plain words
    steps: list[str] = Field(default_factory=list, sa_type=JSON)  # online, one after the other
    # One a step at most: as services.attachments keeps a document, with `step` counted from one.
    pictures: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"})
    desk_hours: str = ""
    events: list[str] = Field(default_factory=list, sa_type=JSON)  # values of LifeEvent
    also_called: list[str] = Field(default_factory=list, sa_type=JSON)  # the words people use
    search: str = ""  # terms of all by which it is found, kept by services.procedure_values
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})  # goes up with every change on a screen


class ProcedurePast(Model, table=True):
    """The province's text as it stood before another was accepted."""

    __table_args__ = (
        Index("ix_procedurepast_procedure_id_until", "procedure_id", "stood_until"),
        CheckConstraint("stood_until >= stood_since", name="stood_until"),
    )

    procedure_id: UUID = Field(foreign_key="procedure.id", ondelete="CASCADE")
    text: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    stood_since: date
    stood_until: date  # the day it was replaced


class DifferenceAnswer(StrEnum):
    """What the ward said to a difference in the province's list."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    OVERTAKEN = "overtaken"  # a later list said something else before anyone answered


class ProcedureDifference(Model, table=True):
    """What a list said otherwise than the list before: taken over, or left, when a person says so."""

    __table_args__ = (
        index_where("uq_proceduredifference_waiting", "procedure_id", where="answer = 'waiting'", unique=True),
    )  # fmt: skip

    procedure_id: UUID = Field(foreign_key="procedure.id", ondelete="CASCADE", index=True)
    is_gone: bool = False  # the list has it no more
    text: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # what it says now
    file_name: str = ""
    answer: DifferenceAnswer = Field(default=DifferenceAnswer.WAITING, sa_type=choice(DifferenceAnswer))
    answered_by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
