"""Workbooks we give out, read back by another program's eyes."""

import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from adapters.table_files import Workbooks, safe
from services.import_values import phones_of, text_of
from services.ports import SheetToWrite

DANGEROUS = (
    '=HYPERLINK("http://bad.example";"Tổ 13")', "+84912345678", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", "＝1+1", "＋1",
    "－1", "＠x", '=cmd|"/c calc"!A0', "\x01=1",
)  # fmt: skip


def read_back(*sheets: SheetToWrite) -> Any:
    return load_workbook(io.BytesIO(Workbooks().xlsx(sheets)))


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_is_a_formula(text: str) -> None:
    book = read_back(("Tổ", [text], [[text]]))

    header, cell = book.active["A1"], book.active["A2"]
    assert (header.data_type, cell.data_type) == ("s", "s")
    assert cell.value.startswith("'")
    assert header.value == cell.value


def test_numbers_are_numbers_and_days_are_days() -> None:
    sent = datetime(2026, 11, 24, 11, 30, tzinfo=UTC)

    book = read_back(("Tổ", ["Hộ", "Hiệu", "Tỷ lệ", "Ngày", "Gửi", "Trống"], [[90, -3, 89.7, date(2026, 11, 24), sent, None]]))

    cells = next(book.active.iter_rows(min_row=2))
    assert [cell.value for cell in cells[:3]] == [90, -3, 89.7]
    assert f"{cells[3].value:%d/%m/%Y %H:%M}" == "24/11/2026 00:00"
    assert f"{cells[4].value:%d/%m/%Y %H:%M}" == "24/11/2026 18:30"  # by the clocks of the ward
    assert cells[5].value is None


def test_texts_that_look_like_numbers_or_addresses_stay_texts() -> None:
    book = read_back(("Hộ", ["Mã", "Địa chỉ"], [["007", "https://dichvucong.gov.vn"], ['"a,b\nc"', "{=1}"]]))

    values = [[cell.value for cell in row] for row in book.active.iter_rows(min_row=2)]
    assert values == [["007", "https://dichvucong.gov.vn"], ['"a,b\nc"', "{=1}"]]
    assert {cell.data_type for row in book.active.iter_rows() for cell in row} == {"s"}
    assert book.active["B2"].hyperlink is None


def test_what_was_guarded_is_read_again_by_our_import() -> None:
    assert phones_of(safe("+84912345678")) == ("+84912345678",)
    assert text_of(safe("-Nguyễn Văn An")) == "-Nguyễn Văn An"


def test_a_text_excel_could_not_open_is_made_fit() -> None:
    book = read_back(("Tổ", ["a"], [["x" * 40_000], ["Hoàng\x0bVăn\ud800 An"]]))

    assert len(book.active["A2"].value) == 32_767
    assert book.active["A3"].value == "HoàngVăn An"


def test_sheets_get_names_excel_takes() -> None:
    long = "Độ phủ theo tổ dân phố, thôn, bản của phường"

    book = read_back((long, ["a"], []), (long.upper(), ["a"], []), ("Tổ 1/2: [cũ]?*", ["a"], []), ("'", ["a"], []))

    assert book.sheetnames == [long[:31], f"{long.upper()[:29]} 2", "Tổ 1 2   cũ", "Bảng"]
    assert all(len(name) <= 31 for name in book.sheetnames)


def test_the_header_stays_in_sight() -> None:
    book = read_back(("Tổ", ["Họ tên chủ hộ"], [["Hoàng Văn An, một cái tên rất dài của một người"]]))

    assert book.active.freeze_panes == "A2"
    assert book.active["A1"].font.bold
    assert 40 < book.active.column_dimensions["A"].width <= 61
