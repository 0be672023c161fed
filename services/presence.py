"""Who is where on which day: the one way to say that a household lives in a unit, a membership is open, a group stands.

A household's record says how it is since `arrived_on`; how it was before lies in HouseholdPast. Ends are days on which it is no
longer so.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, or_, select, union_all
from sqlalchemy.orm import Mapped
from sqlmodel import col

from models import Erasure, Group, GroupKind, Household, HouseholdPast, Membership, Model, Unit

Day = date | ColumnElement[Any]
_HOME, _PAST = (Model.metadata.tables[model.__tablename__].c for model in (Household, HouseholdPast))  # type: ignore[index]


def lasts(end: ColumnElement[Any] | Mapped[Any], day: Day) -> ColumnElement[bool]:
    """Whether what ends on `end`, or never, still stands on a day."""
    return or_(end.is_(None), end > day)


def lives_here(day: Day) -> ColumnElement[bool]:
    """Whether a household, as its record is now, is present on a day: for days since `arrived_on`, today above all."""
    return and_(col(Household.arrived_on) <= day, lasts(col(Household.left_on), day))


def is_erased(household_id: Any) -> ColumnElement[bool]:
    """Of a column of households: its data was erased. It still counts, but nobody knows where to go any more."""
    erased: ColumnElement[bool] = household_id.in_(select(col(Erasure.household_id)))
    return erased


def is_member(day: Day) -> ColumnElement[bool]:
    """Whether a membership is open on a day. Its group may be closed: see `stands`."""
    return and_(col(Membership.joined_on) <= day, lasts(col(Membership.left_on), day))


def valid_on(day: Day) -> ColumnElement[bool]:
    """Whether a unit exists on a day; on the day `valid_to` its successor already stands."""
    return or_(col(Unit.valid_from).is_(None), col(Unit.valid_from) <= day) & lasts(col(Unit.valid_to), day)


def stands(day: Day) -> ColumnElement[bool]:
    """Whether a chat group is open on a day."""
    return lasts(col(Group.closed_on), day)


def is_closed(group: Group, day: date) -> bool:
    """Whether nobody can read in a group any more what is posted there on a day: `stands`, of one that is at hand."""
    return group.closed_on is not None and group.closed_on <= day


def is_joined(household_id: ColumnElement[Any], day: Day) -> ColumnElement[bool]:
    """Whether a household is in a household group on a day: what coverage counts."""
    inside = select(col(Membership.id)).join(Group, col(Group.id) == col(Membership.group_id))
    is_own = and_(col(Membership.household_id) == household_id, col(Group.kind) == GroupKind.HOUSEHOLD)
    return inside.where(is_own, is_member(day), stands(day)).exists()


def spells(
    unit_ids: Sequence[UUID] | None = None, *, household_ids: Sequence[UUID] | Select[Any] | None = None
) -> CompoundSelect[Any]:
    """Every stay of every household in these units (all): household_id, unit_id, people, smartphones, started_on, ended_on.

    `ended_on` is None for one that lasts. A household that changed without moving has several, which touch.
    """
    now = select(
        _HOME.id.label("household_id"), _HOME.unit_id, _HOME.people, _HOME.smartphones, _HOME.arrived_on.label("started_on"),
        _HOME.left_on.label("ended_on"),
    )  # fmt: skip
    names = ("household_id", "unit_id", "people", "smartphones", "started_on", "ended_on")
    past = select(*[_PAST[name] for name in names])
    if unit_ids is not None:
        now, past = now.where(_HOME.unit_id.in_(unit_ids)), past.where(_PAST.unit_id.in_(unit_ids))
    if household_ids is not None:
        now, past = now.where(_HOME.id.in_(household_ids)), past.where(_PAST.household_id.in_(household_ids))
    return union_all(now, past)
