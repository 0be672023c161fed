"""Needs are seen by who says what for; each look is kept, and lasts ten minutes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, select

from core.errors import Invalid, NotAllowed, NotFound
from models import AuditEvent, Household, Need, Role, Unit
from services import household_export, households, needs
from services.access import Actor
from services.household_values import values_of
from services.households import Filters
from services.needs import Why
from tests.factories import NOON, make_actor, make_household, make_unit


@pytest.fixture(autouse=True)
def clocks() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def unit(session: Session) -> Unit:
    return make_unit(session, parent=make_unit(session))


@pytest.fixture
def home(session: Session, unit: Unit) -> Household:
    return make_household(session, unit=unit, needs=["disabled"])


@pytest.fixture
def staff(session: Session, unit: Unit) -> Actor:
    return make_actor(session, unit=unit)


def looks(session: Session) -> list[tuple[str, dict[str, Any]]]:
    events = session.exec(select(AuditEvent).where(AuditEvent.action == "household.needs_seen"))
    return [(event.subject_kind, event.details) for event in events]


def test_needs_are_told_for_ten_minutes_after_saying_what_for(
    session: Session, staff: Actor, home: Household, clocks: Any
) -> None:
    assert households.needs_of(session, actor=staff, household_id=home.id) is None

    assert households.needs_of(session, actor=staff, household_id=home.id, why=Why.RELIEF) == (Need.DISABLED,)
    assert looks(session) == [("household", {"why": "relief"})]

    clocks.move_to(NOON + timedelta(minutes=9))
    assert households.needs_of(session, actor=staff, household_id=home.id) == (Need.DISABLED,)
    clocks.move_to(NOON + timedelta(minutes=10))
    assert households.needs_of(session, actor=staff, household_id=home.id) is None


def test_a_look_is_good_for_one_person_and_one_household(session: Session, unit: Unit, staff: Actor, home: Household) -> None:
    other = make_household(session, unit=unit, needs=["door"])
    households.needs_of(session, actor=staff, household_id=home.id, why=Why.DOOR)

    assert households.needs_of(session, actor=staff, household_id=other.id) is None
    assert households.needs_of(session, actor=make_actor(session, unit=unit), household_id=home.id) is None


def test_needs_are_changed_only_by_who_has_looked(session: Session, staff: Actor, home: Household) -> None:
    wanted = replace(values_of(home), needs=(Need.DOOR,))
    with pytest.raises(Invalid, match="chọn lý do trước") as refused:
        households.change(session, actor=staff, household_id=home.id, values=wanted)
    assert (refused.value.details["field"], home.needs) == ("needs", ["disabled"])

    households.needs_of(session, actor=staff, household_id=home.id, why=Why.RECORD)
    households.change(session, actor=staff, household_id=home.id, values=wanted)

    assert home.needs == ["door"]


def test_a_list_by_needs_is_one_look_and_other_lists_tell_none(session: Session, staff: Actor, home: Household) -> None:
    by_needs = Filters(needs=(Need.DISABLED,))
    with pytest.raises(Invalid, match="chọn lý do trước"):
        households.search(session, actor=staff, filters=by_needs)
    needs.keep(session, actor=staff, why=Why.DOOR, needs=by_needs.needs)

    assert [row.needs for row in households.search(session, actor=staff, filters=by_needs).rows] == [(Need.DISABLED,)]
    assert [row.needs for row in households.search(session, actor=staff).rows] == [()]
    assert looks(session) == [("unit", {"why": "door", "needs": ["disabled"]})]


def test_a_list_taken_away_leaves_needs_out_unless_they_were_asked_for(session: Session, staff: Actor, home: Household) -> None:
    assert [row.needs for row in household_export.take(session, actor=staff, filters=Filters())] == [()]
    with pytest.raises(Invalid):
        household_export.take(session, actor=staff, filters=Filters(needs=(Need.DISABLED,)))


@pytest.mark.parametrize("role", list(Role))
def test_every_role_but_the_viewer_sees_them_in_the_own_units_only(
    session: Session, unit: Unit, home: Household, role: Role
) -> None:
    inside = make_actor(session, unit=unit, role=role)
    outside = make_actor(session, unit=make_unit(session, parent=make_unit(session)), role=role)

    if role is Role.VIEWER:
        for actor in (inside, outside):
            with pytest.raises(NotAllowed):
                households.needs_of(session, actor=actor, household_id=home.id, why=Why.DOOR)
            with pytest.raises(NotAllowed):
                needs.keep(session, actor=actor, why=Why.DOOR, needs=(Need.DOOR,))
            with pytest.raises(NotAllowed):
                households.search(session, actor=actor, filters=Filters(needs=(Need.DISABLED,)))
    else:
        assert households.needs_of(session, actor=inside, household_id=home.id, why=Why.DOOR) == (Need.DISABLED,)
        with pytest.raises(NotFound):
            households.needs_of(session, actor=outside, household_id=home.id, why=Why.DOOR)
        needs.keep(session, actor=outside, why=Why.DOOR, needs=(Need.DISABLED,))
        assert households.search(session, actor=outside, filters=Filters(needs=(Need.DISABLED,))).rows == []
