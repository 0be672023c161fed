"""Lists as wards really keep them, made with openpyxl and read from the file: what in them is a household and of which unit."""

import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet
from sqlmodel import Session, col, select

from adapters.sheets import CalamineSheets
from models import Household, Model, Unit
from services import imports
from services.access import TERMINAL
from services.imports import ImportResult
from services.ports import Cell, Sheet
from tests.databases import examples
from tests.services.bac_kan import make_bac_kan


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_bac_kan(session)


def workbook(path: Path, rows: Sequence[Any], shape: Callable[[Worksheet], None] | None = None, title: str = "Sheet1") -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for cells in sheet.iter_rows():
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # a text that begins with = is a text
    if shape:
        shape(sheet)
    book.save(path)
    return path


def imported(session: Session, unit: Unit, path: Path, **options: bool) -> ImportResult:
    result = imports.run(session, actor=TERMINAL, unit_id=unit.id, sheet=CalamineSheets().read(path), **options)  # type: ignore[arg-type]
    session.commit()
    return result


def listed(session: Session) -> list[tuple[str, str]]:
    """Units and names, in the order they were written."""
    rows = session.exec(select(Unit, Household).where(Unit.id == Household.unit_id).order_by(col(Household.id)))
    return sorted((unit.label, household.head_name) for unit, household in rows)


def refused(result: ImportResult) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.value) for one in result.rejected]


def test_a_printed_list_of_the_whole_ward(session: Session, ward: Unit, tmp_path: Path) -> None:
    """Titles, a header over two rows, column numbers, sections with subtotals, a page break, totals, signatures."""
    top = ["STT", "Mã hộ", "Thông tin chủ hộ", None, None, "Địa chỉ", "Số khẩu", "Đã vào nhóm Zalo"]
    below = [None, None, "Họ và tên", "Năm sinh", "Điện thoại", None, None, None]
    rows = [
        ["ỦY BAN NHÂN DÂN PHƯỜNG BẮC KẠN"],
        ["DANH SÁCH HỘ GIA ĐÌNH NĂM 2026"],
        [],
        top, below,
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)"],
        ["I", "Phường Sông Cầu (cũ)"],
        ["Tổ 13", None, None, None, None, None, 9],
        [1, "H01", "Hoàng Văn An", 1970, 912345678, "Số 1", 4, "x"],
        [2, "H02", "=Nông Thị Bình", 1971, "0912.345.679", "Số 2", "5 khẩu", None],
        ["Cộng tổ 13", None, "2 hộ", None, None, None, 9],
        [None] * 8,
        ["Trang 2"],
        top, below,
        [None, None, "Tổ 12", None, None, None, 3],
        [1, "H01", "Tống Văn Tổng", None, None, "Số 3", 2, None],
        [2, "H02", "Tô Thị Cộng", None, "không có", "Số 4", 1, "X"],
        ["II", "Xã Nông Thượng (cũ)"],
        [None, "Thôn Bản Pò"],
        [1, "H01", "Bàn Văn Thôn", None, 912345670, None, 3, None],
        ["TỔNG CỘNG", None, None, None, None, None, 15],
        [None, None, None, None, "Bắc Kạn, ngày 05 tháng 3 năm 2026"],
        [None, None, "NGƯỜI LẬP BIỂU", None, "TỔ TRƯỞNG"],
        [None, None, "(Ký, ghi rõ họ tên)", None, None],
        [None, None, "Lường Thị Lập", None, "Hà Văn Trưởng"],
    ]  # fmt: skip

    def shape(sheet: Worksheet) -> None:
        sheet.merge_cells("A2:H2")
        sheet.merge_cells("C4:E4")
        for column in "ABFGH":
            sheet.merge_cells(f"{column}4:{column}5")

    result = imported(session, ward, workbook(tmp_path / "a.xlsx", rows, shape))

    assert listed(session) == [
        ("Thôn Bản Pò", "Bàn Văn Thôn"), ("Tổ 12, Sông Cầu", "Tô Thị Cộng"), ("Tổ 12, Sông Cầu", "Tống Văn Tổng"),
        ("Tổ 13, Sông Cầu", "=Nông Thị Bình"), ("Tổ 13, Sông Cầu", "Hoàng Văn An"),
    ]  # fmt: skip
    assert (result.rows, result.created, refused(result)) == (5, 5, [])
    assert result.dropped == ("Năm sinh",)


def test_headers_in_decomposed_letters_and_phones_without_their_zero(session: Session, ward: Unit, tmp_path: Path) -> None:
    header = [unicodedata.normalize("NFD", title) for title in ("Họ và tên chủ hộ", "Tổ dân phố", "Số điện thoại")]
    name = unicodedata.normalize("NFD", "Nguyễn Thị Phượng")

    result = imported(session, ward, workbook(tmp_path / "a.xlsx", [header, [name, "TDP số 12", 912345678]]))

    household = session.exec(select(Household)).one()
    assert (household.head_name, household.phone) == ("Nguyễn Thị Phượng", "+84912345678")
    assert result.columns["head_name"] == "Họ và tên chủ hộ"


def test_rows_are_numbered_as_the_spreadsheet_shows_them(session: Session, ward: Unit, tmp_path: Path) -> None:
    rows = [
        [],
        [],
        ["Danh sách"],
        [],
        ["Họ tên", "Tổ", "SĐT"],
        [],
        ["An", 12, "0912345678"],
        ["Bình", 12, "12"],
        [],
        [None, 12, "0912345679"],
    ]

    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[7].hidden = True

    result = imported(session, ward, workbook(tmp_path / "a.xlsx", rows, hide))

    assert result.created == 1
    assert refused(result) == [(8, "SĐT", "12"), (10, "Họ tên", "")]


def test_a_unit_joined_down_the_side_is_the_unit_of_its_rows(session: Session, ward: Unit, tmp_path: Path) -> None:
    rows = [
        ["Tổ", "Họ tên", "Số khẩu"],
        ["Tổ 12", "An", 1],
        [None, "Bình", 2],
        [None, "Cúc", 3],
        ["Thôn 3", "Dũng", 4],
        [None, "Én", 5],
    ]

    result = imported(session, ward, workbook(tmp_path / "a.xlsx", rows, lambda sheet: sheet.merge_cells("A2:A4")))

    assert listed(session) == [
        ("Thôn 3", "Dũng"), ("Tổ 12, Sông Cầu", "An"), ("Tổ 12, Sông Cầu", "Bình"), ("Tổ 12, Sông Cầu", "Cúc"),
    ]  # fmt: skip
    assert refused(result) == [(6, "Tổ", "")]  # not joined: nobody said where this household lives


def test_a_household_over_several_joined_rows_is_one(session: Session, ward: Unit, tmp_path: Path) -> None:
    rows = [
        ["Mã hộ", "Chủ hộ", "Tổ", "Thành viên"],
        ["1", "An", 12, "An"],
        [None, None, None, "Bình"],
        [None, None, None, "Cúc"],
        ["2", "Dũng", 12, "Dũng"],
    ]

    result = imported(session, ward, workbook(tmp_path / "a.xlsx", rows, lambda sheet: sheet.merge_cells("B2:B4")))

    assert (result.rows, result.created) == (2, 2)


def test_rows_without_a_name_go_on_with_the_household_above_and_its_people_are_counted(session: Session, ward: Unit) -> None:
    rows: list[list[Cell]] = [
        ["Mã hộ", "Chủ hộ", "Thành viên", "Tổ", "SĐT"],
        ["1", "An", "An", 12, "0912345678"],
        ["", "", "Bình", "", ""],
        ["", "", "Cúc", "", "0912345679"],
        ["", "", "", "", "02093870123"],
        ["2", "Dũng", "Én", 12, ""],
        ["", "", "Giang", "", ""],
        ["3", "Hoa", "", 12, ""],
    ]

    result = imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=Sheet(name="x", rows=rows))

    found = session.exec(select(Household).order_by(col(Household.code))).all()
    assert [(one.head_name, one.people) for one in found] == [("An", 3), ("Dũng", 3), ("Hoa", 1)]
    assert [found[0].phone, *found[0].other_phones] == ["+84912345678", "+84912345679", "+842093870123"]
    assert refused(result) == []


@pytest.mark.parametrize(
    "row", [["3", "", "", "", "0912345670"], ["", "", "", 12, "0912345670"], ["", "", "Tổ trưởng", "", "0912345670"]]
)
def test_a_row_that_gives_something_of_its_own_is_a_household_without_a_name(
    session: Session, ward: Unit, row: list[Cell]
) -> None:
    header: list[Cell] = ["Mã hộ", "Chủ hộ", "Thành viên", "Tổ", "SĐT"]
    rows: list[list[Cell]] = [header, ["1", "An", "An", 12, "0912345678"], row]

    result = imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=Sheet(name="x", rows=rows))

    assert [(number, column) for number, column, _value in refused(result)] == [(3, "Chủ hộ")]
    assert session.exec(select(Household)).one().other_phones == []


def test_a_wrong_number_below_a_household_is_refused_with_all_that_is_known_of_it(session: Session, ward: Unit) -> None:
    header: list[Cell] = ["Mã hộ", "Chủ hộ", "Thành viên", "Tổ", "SĐT"]
    rows: list[list[Cell]] = [header, ["1", "An", "An", 12, "0912345678"], ["", "", "Bình", "", "12"]]
    result = imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=Sheet(name="x", rows=rows))

    again = imports.mended(result, {result.rejected[0].spot: {"SĐT": "0912345678; 0912345679"}})
    imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=again)

    household = session.exec(select(Household)).one()
    assert refused(result) == [(3, "SĐT", "12")]
    assert result.rejected[0].cells["SĐT"] == "0912 345 678; 12"
    assert (household.phone, household.other_phones, household.people) == ("+84912345678", ["+84912345679"], 2)


def test_people_a_list_counts_itself_are_not_counted_again(session: Session, ward: Unit) -> None:
    rows: list[list[Cell]] = [["Chủ hộ", "Thành viên", "Tổ", "Số khẩu"], ["An", "An", 12, 5], ["", "Bình", "", ""]]

    imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=Sheet(name="x", rows=rows))

    assert session.exec(select(Household)).one().people == 5


def test_members_below_a_refused_head_are_no_households(session: Session, ward: Unit) -> None:
    rows: list[list[Cell]] = [
        ["Họ tên", "Quan hệ với chủ hộ", "Tổ", "SĐT"], ["An", "Chủ hộ", 12, "123"], ["Bình", "Vợ", 12, ""],
    ]  # fmt: skip

    result = imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=Sheet(name="x", rows=rows))

    assert (result.rows, refused(result)) == (1, [(2, "SĐT", "123")])


def test_a_title_or_a_heading_joined_across_is_no_household(session: Session, ward: Unit, tmp_path: Path) -> None:
    rows = [
        ["Họ tên", "Tổ", "SĐT"],
        ["Các hộ mặt đường"],
        ["An", 12, "0912345678"],
        ["TỔ 5, SÔNG CẦU"],
        ["Bình", None, "0912345679"],
    ]

    def shape(sheet: Worksheet) -> None:
        sheet.merge_cells("A2:C2")
        sheet.merge_cells("A4:C4")

    result = imported(session, ward, workbook(tmp_path / "a.xlsx", rows, shape))

    assert listed(session) == [("Tổ 12, Sông Cầu", "An"), ("Tổ 5, Sông Cầu", "Bình")]
    assert result.rows == 2


def test_the_title_tells_the_unit_of_a_list_without_such_a_column(session: Session, ward: Unit, tmp_path: Path) -> None:
    rows = [["DANH SÁCH HỘ DÂN TỔ 13 PHƯỜNG SÔNG CẦU (CŨ)"], ["Họ tên", "SĐT"], ["An", "0912345678"]]

    imported(session, ward, workbook(tmp_path / "a.xlsx", rows))

    assert listed(session) == [("Tổ 13, Sông Cầu", "An")]


def test_so_does_the_name_of_the_sheet(session: Session, ward: Unit, tmp_path: Path) -> None:
    imported(session, ward, workbook(tmp_path / "a.xlsx", [["Họ tên", "SĐT"], ["An", "0912345678"]], title="Tổ 12"))

    assert listed(session) == [("Tổ 12, Sông Cầu", "An")]


def test_a_title_that_may_mean_two_units_refuses_the_rows_with_the_choice(session: Session, ward: Unit, tmp_path: Path) -> None:
    rows = [["DANH SÁCH HỘ DÂN TỔ 13"], ["Họ tên", "SĐT"], ["An", "0912345678"]]

    result = imported(session, ward, workbook(tmp_path / "a.xlsx", rows))

    assert [one.reason("vi") for one in result.rejected] == [
        "“TỔ 13” có ở nhiều nơi: Tổ 13, Phùng Chí Kiên; Tổ 13, Sông Cầu. Ghi rõ thêm phường, xã cũ."
    ]


def test_a_column_of_former_wards_tells_equal_numbers_apart(session: Session, ward: Unit, tmp_path: Path) -> None:
    rows = [
        ["Họ tên", "Tổ", "Phường cũ"],
        ["An", 13, "Sông Cầu"],
        ["Bình", 13, "P. Phùng Chí Kiên"],
        ["Cúc", 12, "Phùng Chí Kiên"],
    ]

    result = imported(session, ward, workbook(tmp_path / "a.xlsx", rows))

    assert listed(session) == [("Tổ 13, Phùng Chí Kiên", "Bình"), ("Tổ 13, Sông Cầu", "An")]
    assert refused(result) == [(4, "Tổ", "12")]


def test_unknown_headings_refuse_the_rows_below_them(session: Session, ward: Unit, tmp_path: Path) -> None:
    rows = [["Họ tên", "SĐT"], ["Tổ 99"], ["An", "0912345678"], ["Tổ 12"], ["Bình", "0912345679"]]

    result = imported(session, ward, workbook(tmp_path / "a.xlsx", rows))

    assert listed(session) == [("Tổ 12, Sông Cầu", "Bình")]
    assert [(one.row, one.value) for one in result.rejected] == [(3, "Tổ 99")]


@pytest.mark.parametrize(
    "row",
    [
        ["Tổng cộng", "", "", 400],
        ["", "Tổng số hộ: 120", "", 400],
        ["", "TONG CONG", "", 400],
        ["Cộng", "12 hộ", "", 31],
        ["", "", "", 400],
        ["", "", "Tổng", 400],
        ["Lũy kế trang trước", "", "", 12],
        ["7", "", "", ""],
        ["", "", "12", ""],
        ["", "Ghi chú: hộ vắng mặt", "", ""],
        ["Trong đó: hộ tạm trú", "", "", 3],
        ["STT", "Họ và tên", "Tổ", "Số khẩu"],
        ["1", "2", "3", "4"],
        ["A", "B", "C", "1"],
        [" ", "  ", "\u00a0", " "],
        ["", "Danh sách này có 12 hộ", "", ""],
    ],
)
def test_what_is_no_household_is_no_row_and_no_refusal(session: Session, ward: Unit, row: list[Cell]) -> None:
    rows: list[list[Cell]] = [["STT", "Họ và tên", "Tổ", "Số khẩu"], [1, "An", "Tổ 12", 4], row, [2, "Bình", "Tổ 12", 4], row]

    result = imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=Sheet(name="x", rows=rows))

    assert (result.rows, result.created, refused(result)) == (2, 2, [])


@pytest.mark.parametrize(
    "name",
    [
        "Tống Thị Cộng",
        "Công Tằng Tôn Nữ Hà",
        "Tô Văn Mười Hai",
        "Bàn Thị Năm",
        "Khu Văn Tổ",
        "Danh Sa Rây",
        "Trang Thị 2",
        "Cán Văn Bộ",
    ],
)
def test_families_with_odd_names_are_households(session: Session, ward: Unit, name: str) -> None:
    rows: list[list[Cell]] = [["Họ và tên", "Tổ", "Số khẩu"], [name, "Tổ 12", 4], [name, "Tổ 5 Sông Cầu", ""]]

    result = imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=Sheet(name="x", rows=rows))

    assert (result.created, refused(result)) == (2, [])


def test_a_list_of_names_alone_is_a_list(session: Session, ward: Unit, tmp_path: Path) -> None:
    group = session.exec(select(Unit).where(Unit.code == "01843-SC13")).one()

    result = imported(session, group, workbook(tmp_path / "a.xlsx", [["Họ và tên chủ hộ"], ["Hoàng Văn An"], ["Nông Thị Bình"]]))

    assert result.created == 2


def test_a_list_in_letters_of_before_unicode_is_stored_in_ours(session: Session, ward: Unit, tmp_path: Path) -> None:
    rows = [["Hä vµ tªn chñ hé", "Tæ", "Sè khÈu"], ["NguyÔn ThÞ Ph­îng", "Tæ 12", 4]]

    imported(session, ward, workbook(tmp_path / "a.xlsx", rows))

    assert listed(session) == [("Tổ 12, Sông Cầu", "Nguyễn Thị Phượng")]


def test_csv_and_workbook_of_one_list_give_the_same(session: Session, ward: Unit, tmp_path: Path) -> None:
    rows = [["Mã hộ", "Họ tên", "Tổ", "SĐT", "Số khẩu"], ["1", "Nguyễn Thị Phượng", "12", "0912345678", "4"]]
    csv_file = tmp_path / "a.csv"
    csv_file.write_text("\n".join(";".join(row) for row in rows), encoding="utf-16")

    first = imported(session, ward, workbook(tmp_path / "a.xlsx", rows))
    second = imported(session, ward, csv_file)

    assert (first.created, second.unchanged) == (1, 1)


NAMES = st.sampled_from(["An", "AN", "Bình", "Tổ 12", "Tổng cộng", "", "Họ tên", "123", "=An", None])
CODES = st.sampled_from(["", "H01", "h01", "1", "01", 1.0, "002", None, "019093001234"])
UNITS = st.sampled_from(["Tổ 12", "12", "Tổ 13", "Tổ 13 Sông Cầu", "", None, "Tổ 99"])
PHONES = st.sampled_from(["", "0912345678", 912345678.0, "0987654321; 0912345678", "không", "12", None])
COUNTS = st.sampled_from(["", 1.0, 2.0, 4.0, "hai", -1.0, None, "x"])
ROWS = st.lists(
    st.tuples(CODES, NAMES, UNITS, PHONES, COUNTS, COUNTS, COUNTS, st.sampled_from(["", "Số 1", "Số 2"])), max_size=12
)
LIST_HEADER: list[Cell] = ["Mã hộ", "Họ tên", "Tổ", "SĐT", "Số khẩu", "Smartphone", "Nhóm Zalo", "Địa chỉ"]


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(earlier=ROWS, rows=ROWS)
def test_any_list_twice_changes_nothing_the_second_time(
    session: Session, earlier: list[tuple[Cell, ...]], rows: list[tuple[Cell, ...]]
) -> None:
    ward = session.exec(select(Unit).where(Unit.code == "01843")).first() or make_bac_kan(session)

    def run(rows: list[tuple[Cell, ...]]) -> ImportResult:
        table = Sheet(name="x", rows=[LIST_HEADER, *map(list, rows)])
        return imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=table)

    with session.begin_nested() as attempt:
        run(earlier)
        first = run(rows)
        before = {table.name: sorted(map(str, session.execute(table.select()))) for table in Model.metadata.sorted_tables}
        second = run(rows)
        after = {table.name: sorted(map(str, session.execute(table.select()))) for table in Model.metadata.sorted_tables}
        attempt.rollback()

    assert first.rows == first.created + first.updated + first.unchanged + len(first.rejected)
    assert (second.created, second.updated) == (0, 0)
    assert refused(second) == refused(first)
    assert after == before
