"""Closed lists: persons by name whom a task of some days is about, such as children whose vaccination is due. Each has an end.

Never a day of birth, a number of identity or what is found at a visit: whoever goes there needs a name and a door.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index
from sqlmodel import Field

from core.i18n import N_
from models.base import Instant, Model, choice


class PersonOutcome(StrEnum):
    """What came of going to a person of a closed list."""

    TOLD = "told"
    ABSENT = "absent"
    POSTPONED = "postponed"
    MOVED = "moved"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {"told": N_("đã báo"), "absent": N_("vắng"), "postponed": N_("hoãn"), "moved": N_("đã chuyển đi")}[self]


class ClosedList(Model, table=True):
    """A list that only those see who go to its people; after its last day their rows are gone and the figures stay."""

    __table_args__ = (CheckConstraint("people >= 0 AND told BETWEEN 0 AND people", name="people"),)

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT", index=True)
    title: str
    kept_until: date  # the last day of its rows
    author_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    people: int = 0  # as brought
    told: int = 0  # when it was wiped; before that the rows say it
    wiped_at: datetime | None = Field(default=None, sa_type=Instant)


class ListedPerson(Model, table=True):
    """A person of a closed list, and who is to be spoken to."""

    __table_args__ = (Index("ix_listedperson_closed_list_id_unit_id", "closed_list_id", "unit_id"),)

    closed_list_id: UUID = Field(foreign_key="closedlist.id", ondelete="CASCADE")
    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT", index=True)
    name: str
    guardian: str = ""
    address: str = ""
    phones: list[str] = Field(default_factory=list, sa_type=JSON)
    outcome: PersonOutcome | None = Field(default=None, sa_type=choice(PersonOutcome))
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    settled_by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
