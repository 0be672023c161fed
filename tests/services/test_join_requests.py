"""Who answers requests to come into a group, and what an answer leaves behind."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from models import Group, JoinRequest, Membership, Role, Unit, User
from services import join_requests, retention
from services.access import actor_of
from services.join_requests import Reason
from tests.factories import make_actor, make_group, make_household, make_membership, make_unit, make_user


@pytest.fixture
def unit(session: Session) -> Unit:
    return make_unit(session, parent=make_unit(session))


@pytest.fixture
def leader(session: Session, unit: Unit) -> User:
    return make_user(session, unit=unit, role=Role.LEAD)


@pytest.fixture
def group(session: Session, unit: Unit, leader: User) -> Group:
    return make_group(session, unit=unit, leader_id=leader.id)


def make_request(session: Session, group: Group, **overrides: Any) -> JoinRequest:
    values: dict[str, Any] = {"group_id": group.id, "name": "Chu Cúc", "phone": "+84987654321", "people": 2} | overrides
    request = JoinRequest(**values)
    session.add(request)
    session.flush()
    return request


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("is_near", [True, False])
def test_who_sees_and_answers_requests(session: Session, unit: Unit, group: Group, role: Role, is_near: bool) -> None:
    """S46, S47."""
    request = make_request(session, group)
    home = make_household(session, unit=unit)
    actor = make_actor(session, unit=unit if is_near else make_unit(session), role=role)

    if role is Role.VIEWER:
        with pytest.raises(NotAllowed):
            join_requests.waiting(session, actor=actor)
    else:
        assert [one.id for one in join_requests.waiting(session, actor=actor)] == ([request.id] if is_near else [])
    if is_near and role is not Role.VIEWER:
        join_requests.accept(session, actor=actor, request_id=request.id, household_id=home.id)
        assert session.exec(select(Membership.household_id)).all() == [home.id]
    else:
        with pytest.raises(NotAllowed if role is Role.VIEWER else NotFound):
            join_requests.decline(session, actor=actor, request_id=request.id, reason=Reason.UNKNOWN)


def test_what_nobody_answered_in_sixty_days_goes_with_its_names(session: Session, leader: User, group: Group) -> None:
    asked = clock.now()
    made = {days: make_request(session, group, created_at=asked - timedelta(days=days)) for days in (1, 59, 61)}
    answered = make_request(session, group, created_at=asked - timedelta(days=70))
    join_requests.decline(session, actor=actor_of(session, leader), request_id=answered.id, reason=Reason.UNKNOWN)

    forgotten = tuple(retention.forget(session, kind="join_requests") for _ in range(2))

    assert forgotten == (1, 0)
    assert set(session.exec(select(JoinRequest.id)).all()) == {made[1].id, made[59].id, answered.id}


def test_an_answer_forgets_who_asked_and_is_given_once(session: Session, unit: Unit, leader: User, group: Group) -> None:
    request = make_request(session, group, address="Số 5", visitor="phone")
    home, actor = make_household(session, unit=unit), actor_of(session, leader)

    join_requests.accept(session, actor=actor, request_id=request.id, household_id=home.id)

    assert (request.name, request.phone, request.address, request.visitor) == ("", None, "", None)
    assert (request.is_accepted, request.household_id, request.answered_by_id) == (True, home.id, leader.id)
    with pytest.raises(Invalid, match="đã được trả lời"):
        join_requests.decline(session, actor=actor, request_id=request.id, reason=Reason.TWICE)


def test_a_household_that_is_in_already_stays_as_it_is(session: Session, unit: Unit, leader: User, group: Group) -> None:
    request, home = make_request(session, group), make_household(session, unit=unit)
    make_membership(session, household=home, group=group, people=3)

    join_requests.accept(session, actor=actor_of(session, leader), request_id=request.id, household_id=home.id)

    assert session.exec(select(Membership.people)).all() == [3]


def test_a_household_of_another_unit_cannot_be_let_in(session: Session, leader: User, group: Group) -> None:
    request = make_request(session, group)
    elsewhere = make_household(session, unit=make_unit(session, parent=make_unit(session)))

    with pytest.raises(NotFound):
        join_requests.accept(session, actor=actor_of(session, leader), request_id=request.id, household_id=elsewhere.id)


def test_the_number_weighs_more_than_the_name_and_the_name_more_than_the_address(
    session: Session, unit: Unit, leader: User, group: Group
) -> None:
    request = make_request(session, group, name="Chu Thị Cúc", address="Số 5 ngõ 4")
    by_address = make_household(session, unit=unit, head_name="Ma Hùng", address="Số 5, ngõ 4")
    by_name = make_household(session, unit=unit, head_name="CHU THI CUC", address="Số 9")
    by_number = make_household(session, unit=unit, head_name="Bế An", other_phones=["+84987654321"])
    nothing = make_household(session, unit=unit, head_name="Bế Ân")

    found = join_requests.candidates(session, actor=actor_of(session, leader), request_id=request.id)

    assert [one.id for one in found] == [by_number.id, by_name.id, by_address.id, nothing.id]


def test_what_cannot_be_a_household_is_not_proposed(session: Session, leader: User, group: Group) -> None:
    request = make_request(session, group, name="")

    with pytest.raises(Invalid, match="chủ hộ"):
        join_requests.accept_as_new(session, actor=actor_of(session, leader), request_id=request.id)
