"""Whoever is marked to be told at the door gets a knock, also from within a chat, and no money is spent on them."""

import pytest
from sqlmodel import Session, select

from models import Channel, DoorLine, Household, Need, PlannedPath, Role, Unit, Urgency
from services import plan_list, plans, sending
from services.plan_list import Source
from tests.factories import (
    make_account,
    make_actor,
    make_announcement,
    make_group,
    make_household,
    make_membership,
    make_rules,
    make_unit,
)

KNOCK = {"needs": [Need.DOOR.value]}


@pytest.fixture
def ward(session: Session) -> Unit:
    ward = make_unit(session)
    make_account(session, unit=ward, channel=Channel.ZNS, price=250)
    return ward


@pytest.fixture
def place(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward)


@pytest.fixture
def inside(session: Session, place: Unit) -> Household:
    """In the chat, and marked."""
    home = make_household(session, unit=place, phone="+84912000001", **KNOCK)
    make_membership(session, household=home, group=make_group(session, unit=place))
    return home


@pytest.fixture
def outside(session: Session, place: Unit) -> Household:
    """In no chat, with a telephone, and marked."""
    return make_household(session, unit=place, phone="+84912000002", **KNOCK)


def plan(session: Session, ward: Unit, **more: object) -> plans.Plan:
    actor = make_actor(session, unit=ward, role=Role.STAFF)
    return plans.preview(session, actor=actor, unit_ids=[ward.id], **more)  # type: ignore[arg-type]


def test_in_a_chat_they_are_told_there_and_at_the_door(session: Session, ward: Unit, inside: Household, place: Unit) -> None:
    make_membership(
        session, household=make_household(session, unit=place), group=make_group(session, unit=place)
    )  # in a chat and not marked

    found = plan(session, ward)

    assert (found.households, found.relay, found.door, dict(found.also)) == (2, 2, 0, {"door": 1})


def test_outside_the_door_is_first_and_nothing_is_paid(session: Session, ward: Unit, outside: Household) -> None:
    found = plan(session, ward)

    assert (found.door, found.cost, dict(found.also)) == (1, 0, {})


def test_in_an_emergency_every_way_is_used_beside_it(session: Session, ward: Unit, outside: Household) -> None:
    found = plan(session, ward, urgency=Urgency.EMERGENCY)

    assert (found.door, dict(found.also), found.cost) == (1, {"zns": 1}, 250)


def test_where_the_money_is_spent_each_stands_once_at_the_door(
    session: Session, ward: Unit, place: Unit, inside: Household, outside: Household
) -> None:
    make_rules(session, unit=ward, budget=0)
    make_household(session, unit=place, phone="+84912000003")

    found = plan(session, ward)

    assert (found.relay, found.door, dict(found.also)) == (1, 2, {"door": 1})


def test_when_it_leaves_both_stand_on_the_list_of_doors(
    session: Session, ward: Unit, inside: Household, outside: Household
) -> None:
    item = make_announcement(session, unit=ward)
    sending.send(session, announcement=item)
    session.commit()

    kept = session.exec(select(PlannedPath).where(PlannedPath.household_id == inside.id)).all()
    assert {(one.path, one.is_first) for one in kept} == {(Channel.RELAY, True), (Channel.DOOR, False)}
    assert set(session.exec(select(DoorLine.household_id))) == {inside.id, outside.id}


def test_the_list_of_doors_does_not_tell_who_is_marked(session: Session, ward: Unit, inside: Household, place: Unit) -> None:
    make_household(session, unit=place)
    actor = make_actor(session, unit=ward, role=Role.STAFF)

    found = plan_list.page(session, actor=actor, source=Source(unit_ids=(ward.id,)), path=Channel.DOOR)

    assert [one.is_first for one in found.rows] == [True, True]
