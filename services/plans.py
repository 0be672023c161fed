"""The reach plan: by which path each household of an audience will be told, and what that costs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, false, func, or_
from sqlmodel import Session, col, select

from core import clock
from models import Audience, Channel, Group, GroupKind, Household, Membership, Unit
from services import access, untold
from services.access import Actor
from services.presence import is_member, lives_here, stands

PATHS = ("relay", "zalo_oa", "zns", "sms", "door")


@dataclass(frozen=True)
class PlannedGroup:
    """A chat group the plan goes through, and how many households of the audience are in it."""

    group_id: UUID
    name: str
    unit_id: UUID
    unit_label: str
    leader_id: UUID | None
    households: int


@dataclass(frozen=True)
class Plan:
    """How an audience will be reached. Whoever has no other path gets a knock, so nobody is unreachable."""

    households: int
    people: int
    relay: int
    door: int
    cost: int = 0  # đồng
    groups: list[PlannedGroup] = field(default_factory=list)

    @property
    def leaderless(self) -> int:
        """Groups of the plan in which nobody is there to post."""
        return sum(group.leader_id is None for group in self.groups)

    @property
    def paths(self) -> dict[str, int]:
        """Households by path; paths without an account stay at zero."""
        return dict.fromkeys(PATHS, 0) | {"relay": self.relay, "door": self.door}

    def kept(self) -> dict[str, Any]:
        """What is stored beside the announcement, to be laid next to what happened."""
        summary = {"households": self.households, "people": self.people, "paths": self.paths, "cost": self.cost, "unreachable": 0}
        return summary | {
            "groups": [asdict(g) | {k: str(v) for k, v in asdict(g).items() if isinstance(v, UUID)} for g in self.groups]
        }


def of_audience(
    session: Session, *, audience: Sequence[Audience], channels: Sequence[Channel] = (), on: date | None = None
) -> Plan:
    """The plan for an audience on a day (today).

    `channels` limits it to those (the knock is always there); empty lets the ward's rules choose, which without
    any provider account means: the chat group where the household is in one, else the door.
    """
    day = on or clock.today()
    wanted = _households(session, audience, day) & untold.for_audience(session, audience)
    households, people = session.exec(
        select(func.count(), func.coalesce(func.sum(Household.people), 0)).select_from(Household).where(wanted)
    ).one()
    if channels and Channel.RELAY not in channels:
        return Plan(households=households, people=people, relay=0, door=households)
    groups = _groups(session, audience, day)
    in_groups = (
        select(Membership.group_id, Membership.household_id)
        .join(Household, col(Household.id) == Membership.household_id)
        .where(is_member(day), wanted, col(Membership.group_id).in_([group.id for group, _ in groups]))
        .subquery()
    )
    counts = dict(session.exec(select(in_groups.c.group_id, func.count()).group_by(in_groups.c.group_id)).all())
    relay = session.exec(select(func.count(func.distinct(in_groups.c.household_id)))).one()
    planned = [
        PlannedGroup(group.id, group.name, unit.id, unit.label, group.leader_id, counts.get(group.id, 0))
        for group, unit in groups
    ]
    return Plan(households=households, people=people, relay=relay, door=households - relay, groups=planned)


def preview(session: Session, *, actor: Actor, unit_ids: Sequence[UUID], needs: Sequence[str] = ()) -> Plan:
    """The plan for units not yet written into any announcement: how many and who, while one still composes.

    Raises:
        NotFound: a unit outside the actor's sight.
    """
    access.require(actor, *access.WRITERS)
    units = [access.unit_for(session, actor=actor, unit_id=unit_id) for unit_id in unit_ids]
    return of_audience(session, audience=[Audience(announcement_id=u.id, unit_id=u.id, needs=list(needs)) for u in units])


def _units(session: Session, audience: Sequence[Audience]) -> dict[UUID, str]:
    ids = [entry.unit_id for entry in audience]
    return {unit.id: unit.path for unit in session.exec(select(Unit).where(col(Unit.id).in_(ids)))}


def _households(session: Session, audience: Sequence[Audience], day: date) -> ColumnElement[bool]:
    """Present households of the audience: those of each unit's subtree that have one of its needs, if it names any."""
    paths = _units(session, audience)
    parts: list[ColumnElement[bool]] = [false()]
    for entry in audience:
        within: ColumnElement[bool] = col(Household.unit_id).in_(select(Unit.id).where(access.path_range(paths[entry.unit_id])))
        if entry.needs:
            needy = or_(*[cast(Household.needs, String).contains(f'"{need}"') for need in entry.needs])
            within = within & needy
        parts.append(within)
    return or_(*parts) & lives_here(day)


def _groups(session: Session, audience: Sequence[Audience], day: date) -> list[tuple[Group, Unit]]:
    paths = _units(session, audience)
    parts: list[ColumnElement[bool]] = [false()]
    for entry in audience:
        kind = GroupKind(entry.group_kind) if entry.group_kind else GroupKind.HOUSEHOLD
        parts.append(access.path_range(paths[entry.unit_id]) & (col(Group.kind) == kind))
    query = (
        select(Group, Unit)
        .join(Unit, col(Unit.id) == Group.unit_id)
        .where(or_(*parts), stands(day), col(Group.channel) == Channel.RELAY)
        .order_by(col(Unit.code), col(Group.name))
    )
    return list(session.exec(query).all())
