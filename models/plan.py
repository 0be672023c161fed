"""The reach plan: a ward's rules, the path of every household, the forecast."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index
from sqlmodel import Field

from models.base import Instant, Model, choice
from models.group import Channel


class ReachRules(Model, table=True):
    """How a ward wants its households told: which path before which, what it may cost, who is told twice, whom to call."""

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="CASCADE", unique=True)
    paths: list[str] = Field(default_factory=list, sa_type=JSON)  # in the order they are tried; empty: as the house ships them
    budget: int | None = None  # đồng an announcement; beyond it the door
    print_for: list[str] = Field(default_factory=list, sa_type=JSON)  # needs whose households get paper as well
    duty: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)  # names and phones of whom to call
    version: int = 1


class PlannedPath(Model, table=True):
    """By which path a household of an audience was to be told when the announcement left; several in an emergency."""

    __table_args__ = (
        Index("uq_plannedpath_announcement_id_household_id_path", "announcement_id", "household_id", "path", unique=True),
        # Begins with what no question about one household names: a server that knows little of young rows would walk all of them.
        Index("ix_plannedpath_group_id_announcement_id", "group_id", "announcement_id"),
    )

    announcement_id: UUID = Field(foreign_key="announcement.id", ondelete="CASCADE")
    household_id: UUID = Field(foreign_key="household.id", ondelete="CASCADE", index=True)
    path: Channel = Field(sa_type=choice(Channel))
    group_id: UUID | None = Field(default=None, foreign_key="chat_group.id", ondelete="RESTRICT")  # of a relay
    is_first: bool = True  # the cheapest that works; the others are there as well


class Forecast(Model, table=True):
    """What share of an audience was expected at the deadline, as said at one instant, and what came."""

    __table_args__ = (
        Index("uq_forecast_announcement_id_made_at", "announcement_id", "made_at", unique=True),
        CheckConstraint("low <= middle AND middle <= high AND low >= 0", name="ordered"),
    )

    announcement_id: UUID = Field(foreign_key="announcement.id", ondelete="CASCADE")
    made_at: datetime = Field(sa_type=Instant)
    for_at: datetime = Field(sa_type=Instant)  # the deadline it speaks of
    low: int  # households
    middle: int
    high: int
    came: int | None = None  # households reached at `for_at`; None until then
