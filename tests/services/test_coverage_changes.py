"""Why coverage changed: each reason by hand, and numbers that add up exactly whatever happened."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, delete

from core.errors import Invalid, NotAllowed, NotFound
from models import Group, Household, HouseholdPast, Membership, PastCause, Role, Unit, UnitDay, UnitTotal
from services import rollups
from services.access import TERMINAL
from services.coverage_changes import Reason, behind, changes
from tests.databases import examples
from tests.factories import make_actor, make_group, make_household, make_membership, make_unit

MAY = date(2026, 5, 1)


def day(number: int) -> date:
    return MAY + timedelta(days=number)


@pytest.fixture
def unit(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward, short_name="Tổ 1")


def make_past(session: Session, home: Household, unit: Unit, *, started_on: date, cause: PastCause) -> None:
    """Before it arrived where it lives now it lived there."""
    session.add(
        HouseholdPast(
            household_id=home.id, unit_id=unit.id, code=home.code, head_name=home.head_name, people=home.people,
            started_on=started_on, ended_on=home.arrived_on, cause=cause,
        )
    )  # fmt: skip
    session.flush()


def reasons(session: Session, unit: Unit) -> dict[Reason, tuple[int, int]]:
    rollups.repair(session)
    told = changes(session, actor=TERMINAL, unit_id=unit.id, since=day(10), until=day(40))
    assert told.rows is not None
    assert sum(row.households for row in told.rows) == told.now.households - told.before.households
    assert sum(row.joined for row in told.rows) == told.now.joined - told.before.joined
    return {row.reason: (row.households, row.joined) for row in told.rows}


def test_households_that_join_and_leave_the_group_change_only_who_is_in_it(session: Session, unit: Unit) -> None:
    group = make_group(session, unit=unit)
    joins, leaves, _idle = (make_household(session, unit=unit, arrived_on=day(0)) for _ in range(3))
    make_membership(session, household=joins, group=group, joined_on=day(20))
    make_membership(session, household=leaves, group=group, joined_on=day(1), left_on=day(20))

    assert reasons(session, unit) == {Reason.JOINED: (0, 1), Reason.LEFT: (0, -1)}


def test_new_and_split_households_and_those_that_go_or_merge_are_told_apart(session: Session, unit: Unit) -> None:
    group = make_group(session, unit=unit)
    stays = make_household(session, unit=unit, arrived_on=day(0))
    new = make_household(session, unit=unit, arrived_on=day(20))
    make_household(session, unit=unit, arrived_on=day(20), split_from_id=stays.id)
    gone = make_household(session, unit=unit, arrived_on=day(0), left_on=day(30))
    make_household(session, unit=unit, arrived_on=day(0), left_on=day(30), merged_into_id=stays.id)
    make_membership(session, household=new, group=group, joined_on=day(21))
    make_membership(session, household=gone, group=group, joined_on=day(1))

    assert reasons(session, unit) == {
        Reason.NEW: (1, 1), Reason.SPLIT: (1, 0), Reason.GONE: (-1, -1), Reason.MERGED: (-1, 0),
    }  # fmt: skip


def test_a_move_counts_in_both_units_and_not_in_their_ward(session: Session, ward: Unit, unit: Unit) -> None:
    other = make_unit(session, parent=ward)
    home = make_household(session, unit=other, arrived_on=day(20))
    make_past(session, home, unit, started_on=day(0), cause=PastCause.MOVED)

    assert reasons(session, unit) == {Reason.MOVED_OUT: (-1, 0)}
    assert reasons(session, other) == {Reason.MOVED_IN: (1, 0)}
    assert reasons(session, ward) == {}


def test_a_reorganisation_is_no_move(session: Session, ward: Unit) -> None:
    old = make_unit(session, parent=ward, valid_to=day(20))
    new = make_unit(session, parent=ward, valid_from=day(20))
    home = make_household(session, unit=new, arrived_on=day(20))
    make_past(session, home, old, started_on=day(0), cause=PastCause.REORGANISED)

    assert reasons(session, old) == {Reason.REORGANISED: (-1, 0)}
    assert reasons(session, new) == {Reason.REORGANISED: (1, 0)}
    assert reasons(session, ward) == {}


def test_the_households_behind_a_number_are_named_to_who_sees_people(session: Session, ward: Unit, unit: Unit) -> None:
    other = make_unit(session, parent=ward, short_name="Tổ 2")
    new = make_household(session, unit=unit, head_name="Hoàng Thị Lan", arrived_on=day(20))
    moved = make_household(session, unit=other, arrived_on=day(20))
    make_past(session, moved, unit, started_on=day(0), cause=PastCause.MOVED)
    lead = make_actor(session, unit=unit, role=Role.LEAD)
    viewer = make_actor(session, unit=ward, role=Role.VIEWER)

    named = behind(session, actor=lead, since=day(10), until=day(40))

    assert [(one.household_id, one.reason, one.unit_label) for one in named] == [
        (new.id, Reason.NEW, "Tổ 1"), (moved.id, Reason.MOVED_OUT, ""),
    ]  # fmt: skip
    with pytest.raises(NotAllowed):
        behind(session, actor=viewer, since=day(10), until=day(40))
    with pytest.raises(NotFound):
        behind(session, actor=lead, unit_id=other.id, since=day(10), until=day(40))


def test_an_observer_is_told_no_reason_of_a_handful_of_households(session: Session, ward: Unit, unit: Unit) -> None:
    viewer = make_actor(session, unit=ward, role=Role.VIEWER)
    for _ in range(9):
        make_household(session, unit=unit, arrived_on=day(0))
    for number in range(5):
        make_household(session, unit=unit, arrived_on=day(20 + number))
    rollups.refresh(session, unit_ids=[unit.id])
    full = changes(session, actor=viewer, since=day(10), until=day(40)).rows

    few = changes(session, actor=viewer, since=day(10), until=day(23)).rows

    assert full is not None
    assert [(row.reason, row.count) for row in full] == [(Reason.NEW, 5)]
    assert few is None


def test_the_first_day_comes_before_the_last(session: Session, unit: Unit) -> None:
    with pytest.raises(Invalid):
        changes(session, actor=TERMINAL, unit_id=unit.id, since=day(2), until=day(1))


# Lives: where it lives first and then, days of arrival, of a move, of leaving, and of joining and leaving a group.
lives = st.tuples(
    st.integers(0, 2), st.integers(0, 2), st.integers(0, 20), st.one_of(st.none(), st.integers(1, 20)),
    st.one_of(st.none(), st.integers(0, 20)), st.one_of(st.none(), st.integers(0, 30)), st.integers(0, 20),
)  # fmt: skip


@pytest.fixture
def street(session: Session, ward: Unit) -> list[Unit]:
    return [make_unit(session, parent=ward), make_unit(session, parent=ward, valid_to=day(25)), make_unit(session, parent=ward)]


@settings(
    max_examples=examples(25), deadline=None, phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(homes=st.lists(lives, min_size=1, max_size=5), since=st.integers(0, 45), length=st.integers(0, 30))
def test_reasons_add_up_to_the_difference_whatever_happened(
    session: Session, ward: Unit, street: list[Unit], homes: list[tuple[int, int, int, int | None, int | None, int | None, int]],
    since: int, length: int,
) -> None:  # fmt: skip
    for table in (Membership, Group, HouseholdPast, Household, UnitDay, UnitTotal):
        session.exec(delete(table))
    group = make_group(session, unit=street[0])
    for first, then, arrives, moves, leaves, joins, stays in homes:
        start = arrives + (moves or 0)
        left = None if leaves is None else day(start + leaves)
        home = make_household(session, unit=street[then if moves else first], arrived_on=day(start), left_on=left)
        if moves:
            make_past(session, home, street[first], started_on=day(arrives), cause=PastCause.MOVED)
        if joins is not None:
            make_membership(session, household=home, group=group, joined_on=day(joins), left_on=day(joins + stays))
    rollups.repair(session)

    for place in (ward, *street):
        told = changes(session, actor=TERMINAL, unit_id=place.id, since=day(since), until=day(since + length))
        assert told.rows is not None
        assert sum(row.households for row in told.rows) == told.now.households - told.before.households
        assert sum(row.joined for row in told.rows) == told.now.joined - told.before.joined
