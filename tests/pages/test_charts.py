"""Every chart of a period on one page, and before against after: as each role sees them, and what stands in the address."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from models import Part, Role, Term, Unit, UnitKind, User
from services import reports, rollups
from services.access import TERMINAL
from tests.factories import make_household, make_unit, make_user
from tests.pages.conftest import Visit, words
from tests.services.five import Five, announce, ask, help_people, scan, settle

NOW = "2026-11-24T05:00:00+00:00"
SETS = {"nhom": 4, "tin": 5, "hoi": 4, "so": 4}


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def five(session: Session) -> Five:
    five = settle(session)
    for happens in (announce, scan, ask, help_people):
        happens(session, five)
    return five


@pytest.fixture
def chief(session: Session, five: Five) -> User:
    return make_user(session, unit=five.ward, role=Role.OFFICIAL)


def test_each_set_draws_its_charts_with_a_sentence_and_a_table_behind(visit: Visit, chief: User) -> None:
    for one, charts in SETS.items():
        at = visit("charts", user=chief, xem=one)

        assert not at.exception, one
        assert words(at).count("<h2>") == charts, one
        assert len([box for box in at.expander if box.label == "Bảng số liệu, tải về"]) >= 3, one


def test_a_place_that_is_chosen_is_followed_by_the_charts_that_name_none(visit: Visit, chief: User) -> None:
    at = visit("charts", user=chief, noi="01843-1")

    assert "Đang chọn Tổ 1: 2 / 3 hộ trong nhóm" in words(at)
    assert "chỉ Tổ 1; lượt hộ mỗi tháng" in words(at)
    assert "Trong 12 tháng có 1 lượt vào nhóm, 0 lượt rời nhóm." in words(at)  # Bình; Dung left the other
    others = words(visit("charts", user=chief, noi="01843-1", xem="tin"))
    assert "chỉ hộ trong nhóm của Tổ 1; phần số hộ đã mở" in others
    assert "“Tiêm vắc xin sởi”, đến 100,0\xa0% số hộ." in others  # of two in the chat three phones opened
    cost = words(visit("charts", user=chief, noi="01843-1", xem="so"))
    assert "cả Phường Bắc Kạn, không riêng Tổ 1; " in cost
    assert "chỉ Tổ 1; càng đậm càng đông" in others
    at.button(key="q_none").click().run()
    assert "noi" not in at.query_params
    assert "chỉ Tổ 1" not in words(at)


def test_several_places_are_followed_together_and_left_one_by_one(visit: Visit, chief: User) -> None:
    at = visit("charts", user=chief, noi="01843-1,01843-2")

    assert "chỉ Tổ 1, Tổ 2 cộng lại; lượt hộ mỗi tháng" in words(at)
    assert "Trong 12 tháng có 1 lượt vào nhóm, 1 lượt rời nhóm." in words(at)
    at.multiselect(key="noi").unselect("01843-2").run()
    assert at.query_params["noi"] == "01843-1"
    assert "chỉ Tổ 1; lượt hộ mỗi tháng" in words(at)


def test_nonsense_in_the_address_chooses_nothing(visit: Visit, chief: User) -> None:
    at = visit("charts", user=chief, noi="<i>lạ</i>", xem="<b>", ky="0", ngay="2026-13-40")

    assert not at.exception
    assert "Đang chọn" not in words(at)
    assert "<i>lạ" not in words(at)


def test_an_observer_chooses_no_place_of_a_handful(session: Session, visit: Visit, five: Five) -> None:
    at = visit("charts", user=make_user(session, unit=five.ward, role=Role.VIEWER), noi="01843-1")

    assert not at.exception
    assert "Tổ 1" not in words(at)


@pytest.mark.parametrize("households", [0, 1])
def test_a_ward_with_nobody_and_one_with_one_household_are_drawn_too(session: Session, visit: Visit, households: int) -> None:
    ward = make_unit(session)
    place = make_unit(session, parent=ward)
    for _ in range(households):
        make_household(session, unit=place)
    rollups.refresh(session, unit_ids=[place.id])
    session.commit()
    chief = make_user(session, unit=ward, role=Role.OFFICIAL)

    for one in ("nhom", "hoi"):
        assert not visit("charts", user=chief, xem=one).exception


# ---- before and after


def compared(visit: Visit, user: User, **query: Any) -> AppTest:
    at = visit("compare", user=user, **query)
    assert not at.exception
    return at


def test_the_comparison_stands_in_the_address_and_says_both_sides(
    session: Session, visit: Visit, five: Five, chief: User
) -> None:
    assert "Chọn ngày thay đổi" in words(compared(visit, chief))

    at = compared(visit, chief, so="coverage", tu="2026-11-05", to="01843-1")

    assert "Đã thay đổi: Tổ 1" in words(at)
    assert "Tương tự: Tổ 2" in words(at)
    assert "33,3\xa0%" in words(at)  # An of three, the day before Bình came
    assert "66,7\xa0%" in words(at)
    assert "So với nơi tương tự, nơi đã thay đổi chênh" in words(at)
    assert "Chưa đủ nơi khác để nói chênh lệch ấy có phải do ngẫu nhiên" in words(at)
    assert "<h2>Trước và sau: Hộ trong nhóm</h2>" in words(at)
    assert [box.label for box in at.expander] == ["Bảng số liệu, tải về"]


def test_a_new_leader_is_offered_to_begin_with_and_the_group_and_the_question_lead_there(
    session: Session, visit: Visit, five: Five, chief: User
) -> None:
    group = five.groups["1"]
    old, new = (make_user(session, unit=five.one, role=Role.LEAD) for _ in range(2))
    group.leader_id = new.id
    changed = date(2026, 11, 5)
    for user, since, until in ((old, date(2020, 1, 1), changed), (new, changed, None)):
        session.add(Term(group_id=group.id, user_id=user.id, part=Part.LEADER, started_on=since, ended_on=until))
    session.commit()

    offered, seen, asked = (
        compared(visit, chief),
        visit("group", user=chief, id=str(group.id)),
        visit("questions", user=chief, hoi="help"),
    )

    assert "/compare?to=01843-1&amp;tu=2026-11-05" in words(offered)
    assert "Tổ 1: người phụ trách mới" in words(offered)
    ways = [link.proto for at in (seen, asked) for link in at.get("page_link") if link.proto.page == "compare"]
    assert [one.query_string for one in ways] == ["to=01843-1&tu=2026-11-05", ""]


def test_days_that_cannot_be_compared_are_refused_in_a_sentence(visit: Visit, chief: User) -> None:
    at = compared(visit, chief, tu="2026-11-23", to="01843-1")

    assert [error.value for error in at.error] == ["Từ ngày thay đổi chưa đủ 7 ngày để so."]


def test_the_comparison_is_not_for_leaders_nor_observers(session: Session, visit: Visit, five: Five) -> None:
    for role in (Role.LEAD, Role.VIEWER):
        user = make_user(session, unit=five.one if role is Role.LEAD else five.ward, role=role)
        assert "Tổ, thôn đã thay đổi" not in [box.label for box in compared(visit, user).multiselect]


def test_a_ward_without_groups_has_nothing_to_compare(session: Session, visit: Visit) -> None:
    empty: Unit = make_unit(session)

    assert "Chọn ngày thay đổi" in words(compared(visit, make_user(session, unit=empty)))


def test_above_several_wards_one_is_chosen_to_compare_and_to_report(session: Session, visit: Visit) -> None:
    province = make_unit(session, kind=UnitKind.PROVINCE)
    wards = [make_unit(session, parent=province, kind=UnitKind.COMMUNE, name=name) for name in ("Phường A", "Phường B")]
    units = [make_unit(session, parent=one, short_name=f"Tổ của {one.name}") for one in wards]
    chief = make_user(session, unit=province, role=Role.OFFICIAL)

    at = compared(visit, chief, xa=wards[1].code)
    assert at.multiselect(key="to").options == [units[1].label]
    visit("reports", user=chief, xa=wards[1].code).button(key="make_month").click().run()

    assert [row.unit.name for row in reports.listing(session, actor=TERMINAL)] == ["Phường B"]
