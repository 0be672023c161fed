"""Workbooks of several sheets, one a residential group: what makes one list, and what is told of each sheet."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlmodel import Session, col, select

from core.errors import Invalid
from models import Household, Unit
from services import imports
from services.access import TERMINAL
from services.import_reading import EVERY, tables
from services.import_rows import Spot
from services.imports import ImportResult
from services.ports import Cell
from tests.lists import builders
from tests.services.bac_kan import make_bac_kan

pytestmark = pytest.mark.usefixtures("files")

HEADER = ["Mã hộ", "Họ và tên chủ hộ", "Điện thoại", "Số khẩu"]
AN = ["H01", "Hoàng Văn An", "0912345678", 4]
BINH = ["H01", "Nông Thị Bình", "0987654321", 3]
Sheets = dict[str, Sequence[Sequence[Cell]]]
GROUPS: Sheets = {"Tổ 12": [HEADER, AN], "TDP số 13 SC": [HEADER], "Tổ 13, Sông Cầu": [HEADER, BINH]}


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_bac_kan(session)


def imported(session: Session, ward: Unit, path: Path, sheet: str = "", **options: Any) -> ImportResult:
    result = imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=tables(path, sheet=sheet), **options)
    session.commit()
    return result


def listed(session: Session) -> list[tuple[str, str]]:
    rows = session.exec(select(Unit, Household).where(Unit.id == Household.unit_id).order_by(col(Household.head_name)))
    return [(unit.label, household.head_name) for unit, household in rows]


@pytest.mark.parametrize("write", [builders.xlsx, builders.xls, builders.ods])
def test_sheets_called_by_residential_groups_are_one_list(
    session: Session, ward: Unit, tmp_path: Path, write: Callable[[Path, Sheets], Path]
) -> None:
    path = write(tmp_path / f"a.{write.__name__}", {"Tổ 12": [HEADER, AN], "Tổ 13, Sông Cầu": [["TỔ 13"], HEADER, BINH]})

    first = imported(session, ward, path)
    second = imported(session, ward, path)

    assert listed(session) == [("Tổ 12, Sông Cầu", "Hoàng Văn An"), ("Tổ 13, Sông Cầu", "Nông Thị Bình")]
    assert (first.created, first.rejected, first.sheets) == (2, [], ("Tổ 12", "Tổ 13, Sông Cầu"))
    assert (second.created, second.updated, second.unchanged) == (0, 0, 2)


def test_sheets_called_by_nothing_but_the_number_of_a_group_are_one_list(session: Session, ward: Unit, tmp_path: Path) -> None:
    path = builders.xlsx(tmp_path / "a.xlsx", {"T12": [HEADER, AN], "3": [HEADER, BINH]})

    result = imported(session, ward, path)

    assert listed(session) == [("Tổ 12, Sông Cầu", "Hoàng Văn An"), ("Thôn 3", "Nông Thị Bình")]
    assert result.rejected == []


def test_sheets_that_hold_no_list_are_named_and_left(session: Session, ward: Unit, tmp_path: Path) -> None:
    sheets: Sheets = {
        "Bìa": [["DANH SÁCH HỘ"]], "Tổ 12": [HEADER, AN], "Tổ 14": [["đang làm"]], "Tổ 13, Sông Cầu": [HEADER, BINH],
        "Nháp": [HEADER, AN],
    }  # fmt: skip

    result = imported(session, ward, builders.xlsx(tmp_path / "a.xlsx", sheets))

    assert (result.created, result.rejected) == (2, [])
    assert (result.sheets, result.others) == (("Tổ 12", "Tổ 13, Sông Cầu"), ("Bìa", "Tổ 14", "Nháp"))


def test_other_workbooks_are_read_from_their_first_sheet_unless_all_are_wished(
    session: Session, ward: Unit, tmp_path: Path
) -> None:
    unit = ["Tổ", "12", "13 Sông Cầu"]
    sheets: Sheets = {"Đợt 1": [[*HEADER, unit[0]], [*AN, unit[1]]], "Đợt 2": [[*HEADER, unit[0]], [*BINH, unit[2]]]}
    path = builders.xlsx(tmp_path / "a.xlsx", sheets)

    alone = imported(session, ward, path)
    together = imported(session, ward, path, EVERY)

    assert (alone.created, alone.sheets, alone.others) == (1, ("Đợt 1",), ("Đợt 2",))
    assert (together.created, together.unchanged, together.sheets) == (1, 1, ("Đợt 1", "Đợt 2"))


def test_one_of_the_groups_can_be_read_alone(session: Session, ward: Unit, tmp_path: Path) -> None:
    imported(session, ward, builders.xlsx(tmp_path / "a.xlsx", GROUPS), "tổ 13, sông cầu")

    assert listed(session) == [("Tổ 13, Sông Cầu", "Nông Thị Bình")]


def test_a_refusal_says_its_sheet_and_what_is_said_twice_says_where_first(session: Session, ward: Unit, tmp_path: Path) -> None:
    header = [*HEADER, "Tổ"]
    sheets: Sheets = {"Tổ 12": [header, [*AN, "12"]], "Tổ 13, Sông Cầu": [header, ["H02", "Cúc", "123", 2, ""], [*AN, "Tổ 12"]]}

    result = imported(session, ward, builders.xlsx(tmp_path / "a.xlsx", sheets))

    assert [(one.sheet, one.row, one.column) for one in result.rejected] == [
        ("Tổ 13, Sông Cầu", 2, "Điện thoại"), ("Tổ 13, Sông Cầu", 3, "Mã hộ"),
    ]  # fmt: skip
    assert result.rejected[1].reason("vi") == "Mã hộ này đã dùng ở dòng 2, trang “Tổ 12”."


def test_the_refused_rows_of_several_sheets_come_back_as_such_and_can_be_imported(
    session: Session, ward: Unit, tmp_path: Path
) -> None:
    other = ["Mã hộ", "Chủ hộ", "SĐT", "Số khẩu"]
    sheets: Sheets = {"Tổ 12": [HEADER, ["H01", "An", "12", 4]], "Tổ 13, Sông Cầu": [other, ["H01", "Bình", "34", 3]]}
    result = imported(session, ward, builders.xlsx(tmp_path / "a.xlsx", sheets))
    path = tmp_path / "refused.xlsx"
    path.write_bytes(imports.refused_xlsx(result))
    book = load_workbook(path)
    for sheet in book.worksheets:
        sheet["F2"] = "0912345678"
    book.save(path)

    again = imported(session, ward, path)

    assert (again.created, again.rejected, again.dropped) == (2, [], ())
    assert listed(session) == [("Tổ 12, Sông Cầu", "An"), ("Tổ 13, Sông Cầu", "Bình")]


def test_rows_of_several_sheets_are_mended_in_place(session: Session, ward: Unit, tmp_path: Path) -> None:
    sheets: Sheets = {"Tổ 12": [HEADER, ["H01", "An", "12", 4]], "Tổ 13, Sông Cầu": [HEADER, ["H01", "Bình", "34", 3]]}
    result = imported(session, ward, builders.xlsx(tmp_path / "a.xlsx", sheets))

    again = imports.mended(result, {Spot("Tổ 13, Sông Cầu", 2): {"Điện thoại": "0912345678"}})
    imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=again)

    assert listed(session) == [("Tổ 13, Sông Cầu", "Bình")]


def test_what_a_person_says_of_a_column_holds_where_the_sheet_has_it(session: Session, ward: Unit, tmp_path: Path) -> None:
    sheets: Sheets = {"Tổ 12": [["Gia chủ", "SĐT"], AN[1:3]], "Tổ 13, Sông Cầu": [["Chủ hộ", "SĐT"], BINH[1:3]]}
    path = builders.xlsx(tmp_path / "a.xlsx", sheets)

    result = imported(session, ward, path, mapping={"gia chủ": "head_name"})

    assert (result.created, result.others) == (2, ())
    with pytest.raises(Invalid, match="Không thấy cột “Trưởng hộ”"):
        imported(session, ward, path, mapping={"Trưởng hộ": "head_name"})


def test_a_look_at_several_sheets_shows_rows_of_each_under_one_header(tmp_path: Path) -> None:
    other = ["Chủ hộ", "Dân tộc", "SĐT"]
    many = [[f"H{number:02}", f"Hộ {number} An", "0912345678", 2] for number in range(60)]
    sheets: Sheets = {"Tổ 12": [HEADER, *many], "Tổ 13": [other, ["Nông Thị Bình", "Tày", "0987654321"]], "Tổ 14": [["?"]]}

    seen = imports.prepare(tables(builders.xlsx(tmp_path / "a.xlsx", sheets), rows=60))

    assert (seen.sheets, seen.others, seen.dropped) == (("Tổ 12", "Tổ 13"), ("Tổ 14",), ("Dân tộc",))
    assert set(seen.sample_sheets) == {"Tổ 12", "Tổ 13"}
    assert len(seen.samples) <= 20
    assert seen.samples[-1][1]["Họ và tên chủ hộ"] == "Nông Thị Bình"
    assert seen.samples[-1][1]["Điện thoại"] == "0987654321"
    assert (seen.fields["Chủ hộ"], seen.fields["Họ và tên chủ hộ"]) == ("head_name", "head_name")


def test_progress_over_sheets_never_goes_back(session: Session, ward: Unit, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    rows = [[f"H{number}", f"Hộ {number} An", "", 2] for number in range(2_500)]
    path = builders.xlsx(tmp_path / "a.xlsx", {"Tổ 12": [HEADER, *rows], "Tổ 13, Sông Cầu": [HEADER, *rows]})

    imported(session, ward, path, progress=lambda done, of: told.append((done, of)))

    shares = [done / of for done, of in told]
    assert shares == sorted(shares)
    assert any(0 < share < 0.5 for share in shares)
    assert shares[-1] == 1


def test_a_workbook_without_any_list_is_refused(session: Session, ward: Unit, tmp_path: Path) -> None:
    path = builders.xlsx(tmp_path / "a.xlsx", {"Tổ 12": [["?"]], "Tổ 13": [["!"]]})

    with pytest.raises(Invalid, match="không phải danh sách hộ dân"):
        imported(session, ward, path)
