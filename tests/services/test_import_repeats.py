"""A head of household named twice in a list: one household or two, and what the report says of it."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from models import Household, Membership, Unit
from services import imports
from services.access import TERMINAL
from services.import_repeats import Repeat
from services.import_rows import Spot
from services.imports import ImportResult
from services.ports import Cell, Sheet
from tests.factories import make_household
from tests.services.bac_kan import group_of, make_bac_kan

HEADER: list[Cell] = [
    "Mã hộ", "Họ tên", "Tổ", "Địa chỉ", "Điện thoại", "Số khẩu", "Smartphone", "Trong nhóm Zalo", "Số người trong nhóm",
    "Khuyết tật",
]  # fmt: skip
AN: list[Cell] = ["", "Hoàng Văn An", "Tổ 12", "Số 5", "0912345678", 4, 2, "", "", ""]


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_bac_kan(session)


def row(**said: Cell) -> list[Cell]:
    """The row of An, without what he has said already, and with something else."""
    names = ("code", "name", "unit", "address", "phone", "people", "smartphones", "group", "group_people", "disabled")
    plain: dict[str, Cell] = dict(zip(names, ["", "Hoàng Văn An", "Tổ 12", "", "0912345678", "", "", "", "", ""], strict=True))
    return list((plain | said).values())


def imported(session: Session, ward: Unit, *rows: Sequence[Cell]) -> ImportResult:
    sheet = Sheet(name="Hộ", rows=[HEADER, *map(list, rows)])
    result = imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=sheet)
    session.commit()
    session.expire_all()
    return result


def households(session: Session) -> list[Household]:
    return list(session.exec(select(Household).order_by(col(Household.head_name), col(Household.code))))


def counts(result: ImportResult) -> tuple[int, int, int, int]:
    return result.created, result.updated, result.unchanged, len(result.rejected)


def test_one_name_and_number_in_a_unit_is_one_household_and_told(session: Session, ward: Unit) -> None:
    result = imported(session, ward, AN, row(name="HOÀNG VĂN AN", phone="+84 912 345 678"))

    assert counts(result) == (1, 0, 1, 0)
    assert result.repeats == (Repeat(Spot("Hộ", 3), Spot("Hộ", 2), "HOÀNG VĂN AN"),)
    assert [(home.head_name, home.people) for home in households(session)] == [("Hoàng Văn An", 4)]


def test_what_the_later_row_says_more_is_taken_over(session: Session, ward: Unit) -> None:
    second = row(phone="0912345678; 0987654321", address="Số 5, đường Võ Nguyên Giáp", group="x", group_people=3, disabled="x")
    result = imported(session, ward, AN, second)

    [an] = households(session)
    assert (an.address, an.phone, an.other_phones, an.people, an.smartphones, an.needs) == (
        "Số 5, đường Võ Nguyên Giáp", "+84912345678", ["+84987654321"], 4, 2, ["disabled"],
    )  # fmt: skip
    assert session.exec(select(Membership.people)).all() == [3]
    assert result.joined == 1


def test_a_third_row_is_known_by_the_number_of_the_second(session: Session, ward: Unit) -> None:
    result = imported(session, ward, AN, row(phone="0912345678; 0987654321"), row(phone="0987654321"))

    assert [one.of.number for one in result.repeats] == [2, 2]
    assert len(households(session)) == 1


@pytest.mark.parametrize(
    ("column", "said", "first"),
    [
        ("Địa chỉ", {"address": "Số 9"}, "Số 5"),
        ("Số khẩu", {"people": 7}, "4"),
        ("Smartphone", {"smartphones": 1}, "2"),
        ("Số người trong nhóm", {"group_people": 9}, "4"),  # more than its people
    ],
)
def test_a_row_that_says_otherwise_of_the_same_household_is_refused_with_what_the_first_says(
    session: Session, ward: Unit, column: str, said: dict[str, Cell], first: str
) -> None:
    result = imported(session, ward, AN, row(**said))

    assert counts(result) == (1, 0, 0, 1)
    [refused] = result.rejected
    assert (refused.row, refused.column) == (3, column)
    assert refused.reason("vi") == f"Dòng 2 cũng là hộ này, nhưng ghi “{first}”. Sửa cho khớp."
    assert [(home.address, home.people, home.smartphones) for home in households(session)] == [("Số 5", 4, 2)]


def test_a_row_with_fewer_people_than_the_first_has_smartphones_is_refused(session: Session, ward: Unit) -> None:
    result = imported(session, ward, row(smartphones=3), row(people=2))

    assert [(one.row, one.column, one.details["value"]) for one in result.rejected] == [(3, "Số khẩu", "3")]
    assert [home.smartphones for home in households(session)] == [3]


def test_a_need_said_otherwise_is_refused(session: Session, ward: Unit) -> None:
    result = imported(session, ward, row(disabled="x"), row(disabled="không"))

    assert [(one.row, one.column) for one in result.rejected] == [(3, "Khuyết tật")]
    assert [home.needs for home in households(session)] == [["disabled"]]


def test_another_number_is_another_household(session: Session, ward: Unit) -> None:
    result = imported(session, ward, AN, row(phone="0987654321"))

    assert (counts(result), result.repeats, result.alike) == ((2, 0, 0, 0), (), 1)


def test_another_unit_is_another_household(session: Session, ward: Unit) -> None:
    result = imported(session, ward, AN, row(unit="Thôn 3"))

    assert (counts(result), result.repeats) == ((2, 0, 0, 0), ())


def test_one_name_without_a_number_is_two_households_to_be_looked_at(session: Session, ward: Unit) -> None:
    result = imported(session, ward, row(phone=""), row(phone=""))

    assert (counts(result), result.repeats, result.alike) == ((2, 0, 0, 0), (), 1)


@pytest.mark.parametrize("said", [{}, {"name": "Nông Thị Bình"}, {"address": "Số 9"}])
def test_a_code_used_twice_stays_refused(session: Session, ward: Unit, said: dict[str, Cell]) -> None:
    result = imported(session, ward, ["H01", *AN[1:]], row(code="H01", **said))

    assert [(one.row, one.column, one.reason("vi")) for one in result.rejected] == [(3, "Mã hộ", "Mã hộ này đã dùng ở dòng 2.")]


def test_a_row_without_a_code_belongs_to_the_one_that_has_it_wherever_that_stands(session: Session, ward: Unit) -> None:
    result = imported(session, ward, row(people=3), row(code="H01"))

    assert [(one.spot.number, one.of.number) for one in result.repeats] == [(2, 3)]
    assert [(home.code, home.people) for home in households(session)] == [("H01", 3)]


def test_two_codes_are_two_households_and_a_row_without_one_may_be_either(session: Session, ward: Unit) -> None:
    result = imported(session, ward, row(code="H01"), row(code="H02"), row())

    assert (counts(result), result.alike) == ((2, 0, 0, 1), 0)
    assert result.rejected[0].reason("vi") == "Cùng tên và số điện thoại với nhiều dòng: 2, 3. Ghi thêm mã hộ."


def test_a_row_with_the_numbers_of_two_households_is_refused(session: Session, ward: Unit) -> None:
    result = imported(session, ward, row(), row(phone="0987654321"), row(phone="0987654321; 0912345678"))

    assert [(one.row, one.details["rows"]) for one in result.rejected] == [(4, "3, 2")]
    assert len(households(session)) == 2


def test_a_household_of_the_book_is_changed_by_both_rows(session: Session, ward: Unit) -> None:
    make_household(session, unit=group_of(session, "SC12"), code="H01", head_name="Hoàng Văn An", phone="+84912345678", people=1)

    result = imported(session, ward, row(people=3), row(address="Số 5"))

    assert counts(result) == (0, 1, 1, 0)
    assert [(home.people, home.address) for home in households(session)] == [(3, "Số 5")]


def test_rows_of_two_sheets_that_are_one_household_say_where_they_stand(session: Session, ward: Unit) -> None:
    header: list[Cell] = ["Họ tên", "Tổ", "SĐT", "Số khẩu"]
    sheets = [
        Sheet(name="Tổ 12", rows=[header, ["Lý An", "Tổ 12", "0912345678", 4]], others=["Thôn 3"]),
        Sheet(name="Thôn 3", rows=[header, ["Lý An", "Tổ 12", "0912345678", 4], ["Lý An", "Tổ 12", "0912345678", 5]],
              others=["Tổ 12"]),
    ]  # fmt: skip

    result = imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=sheets)

    assert [(one.spot, one.of) for one in result.repeats] == [(Spot("Thôn 3", 2), Spot("Tổ 12", 2))]
    assert result.rejected[0].reason("vi") == "Dòng 2, trang “Tổ 12” cũng là hộ này, nhưng ghi “4”. Sửa cho khớp."


def test_a_row_that_said_otherwise_is_mended_in_place(session: Session, ward: Unit, tmp_path: Path) -> None:
    result = imported(session, ward, AN, row(address="Số 9", phone="0912345678; 0987654321"))

    again = imports.mended(result, {result.rejected[0].spot: {"Địa chỉ": "Số 5"}})
    imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=again)

    session.expire_all()
    [an] = households(session)
    assert (an.address, an.other_phones) == ("Số 5", ["+84987654321"])
