"""Coverage on any day: all that one screen needs in one look, in a fixed number of queries.

Counts of units come from `UnitDay` and `UnitTotal`. By group and by need households are counted, so only at or below a ward. A
count by need is no look at a person: nobody is named. Needs are as they are known now, also on past days (docs/decisions/0037).
"""

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import String, cast, func, select
from sqlmodel import Session, col

from core import clock
from core.errors import Invalid
from core.i18n import N_
from core.text import natural_key
from models import Group, GroupKind, Household, Model, Need, Unit, UnitKind
from services import access, coverage_changes, figures, presence
from services.access import Actor, May, path_range, unit_for
from services.coverage_changes import CoverageChanges
from services.figures import Coverage, CoverageTable
from services.households import KINDS
from services.units import place_key

MONTH = timedelta(days=30)
SPANS = {30: 1, 90: 3, 365: 7}  # days looked back, and how far the days of the trend lie apart
COUNTED = (UnitKind.COMMUNE, UnitKind.RESIDENTIAL)  # where households are few enough to be counted at every look

_TABLES = Model.metadata.tables
_UNIT, _HOME = _TABLES["unit"].c, _TABLES["household"].c
_SPELL, _GROUP = _TABLES["membership"].c, _TABLES["chat_group"].c
_NEEDS = cast(col(Household.needs), String)


@dataclass(frozen=True)
class GroupCoverage:
    """A chat group on a day: the households in it of those it is for. None where this reader does not see the count."""

    group_id: UUID
    name: str
    kind: GroupKind
    unit_label: str
    area: str
    joined: int | None
    people: int | None
    households: int | None  # present that day where the group is; None where nobody lives there

    @property
    def share(self) -> float | None:
        """Joined ÷ households."""
        return self.joined / self.households if self.households and self.joined is not None else None


@dataclass(frozen=True)
class NeedCoverage:
    """Households with a need that are present on a day, and how many of them are in a household group."""

    need: Need
    households: int
    joined: int

    @property
    def coverage(self) -> float | None:
        """Joined ÷ households."""
        return self.joined / self.households if self.households else None


@dataclass(frozen=True)
class CoverageDay:
    """The whole screen."""

    on: date
    since: date  # a month earlier
    unit_id: UUID | None
    parent_id: UUID | None
    kind: UnitKind | None
    by: Literal["unit", "ward"]
    table: CoverageTable
    before: CoverageTable
    trend: list[tuple[date, Coverage]]
    changes: CoverageChanges | None  # None where this reader does not see the place
    groups: list[GroupCoverage] | None  # None above a ward
    needs: list[NeedCoverage] | None  # None above a ward, and for an observer below one
    needs_hidden: int  # so many needs have counts this reader does not see
    hidden: list[Coverage]  # places whose counts this reader does not see, with nothing but their names

    @property
    def counted(self) -> list[Coverage]:
        """The places with households: no others have a coverage."""
        return [row for row in self.table.rows if row.households]

    @property
    def reaching(self) -> int:
        """How many of them reach the coverage that is wished for."""
        return sum(row.joined * 100 >= row.target_percent * row.households for row in self.counted)


def first_day(session: Session, *, actor: Actor) -> date:
    """The first day with any count at or below the actor's unit; today where there is none."""
    wanted = [actor.unit_id] if actor.unit_id else select(_UNIT.id).where(_UNIT.parent_id.is_(None))
    days = [
        session.execute(select(func.min(table.c.day)).where(table.c.unit_id.in_(wanted))).scalar()
        for table in (_TABLES["unittotal"], _TABLES["unitday"])
    ]
    return min([day for day in days if day], default=clock.today())


def of(session: Session, *, actor: Actor, unit_id: UUID | None = None, on: date | None = None, span: int = 30) -> CoverageDay:
    """Coverage at and below a unit (all the actor sees) on a day (today), beside a month earlier, with the trend up to that day.

    Above a ward the rows are wards. An observer sees no count of fewer than five households, nor one that follows from others.

    Raises:
        Invalid: a day to come, or no such span.
        NotAllowed: a leader; they have a page of their own.
        NotFound: the unit lies outside the actor's sight.
    """
    access.require(actor, May.SEE_FIGURES)
    day = on or clock.today()
    if day > clock.today():
        raise Invalid(N_("Ngày xem không được sau hôm nay."), field="on")
    if span not in SPANS:
        raise Invalid(N_("Chỉ xem lại được 30, 90 hoặc 365 ngày."), field="span")
    wanted = unit_id or actor.unit_id
    scope = unit_for(session, actor=actor, unit_id=wanted) if wanted else None
    by: Literal["unit", "ward"] = "unit" if scope is not None and scope.kind in COUNTED else "ward"
    table, before = (
        figures.coverage(session, actor=actor, unit_id=unit_id, on=each, by=by) for each in (day, day - MONTH)
    )  # fmt: skip
    growth = figures.growth(session, actor=actor, unit_id=unit_id, days=_days(day, span))
    is_counted = by == "unit"
    seen = CoverageDay(
        on=day, since=day - MONTH, unit_id=wanted, parent_id=scope.parent_id if scope else None,
        kind=scope.kind if scope else None, by=by, table=table, before=before,
        trend=[(each, row) for each, _label, row in growth],
        changes=coverage_changes.changes(session, actor=actor, unit_id=wanted, since=day - MONTH, until=day),
        groups=_groups(session, scope, table) if is_counted and scope else None,
        needs=_needs(session, table) if is_counted else None, needs_hidden=0, hidden=[],
    )  # fmt: skip
    return _for_observer(session, actor, seen) if not access.may(actor, May.SEE_SMALL_COUNTS) else seen


def _days(until: date, span: int) -> list[date]:
    return [until - timedelta(days=back) for back in range(0, span + 1, SPANS[span])][::-1]


def _groups(session: Session, scope: Unit, table: CoverageTable) -> list[GroupCoverage]:
    """The chats of households that stand at or below a unit that day, by area and number of their unit."""
    on = table.on
    has_begun = col(Group.started_on).is_(None) | (col(Group.started_on) <= on)
    found = session.execute(
        select(Group, Unit).join(Unit, col(Unit.id) == col(Group.unit_id))
        .where(path_range(scope.path), col(Group.kind).in_(KINDS), presence.stands(on), has_begun)
    ).all()  # fmt: skip
    counts = _members(session, table)
    living = {row.unit_id: row.households for row in table.rows} | {scope.id: table.total.households}
    rows = []
    for group, unit in found:
        is_for_one = unit.kind is UnitKind.RESIDENTIAL
        inside = [counts_ for (group_id, unit_id), counts_ in counts.items() if group_id == group.id and (
            not is_for_one or unit_id == unit.id)]  # fmt: skip
        joined, people = sum(one[0] for one in inside), sum(one[1] for one in inside)
        rows.append(
            GroupCoverage(group.id, group.name, group.kind, unit.label, unit.area, joined, people, living.get(unit.id) or None)
        )
    return sorted(
        rows, key=lambda row: (row.kind is not GroupKind.HOUSEHOLD, place_key(row.area, row.unit_label), natural_key(row.name))
    )  # fmt: skip


def _members(session: Session, table: CoverageTable) -> dict[tuple[UUID, UUID], tuple[int, int]]:
    """By group and the unit they live in, the households in it that day and their people in it.

    Nobody is twice in one group on a day: whoever writes memberships sees to that.
    """
    on, member, group = table.on, _TABLES["membership"], _TABLES["chat_group"]
    stay = presence.spells([row.unit_id for row in table.rows if row.unit_id]).subquery()
    keys = (_SPELL.group_id, stay.c.unit_id)
    query = (
        select(*keys, func.count(), func.sum(_SPELL.people))
        .select_from(stay.join(member, _SPELL.household_id == stay.c.household_id).join(group, _GROUP.id == _SPELL.group_id))
        .where(stay.c.started_on <= on, presence.lasts(stay.c.ended_on, on), presence.is_member(on), presence.stands(on))
        .group_by(*keys)
    )
    return {(row[0], row[1]): (int(row[2]), int(row[3])) for row in session.execute(query)}


def _needs(session: Session, table: CoverageTable) -> list[NeedCoverage]:
    """One query for all needs, by what stands together in a record; those nobody has are left out."""
    on, home = table.on, _TABLES["household"]
    with_needs = select(_HOME.id).where(_NEEDS != "[]")
    stay = presence.spells([row.unit_id for row in table.rows if row.unit_id], household_ids=with_needs).subquery()
    each = (
        select(_NEEDS.label("needs"), presence.is_joined(stay.c.household_id, on).label("joined"))
        .select_from(stay.join(home, _HOME.id == stay.c.household_id))
        .where(stay.c.started_on <= on, presence.lasts(stay.c.ended_on, on))
        .subquery()
    )
    households, joined = Counter[str](), Counter[str]()
    query = select(each.c.needs, each.c.joined, func.count()).group_by(each.c.needs, each.c.joined)
    for told, is_joined, count in session.execute(query):
        for need in set(json.loads(told)):
            households[need] += count
            joined[need] += count if is_joined else 0
    return [NeedCoverage(need, households[need.value], joined[need.value]) for need in Need if households[need.value]]


def _for_observer(session: Session, actor: Actor, seen: CoverageDay) -> CoverageDay:
    """What an observer may see (S65). Needs only of a whole ward: what one unit hides must not follow from the others."""
    table, before, hidden = figures.without_small(seen.table, seen.before)
    if figures.is_small(seen.table.total) or _is_left_out(session, actor, seen):
        unseen = replace(seen.table, rows=[], total=figures.name_only(seen.table.total))
        return replace(
            seen, table=unseen, before=replace(unseen, on=seen.since), trend=[], changes=None, groups=None, needs=None,
            hidden=[unseen.total],
        )  # fmt: skip
    is_ward = seen.kind is UnitKind.COMMUNE
    needs = [one for one in seen.needs or [] if not figures.is_few(one.households)] if is_ward else None
    names = {row.unit_name for row in hidden}
    return replace(
        seen, table=table, before=before, hidden=hidden, trend=[one for one in seen.trend if not figures.is_small(one[1])],
        groups=_safe(seen.groups, names), needs=needs,
        needs_hidden=len(seen.needs or []) - len(needs) if needs is not None else 0,
    )  # fmt: skip


def _is_left_out(session: Session, actor: Actor, seen: CoverageDay) -> bool:
    """Whether the place is one whose counts are left out of the table of what is above it."""
    if seen.parent_id is None or seen.unit_id in (None, actor.unit_id):
        return False
    by: Literal["unit", "ward"] = "unit" if seen.kind is UnitKind.RESIDENTIAL else "ward"
    above = figures.coverage(session, actor=actor, unit_id=seen.parent_id, on=seen.on, by=by)
    return seen.unit_id in {row.unit_id for row in figures.without_small(above, above)[2]}


def _safe(groups: list[GroupCoverage] | None, hidden: set[str]) -> list[GroupCoverage] | None:
    """Counts of a place that is left out are not told, nor those of a place one of whose groups holds few households."""
    if groups is None:
        return None
    few = {one.unit_label for one in groups if one.kind is GroupKind.HOUSEHOLD and figures.is_few(one.joined or 0)} | hidden
    return [
        replace(one, joined=None, people=None, households=None)
        if one.unit_label in few or figures.is_few(one.joined or 0) else one
        for one in groups
    ]  # fmt: skip
