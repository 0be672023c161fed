"""Reach: which households are known to have been told, and the counters a board reads."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from core.i18n import N_
from models.base import Instant, Model, choice


class How(StrEnum):
    """How we know."""

    OPENED = "opened"
    CONFIRMED = "confirmed"
    ATTENDING = "attending"
    DOOR = "door"
    PHONE = "phone"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "opened": N_("đã mở"), "confirmed": N_("báo đã nắm"), "attending": N_("báo có đi"),
            "door": N_("gõ cửa"), "phone": N_("gọi điện"),
        }[self]  # fmt: skip


class Reach(Model, table=True):
    """A household known to have been told. One that answered by its group's link is known by group, not by name.

    A phone answers once an announcement, a household is told once.
    """

    __table_args__ = (
        CheckConstraint("household_id IS NOT NULL OR visitor IS NOT NULL", name="who"),
        Index("uq_reach_announcement_id_household_id", "announcement_id", "household_id", unique=True),
        Index("uq_reach_announcement_id_visitor", "announcement_id", "visitor", unique=True),
        Index("ix_reach_announcement_id_told_at", "announcement_id", "told_at"),
    )

    announcement_id: UUID = Field(foreign_key="announcement.id", ondelete="CASCADE")
    household_id: UUID | None = Field(default=None, foreign_key="household.id", ondelete="CASCADE", index=True)
    group_id: UUID | None = Field(default=None, foreign_key="chat_group.id", ondelete="RESTRICT")
    visitor: str | None = None  # keyed digest of the phone's first-party cookie
    how: How = Field(sa_type=choice(How))
    people: int = 0  # how many come, where attendance was asked
    told_at: datetime = Field(sa_type=Instant)
    told_by: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")


class ReachCount(Model, table=True):
    """Opens and known households of an announcement in a group, by five minutes: what the board and its curve read.

    Without a group: households known by the ward's general link, by telephone or at the door; several rows may share a time.
    """

    __table_args__ = (Index("uq_reachcount_announcement_id_group_id_at", "announcement_id", "group_id", "at", unique=True),)

    announcement_id: UUID = Field(foreign_key="announcement.id", ondelete="CASCADE")
    group_id: UUID | None = Field(default=None, foreign_key="chat_group.id", ondelete="CASCADE")
    at: datetime = Field(sa_type=Instant)  # start of the five minutes
    opens: int = 0  # phones that opened for the first time
    known: int = 0  # Reach rows
