"""The last mile: lists of doors to knock at, what was found at each, and who comes to an event."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from core.i18n import N_
from models.base import Instant, Model, choice


class DoorOutcome(StrEnum):
    """What came of a knock."""

    TOLD = "told"
    NOT_HOME = "not_home"
    MOVED = "moved"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {"told": N_("đã báo"), "not_home": N_("vắng nhà"), "moved": N_("đã chuyển đi"), "refused": N_("không nhận tin")}[
            self
        ]


class DoorList(Model, table=True):
    """The households of one residential unit that are to be told at the door: a leader's page, or a sheet of paper."""

    __table_args__ = (Index("uq_doorlist_announcement_id_unit_id", "announcement_id", "unit_id", unique=True),)

    announcement_id: UUID = Field(foreign_key="announcement.id", ondelete="CASCADE")
    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT", index=True)
    user_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")  # whose page it is
    issue: int = 1  # goes up when the address is replaced, which is made of it
    token_hash: str = Field(unique=True)
    expires_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class DoorLine(Model, table=True):
    """A household on a door list, by the number it has on paper; a number is never given twice."""

    __table_args__ = (
        Index("uq_doorline_door_list_id_number", "door_list_id", "number", unique=True),
        Index("uq_doorline_door_list_id_household_id", "door_list_id", "household_id", unique=True),
        CheckConstraint("number > 0", name="number"),
    )

    door_list_id: UUID = Field(foreign_key="doorlist.id", ondelete="CASCADE")
    household_id: UUID = Field(foreign_key="household.id", ondelete="CASCADE", index=True)
    number: int
    outcome: DoorOutcome | None = Field(default=None, sa_type=choice(DoorOutcome))  # of the latest knock
    knocked_at: datetime | None = Field(default=None, sa_type=Instant)


class DoorKnock(Model, table=True):
    """One knock as it was entered, on the phone or from paper; a knock sent twice is one."""

    door_line_id: UUID = Field(foreign_key="doorline.id", ondelete="CASCADE", index=True)
    outcome: DoorOutcome | None = Field(default=None, sa_type=choice(DoorOutcome))  # None: taken back
    key: str = Field(unique=True)  # made by the phone, so that a tick kept without a connection counts once
    knocked_at: datetime = Field(sa_type=Instant)
    user_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    note: str = ""


class Attendance(Model, table=True):
    """A household, or a phone without a name, that comes to what an announcement invites to."""

    __table_args__ = (
        Index("uq_attendance_announcement_id_household_id", "announcement_id", "household_id", unique=True),
        Index("uq_attendance_announcement_id_visitor", "announcement_id", "visitor", unique=True),
        Index("uq_attendance_announcement_id_code", "announcement_id", "code", unique=True),
        CheckConstraint("people BETWEEN 1 AND 20", name="people"),
        CheckConstraint("household_id IS NOT NULL OR visitor IS NOT NULL OR name <> ''", name="who"),
        CheckConstraint("arrived BETWEEN 0 AND 20", name="arrived"),
    )

    announcement_id: UUID = Field(foreign_key="announcement.id", ondelete="CASCADE")
    household_id: UUID | None = Field(default=None, foreign_key="household.id", ondelete="CASCADE", index=True)
    group_id: UUID | None = Field(default=None, foreign_key="chat_group.id", ondelete="RESTRICT")
    visitor: str | None = None  # keyed digest of the phone's first-party cookie
    name: str = ""  # as the person, or whoever entered it, gave it
    people: int = 1
    asked_at: datetime = Field(sa_type=Instant)  # whose turn it is goes by this
    has_place: bool = True  # else on the waiting list
    code: str  # short, shown at the door of the event as a QR code
    arrived: int = 0  # people who came in
    arrived_at: datetime | None = Field(default=None, sa_type=Instant)


class CheckInPass(Model, table=True):
    """The page of who stands at the door of an event, without sign-in: a secret address that ends."""

    announcement_id: UUID = Field(foreign_key="announcement.id", ondelete="CASCADE", index=True)
    token_hash: str = Field(unique=True)
    expires_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
