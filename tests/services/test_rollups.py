"""Rollups against hand counts, and against the definition under random lives of households."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event
from sqlmodel import Session, col, delete, select

from models import Group, GroupKind, Household, Membership, Unit, UnitDay, UnitTotal
from services import figures, rollups
from services.access import TERMINAL
from tests.databases import examples
from tests.factories import make_group, make_household, make_membership, make_unit

MAY = date(2026, 5, 1)
Life = tuple[int, int, int | None, int, list[tuple[int, int, int | None, int]]]


def day(number: int) -> date:
    return MAY + timedelta(days=number)


def rows_of(session: Session, unit: Unit) -> list[tuple[date, int, int, int, int, int]]:
    rows = session.exec(select(UnitDay).where(UnitDay.unit_id == unit.id).order_by(col(UnitDay.day))).all()
    return [(row.day, row.households, row.joined, row.people, row.people_joined, row.smartphones) for row in rows]


@pytest.fixture
def unit(session: Session) -> Unit:
    return make_unit(session, parent=make_unit(session))


def test_a_row_stands_for_each_day_on_which_a_count_changes(session: Session, unit: Unit) -> None:
    group = make_group(session, unit=unit)
    first = make_household(session, unit=unit, people=4, smartphones=2, arrived_on=day(0))
    second = make_household(session, unit=unit, people=3, smartphones=1, arrived_on=day(2), left_on=day(9))
    make_membership(session, household=first, group=group, people=2, joined_on=day(2), left_on=day(5))
    make_membership(session, household=second, group=group, people=1, joined_on=day(3))

    rollups.refresh(session, unit_ids=[unit.id])

    assert rows_of(session, unit) == [
        (day(0), 1, 0, 4, 0, 2),
        (day(2), 2, 1, 7, 2, 3),
        (day(3), 2, 2, 7, 3, 3),
        (day(5), 2, 1, 7, 1, 3),
        (day(9), 1, 0, 4, 0, 2),
    ]


def test_a_household_in_two_groups_is_joined_once_and_its_people_count_in_both(session: Session, unit: Unit) -> None:
    household = make_household(session, unit=unit, people=5, smartphones=0, arrived_on=day(0))
    one, other = make_group(session, unit=unit), make_group(session, unit=unit)
    make_membership(session, household=household, group=one, people=2, joined_on=day(1), left_on=day(4))
    make_membership(session, household=household, group=other, people=1, joined_on=day(2), left_on=day(6))

    rollups.refresh(session, unit_ids=[unit.id])

    assert [(row[0], row[2], row[4]) for row in rows_of(session, unit)] == [
        (day(0), 0, 0), (day(1), 1, 2), (day(2), 1, 3), (day(4), 1, 1), (day(6), 0, 0),
    ]  # fmt: skip


def test_leaving_and_joining_again_on_one_day_makes_no_gap(session: Session, unit: Unit) -> None:
    household = make_household(session, unit=unit, arrived_on=day(0))
    group = make_group(session, unit=unit)
    make_membership(session, household=household, group=group, people=2, joined_on=day(1), left_on=day(4))
    make_membership(session, household=household, group=group, people=2, joined_on=day(4))

    rollups.refresh(session, unit_ids=[unit.id])

    assert [(row[0], row[2]) for row in rows_of(session, unit)] == [(day(0), 0), (day(1), 1)]


def test_groups_that_are_not_for_households_do_not_count(session: Session, unit: Unit) -> None:
    household = make_household(session, unit=unit, arrived_on=day(0))
    union = make_group(session, unit=unit, kind=GroupKind.ASSOCIATION)
    make_membership(session, household=household, group=union, joined_on=day(1))

    rollups.refresh(session, unit_ids=[unit.id])

    assert [(row[0], row[2]) for row in rows_of(session, unit)] == [(day(0), 0)]


def test_a_closed_group_and_a_household_that_left_end_their_memberships(session: Session, unit: Unit) -> None:
    closed = make_group(session, unit=unit, closed_on=day(3))
    group = make_group(session, unit=unit)
    stays = make_household(session, unit=unit, arrived_on=day(0))
    leaves = make_household(session, unit=unit, arrived_on=day(0), left_on=day(5))
    make_membership(session, household=stays, group=closed, joined_on=day(1))
    make_membership(session, household=leaves, group=group, joined_on=day(1))

    rollups.refresh(session, unit_ids=[unit.id])

    assert [(row[0], row[2]) for row in rows_of(session, unit)] == [(day(0), 0), (day(1), 2), (day(3), 1), (day(5), 0)]


def test_a_household_counts_where_it_lives_though_its_group_is_the_neighbours(session: Session, unit: Unit) -> None:
    neighbour = make_unit(session, parent=session.get_one(Unit, unit.parent_id))
    household = make_household(session, unit=unit, arrived_on=day(0))
    make_membership(session, household=household, group=make_group(session, unit=neighbour), joined_on=day(0))

    rollups.refresh(session, unit_ids=[unit.id, neighbour.id])

    assert [row[:3] for row in rows_of(session, unit)] == [(day(0), 1, 1)]
    assert rows_of(session, neighbour) == []


def test_refreshing_since_a_day_leaves_the_rows_before_it_alone(session: Session, unit: Unit) -> None:
    household = make_household(session, unit=unit, people=4, smartphones=1, arrived_on=day(0))
    rollups.refresh(session, unit_ids=[unit.id])
    before = session.exec(select(UnitDay)).one()
    make_membership(session, household=household, group=make_group(session, unit=unit), people=2, joined_on=day(3))

    rollups.refresh(session, unit_ids=[unit.id], since=day(3))

    assert rows_of(session, unit) == [(day(0), 1, 0, 4, 0, 1), (day(3), 1, 1, 4, 2, 1)]
    assert session.exec(select(UnitDay.id).where(UnitDay.day == day(0))).one() == before.id


def test_refreshing_since_a_past_day_recounts_what_happened_later(session: Session, unit: Unit) -> None:
    group = make_group(session, unit=unit)
    early = make_household(session, unit=unit, people=4, arrived_on=day(0))
    late = make_household(session, unit=unit, people=2, arrived_on=day(6))
    make_membership(session, household=late, group=group, people=1, joined_on=day(7))
    rollups.refresh(session, unit_ids=[unit.id])
    make_membership(session, household=early, group=group, people=2, joined_on=day(3), left_on=day(7))

    rollups.refresh(session, unit_ids=[unit.id], since=day(3))

    assert [row[:5] for row in rows_of(session, unit)] == [
        (day(0), 1, 0, 4, 0), (day(3), 1, 1, 4, 2), (day(6), 2, 1, 6, 2), (day(7), 2, 1, 6, 1),
    ]  # fmt: skip


def test_refreshing_since_a_day_foresees_ends_already_known(session: Session, unit: Unit) -> None:
    household = make_household(session, unit=unit, people=4, arrived_on=day(0))
    closing = make_group(session, unit=unit, closed_on=day(6))
    make_membership(session, household=household, group=closing, people=2, joined_on=day(2))

    rollups.refresh(session, unit_ids=[unit.id], since=day(2))

    assert [(row[0], row[2]) for row in rows_of(session, unit)] == [(day(2), 1), (day(6), 0)]


def test_the_last_household_leaving_leaves_a_row_of_zeros(session: Session, unit: Unit) -> None:
    household = make_household(session, unit=unit, arrived_on=day(0))
    rollups.refresh(session, unit_ids=[unit.id])
    household.left_on = day(4)
    session.add(household)

    rollups.refresh(session, unit_ids=[unit.id], since=day(4))

    assert rows_of(session, unit)[-1] == (day(4), 0, 0, 0, 0, 0)


def test_an_undone_change_leaves_no_row_behind(session: Session, unit: Unit) -> None:
    household = make_household(session, unit=unit, arrived_on=day(0))
    membership = make_membership(session, household=household, group=make_group(session, unit=unit), joined_on=day(3))
    rollups.refresh(session, unit_ids=[unit.id])
    membership.left_on = day(3)
    session.add(membership)

    rollups.refresh(session, unit_ids=[unit.id], since=day(3))

    assert [row[0] for row in rows_of(session, unit)] == [day(0)]


def test_repair_names_the_units_that_were_wrong_and_puts_them_right(session: Session, unit: Unit) -> None:
    well = make_unit(session, parent=session.get_one(Unit, unit.parent_id))
    emptied = make_unit(session, parent=session.get_one(Unit, unit.parent_id))
    for place in (unit, well):
        make_household(session, unit=place, people=4, smartphones=2, arrived_on=day(0))
    rollups.refresh(session, unit_ids=[unit.id, well.id])
    session.exec(delete(UnitDay).where(col(UnitDay.unit_id) == unit.id))
    session.add(UnitDay(unit_id=emptied.id, day=day(0), households=7))

    wrong = rollups.repair(session)

    assert set(wrong) == {unit.id, emptied.id}
    assert rows_of(session, unit) == [(day(0), 1, 0, 4, 0, 2)]
    assert rows_of(session, emptied) == []
    assert rollups.repair(session) == []


def test_refreshing_many_units_costs_no_more_queries_than_one(session: Session, engine: Engine, unit: Unit) -> None:
    ward = session.get_one(Unit, unit.parent_id)
    units = [make_unit(session, parent=ward) for _ in range(5)]
    for place in units:
        make_household(session, unit=place, arrived_on=day(0))
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    rollups.refresh(session, unit_ids=[unit.id])
    one = len(asked)
    rollups.refresh(session, unit_ids=[place.id for place in units])

    assert len(asked) - one <= one + 4  # five units and their ward also have rows to write


# Lives: per household its days of arrival and leaving, and its spells (group, first day, length, people).
spells = st.tuples(st.integers(0, 3), st.integers(0, 12), st.one_of(st.none(), st.integers(0, 6)), st.integers(1, 4))
lives = st.tuples(
    st.integers(0, 1), st.integers(0, 6), st.one_of(st.none(), st.integers(0, 8)), st.integers(0, 5), st.lists(spells, max_size=4)
)  # fmt: skip


@pytest.fixture
def street(session: Session) -> list[Unit]:
    ward = make_unit(session)
    return [make_unit(session, parent=ward), make_unit(session, parent=ward, valid_from=day(4), valid_to=day(11))]


@settings(
    max_examples=examples(30), deadline=None, phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    households=st.lists(lives, min_size=1, max_size=4), closes=st.one_of(st.none(), st.integers(0, 14)), was_known=st.booleans()
)  # fmt: skip
def test_figures_always_equal_the_definition_whatever_happens_in_whatever_order(
    session: Session, street: list[Unit], households: list[Life], closes: int | None, was_known: bool
) -> None:
    for table in (Membership, Group, Household, UnitDay, UnitTotal):
        session.exec(delete(table))
    kinds = [GroupKind.HOUSEHOLD, GroupKind.HOUSEHOLD, GroupKind.ASSOCIATION, GroupKind.HOUSEHOLD]
    groups = [make_group(session, unit=street[0], kind=kind) for kind in kinds]
    groups[3].closed_on = day(closes) if closes is not None and was_known else None

    for life in households:
        for since in living(session, street, groups, life):
            rollups.refresh(session, unit_ids=[street[life[0]].id], since=since)
    if closes is not None and not was_known:
        groups[3].closed_on = day(closes)
        session.add(groups[3])
        rollups.refresh(session, unit_ids=[unit.id for unit in street], since=day(closes))

    for number in range(-1, 22):
        counted = figures.coverage_from_rows(session, actor=TERMINAL, on=day(number))
        assert figures.coverage(session, actor=TERMINAL, on=day(number)) == counted
    assert rollups.repair(session) == []


def living(session: Session, street: list[Unit], groups: list[Group], life: Life) -> Iterator[date]:
    """A household arrives, joins, leaves groups and moves away; after each step the first day it changes."""
    where, arrives, stays, smartphones, memberships = life
    household = make_household(session, unit=street[where], people=5, smartphones=smartphones, arrived_on=day(arrives))
    yield day(arrives)
    free: dict[int, int] = {}
    for place, joins, length, people in sorted(memberships, key=lambda spell: spell[1]):
        if joins < free.get(place, 0):
            continue
        free[place] = 99 if length is None else joins + length
        spell = make_membership(session, household=household, group=groups[place], people=people, joined_on=day(joins))
        yield day(joins)
        if length is not None:
            spell.left_on = day(joins + length)
            session.add(spell)
            yield day(joins + length)
    if stays is not None:
        household.left_on = day(arrives + stays)
        session.add(household)
        yield day(arrives + stays)
