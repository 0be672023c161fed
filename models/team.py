"""The community digital team: who belongs to it, what each can do, when and where they stand to help."""

from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index
from sqlmodel import Field

from core.i18n import N_
from models.base import Instant, Model, choice, index_where


class Skill(StrEnum):
    """What a member can help with."""

    VNEID = "vneid"
    PORTAL = "portal"
    PAYMENT = "payment"
    ZALO = "zalo"
    SAFETY = "safety"
    LANGUAGE = "language"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "vneid": N_("VNeID, định danh"), "portal": N_("Cổng dịch vụ công"), "payment": N_("thanh toán trực tuyến"),
            "zalo": N_("Zalo, nhóm của tổ"), "safety": N_("tránh lừa đảo trên mạng"), "language": N_("tiếng Tày, Nùng, Dao"),
        }[self]  # fmt: skip


class TeamMember(Model, table=True):
    """Someone of a ward's digital team, with an account or without: the page on the phone opens by its address."""

    ward_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT", index=True)
    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT", index=True)  # where they help: the ward, or one group of it
    user_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL", index=True)
    name: str
    phone: str | None = None
    skills: list[str] = Field(default_factory=list, sa_type=JSON)  # values of Skill
    is_head: bool = False  # tổ trưởng tổ công nghệ số cộng đồng
    issue: int = 1  # goes up when the addresses are replaced, which are made of it
    token_hash: str = Field(unique=True)  # of the page
    calendar_hash: str = Field(unique=True)  # of the calendar file, which other programs keep and fetch
    left_on: date | None = None


class DutyPost(Model, table=True):
    """Where members stand: the one-stop desk of the ward, the hall of a residential group."""

    ward_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT", index=True)
    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")
    name: str
    address: str = ""
    closed_on: date | None = None


class DutyPattern(Model, table=True):
    """Hours of every week in which so many people stand at a post. A single day is a pattern that begins and ends on it."""

    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("ends > starts", name="hours"),
        CheckConstraint("people BETWEEN 1 AND 9", name="people"),
        CheckConstraint("last_on IS NULL OR last_on >= first_on", name="days"),
    )

    post_id: UUID = Field(foreign_key="dutypost.id", ondelete="CASCADE", index=True)
    weekday: int  # 0: Monday
    starts: time
    ends: time
    people: int = 1
    first_on: date
    last_on: date | None = None
    planned_until: date  # up to this day its shifts are made; what became of them since is theirs

    @property
    def is_once(self) -> bool:
        """Whether it is the hours of a single day."""
        return self.first_on == self.last_on


class DutyRegular(Model, table=True):
    """A member who stands at a pattern's hours every week."""

    __table_args__ = (Index("uq_dutyregular_pattern_id_member_id", "pattern_id", "member_id", unique=True),)

    pattern_id: UUID = Field(foreign_key="dutypattern.id", ondelete="CASCADE")
    member_id: UUID = Field(foreign_key="teammember.id", ondelete="CASCADE", index=True)


class DutyShift(Model, table=True):
    """One member at one post on one day. Dropped ones stay, for what was agreed must be told."""

    __table_args__ = (
        index_where("uq_dutyshift_member_id_starts_at", "member_id", "starts_at", where="dropped_at IS NULL", unique=True),
        Index("ix_dutyshift_pattern_id_day", "pattern_id", "day"),
        CheckConstraint("ends_at > starts_at", name="hours"),
    )  # fmt: skip

    pattern_id: UUID = Field(foreign_key="dutypattern.id", ondelete="CASCADE")
    member_id: UUID = Field(foreign_key="teammember.id", ondelete="CASCADE")
    day: date
    starts_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant)
    dropped_at: datetime | None = Field(default=None, sa_type=Instant)
    absence_id: UUID | None = Field(default=None, foreign_key="dutyabsence.id", ondelete="SET NULL", index=True)  # why


class DutyAbsence(Model, table=True):
    """Days on which a member cannot stand anywhere."""

    __table_args__ = (CheckConstraint("last_on >= first_on", name="days"),)

    member_id: UUID = Field(foreign_key="teammember.id", ondelete="CASCADE", index=True)
    first_on: date
    last_on: date
    reason: str = ""
    taken_back_at: datetime | None = Field(default=None, sa_type=Instant)


class DayOff(Model, table=True):
    """A day on which nobody stands anywhere in a ward: a holiday, a storm."""

    __table_args__ = (Index("uq_dayoff_ward_id_day", "ward_id", "day", unique=True),)

    ward_id: UUID = Field(foreign_key="unit.id", ondelete="CASCADE")
    day: date
    note: str = ""


class SwapStatus(StrEnum):
    """What became of a swap that was asked for."""

    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class DutySwap(Model, table=True):
    """A member asks another, or anyone of the team, to stand in; perhaps for a shift of theirs in return."""

    __table_args__ = (
        index_where("uq_dutyswap_shift_id_asked", "shift_id", where="status = 'asked'", unique=True),
        CheckConstraint("return_shift_id IS NULL OR to_id IS NOT NULL", name="in_return"),
    )  # fmt: skip

    shift_id: UUID = Field(foreign_key="dutyshift.id", ondelete="CASCADE")
    from_id: UUID = Field(foreign_key="teammember.id", ondelete="CASCADE", index=True)
    to_id: UUID | None = Field(default=None, foreign_key="teammember.id", ondelete="CASCADE", index=True)  # None: anyone
    return_shift_id: UUID | None = Field(default=None, foreign_key="dutyshift.id", ondelete="CASCADE")
    status: SwapStatus = Field(default=SwapStatus.ASKED, sa_type=choice(SwapStatus))
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
