"""Households: who lives where, how they may be reached. Never a citizen number, birth date, ethnicity or religion."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index
from sqlmodel import Field

from core.i18n import N_
from models.base import Model


class Need(StrEnum):
    """What makes a household harder to reach; seen only by those who need it for a task."""

    ELDERLY_ALONE = "elderly_alone"
    DISABLED = "disabled"
    NO_PHONE = "no_phone"
    OTHER_LANGUAGE = "other_language"
    DOOR = "door"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "elderly_alone": N_("người già sống một mình"),
            "disabled": N_("người khuyết tật"),
            "no_phone": N_("không có điện thoại"),
            "other_language": N_("nói tiếng khác"),
            "door": N_("cần báo tận nhà"),
        }[self]


class Household(Model, table=True):
    """A household of a residential unit. It ends (`left_on`), it is not deleted."""

    __table_args__ = (
        Index("uq_household_unit_id_code", "unit_id", "code", unique=True),
        Index(
            "ix_household_unit_id_days", "unit_id", "arrived_on", "left_on", "people", "smartphones", "id"
        ),  # all a count needs
        CheckConstraint("people BETWEEN 0 AND 99", name="people"),
        CheckConstraint("smartphones BETWEEN 0 AND people", name="smartphones"),
        CheckConstraint("left_on IS NULL OR left_on >= arrived_on", name="left_on"),
    )

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")
    code: str
    head_name: str
    address: str = ""
    phone: str | None = Field(default=None, index=True)
    other_phones: list[str] = Field(default_factory=list, sa_type=JSON)
    people: int = 1
    smartphones: int = 0
    zalo_user_id: str | None = None
    needs: list[str] = Field(default_factory=list, sa_type=JSON)
    arrived_on: date
    left_on: date | None = None
    search: str = ""  # folded head, address, code and phone, kept by services.households

    def present_on(self, day: date) -> bool:
        """Whether it counts on a day; on the day it leaves it no longer does."""
        return self.arrived_on <= day and (self.left_on is None or day < self.left_on)
