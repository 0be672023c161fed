"""The screen of coverage, as each role sees it."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from sqlmodel import Session, select

from models import Need, Role, Unit, UnitKind, User
from services import coverage_day, rollups, unit_targets
from services.access import actor_of
from tests.factories import NOON, make_group, make_household, make_membership, make_unit, make_user
from tests.pages.conftest import Visit, words
from ui import coverage_tables, tables
from ui.tables import sheet

TODAY = NOON.date()


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=True):
        yield


def settle(session: Session, unit: Unit, households: int, *, joined: int, on: date = TODAY - timedelta(days=40)) -> None:
    group = make_group(session, unit=unit)
    for place in range(households):
        home = make_household(session, unit=unit, people=4, smartphones=3, phone="+84912345678")
        if place < joined:
            make_membership(session, household=home, group=group, joined_on=on)
    rollups.refresh(session, unit_ids=[unit.id])
    session.commit()


@pytest.fixture
def ward(session: Session) -> Unit:
    """8 of 10 households in a chat for long, 6 of 8 since a week, and a place nobody lives in."""
    ward = make_unit(session, name="Phường Bắc Kạn")
    settle(session, make_unit(session, parent=ward, code="13", short_name="Tổ 13"), 10, joined=8)
    settle(session, make_unit(session, parent=ward, short_name="Tổ 2"), 8, joined=6, on=TODAY - timedelta(days=7))
    make_unit(session, parent=ward, short_name="Thôn Nà Bản")
    return ward


@pytest.fixture
def chief(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.OFFICIAL)


def test_an_official_sees_coverage_today_and_why_it_changed(visit: Visit, chief: User) -> None:
    at = visit("coverage", user=chief)

    page = words(at)
    assert not at.exception
    assert [title.value for title in at.title] == ["Độ phủ"]
    assert "14 / 18 hộ, mục tiêu 90\xa0%" in page
    assert "khi ấy 44,4\xa0%, 8 / 18 hộ" in page
    assert "0 / 2 tổ, thôn đạt mục tiêu" in page  # a place without households has no coverage
    assert "Tỷ lệ từ 44,4\xa0% thành 77,8\xa0%. Số hộ theo lý do: vào nhóm 6." in page
    assert "<b>25/10/2026</b>" in page


def test_any_day_of_the_past_stands_in_the_address(visit: Visit, chief: User) -> None:
    at = visit("coverage", user=chief, ngay="2026-11-10", to="13", ky="90")

    assert not at.exception
    assert "8 / 10 hộ" in words(at)
    assert "thứ Ba 10/11/2026" in words(at)

    at.selectbox(key="to").set_value(None).run()

    assert "8 / 18 hộ" in words(at)


def test_nonsense_in_the_address_is_left_aside(visit: Visit, chief: User) -> None:
    at = visit("coverage", user=chief, ngay="<script>", to="Tổ không có", xa="?", ky="7")

    assert not at.exception
    assert "14 / 18 hộ" in words(at)


def test_a_day_before_the_first_household_is_not_offered(visit: Visit, chief: User) -> None:
    at = visit("coverage", user=chief, ngay="2001-01-01")

    assert not at.exception
    assert at.date_input(key="ngay").min == date(2020, 1, 1)


def test_counts_by_need_name_nobody(session: Session, visit: Visit, ward: Unit, chief: User) -> None:
    unit = make_unit(session, parent=ward, code="3", short_name="Tổ 3")
    make_household(session, unit=unit, head_name="Lý Thị Sen", needs=[Need.ELDERLY_ALONE.value], arrived_on=TODAY)
    settle(session, unit, 0, joined=0)

    page = words(visit("coverage", user=chief, to="3"))

    assert "người già sống một mình" in page
    assert "0 / 1 hộ" in page
    assert "Lý Thị Sen" not in page


@pytest.mark.usefixtures("files")
def test_every_table_can_be_taken_away(session: Session, visit: Visit, ward: Unit, chief: User) -> None:
    unit = make_unit(session, parent=ward, code="3", short_name="Tổ 3")
    make_household(session, unit=unit, head_name="Lý Thị Sen", needs=[Need.ELDERLY_ALONE.value], arrived_on=TODAY)
    settle(session, unit, 0, joined=0)

    at = visit("coverage", user=chief)
    for key in ("t_places", "t_trend"):
        at.session_state[key] = True
    at.run()

    assert not at.exception
    keys = ("t_places_xlsx", "t_trend_xlsx", "x_changes", "x_groups", "x_needs", "all_xlsx", "places_csv")
    ids = [button.proto.id for button in at.get("download_button")]
    assert [key for key in keys if sum(id_.endswith(f"-{key}") for id_ in ids) == 1] == list(keys)
    session.rollback()
    seen = coverage_day.of(session, actor=actor_of(session, chief), unit_id=ward.id, on=TODAY, span=30)
    name, heads, rows = sheet(coverage_tables.groups(seen))
    assert (name, heads[3:], sorted((list(row[3:]) for row in rows), key=str)) == (
        "Theo nhóm", ["Hộ trong nhóm", "Người trong nhóm", "Số hộ", "Tỷ lệ (%)"],
        [[0, 0, 1, 0.0], [6, 12, 8, 75.0], [8, 16, 10, 80.0]],
    )  # fmt: skip
    text = tables._text(coverage_tables.of(seen)["places"]).decode("utf-8-sig").splitlines()
    assert (text[0].startswith('"Tổ'), [line.split(",")[0] for line in text[1:]][:1]) == (True, ["Tổ 3"])
    assert sheet(coverage_tables.needs(seen))[2] == [["người già sống một mình", 1, 0, 0.0]]


def test_on_a_past_day_the_screen_says_that_needs_are_those_of_today(
    session: Session, visit: Visit, ward: Unit, chief: User
) -> None:
    unit = make_unit(session, parent=ward, code="3", short_name="Tổ 3")
    make_household(session, unit=unit, needs=[Need.ELDERLY_ALONE.value])
    settle(session, unit, 0, joined=0)
    told = "hoàn cảnh cũ không được giữ lại"

    assert told not in words(visit("coverage", user=chief))
    assert told in words(visit("coverage", user=chief, ngay="2026-11-01"))
    session.rollback()
    past, now = (coverage_day.of(session, actor=actor_of(session, chief), on=on) for on in (date(2026, 11, 1), TODAY))
    assert [coverage_tables.needs(one).name for one in (past, now)] == ["Theo hoàn cảnh (sổ hôm nay)", "Theo hoàn cảnh"]


def test_an_observer_sees_no_count_of_few_households(session: Session, visit: Visit, ward: Unit) -> None:
    unit = make_unit(session, parent=ward, code="3", short_name="Tổ 3")
    make_household(session, unit=unit, needs=[Need.DISABLED.value])
    settle(session, unit, 3, joined=1)
    observer = make_user(session, unit=ward, role=Role.VIEWER)

    at = visit("coverage", user=observer)
    at.session_state["t_places"] = True
    page = words(at.run())
    alone = words(visit("coverage", user=observer, to="3"))

    assert not at.exception
    assert "người khuyết tật" not in page
    assert "Hoàn cảnh của dưới 5 hộ không hiện số" in page
    assert "Nơi có dưới 5 hộ không hiện số" in page
    assert "1 / 4 hộ" not in page
    assert "Chưa có số liệu để xem" in alone
    assert "1 / 4" not in alone


def test_a_provincial_observer_goes_down_the_tree(session: Session, visit: Visit) -> None:
    province = make_unit(session, kind=UnitKind.PROVINCE, name="Tỉnh Thái Nguyên", code="19")
    for name, size in (("Phường Bắc Kạn", 9), ("Xã Phong Quang", 6)):
        ward = make_unit(session, parent=province, kind=UnitKind.COMMUNE, name=name)
        unit = make_unit(session, parent=ward, short_name=f"Tổ 1, {name}")
        settle(session, unit, size, joined=5)
    observer = make_user(session, unit=province, role=Role.VIEWER)

    at = visit("coverage", user=observer)

    assert not at.exception
    assert "10 / 15 hộ" in words(at)
    assert "0 / 2 xã, phường đạt mục tiêu" in words(at)

    at.selectbox(key="xa").set_value(ward.code).run()
    assert "5 / 6 hộ" in words(at)

    at.selectbox(key="to").set_value(unit.code).run()
    assert not at.exception
    assert "5 / 6 hộ" in words(at)


def test_an_empty_ward_is_told_what_to_do(session: Session, visit: Visit) -> None:
    at = visit("coverage", user=make_user(session, unit=make_unit(session), role=Role.STAFF))

    assert not at.exception
    assert "Chưa có số liệu để xem" in words(at)


def test_a_leader_has_a_page_of_their_own(session: Session, visit: Visit, ward: Unit) -> None:
    at = visit("coverage", user=make_user(session, unit=ward, role=Role.LEAD))

    assert [error.value for error in at.error] == ["Tài khoản của ông/bà không có quyền xem trang này."]


def test_the_households_to_invite_first_open_and_hide_their_numbers(visit: Visit, chief: User) -> None:
    at = visit("coverage", user=chief)

    page = words(at)
    assert "Nếu các hộ này vào nhóm, 2 tổ, thôn đạt mục tiêu (Tổ 13 thiếu 1; Tổ 2 thiếu 2)." in page
    assert sum(link.proto.label.startswith("Hoàng Văn") for link in at.get("page_link")) == 3
    assert "0912 xxx 678" in page
    assert "+84912345678" not in page


def test_of_many_households_to_invite_the_first_show_and_all_on_demand(
    session: Session, visit: Visit, ward: Unit, chief: User
) -> None:
    settle(session, make_unit(session, parent=ward, short_name="Tổ 5"), 20, joined=8)

    at = visit("coverage", user=chief)

    def shown() -> int:
        return sum(link.proto.label.startswith("Hoàng Văn") for link in at.get("page_link"))

    assert "13 hộ nên mời trước" in words(at)
    assert shown() == 5

    at.session_state["cov_invite"] = True
    at.run()

    assert shown() == 13


def test_an_observer_is_told_of_no_household_to_invite(session: Session, visit: Visit, ward: Unit) -> None:
    at = visit("coverage", user=make_user(session, unit=ward, role=Role.VIEWER))

    assert "nên mời trước" not in words(at)
    assert "cov_set" not in at.session_state


def test_a_save_of_targets_is_offered_to_be_taken_back(session: Session, visit: Visit, ward: Unit, chief: User) -> None:
    unit = session.exec(select(Unit).where(Unit.short_name == "Tổ 13")).one()
    unit_targets.save(session, actor=actor_of(session, chief), unit_id=ward.id, targets={unit.id: 70}, seen={unit.id: 90})
    session.commit()

    at = visit("coverage", user=chief)
    at.session_state["cov_set"] = True
    at.run()
    assert "1 / 2 tổ, thôn đạt mục tiêu" in words(at)

    at.button(key="cov_undo").click().run()

    assert not at.exception
    assert "Đã quay lại mục tiêu trước đó của 1 nơi." in [one.value for one in at.success]
    assert "0 / 2 tổ, thôn đạt mục tiêu" in words(at)
    session.refresh(unit)
    assert unit.target_percent == 90


def test_saving_targets_that_stand_changes_nothing(visit: Visit, chief: User) -> None:
    at = visit("coverage", user=chief)
    at.session_state["cov_set"] = True
    at.run()

    at.button(key="cov_save").click().run()

    assert not at.exception
    assert "Đã ghi mục tiêu của 0 nơi." in [one.value for one in at.success]
