"""The sheet of households. What is typed into the editor itself is tried in a real browser."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from models import Household, Role, Unit, User
from services import household_sheet, households, rollups
from services.access import TERMINAL, actor_of
from services.household_sheet import Edit
from services.household_values import HouseholdValues
from tests.factories import make_household, make_unit, make_user
from tests.pages.conftest import Visit, words
from ui.household_sheet import Draft


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session)


@pytest.fixture
def unit(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward, short_name="Tổ 1")


@pytest.fixture
def clerk(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward)


@pytest.fixture
def homes(session: Session, unit: Unit) -> list[Household]:
    made = [
        make_household(session, unit=unit, code=f"{number:03d}", head_name=f"Hoàng Văn {name}", phone="+84912345678")
        for number, name in enumerate(("An", "Bình", "Chi"), start=1)
    ]
    rollups.refresh(session, unit_ids=[unit.id])
    session.commit()
    return made


def look_again(session: Session, home: Household) -> None:
    """As it stands now; whoever has read holds the lock until then."""
    session.refresh(home)
    session.commit()


def type_into(at: AppTest, session: Session, clerk: User, unit: Unit, typed: Mapping[str, Mapping[str, Any]]) -> AppTest:
    """As if typed: by code what differs."""
    rows = household_sheet.page(session, actor=actor_of(session, clerk), unit_id=unit.id).rows
    session.commit()
    draft = Draft(unit.id)
    draft.edits = {row.id: Edit(row, typed[row.shown["code"]]) for row in rows if row.shown["code"] in typed}
    at.session_state["sheet_drafts"] = {unit.id: draft}
    return at.run()


def test_what_is_typed_is_written_and_taken_back(
    session: Session, visit: Visit, clerk: User, unit: Unit, homes: list[Household]
) -> None:  # fmt: skip
    at = type_into(
        visit("household_sheet", user=clerk), session, clerk, unit, {"001": {"people": 6}, "002": {"address": "ngõ 4"}}
    )
    at.button(key="sheet_save").click().run()

    assert not at.exception
    assert [one.value for one in at.success] == ["Đã ghi 2 hộ."]
    look_again(session, homes[0])
    assert homes[0].people == 6

    at.button(key="sheet_undo").click().run()

    assert [one.value for one in at.success] == ["Đã quay lại 2 hộ như trước lần ghi."]
    look_again(session, homes[0])
    assert homes[0].people == 4


def test_a_refused_row_is_told_and_stays_typed_while_the_others_are_written(
    session: Session, visit: Visit, clerk: User, unit: Unit, homes: list[Household]
) -> None:
    at = type_into(visit("household_sheet", user=clerk), session, clerk, unit, {"001": {"people": 6}, "002": {"phone": "12"}})
    at.button(key="sheet_save").click().run()

    page = words(at)
    assert "Đã ghi 1 hộ. 1 hộ chưa ghi được, xem dưới đây." in [one.value for one in at.success]
    assert "002, Hoàng Văn Bình, Điện thoại" in page
    assert "“12” không phải số điện thoại" in page
    assert at.session_state["sheet_drafts"][unit.id].edits[homes[1].id].typed == {"phone": "12"}

    at.button(key="sheet_drop").click().run()

    assert "không phải số điện thoại" not in words(at)
    assert not at.exception


@pytest.mark.parametrize(("choice", "name"), [("mine", "Hoàng Văn Ân"), ("theirs", "Lý Văn An")])
def test_someone_elses_change_is_put_beside_mine_to_choose(
    session: Session, visit: Visit, clerk: User, unit: Unit, homes: list[Household], choice: str, name: str
) -> None:
    at = type_into(visit("household_sheet", user=clerk), session, clerk, unit, {"001": {"head_name": "Hoàng Văn Ân"}})
    theirs = HouseholdValues("Lý Văn An", phone="0912 345 678", people=7)
    households.change(session, actor=TERMINAL, household_id=homes[0].id, values=theirs)
    session.commit()

    at.button(key="sheet_save").click().run()

    page = words(at)
    assert "Lý Văn An" in page
    assert "Hoàng Văn Ân" in page
    assert "đã có thay đổi khác" in page
    look_again(session, homes[0])
    assert homes[0].head_name == "Lý Văn An"

    at.button(key=f"{choice}_{homes[0].id.hex}").click().run()

    assert not at.exception
    look_again(session, homes[0])
    assert (homes[0].head_name, homes[0].people) == (name, 7)
    assert "đã có thay đổi khác" not in words(at)


def test_what_is_typed_stays_while_pages_and_units_are_turned(
    session: Session, visit: Visit, clerk: User, ward: Unit, unit: Unit, homes: list[Household]
) -> None:
    other = make_unit(session, parent=ward, short_name="Tổ 2")
    for number in range(60):
        make_household(session, unit=other, code=f"{number:03d}")
    at = type_into(visit("household_sheet", user=clerk), session, clerk, unit, {"001": {"people": 6}})

    at.selectbox(key="to").set_value(other.code).run()
    assert "60 hộ" in words(at)

    at.selectbox(key="to").set_value(unit.code).run()
    at.button(key="sheet_save").click().run()

    look_again(session, homes[0])
    assert homes[0].people == 6


def test_leaders_and_observers_have_no_sheet(session: Session, visit: Visit, unit: Unit, homes: list[Household]) -> None:
    for role in (Role.LEAD, Role.VIEWER):
        at = visit("household_sheet", user=make_user(session, unit=unit, role=role))
        assert [error.value for error in at.error] == ["Tài khoản của ông/bà không có quyền xem trang này."]
        assert "Hoàng Văn" not in words(at)


def test_a_unit_without_households_says_how_to_begin(visit: Visit, clerk: User, unit: Unit) -> None:
    at = visit("household_sheet", user=clerk)

    assert not at.exception
    assert "Chưa có hộ nào" in words(at)


def test_the_list_of_households_leads_there(visit: Visit, clerk: User, homes: list[Household]) -> None:
    at = visit("households", user=clerk)

    assert "Sửa nhanh" in [link.proto.label for link in at.get("page_link")]
