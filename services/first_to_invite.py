"""Whom to invite first: the households whose joining would help most units' groups reach the coverage that is wished for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlmodel import Session

from core import clock
from models import GroupKind, Household, Model, Unit
from services import access, figures, presence
from services.access import Actor, May
from services.figures import Coverage
from services.household_search import HouseholdRow, row_of
from services.units import place_key

MOST = 20
_TABLES = Model.metadata.tables
_HOME, _UNIT = _TABLES["household"].c, _TABLES["unit"].c
_GROUP = _TABLES["chat_group"].c


@dataclass(frozen=True)
class Goal:
    """A unit with an open household group that has not reached its target, and how many of its households it still lacks."""

    unit_id: UUID
    unit_label: str
    missing: int
    invited: int  # of the list

    @property
    def is_reached(self) -> bool:
        """Whether it reaches its target when all of the list join."""
        return self.invited >= self.missing


@dataclass(frozen=True)
class Invitations:
    """The households, unit by unit, and what their joining would reach."""

    rows: list[HouseholdRow]
    goals: list[Goal]

    @property
    def reached(self) -> int:
        """How many units would reach their target."""
        return sum(goal.is_reached for goal in self.goals)


def first_to_invite(session: Session, *, actor: Actor, unit_id: UUID | None = None, most: int = MOST) -> Invitations:
    """At most so many households at and below a unit which, if all join today, bring as many units as possible to their target.

    A household lives in one unit and counts once it is in any household group, so a unit lacks its target's share of its
    households, rounded up, less those that are in. Units are taken in the order of how many they lack (then by place), each
    with just so many households, until the list is full: no other list of that length brings more units there. What is left of
    it goes to the next unit, which it brings nearer. Units without an open household group cannot be helped by an invitation
    and are passed over. Within a unit those easiest to invite come first: with a telephone, with more smartphones, then by
    code. Four queries, however many households there are.

    Raises:
        NotAllowed: the actor sees figures only.
        NotFound: the unit lies outside the actor's sight.
    """
    access.require(actor, May.SEE_PEOPLE)
    table = figures.coverage(session, actor=actor, unit_id=unit_id)
    with_group = _with_group(session, [row.unit_id for row in table.rows if row.unit_id])
    goals = _goals([row for row in table.rows if row.unit_id in with_group], most)
    wanted = {goal.unit_id: goal.invited for goal in goals}
    rows = _outside(session, wanted)
    order = list(wanted)
    return Invitations(sorted(rows, key=lambda row: order.index(row.unit_id)), goals)


def missing(row: Coverage) -> int:
    """How many more households must join for a unit to reach its target."""
    return max(0, -(-row.target_percent * row.households // 100) - row.joined)


def _goals(rows: Sequence[Coverage], most: int) -> list[Goal]:
    lacking = sorted(
        (row for row in rows if missing(row)), key=lambda row: (missing(row), place_key(row.area, row.unit_name), row.unit_code)
    )
    goals, left = [], most
    for row in lacking:
        if left <= 0 or row.unit_id is None:
            break
        goals.append(Goal(row.unit_id, row.unit_name, missing(row), min(left, missing(row))))
        left -= missing(row)
    return goals


def _with_group(session: Session, ids: Sequence[UUID]) -> set[UUID]:
    day = clock.today()
    is_open = presence.stands(day) & or_(_GROUP.started_on.is_(None), _GROUP.started_on <= day)
    query = select(_GROUP.unit_id).where(_GROUP.kind == GroupKind.HOUSEHOLD, is_open)
    return set(session.execute(query).scalars()) & set(ids)


def _outside(session: Session, wanted: dict[UUID, int]) -> list[HouseholdRow]:
    """Of each unit so many of the households that live here and are in no household group today."""
    day = clock.today()
    easiest = (_HOME.phone.is_(None), _HOME.smartphones.desc(), func.length(_HOME.code), _HOME.code)
    place = func.row_number().over(partition_by=_HOME.unit_id, order_by=easiest).label("place")
    is_outside = presence.lives_here(day) & ~presence.is_joined(_HOME.id, day)
    ranked = select(_HOME.id, place).where(_HOME.unit_id.in_(wanted), is_outside).subquery()
    query: Any = (
        select(Household, Unit, ranked.c.place).join(Unit, _UNIT.id == _HOME.unit_id).join(ranked, ranked.c.id == _HOME.id)
        .where(ranked.c.place <= max(wanted.values(), default=0)).order_by(ranked.c.place)
    )  # fmt: skip
    return [row_of(home, unit, 0) for home, unit, at in session.execute(query) if at <= wanted[unit.id]]
