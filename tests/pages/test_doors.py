"""The last mile on staff screens: how the loop closes, ticks from paper by number, addresses, paper; on the board and today."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from adapters.codes import QrCodes
from core import clock
from models import DoorList, DoorOutcome, Role
from services import door_lists, ports
from services.ports import DoorNotice, DoorSheet, Ports
from tests.factories import make_unit, make_user
from tests.fakes import FakeEngine, Nothing
from tests.pages.conftest import Visit, words
from tests.services.street import Street, make_street


class FakePaper:
    """A printer that remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def door_lists(self, sheets: Sequence[DoorSheet], notice: DoorNotice) -> tuple[bytes, int]:
        self.asked.append([row.address for sheet in sheets for row in sheet.rows])
        return b"%PDF-", 1


@pytest.fixture
def paper(promises: FakeEngine) -> FakePaper:
    nothing: Any = Nothing()
    made: Any = FakePaper()
    ports.provide(Ports(sheets=nothing, paper=made, codes=QrCodes(), engine=promises, tables=nothing))
    return made  # type: ignore[no-any-return]


@pytest.fixture
def street(session: Session, paper: FakePaper) -> Street:
    street = make_street(session, *[f"Số {n}" for n in range(1, 5)], in_chat=("Số 9",))
    session.commit()
    return street


def opened(visit: Visit, street: Street, page: str = "doors") -> AppTest:
    user = make_user(street.session, unit=street.ward, role=Role.STAFF)
    return visit(page, user=user, id=str(street.announcement.id))


def outcomes(street: Street) -> dict[int, DoorOutcome | None]:
    found = {line.number: line.outcome for line in door_lists.lines_of(street.session, street.list())}
    street.session.commit()
    return found


def typed(at: AppTest, text: str) -> AppTest:
    at.text_area[0].set_value(text)
    return next(button for button in at.button if button.label == "Ghi").click().run()


def test_it_shows_how_the_loop_closes_and_whose_each_list_is(visit: Visit, street: Street) -> None:
    at = opened(visit, street)

    said = words(at)
    assert "Còn phải gõ cửa" in said
    assert "Hà Thị Minh" in said
    assert "Số 3" in said
    assert f'href="/behind?id={street.announcement.id}&amp;ai=not_home"' in said
    assert at.code[0].value == f"http://ward.test/door/{street.token}"


def test_a_unit_stays_chosen_by_its_code_while_its_doors_grow_fewer(session: Session, visit: Visit, street: Street) -> None:
    other = make_unit(session, parent=street.ward, code=f"0{street.unit.code}", short_name="Tổ 1")  # stands in front
    session.add(DoorList(announcement_id=street.announcement.id, unit_id=other.id, token_hash="khác", expires_at=clock.now()))
    session.commit()

    user = make_user(session, unit=street.ward, role=Role.STAFF)
    at = visit("doors", user=user, id=str(street.announcement.id), to=street.unit.code)
    assert at.selectbox(key="to").value == street.unit.code
    typed(at, "1-2 báo")

    assert [outcome for outcome in outcomes(street).values() if outcome] == [DoorOutcome.TOLD] * 2
    assert at.query_params["to"] == street.unit.code


def test_paper_is_entered_by_number_in_one_line_and_taken_back(visit: Visit, street: Street) -> None:
    at = typed(opened(visit, street), "1-2 báo; 3 vắng; 4 chuyển")
    entered, counted = outcomes(street), street.counted
    street.session.commit()

    at.button(key="doors_undo").click().run()

    assert not at.exception
    assert entered == {1: DoorOutcome.TOLD, 2: DoorOutcome.TOLD, 3: DoorOutcome.NOT_HOME, 4: DoorOutcome.MOVED}
    assert counted == 2
    assert outcomes(street) == dict.fromkeys(range(1, 5))
    assert street.counted == 0


def test_a_number_that_is_not_there_is_named_and_nothing_is_written(visit: Visit, street: Street) -> None:
    at = typed(opened(visit, street), "1 báo; 7 vắng")

    assert "số 7" in at.error[0].value
    assert at.text_area[0].value == "1 báo; 7 vắng"
    assert outcomes(street) == dict.fromkeys(range(1, 5))


def test_another_address_takes_the_place_of_the_old_one(visit: Visit, street: Street) -> None:
    at = opened(visit, street)
    before = at.code[0].value

    at.button(key="doors_renew").click().run()

    assert at.code[0].value != before


def test_everybody_not_known_to_be_told_can_be_put_on_it(visit: Visit, street: Street) -> None:
    at = opened(visit, street)

    next(button for button in at.button if button.label == "Thêm mọi hộ chưa biết tin").click().run()

    assert outcomes(street) == dict.fromkeys(range(1, 6))


def test_it_is_printed(visit: Visit, street: Street, paper: FakePaper) -> None:
    at = opened(visit, street)

    at.button(key="doors_print").click().run()

    assert not at.exception
    assert paper.asked == [["Số 1", "Số 2", "Số 3", "Số 4"]]


def test_the_board_and_the_first_screen_say_how_many_doors_are_left(visit: Visit, street: Street) -> None:
    board = words(opened(visit, street, "announcement"))
    today = words(opened(visit, street, "today"))

    assert "4 hộ còn phải gõ cửa" in board
    assert "4 hộ còn phải gõ cửa" in today


@pytest.mark.parametrize("role", [Role.LEAD, Role.VIEWER])
def test_it_is_for_the_wards_staff(visit: Visit, street: Street, role: Role) -> None:
    at = visit("doors", user=make_user(street.session, unit=street.ward, role=role), id=str(street.announcement.id))

    assert "không có quyền" in at.error[0].value
    assert "Số 3" not in words(at)
