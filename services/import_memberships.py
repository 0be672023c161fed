"""Who is in the chat group, as a list says: memberships of households in the household groups of their units.

A list only adds: a blank, or a "không", never takes a household out of a group. Who is in already stays in since the day that is
stored.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, func, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from core import clock
from core.bulk import BulkInsert, batches
from core.ids import new_id
from models import ChangeSet, Channel, Group, GroupKind, Household, Membership, MembershipSource, Unit, lineage
from services.import_matching import UNITS_AT_A_TIME, Known, Plan
from services.import_reading import Reading
from services.import_remarks import Why
from services.import_rows import Row
from services.import_writing import ROWS_AT_A_TIME, revise

_HOUSEHOLDS: Table = Household.metadata.tables["household"]
_MEMBERSHIPS: Table = Membership.metadata.tables["membership"]
_NEW_COLUMNS = ("id", "created_at", "household_id", "group_id", "people", "joined_on", "source", "change_set_id")
_IS_OPEN_HOUSEHOLD_GROUP = (col(Group.kind) == GroupKind.HOUSEHOLD) & col(Group.closed_on).is_(None)


@dataclass(frozen=True, slots=True)
class Touch:
    """What was done to memberships of a household that stood before. One that is new knows its change set: it has no id here."""

    known: Known
    membership_id: UUID | None
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recount:
    """A stored household whose open membership has another number of people than a list says."""

    known: Known
    membership_id: UUID
    before: int


@dataclass(frozen=True)
class Joining:
    """What a list does to memberships: nothing of it is written yet."""

    new: list[int] = field(default_factory=list)  # places in the plan's new households
    known: list[Known] = field(default_factory=list)
    recounted: list[Recount] = field(default_factory=list)
    groups: dict[UUID, UUID] = field(default_factory=dict)  # by unit
    without: frozenset[UUID] = frozenset()  # units that have no household group yet

    @property
    def changed(self) -> set[UUID]:
        """Stored households in whose membership something changes."""
        return {one.household_id for one in self._touched}

    @property
    def unit_ids(self) -> set[UUID]:
        """Units in which something changes, new households aside."""
        return {one.row.place.id for one in self._touched}

    @property
    def _touched(self) -> list[Known]:
        return [*self.known, *(recount.known for recount in self.recounted)]


@dataclass(frozen=True, slots=True)
class _Standing:
    """A household group that stands, since when."""

    id: UUID
    started_on: date | None


def foresee(session: Session, plan: Plan, *, reader: Reading) -> Joining:
    """Who of a list's households will join, be counted anew, and which units need a group.

    A day of joining that cannot be so is taken out of its row and told.
    """
    new = [index for index, (row, _code) in enumerate(plan.new) if row.in_group]
    joining = {one.household_id: one for one in plan.known if one.row.in_group}
    recounted = []
    for ids in batches(sorted({one.row.place.id for one in joining.values()}), UNITS_AT_A_TIME):
        for household_id, membership_id, people in _standing(session, ids):
            one = joining.pop(household_id, None)
            if one and one.row.group_people not in (0, people):
                recounted.append(Recount(one, membership_id, people))
    known = list(joining.values())
    units = {one.row.place.id for one in known} | {plan.new[index][0].place.id for index in new}
    groups = _groups(session, units)
    _doubt(session, [plan.new[index][0] for index in new], known, groups, reader)
    return Joining(
        new, known, recounted, {unit_id: group.id for unit_id, group in groups.items()}, frozenset(units - groups.keys())
    )


def _doubt(
    session: Session, new: Iterable[Row], known: Sequence[Known], groups: Mapping[UUID, _Standing], reader: Reading
) -> None:  # fmt: skip
    """Take out the days on which the group did not stand yet, or the household was in it before."""
    ended = _last_ends(session, [one for one in known if one.row.joined_on], groups)
    for row, last in [*((row, None) for row in new), *((one.row, ended.get(one.household_id)) for one in known)]:
        day, group = row.joined_on, groups.get(row.place.id)
        if day is None or group is None:
            continue
        is_early = group.started_on is not None and day < group.started_on
        if is_early or (last is not None and day < last):
            reader.remark(row, "group", f"{day:%d/%m/%Y}", Why.BEFORE_GROUP if is_early else Why.BEFORE_LEAVING)
            row.joined_on = None


def _last_ends(session: Session, known: Iterable[Known], groups: Mapping[UUID, _Standing]) -> dict[UUID, date]:
    """When the households that have been in the group of their unit before were in it last."""
    group_of = {one.household_id: groups[one.row.place.id].id for one in known if one.row.place.id in groups}
    last: dict[UUID, date] = {}
    for ids in batches(group_of, ROWS_AT_A_TIME):
        query = select(_MEMBERSHIPS.c.household_id, _MEMBERSHIPS.c.group_id, func.max(_MEMBERSHIPS.c.left_on)).where(
            _MEMBERSHIPS.c.household_id.in_(ids), _MEMBERSHIPS.c.left_on.is_not(None)
        )
        rows = session.execute(query.group_by(_MEMBERSHIPS.c.household_id, _MEMBERSHIPS.c.group_id))
        last |= {household_id: day for household_id, group_id, day in rows if group_of[household_id] == group_id}
    return last


def write(
    session: Session, joining: Joining, plan: Plan, new_ids: Sequence[UUID], *, change_set: ChangeSet, on: date
) -> list[Touch]:  # fmt: skip
    """Make the groups that are missing and write the memberships; what that did to households that stood before."""
    made = _make_groups(session, joining.without, _first_days(joining, plan), on)
    change_set.group_ids = [str(group_id) for group_id in made.values()]
    groups = joining.groups | made
    bulk = _NewMemberships(session, groups, change_set.id, on)
    for batch in batches(((plan.new[index][0], new_ids[index], new_id()) for index in joining.new), ROWS_AT_A_TIME):
        bulk.write(batch)
    for some in batches(joining.known, ROWS_AT_A_TIME):
        bulk.write([(one.row, one.household_id, new_id()) for one in some])
    statement = update(_MEMBERSHIPS).where(_MEMBERSHIPS.c.id == bindparam("its_id")).values(people=bindparam("new_people"))
    counts_of = ({"its_id": one.membership_id, "new_people": one.known.row.group_people} for one in joining.recounted)
    for counts in batches(counts_of, ROWS_AT_A_TIME):
        session.connection().execute(statement, counts)
    revise(
        session, [(household_id, {}) for household_id in joining.changed - {one.household_id for one in plan.known if one.after}]
    )
    return [
        *(Touch(one, None, {}, {"people_joined": one.row.group_people or 1}) for one in joining.known),
        *(
            Touch(one.known, one.membership_id, {"people": one.before}, {"people": one.known.row.group_people})
            for one in joining.recounted
        ),
    ]


class _NewMemberships:
    """New memberships as the driver takes them; what many of them share is put in its form once."""

    def __init__(self, session: Session, groups: Mapping[UUID, UUID], change_set_id: UUID, on: date) -> None:
        self._bulk = BulkInsert(session, _MEMBERSHIPS, _NEW_COLUMNS)
        encode = self._bulk.encode
        self._groups = {unit_id: encode("group_id", group_id) for unit_id, group_id in groups.items()}
        self._on = on
        self._shared = {
            "created_at": encode("created_at", clock.now()), "joined_on": encode("joined_on", on),
            "source": encode("source", MembershipSource.IMPORT), "change_set_id": encode("change_set_id", change_set_id),
        }  # fmt: skip

    def write(self, rows: Sequence[tuple[Row, UUID, UUID]]) -> None:
        """Insert some: row, household, and the id it gets."""
        encode = self._bulk.encode
        self._bulk.write(
            [
                {
                    **self._shared, "id": encode("id", membership_id), "household_id": encode("household_id", household_id),
                    "group_id": self._groups[row.place.id], "people": row.group_people or 1,
                    "joined_on": encode("joined_on", row.joined_on or self._on),
                }
                for row, household_id, membership_id in rows
            ]
        )  # fmt: skip


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


def _groups(session: Session, unit_ids: set[UUID]) -> dict[UUID, _Standing]:
    """The household group of each unit that has one, the oldest where there are several."""
    found: dict[UUID, _Standing] = {}
    for ids in batches(sorted(unit_ids), UNITS_AT_A_TIME):
        query = select(col(Group.unit_id), col(Group.id), col(Group.started_on))
        query = query.where(col(Group.unit_id).in_(ids), _IS_OPEN_HOUSEHOLD_GROUP)
        for unit_id, group_id, started_on in session.execute(query.order_by(col(Group.created_at), col(Group.id))):
            found.setdefault(unit_id, _Standing(group_id, started_on))
    return found


def _first_days(joining: Joining, plan: Plan) -> dict[UUID, date]:
    """By unit, the first day on which the list says that somebody joined."""
    found: dict[UUID, date] = {}
    for row in chain((plan.new[index][0] for index in joining.new), (one.row for one in joining.known)):
        if row.joined_on:
            found[row.place.id] = min(row.joined_on, found.get(row.place.id, row.joined_on))
    return found


def _make_groups(
    session: Session, unit_ids: Iterable[UUID], first_days: Mapping[UUID, date], on: date
) -> dict[UUID, UUID]:  # fmt: skip
    """A household group for each unit, fed from the nearest leaders' chat above it, since the first day anybody was in it."""
    units = [
        unit
        for ids in batches(sorted(unit_ids), UNITS_AT_A_TIME)
        for unit in session.exec(select_rows(Unit).where(col(Unit.id).in_(ids)))
    ]
    if not units:
        return {}
    above = {one for unit in units for one in lineage(unit.path)}
    chats = select_rows(Group).where(
        col(Group.unit_id).in_(above), Group.kind == GroupKind.LEADERS, col(Group.closed_on).is_(None)
    )
    leaders = {chat.unit_id: chat.id for chat in session.exec(chats)}
    made = {}
    for unit in units:
        parent_id = next((leaders[part] for part in reversed(lineage(unit.path)) if part in leaders), None)
        made[unit.id] = Group(
            name=f"Bà con {unit.label}",
            kind=GroupKind.HOUSEHOLD,
            unit_id=unit.id,
            channel=Channel.RELAY,
            started_on=first_days.get(unit.id, on),
            parent_id=parent_id,
        )
    session.add_all(made.values())
    session.flush()
    return {unit_id: group.id for unit_id, group in made.items()}
