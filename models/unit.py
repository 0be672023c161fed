"""Units: province, commune, residential group, association, office; and what became of them over time."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, false, text
from sqlmodel import Field

from core.i18n import N_
from models.base import BYTES, Instant, Model, choice, index_where


class UnitKind(StrEnum):
    """The level a unit stands at. Residential groups and villages are no administrative level."""

    PROVINCE = "province"
    COMMUNE = "commune"
    RESIDENTIAL = "residential"
    ASSOCIATION = "association"
    OFFICE = "office"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "province": N_("tỉnh, thành phố"),
            "commune": N_("xã, phường, đặc khu"),
            "residential": N_("tổ dân phố, thôn"),
            "association": N_("đoàn thể"),
            "office": N_("cơ quan"),
        }[self]


class Unit(Model, table=True):
    """A place or body in the tree. `code` is reused with another meaning over time: the key is code and `valid_from`."""

    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="valid_days"),
        CheckConstraint("target_percent BETWEEN 0 AND 100", name="target_percent"),
        index_where("uq_unit_code_open", "code", where="valid_to IS NULL", unique=True),
        Index("uq_unit_code_valid_from", "code", "valid_from", unique=True),
        Index("ix_unit_kind_path", "kind", "path"),
        Index("ix_unit_is_training", "path", sqlite_where=text("is_training = 1"), postgresql_where=text("is_training")),
    )  # fmt: skip

    code: str = Field(index=True)
    name: str
    short_name: str = ""  # "Tổ 13, Sông Cầu": what a table shows
    area: str = ""  # "Sông Cầu": the former unit that tells equal group numbers apart
    kind: UnitKind = Field(sa_type=choice(UnitKind))
    subtype: str = ""
    parent_id: UUID | None = Field(default=None, foreign_key="unit.id", ondelete="RESTRICT", index=True)
    path: str = Field(sa_type=BYTES, unique=True)  # "<id>/<id>/": ancestors and itself, for ranges
    valid_from: date | None = None
    valid_to: date | None = None  # the first day on which it is no more
    phone: str | None = None
    address: str = ""
    office_hours: str = ""
    target_percent: int = 90  # coverage wished for
    allows_self_approval: bool = False
    is_training: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  # everything works, nothing leaves

    @property
    def label(self) -> str:
        """The shortest name that is clear within its ward."""
        return self.short_name or self.name

    def valid_on(self, day: date) -> bool:
        """Whether it exists on a day; on the day `valid_to` its successor already stands."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


def lineage(path: str) -> list[UUID]:
    """The units on a path: ancestors from the top, and itself."""
    return [UUID(part) for part in path.split("/") if part]


class UnitChangeKind(StrEnum):
    """What happened to units on a day."""

    MERGE = "merge"
    SPLIT = "split"
    RENAME = "rename"
    TRANSFER = "transfer"


class UnitChange(Model, table=True):
    """One decision that changed units."""

    kind: UnitChangeKind = Field(sa_type=choice(UnitChangeKind))
    effective_on: date
    decision_no: str = ""
    note: str = ""


class UnitChangeLink(Model, table=True):
    """An old unit and the new one that took it over, wholly or partly."""

    change_id: UUID = Field(foreign_key="unitchange.id", ondelete="RESTRICT", index=True)
    old_unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT", index=True)
    new_unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT", index=True)
    is_partial: bool = False


class ReorganisationStatus(StrEnum):
    """Where a planned change of units stands."""

    PLANNED = "planned"
    DONE = "done"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {"planned": N_("dự kiến"), "done": N_("đã thực hiện"), "dropped": N_("đã bỏ")}[self]


class Reorganisation(Model, table=True):
    """A planned merge, split or transfer of units on a day: what each old unit becomes, and each thing that hangs on it."""

    kind: UnitChangeKind = Field(sa_type=choice(UnitChangeKind))
    effective_on: date
    decision_no: str = ""
    note: str = ""
    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT", index=True)  # the ward or province that plans it
    steps: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    status: ReorganisationStatus = Field(default=ReorganisationStatus.PLANNED, sa_type=choice(ReorganisationStatus))
    planned_by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    done_by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    done_at: datetime | None = Field(default=None, sa_type=Instant)
    change_id: UUID | None = Field(default=None, foreign_key="unitchange.id", ondelete="SET NULL")


class UnitDay(Model, table=True):
    """The counts of a residential unit from a day on, until the next row: kept so that figures need no walk over households.

    Written by `services.rollups` in the transaction that changes a household or a membership.
    """

    __table_args__ = (Index("uq_unitday_unit_id_day", "unit_id", "day", unique=True),)

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="CASCADE")
    day: date
    households: int = 0
    joined: int = 0  # households with an open membership in a household group
    people_joined: int = 0  # people in those memberships
    people: int = 0
    smartphones: int = 0


class UnitTotal(Model, table=True):
    """The sums of `UnitDay` over the residential units below a ward, a province or any other unit above them, by day.

    A row stands until the next one. A residential unit counts on the days it is valid. Written by `services.totals`.
    """

    __table_args__ = (Index("uq_unittotal_unit_id_day", "unit_id", "day", unique=True),)

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="CASCADE")
    day: date
    households: int = 0
    joined: int = 0
    people_joined: int = 0
    people: int = 0
    smartphones: int = 0
