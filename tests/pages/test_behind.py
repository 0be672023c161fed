"""From a number on the board to its households, and one group by itself."""

import io
from typing import Any

import pytest
from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from adapters.table_files import Workbooks
from core import clock
from models import DoorOutcome, How, Reach, Role, User
from services import door_knocks
from services.board_list import Standing
from tests.factories import make_user
from tests.pages.conftest import Visit, words
from tests.services.street import Street, knock, make_street

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def street(session: Session) -> Street:
    """One household told in the chat, one not at home, one where nobody has knocked."""
    street = make_street(
        session, "Số 1", "Số 2", in_chat=("Ngõ 1",), planned={"Số 1": "door", "Số 2": "door", "Ngõ 1": "relay"}
    )  # fmt: skip
    door_knocks.by_phone(session, token=street.token, knocks=[knock(1, DoorOutcome.NOT_HOME)])
    of: dict[str, Any] = {"announcement_id": street.announcement.id, "group_id": street.group.id, "told_at": clock.now()}
    session.add(Reach(household_id=street.homes["Ngõ 1"].id, how=How.CONFIRMED, **of))
    session.add(Reach(visitor="a phone", how=How.CONFIRMED, **of))
    session.commit()
    return street


@pytest.fixture
def clerk(session: Session, street: Street) -> User:
    return make_user(session, unit=street.ward, role=Role.STAFF)


def listed(at: AppTest) -> str:
    """What stands on the page in its own parts."""
    assert not at.exception
    return words(at)


def test_the_boards_numbers_lead_to_their_households(visit: Visit, street: Street, clerk: User) -> None:
    board = listed(visit("announcement", user=clerk, id=str(street.announcement.id)))
    item, group = street.announcement.id, street.group.id

    assert f'href="/behind?id={item}&amp;ai=known"' in board
    assert f'href="/behind?id={item}&amp;ai=untold&amp;nhom={group}"' in board


def test_a_list_says_who_and_how_they_stand(visit: Visit, street: Street, clerk: User) -> None:
    at = visit("behind", user=clerk, id=str(street.announcement.id), ai="not_home")

    page = listed(at)
    assert "Số 1" in page
    assert "Số 2" not in page
    assert "vắng nhà" in page
    assert "1 lượt báo trên máy chưa gắn với hộ nào" in page
    assert at.button_group(key=f"ai:{street.announcement.id}").options == [
        "Biết chắc đã nhận (1)", "Chưa biết (2)", "Còn phải gõ cửa (1)", "Vắng nhà (1)", "Không nhận tin (0)", "Đã chuyển đi (0)",
    ]  # fmt: skip


def test_of_one_group_only_its_households_stand_there(visit: Visit, street: Street, clerk: User) -> None:
    at = visit("behind", user=clerk, id=str(street.announcement.id), ai="known", nhom=str(street.group.id))

    assert "Ngõ 1" in listed(at)
    assert at.selectbox(key=f"nhom:{street.announcement.id}").value == str(street.group.id)
    at.button_group(key=f"ai:{street.announcement.id}").set_value(Standing.TO_KNOCK).run()
    assert "Không có hộ nào." in listed(at)


def test_another_wards_clerk_finds_nothing_there(session: Session, visit: Visit, street: Street) -> None:
    stranger = make_user(session, unit=make_street(session, "Số 9").ward, role=Role.STAFF)

    at = visit("behind", user=stranger, id=str(street.announcement.id))

    assert at.error[0].value == "Không tìm thấy thông báo này."


def test_on_the_board_a_group_is_looked_at_alone(visit: Visit, street: Street, clerk: User) -> None:
    at = visit("announcement", user=clerk, id=str(street.announcement.id))
    assert "Chưa đủ bốn thông báo" not in listed(at)

    at.selectbox(key="b_group").set_value(str(street.group.id)).run()

    assert "Chưa đủ bốn thông báo giống thế này" in listed(at)


def test_a_table_as_text_opens_in_excel_and_holds_no_formula() -> None:
    file = Workbooks().csv(["Chủ hộ", "Lúc"], [["=1+1", None], ['Bế "Tư", Lan', 2]])

    assert file.startswith(b"\xef\xbb\xbf")
    lines = io.StringIO(file.decode("utf-8-sig")).read().splitlines()
    assert lines == ["Chủ hộ,Lúc", "'=1+1,", '"Bế ""Tư"", Lan",2']
