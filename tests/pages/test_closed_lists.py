"""Closed lists on the screen: what a leader is shown, and that a press says what came of it."""

from typing import Any

import pytest
from sqlmodel import Session, select

from core.settings import settings
from models import ListedPerson, PersonOutcome, Role, Unit, User
from services import closed_lists
from services.access import actor_of
from services.ports import Sheet
from tests.factories import make_unit, make_user
from tests.pages.conftest import Visit, words

pytestmark = pytest.mark.usefixtures("noon")
ROWS: Any = [
    ["Họ tên trẻ", "Họ tên mẹ", "Tổ", "Địa chỉ", "Điện thoại"],
    ["Triệu Gia Bảo", "Lường Thị Hoa", "Tổ 13", "Số 21 đường Nông Văn Quang", "0912345678"],
    ["Nông Thu Hà", "Ma Thị Lan", "Tổ 14", "", ""],
]


@pytest.fixture
def listed(session: Session, ward: Unit, official: User) -> str:
    for number in (13, 14):
        make_unit(session, parent=ward, name=f"Tổ dân phố {number}", short_name=f"Tổ {number}")
    made = closed_lists.bring(
        session, actor=actor_of(session, official), unit_id=ward.id, sheet=Sheet("S", ROWS), title="Tiêm sởi tháng 11"
    )
    session.commit()
    return str(made.list_id)


def leader(session: Session) -> User:
    unit = session.exec(select(Unit).where(Unit.short_name == "Tổ 13")).one()
    return make_user(session, unit=unit, role=Role.LEAD)


def test_a_leader_sees_the_own_children_with_whom_to_call_and_ticks_them(session: Session, visit: Visit, listed: str) -> None:
    person = session.exec(select(ListedPerson).where(ListedPerson.name == "Triệu Gia Bảo")).one()

    at = visit("closed_list", user=leader(session), id=listed)

    assert "Triệu Gia Bảo" in words(at)
    assert "tel:+84912345678" in words(at)
    assert "Nông Thu Hà" not in words(at)
    assert [button.key for button in at.button if button.key == "cl_forget"] == []
    at.segmented_control(key=f"cl_out_{person.id.hex}").set_value(PersonOutcome.TOLD).run()
    assert "1 / 1 người đã báo" in words(at).replace("\xa0", " ")
    session.expire_all()
    assert session.get_one(ListedPerson, person.id).outcome is PersonOutcome.TOLD


def test_staff_see_all_lists_and_wipe_one(session: Session, visit: Visit, official: User, listed: str) -> None:
    assert "Tiêm sởi tháng 11" in words(visit("closed_lists", user=official))

    visit("closed_list", user=official, id=listed).button(key="cl_forget").click().run()

    assert session.exec(select(ListedPerson)).all() == []
    assert "danh sách đã xóa" in words(visit("closed_lists", user=official))


def test_a_list_is_narrowed_to_a_unit_by_its_code(session: Session, visit: Visit, official: User, listed: str) -> None:
    unit = session.exec(select(Unit).where(Unit.short_name == "Tổ 14")).one()
    narrowed = words(visit("closed_list", user=official, id=listed, to=unit.code))
    all_of_it = words(visit("closed_list", user=official, id=listed, to="Tổ 14"))

    assert [name in narrowed for name in ("Nông Thu Hà", "Triệu Gia Bảo")] == [True, False]
    assert [name in all_of_it for name in ("Nông Thu Hà", "Triệu Gia Bảo")] == [True, True]


def test_a_list_is_read_once_a_run(visit: Visit, official: User, listed: str, asked: list[str]) -> None:
    visit("closed_list", user=official, id=listed)

    assert sum(statement.startswith("SELECT closedlist.") for statement in asked) == 1


def test_a_ward_without_lists_is_told_what_they_are_for(visit: Visit, official: User) -> None:
    assert "Chưa có danh sách nào" in words(visit("closed_lists", user=official))


@pytest.mark.usefixtures("files")
def test_of_a_list_that_is_refused_no_file_stays(visit: Visit, official: User) -> None:
    at = visit("closed_lists", user=official)

    at.file_uploader(key="cl_file").upload("tiem.csv", "Cột lạ,Cột khác\n1,2\n".encode(), "text/csv").run()

    assert [error.value for error in at.error] != []
    assert [path for path in (settings().data_dir / "uploads").rglob("*") if path.is_file()] == []
