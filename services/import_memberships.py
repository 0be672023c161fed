"""Who is in the chat group, as a list says: memberships of households in the household groups of their units.

A list only adds: a blank, or a "không", never takes a household out of a group.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import Table, bindparam, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from core import clock
from core.bulk import BulkInsert
from core.ids import new_id
from models import Channel, Group, GroupKind, Household, Membership, MembershipSource, Unit
from services.import_matching import UNITS_AT_A_TIME, Plan
from services.import_rows import Row
from services.import_writing import ROWS_AT_A_TIME, batches

_HOUSEHOLDS: Table = Household.metadata.tables["household"]
_MEMBERSHIPS: Table = Membership.metadata.tables["membership"]
_NEW_COLUMNS = ("id", "created_at", "household_id", "group_id", "people", "joined_on", "source")
_IS_OPEN_HOUSEHOLD_GROUP = (col(Group.kind) == GroupKind.HOUSEHOLD) & col(Group.closed_on).is_(None)


@dataclass(frozen=True)
class Joining:
    """What a list does to memberships: nothing of it is written yet."""

    new: list[int] = field(default_factory=list)  # places in the plan's new households
    known: list[tuple[Row, UUID]] = field(default_factory=list)  # with the stored household's id
    recounted: list[tuple[Row, UUID, UUID]] = field(default_factory=list)  # with the household's and the membership's ids
    groups: dict[UUID, UUID] = field(default_factory=dict)  # by unit
    without: frozenset[UUID] = frozenset()  # units that have no household group yet

    @property
    def changed(self) -> set[UUID]:
        """Stored households in whose membership something changes."""
        return {household_id for _row, household_id in self.known} | {household_id for _row, household_id, _ in self.recounted}

    @property
    def unit_ids(self) -> set[UUID]:
        """Units in which something changes, new households aside."""
        return {row.place.id for row, _ in self.known} | {row.place.id for row, _, _ in self.recounted}


def foresee(session: Session, plan: Plan) -> Joining:
    """Who of a list's households will join, be counted anew, and which units need a group."""
    new = [index for index, (row, _code) in enumerate(plan.new) if row.in_group]
    joining = {household_id: row for row, household_id, _change in plan.known if row.in_group}
    recounted = []
    for ids in _some({row.place.id for row in joining.values()}):
        for household_id, membership_id, people in _standing(session, ids):
            row = joining.pop(household_id, None)
            if row and row.group_people not in (0, people):
                recounted.append((row, household_id, membership_id))
    known = [(row, household_id) for household_id, row in joining.items()]
    units = {row.place.id for row, _id in known} | {plan.new[index][0].place.id for index in new}
    groups = _groups(session, units)
    return Joining(new, known, recounted, groups, frozenset(units - groups.keys()))


def write(session: Session, joining: Joining, plan: Plan, new_ids: Sequence[UUID], *, on: date) -> None:
    """Make the groups that are missing and write the memberships."""
    groups = joining.groups | _make_groups(session, joining.without, on)
    rows = [*((plan.new[index][0], new_ids[index]) for index in joining.new), *joining.known]
    bulk = BulkInsert(session, _MEMBERSHIPS, _NEW_COLUMNS)
    group_ids = {unit_id: bulk.encode("group_id", group_id) for unit_id, group_id in groups.items()}
    shared = {
        "created_at": bulk.encode("created_at", clock.now()), "joined_on": bulk.encode("joined_on", on),
        "source": bulk.encode("source", MembershipSource.IMPORT),
    }  # fmt: skip
    for batch in batches(rows):
        bulk.write(
            [
                {
                    **shared, "id": bulk.encode("id", new_id()), "household_id": bulk.encode("household_id", household_id),
                    "group_id": group_ids[row.place.id], "people": row.group_people or 1,
                }
                for row, household_id in batch
            ]
        )  # fmt: skip
    statement = update(_MEMBERSHIPS).where(_MEMBERSHIPS.c.id == bindparam("its_id")).values(people=bindparam("new_people"))
    for counts in batches(
        {"its_id": membership_id, "new_people": row.group_people} for row, _, membership_id in joining.recounted
    ):
        session.connection().execute(statement, counts)


def _standing(session: Session, unit_ids: Sequence[UUID]) -> Iterator[tuple[UUID, UUID, int]]:
    """Open memberships of the units' households in household groups, of whichever unit the group is; the oldest first."""
    query = (
        select(_MEMBERSHIPS.c.household_id, _MEMBERSHIPS.c.id, _MEMBERSHIPS.c.people)
        .join(_HOUSEHOLDS, _HOUSEHOLDS.c.id == _MEMBERSHIPS.c.household_id)
        .join(Group, col(Group.id) == _MEMBERSHIPS.c.group_id)
        .where(_HOUSEHOLDS.c.unit_id.in_(unit_ids), _MEMBERSHIPS.c.left_on.is_(None), _IS_OPEN_HOUSEHOLD_GROUP)
        .order_by(_MEMBERSHIPS.c.joined_on, _MEMBERSHIPS.c.id)
    )
    for row in session.execute(query.execution_options(yield_per=ROWS_AT_A_TIME)):
        yield row[0], row[1], row[2]


def _groups(session: Session, unit_ids: set[UUID]) -> dict[UUID, UUID]:
    """The household group of each unit that has one, the oldest where there are several."""
    found: dict[UUID, UUID] = {}
    for ids in _some(unit_ids):
        query = select(col(Group.unit_id), col(Group.id)).where(col(Group.unit_id).in_(ids), _IS_OPEN_HOUSEHOLD_GROUP)
        for unit_id, group_id in session.execute(query.order_by(col(Group.created_at), col(Group.id))):
            found.setdefault(unit_id, group_id)
    return found


def _make_groups(session: Session, unit_ids: Iterable[UUID], on: date) -> dict[UUID, UUID]:
    """A household group for each unit, fed from the nearest leaders' chat above it."""
    units = [unit for ids in _some(unit_ids) for unit in session.exec(select_rows(Unit).where(col(Unit.id).in_(ids)))]
    if not units:
        return {}
    above = {UUID(part) for unit in units for part in _ancestors(unit)}
    chats = select_rows(Group).where(
        col(Group.unit_id).in_(above), Group.kind == GroupKind.LEADERS, col(Group.closed_on).is_(None)
    )
    leaders = {str(chat.unit_id): chat.id for chat in session.exec(chats)}
    made = {}
    for unit in units:
        parent_id = next((leaders[part] for part in reversed(_ancestors(unit)) if part in leaders), None)
        made[unit.id] = Group(
            name=f"Bà con {unit.label}",
            kind=GroupKind.HOUSEHOLD,
            unit_id=unit.id,
            channel=Channel.RELAY,
            started_on=on,
            parent_id=parent_id,
        )
    session.add_all(made.values())
    session.flush()
    return {unit_id: group.id for unit_id, group in made.items()}


def _ancestors(unit: Unit) -> list[str]:
    return [part for part in unit.path.split("/") if part]


def _some(unit_ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    ids = sorted(unit_ids)
    return (ids[start : start + UNITS_AT_A_TIME] for start in range(0, len(ids), UNITS_AT_A_TIME))
