"""What leaders propose of their households, and what the ward's staff make of it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select

from core.errors import Invalid, NotAllowed, NotFound
from models import AuditEvent, Household, Proposal, Role, Unit
from services import figures, households, proposals, rollups
from services.access import Actor
from services.household_values import HouseholdValues, values_of
from tests.factories import make_actor, make_household, make_unit

pytestmark = pytest.mark.usefixtures("noon")

TODAY, DAY = date(2026, 11, 24), date(2026, 11, 1)


@pytest.fixture
def unit(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward, short_name="Tổ 13")


@pytest.fixture
def staff(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward)


@pytest.fixture
def leader(session: Session, unit: Unit) -> Actor:
    return make_actor(session, unit=unit, role=Role.LEAD, display_name="Hà Thị Minh")


@pytest.fixture
def home(session: Session, unit: Unit) -> Household:
    made = make_household(session, unit=unit, code="7", head_name="Hoàng Văn An", people=4)
    rollups.refresh(session, unit_ids=[unit.id])
    session.commit()
    return made


def accept(session: Session, staff: Actor) -> list[Proposal]:
    seen = {one.proposal.id: one.version for one in proposals.waiting(session, actor=staff)}
    return proposals.accept(session, actor=staff, seen=seen)


def living(session: Session, staff: Actor, unit: Unit, on: date = TODAY) -> int:
    return figures.coverage(session, actor=staff, unit_id=unit.id, on=on).total.households


def test_a_leader_corrects_how_a_household_is_reached_and_proposes_who_it_is(
    session: Session, leader: Actor, staff: Actor, home: Household
) -> None:
    values = replace(values_of(home), head_name="Hoàng Thị Bé", phone="0912345678", people=5)

    proposal = proposals.change(session, actor=leader, household_id=home.id, values=values, note="ông An mất")

    assert (home.head_name, home.phone, home.people) == ("Hoàng Văn An", "+84912345678", 5)
    assert proposal is not None
    [waits] = proposals.waiting(session, actor=staff)
    assert [(side.label, side.before, side.after) for side in waits.sides] == [("Chủ hộ", "Hoàng Văn An", "Hoàng Thị Bé")]
    assert (waits.by, waits.unit_label, waits.proposal.note) == ("Hà Thị Minh", "Tổ 13", "ông An mất")

    accept(session, staff)

    assert (home.head_name, home.phone, home.people) == ("Hoàng Thị Bé", "+84912345678", 5)
    assert proposals.waiting_count(session, staff) == 0


def test_where_only_a_number_is_corrected_nothing_is_proposed(session: Session, leader: Actor, home: Household) -> None:
    values = replace(values_of(home), phone="0912345678")

    assert proposals.change(session, actor=leader, household_id=home.id, values=values) is None
    assert session.exec(select(Proposal)).all() == []


def test_what_is_proposed_must_be_right(session: Session, leader: Actor, home: Household) -> None:
    with pytest.raises(Invalid) as refused:
        proposals.change(session, actor=leader, household_id=home.id, values=replace(values_of(home), head_name="An " * 3334))

    assert refused.value.details["field"] == "head_name"


def test_a_household_counts_once_its_proposal_is_accepted_and_no_more_when_that_is_undone(
    session: Session, leader: Actor, staff: Actor, unit: Unit, home: Household
) -> None:
    values = HouseholdValues("Ma Văn Hùng", people=3, phone="0912345678")
    proposal = proposals.add(session, actor=leader, unit_id=unit.id, values=values)
    assert living(session, staff, unit) == 1

    accept(session, staff)
    assert living(session, staff, unit) == 2

    proposals.undo(session, actor=staff, proposal_id=proposal.id)
    assert (living(session, staff, unit), proposals.waiting_count(session, staff)) == (1, 1)
    assert rollups.repair(session) == []


def test_leaving_and_moving_are_proposed_accepted_and_undone(
    session: Session, leader: Actor, staff: Actor, ward: Unit, unit: Unit, home: Household
) -> None:
    new = make_unit(session, parent=ward, short_name="Tổ 2")
    other = make_household(session, unit=unit)
    proposals.left(session, actor=leader, household_id=other.id, on=DAY)
    moved = proposals.moved(session, actor=leader, household_id=home.id, unit_id=new.id, on=DAY)
    [sides] = [one.sides for one in proposals.waiting(session, actor=staff) if one.proposal.id == moved.id]
    assert [(side.before, side.after) for side in sides] == [("Tổ 13", "Tổ 2"), ("", "01/11/2026")]

    accept(session, staff)
    assert (living(session, staff, unit), living(session, staff, new), other.left_on) == (0, 1, DAY)

    proposals.undo(session, actor=staff, proposal_id=moved.id)
    assert (home.unit_id, living(session, staff, unit), living(session, staff, new)) == (unit.id, 1, 0)


def test_several_are_accepted_all_or_none(session: Session, leader: Actor, staff: Actor, unit: Unit, home: Household) -> None:
    proposals.add(session, actor=leader, unit_id=unit.id, values=HouseholdValues("Ma Văn Hùng"))
    proposals.left(session, actor=leader, household_id=home.id, on=DAY)
    seen = {one.proposal.id: one.version for one in proposals.waiting(session, actor=staff)}
    session.commit()
    home.version += 1
    session.add(home)
    session.commit()

    with pytest.raises(Invalid, match="Chưa nhận được đề nghị về hộ Hoàng Văn An: Trong lúc ông/bà xem"):
        proposals.accept(session, actor=staff, seen=seen)
    session.rollback()

    assert (proposals.waiting_count(session, staff), living(session, staff, unit)) == (2, 1)


def test_a_refusal_needs_a_reason_that_the_leader_sees(session: Session, leader: Actor, staff: Actor, home: Household) -> None:
    proposal = proposals.left(session, actor=leader, household_id=home.id, on=DAY)
    with pytest.raises(Invalid, match="Xin ghi lý do"):
        proposals.decline(session, actor=staff, proposal_id=proposal.id, reason=" ")

    proposals.decline(session, actor=staff, proposal_id=proposal.id, reason="Hộ chỉ đi vắng vài tháng.")

    [mine] = proposals.answered(session, actor=leader)
    assert (mine.proposal.is_accepted, mine.proposal.reason) == (False, "Hộ chỉ đi vắng vài tháng.")
    assert home.left_on is None
    with pytest.raises(Invalid, match="đã được trả lời rồi"):
        accept_one(session, staff, proposal)


def accept_one(session: Session, staff: Actor, proposal: Proposal) -> None:
    proposals.accept(session, actor=staff, seen={proposal.id: None})


def test_the_same_said_twice_is_one_proposal_in_its_last_words(session: Session, leader: Actor, home: Household) -> None:
    for day in (DAY, TODAY):
        proposals.left(session, actor=leader, household_id=home.id, on=day)

    [proposal] = session.exec(select(Proposal)).all()
    assert proposal.words == {"on": "2026-11-24"}


def test_what_has_changed_since_is_not_undone(session: Session, leader: Actor, staff: Actor, home: Household) -> None:
    values = replace(values_of(home), head_name="Hoàng Thị Bé")
    proposal = proposals.change(session, actor=leader, household_id=home.id, values=values)
    assert proposal
    accept(session, staff)
    households.change(session, actor=staff, household_id=home.id, values=replace(values_of(home), people=2))

    with pytest.raises(Invalid, match="đã có thay đổi sau đó"):
        proposals.undo(session, actor=staff, proposal_id=proposal.id)


# Who may


def test_a_leader_writes_none_of_it_directly(session: Session, leader: Actor, unit: Unit, home: Household) -> None:
    new_head = replace(values_of(home), head_name="Ai đó")

    for write, said in (
        (households.add, {"unit_id": unit.id, "values": HouseholdValues("Ai đó")}),
        (households.change, {"household_id": home.id, "values": new_head}),
        (households.end, {"household_id": home.id}),
        (households.reopen, {"household_id": home.id}),
    ):
        with pytest.raises(NotAllowed):
            write(session, actor=leader, **said)


@pytest.mark.parametrize("role", [Role.LEAD, Role.VIEWER])
def test_only_staff_answer(session: Session, unit: Unit, leader: Actor, home: Household, role: Role) -> None:
    proposal = proposals.left(session, actor=leader, household_id=home.id, on=DAY)
    other = make_actor(session, unit=unit, role=role)

    answers: list[Any] = [
        lambda: proposals.waiting(session, actor=other),
        lambda: proposals.accept(session, actor=other, seen={proposal.id: None}),
        lambda: proposals.decline(session, actor=other, proposal_id=proposal.id, reason="không"),
        lambda: proposals.undo(session, actor=other, proposal_id=proposal.id),
    ]
    for answer in answers:
        with pytest.raises(NotAllowed):
            answer()
    assert proposals.waiting_count(session, other) == 0


def test_nobody_proposes_for_nor_answers_from_another_place(
    session: Session, ward: Unit, leader: Actor, unit: Unit, home: Household
) -> None:
    stranger = make_actor(session, unit=make_unit(session, parent=ward), role=Role.LEAD)
    elsewhere = make_actor(session, unit=make_unit(session))
    proposal = proposals.left(session, actor=leader, household_id=home.id, on=DAY)

    with pytest.raises(NotFound):
        proposals.left(session, actor=stranger, household_id=home.id, on=DAY)
    with pytest.raises(NotFound):
        proposals.add(session, actor=stranger, unit_id=unit.id, values=HouseholdValues("Ai đó"))
    with pytest.raises(NotFound):
        accept_one(session, elsewhere, proposal)
    assert (proposals.waiting(session, actor=elsewhere), proposals.answered(session, actor=stranger)) == ([], [])


def test_the_audit_tells_of_proposals_without_names(session: Session, leader: Actor, staff: Actor, unit: Unit) -> None:
    proposals.add(session, actor=leader, unit_id=unit.id, values=HouseholdValues("Ma Văn Hùng", phone="0912345678"))
    accept(session, staff)

    events = session.exec(select(AuditEvent).where(AuditEvent.subject_kind == "proposal")).all()
    assert [event.action for event in events] == ["proposal.made", "proposal.accepted"]
    assert not any("Ma" in str(event.details) or "912345678" in str(event.details) for event in events)
