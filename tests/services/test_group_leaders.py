"""Who leads a group, who may, and who is told."""

import pytest
from sqlmodel import Session

from core.errors import NotAllowed, NotFound
from models import GroupKind, Role, Unit
from services import group_leaders, groups, links
from tests.factories import make_actor, make_group, make_household, make_membership, make_unit, make_user


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, name="Phường Bắc Kạn")


@pytest.fixture
def unit(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward, short_name="Tổ 13, Sông Cầu")


def test_the_leader_is_known_to_those_who_see_people(session: Session, ward: Unit, unit: Unit) -> None:
    leader = make_user(session, unit=unit, role=Role.LEAD, display_name="Trần Thị Liên", phone="+84912345678")
    group = make_group(session, unit=unit, leader_id=leader.id)

    found = group_leaders.leader_of(session, actor=make_actor(session, unit=ward), group=group)

    assert found is not None
    assert (found.name, found.phone, found.unit_label, found.is_active) == (
        "Trần Thị Liên", "+84912345678", "Tổ 13, Sông Cầu", True,
    )  # fmt: skip


def test_a_viewer_is_told_no_leader_and_no_number(session: Session, ward: Unit, unit: Unit) -> None:
    leader = make_user(session, unit=unit, role=Role.LEAD)
    group = make_group(session, unit=unit, leader_id=leader.id)
    viewer = make_actor(session, unit=ward, role=Role.VIEWER)

    assert group_leaders.leader_of(session, actor=viewer, group=group) is None
    assert group_leaders.phones_of(session, actor=viewer, leader_ids={leader.id}) == {}


def test_a_group_without_a_leader_has_none(session: Session, ward: Unit, unit: Unit) -> None:
    assert group_leaders.leader_of(session, actor=make_actor(session, unit=ward), group=make_group(session, unit=unit)) is None


def test_numbers_come_for_those_who_have_one_and_lead_a_group_in_sight(session: Session, ward: Unit, unit: Unit) -> None:
    with_number = make_user(session, unit=unit, role=Role.LEAD, phone="+84912345678")
    without = make_user(session, unit=unit, role=Role.LEAD, phone=None)
    leads_none = make_user(session, unit=unit, role=Role.LEAD)
    elsewhere = make_user(session, unit=unit, role=Role.LEAD)
    for one, place in ((with_number, unit), (without, unit), (elsewhere, make_unit(session))):
        make_group(session, unit=place, leader_id=one.id)

    found = group_leaders.phones_of(
        session, actor=make_actor(session, unit=ward), leader_ids={with_number.id, without.id, leads_none.id, elsewhere.id}
    )  # fmt: skip

    assert found == {with_number.id: "+84912345678"}


def test_people_of_the_unit_are_offered_before_those_of_the_ward(session: Session, ward: Unit, unit: Unit) -> None:
    staff = make_actor(session, unit=ward, display_name="Bế Văn Ân")
    make_user(session, unit=unit, role=Role.LEAD, display_name="Trần Thị Liên")
    make_user(session, unit=unit, role=Role.LEAD, display_name="Đinh Thị Nhung")
    make_user(session, unit=unit, role=Role.VIEWER, display_name="Người Xem")
    make_user(session, unit=unit, role=Role.LEAD, display_name="Người Nghỉ", is_active=False)
    make_user(session, unit=make_unit(session, parent=ward), role=Role.LEAD, display_name="Tổ Khác")

    offered = group_leaders.may_lead(session, actor=staff, unit_id=unit.id)

    assert [one.name for one in offered] == ["Đinh Thị Nhung", "Trần Thị Liên", "Bế Văn Ân"]


def test_people_above_the_actors_own_unit_are_not_offered(session: Session) -> None:
    province = make_unit(session, name="Tỉnh Thái Nguyên")
    ward = make_unit(session, parent=province)
    make_user(session, unit=province, role=Role.ADMIN, display_name="Quản Trị Tỉnh")

    offered = group_leaders.may_lead(session, actor=make_actor(session, unit=ward, display_name="Mai"), unit_id=ward.id)

    assert [one.name for one in offered] == ["Mai"]


def test_leaders_choose_no_leaders_and_strangers_find_no_unit(session: Session, unit: Unit) -> None:
    with pytest.raises(NotAllowed):
        group_leaders.may_lead(session, actor=make_actor(session, unit=unit, role=Role.LEAD), unit_id=unit.id)
    with pytest.raises(NotFound):
        group_leaders.may_lead(session, actor=make_actor(session, unit=make_unit(session)), unit_id=unit.id)


def test_whoever_leads_an_association_of_the_ward_does_not_see_every_household(session: Session, ward: Unit, unit: Unit) -> None:
    lead = make_actor(session, unit=unit, role=Role.LEAD)
    make_household(session, unit=make_unit(session, parent=ward))
    group = make_group(session, unit=ward, kind=GroupKind.ASSOCIATION, leader_id=lead.id)

    seen = groups.group_overview(session, actor=lead, group_id=group.id)

    assert seen.households.rows == []


def test_the_overview_lists_those_outside_when_asked_and_counts_the_members(session: Session, ward: Unit, unit: Unit) -> None:
    group = make_group(session, unit=unit)
    make_membership(session, household=make_household(session, unit=unit), group=group, people=3)
    outside = make_household(session, unit=unit)

    seen = groups.group_overview(
        session, actor=make_actor(session, unit=ward), group_id=group.id, is_joined=False
    )  # fmt: skip

    assert [row.id for row in seen.households.rows] == [outside.id]
    assert (seen.members, seen.people) == (1, 3)


def test_saving_what_the_form_shows_changes_nothing(session: Session, ward: Unit, unit: Unit) -> None:
    group = make_group(session, unit=unit, join_url="https://zalo.me/g/abc", external_id="x1")
    before = group.model_dump()

    groups.change(session, actor=make_actor(session, unit=ward), group_id=group.id, values=groups.values_of(group))

    assert group.model_dump() == before


def test_the_link_into_a_group_is_found_once_it_was_made(session: Session, unit: Unit) -> None:
    group = make_group(session, unit=unit)
    assert links.find_join_link(session, group_id=group.id) is None

    made = links.join_link(session, group_id=group.id)

    assert links.find_join_link(session, group_id=group.id) == made
