"""The cascade on screen: seen as a tree, narrowed to what is broken, edited without circles."""

import pytest
from sqlmodel import Session, select

from models import Group, GroupKind, Role, Unit, UnitKind, User
from services.cascade import Trouble
from tests.factories import make_group, make_unit, make_user
from tests.pages.conftest import Visit, words


@pytest.fixture
def official(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.OFFICIAL, display_name="Hà Thị Vui")


@pytest.fixture
def top(session: Session, ward: Unit, official: User) -> Group:
    return make_group(session, unit=ward, kind=GroupKind.LEADERS, name="Tổ trưởng", leader_id=official.id)


def fed_from(session: Session, group: Group) -> object:
    session.expire_all()
    found = session.exec(select(Group.parent_id).where(Group.id == group.id)).one()
    session.commit()
    return found


def test_the_tree_hangs_groups_under_what_feeds_them(
    session: Session, visit: Visit, unit: Unit, official: User, top: Group
) -> None:
    deputy = make_user(session, unit=unit, role=Role.LEAD, display_name="Bế Thị Lan")
    make_group(session, unit=unit, parent_id=top.id, leader_id=official.id, deputy_id=deputy.id, name="Bà con <b>Tổ 13</b>")

    drawn = words(visit("cascade", user=official))

    assert drawn.index("Phường Bắc Kạn") < drawn.index(">Tổ trưởng<") < drawn.index("Bà con &lt;b&gt;Tổ 13")
    assert "Hà Thị Vui, phó Bế Thị Lan" in drawn
    assert drawn.count("<ul") == 3


def test_without_groups_the_page_says_how_to_begin(visit: Visit, official: User) -> None:
    assert "Chưa có nhóm nào" in words(visit("cascade", user=official))


def test_an_address_narrows_to_one_trouble(session: Session, visit: Visit, unit: Unit, official: User, top: Group) -> None:
    make_group(session, unit=unit, parent_id=top.id, name="Bà con Tổ 13")

    drawn = words(visit("cascade", user=official, loc=Trouble.NO_LEADER.value))

    assert "1 nhóm chưa có người phụ trách" in drawn
    assert "Bà con Tổ 13" in drawn
    assert ">Tổ trưởng<" not in drawn


def test_what_has_been_mended_meanwhile_is_said(visit: Visit, official: User, top: Group) -> None:
    assert top.leader_id
    assert "Không còn nhóm nào như vậy" in words(visit("cascade", user=official, loc=Trouble.NO_LINK.value))


def test_a_group_is_fed_from_elsewhere_and_that_is_taken_back(
    session: Session, visit: Visit, unit: Unit, official: User, top: Group
) -> None:
    group, top_id = make_group(session, unit=unit), top.id
    at = visit("cascade", user=official)
    at.multiselect(key="c_groups").set_value([group.id])
    at.selectbox(key="c_parent").set_value(top_id)
    at.button(key="c_ok").click().run()
    now = fed_from(session, group)
    assert "Vừa đổi nơi nhận tin" in words(at)

    at.button(key="c_back").click().run()

    assert (now, fed_from(session, group)) == (top_id, None)


def test_a_circle_is_refused_at_its_field(session: Session, visit: Visit, ward: Unit, official: User, top: Group) -> None:
    below = make_group(session, unit=ward, kind=GroupKind.SECTOR, parent_id=top.id)
    at = visit("cascade", user=official)

    at.multiselect(key="c_groups").set_value([top.id])
    at.selectbox(key="c_parent").set_value(below.id)
    at.button(key="c_ok").click().run()

    assert [error.value for error in at.error] == ["Hai nhóm không thể chuyển tin vòng cho nhau."]
    assert fed_from(session, top) is None


def test_more_than_a_dozen_open_on_demand(session: Session, visit: Visit, unit: Unit, official: User, top: Group) -> None:
    for n in range(14):
        make_group(session, unit=unit, parent_id=top.id, name=f"Bà con ngõ {n}")

    drawn = words(visit("cascade", user=official))

    assert "Xem thêm 2 nhóm" in drawn
    assert drawn.count("Bà con ngõ") == 14


def test_an_observer_and_a_leader_have_no_such_page(session: Session, visit: Visit, unit: Unit, ward: Unit, top: Group) -> None:
    for user in (make_user(session, unit=ward, role=Role.VIEWER), make_user(session, unit=unit, role=Role.LEAD)):
        at = visit("cascade", user=user)

        assert top.name not in words(at)
        assert [error.value for error in at.error] == ["Tài khoản của ông/bà không có quyền xem trang này."]


def test_above_several_wards_one_is_looked_at_at_a_time(session: Session, visit: Visit) -> None:
    province = make_unit(session, name="Tỉnh Thái Nguyên", kind=UnitKind.PROVINCE)
    wards = [make_unit(session, name=name, parent=province, kind=UnitKind.COMMUNE) for name in ("Phường A", "Phường B")]
    chats = [make_group(session, unit=one, kind=GroupKind.LEADERS, name=f"Tổ trưởng {one.name}") for one in wards]
    admin = make_user(session, unit=province, role=Role.ADMIN)

    drawn = words(visit("cascade", user=admin, xa=wards[1].code))

    assert chats[1].name in drawn
    assert chats[0].name not in drawn
