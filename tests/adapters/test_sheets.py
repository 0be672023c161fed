"""Reading tables that people made: what is in them, and one sentence for what is none."""

import datetime
import os
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from adapters.sheets import CalamineSheets
from adapters.sheets.limits import BYTES_MAX
from core.errors import Invalid
from services.ports import Cell
from tests.lists import builders

HEADER: list[Cell] = ["Họ và tên", "Tổ"]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def rows_of(path: Path, sheet: str | None = None) -> list[list[Cell]]:
    return list(CalamineSheets().read(path, sheet=sheet).rows)


def refusal(path: Path) -> str:
    with pytest.raises(Invalid) as refused:
        rows_of(path)
    return str(refused.value)


def workbook(path: Path, *rows: Sequence[Cell], change: Callable[[openpyxl.Workbook], None] | None = None) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))  # type: ignore[union-attr]
    if change:
        change(book)
    book.save(path)
    return path


def repacked(source: Path, target: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            new.writestr(entry.filename, change(content) if entry.filename == part else content)
    return target


# What is in a workbook


def test_rows_stand_where_the_spreadsheet_shows_them(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        book.active["C4"] = "Họ và tên"  # type: ignore[index]
        book.active["C6"] = "Hoàng Văn An"  # type: ignore[index]

    rows = rows_of(workbook(tmp_path / "a.xlsx", change=fill))

    assert rows == [[], [], [], ["", "", "Họ và tên"], [], ["", "", "Hoàng Văn An"]]


def test_cells_keep_what_they_hold(tmp_path: Path) -> None:
    day = datetime.date(2026, 11, 28)

    rows = rows_of(workbook(tmp_path / "a.xlsx", ["chữ", 912345678, 4.5, True, day, datetime.time(7, 30), None, "x"]))

    assert rows == [["chữ", 912345678.0, 4.5, True, day, "07:30:00", "", "x"]]


def test_hidden_rows_and_sheets_count(tmp_path: Path) -> None:
    def hide(book: openpyxl.Workbook) -> None:
        book.active.row_dimensions[2].hidden = True  # type: ignore[union-attr]
        book.create_sheet("Trang sau")["A1"] = "sau"
        book.active.sheet_state = "hidden"  # type: ignore[union-attr]

    path = workbook(tmp_path / "a.xlsx", HEADER, ["Hoàng Văn An", 13], change=hide)

    assert rows_of(path) == [HEADER, ["Hoàng Văn An", 13.0]]


def test_the_first_sheet_that_holds_anything_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    def add(book: openpyxl.Workbook) -> None:
        book.create_sheet("Tổ 13").append(HEADER)
        book.create_sheet("Tổ 14").append(["khác"])

    path = workbook(tmp_path / "a.xlsx", change=add)

    sheet = CalamineSheets().read(path)

    assert (sheet.name, list(sheet.rows), list(sheet.others), sheet.height) == ("Tổ 13", [HEADER], ["Sheet", "Tổ 14"], 1)


@pytest.mark.parametrize("wish", ["Tổ 14", unicodedata.normalize("NFD", "Tổ 14"), " tổ 14 "])
def test_a_sheet_is_found_by_its_name_however_it_is_typed(tmp_path: Path, wish: str) -> None:
    path = workbook(tmp_path / "a.xlsx", HEADER, change=lambda book: book.create_sheet("Tổ 14").append(["khác"]))

    assert rows_of(path, sheet=wish) == [["khác"]]


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", HEADER, change=lambda book: book.create_sheet("Tổ 14"))

    with pytest.raises(Invalid, match="Sheet, Tổ 14"):
        rows_of(path, sheet="Tổ 15")


def test_joined_cells_are_told(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", HEADER, change=lambda book: book.active.merge_cells("A1:B3"))  # type: ignore[union-attr]

    assert list(CalamineSheets().read(path).merged) == [(0, 0, 2, 1)]


def test_rows_that_are_not_read_cost_nothing_and_leave_no_process(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", *[["x" * 50, number] for number in range(5_000)])

    rows = iter(CalamineSheets().read(path).rows)
    first = next(rows)
    rows.close()  # type: ignore[attr-defined]

    assert first == ["x" * 50, 0.0]
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


# CSV


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_its_letters_and_signs(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    lines = [["DANH SÁCH HỘ"], [], ["Họ và tên", "Địa chỉ", "Điện thoại"], ["Nguyễn Thị Phượng", '"số 5, ngõ 2;3"', "0912345678"]]
    path.write_bytes("\r\n".join(delimiter.join(line) for line in lines).encode(encoding))

    assert rows_of(path) == [["DANH SÁCH HỘ"], [], lines[2], ["Nguyễn Thị Phượng", "số 5, ngõ 2;3", "0912345678"]]


def test_windows_1258_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    decomposed = "Họ và tên,Tổ\nNguyễn Thị Phượng,13\n"
    with_marks_apart = "".join(
        unicodedata.normalize("NFC", c) if unicodedata.normalize("NFC", c) in "ăâêôơưđĂÂÊÔƠƯĐ" else c for c in _apart(decomposed)
    )
    path.write_bytes(with_marks_apart.encode("cp1258"))

    rows = [[unicodedata.normalize("NFC", str(cell)) for cell in row] for row in rows_of(path)]

    assert rows == [["Họ và tên", "Tổ"], ["Nguyễn Thị Phượng", "13"]]


def _apart(text: str) -> list[str]:
    """Letters with their hats on, tones behind them: how Windows-1258 writes Vietnamese."""
    parts: list[str] = []
    for letter in text:
        taken = unicodedata.normalize("NFD", letter)
        tones = [c for c in taken if c in "\u0300\u0301\u0303\u0309\u0323"]
        parts += [unicodedata.normalize("NFC", "".join(c for c in taken if c not in tones)), *tones]
    return parts


HOUSEHOLDS: list[list[Cell]] = [
    ["Họ và tên chủ hộ", "Tổ", "Địa chỉ", "Điện thoại"],
    ["Nguyễn Thị Phượng", "Tổ dân phố 13", "Số 5, đường Võ Nguyên Giáp", "0912345678"],
    ["Triệu Quý Đường", "Thôn Bản Pò", "Ngõ 2, phố Lý Thường Kiệt", "không có"],
    ["Lường Văn Yên", "Tổ 12", "", "0987654321"],
]  # fmt: skip


@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("letters", ["utf-8-sig", "utf-16", "cp1258", "tcvn3", "vni"])
def test_every_letters_a_ward_writes_are_known_and_turned(tmp_path: Path, letters: str, sign: str) -> None:
    rows = [[str(cell).replace(", ", " - ") for cell in row] for row in HOUSEHOLDS]

    sheet = CalamineSheets().read(builders.text_file(tmp_path / "a.csv", rows, letters=letters, sign=sign))

    assert (sheet.letters, list(sheet.rows)) == (letters.removesuffix("-sig"), rows)
    assert set(sheet.other_letters) >= {"tcvn3", "vni"} - {letters}


@pytest.mark.parametrize("letters", ["tcvn3", "vni"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_old_letters_that_a_spreadsheet_wrote_out_as_unicode_are_turned(tmp_path: Path, letters: str, codec: str) -> None:
    text = "\n".join(";".join(map(str, row)) for row in HOUSEHOLDS)
    path = tmp_path / "a.csv"
    path.write_text(builders.in_font(text, letters), encoding=codec)

    sheet = CalamineSheets().read(path)

    assert (sheet.letters, list(sheet.rows)) == (letters, HOUSEHOLDS)


def test_letters_a_person_names_are_taken(tmp_path: Path) -> None:
    path = builders.text_file(tmp_path / "a.csv", HOUSEHOLDS, letters="tcvn3", sign=";")

    wrong = CalamineSheets().read(path, letters="vni")
    right = CalamineSheets().read(path, letters="tcvn3")

    assert (wrong.letters, right.letters) == ("vni", "tcvn3")
    assert "Nguyễn Thị Phượng" not in str(list(wrong.rows))
    assert list(right.rows) == HOUSEHOLDS


@pytest.mark.parametrize("letters", ["tcvn3", "vni"])
def test_a_workbook_is_turned_where_a_person_says_so(tmp_path: Path, letters: str) -> None:
    path = workbook(tmp_path / "a.xlsx", [builders.in_font("Đường", letters), 5])

    assert list(CalamineSheets().read(path, letters=letters).rows) == [["Đường", 5.0]]


def test_a_file_without_marks_leaves_no_choice(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"Ho ten,To\nAn,13\n")

    assert CalamineSheets().read(path).other_letters == ()


def test_bytes_that_are_no_vietnamese_in_any_letters_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("Имя,Группа\nИванов,Петров\n".encode("cp1251"))

    assert "bảng mã" in refusal(path)


def test_letters_of_several_encodings_in_one_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("Họ và tên,Tổ\nNguyễn,13\n".encode() + "Hoàng,14\n".encode("cp1258"))

    assert "bảng mã" in refusal(path)


def test_a_field_over_two_lines_is_one_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n"hai\ndòng",c\n', encoding="utf-8")

    assert rows_of(path) == [["a", "b"], ["hai\ndòng", "c"]]


def test_a_quote_that_never_ends_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n"' + "chữ dài, " * 40_000, encoding="utf-8")

    assert "dòng dài bất thường" in refusal(path)


# What is no table


def test_more_than_fifty_megabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with path.open("wb") as file:
        file.truncate(BYTES_MAX + 1)

    assert "50 MB" in refusal(path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xlsx", b"", "Tệp trống"),
        ("a.csv", b"", "Tệp trống"),
        ("a.csv", b" \r\n \r\n", "Tệp trống"),
        ("a.xlsx", b"<html><body><table><tr><td>1</td></tr></table></body></html>", "trang web"),
        ("a.xls", b"\xef\xbb\xbf  <!DOCTYPE html><html></html>", "trang web"),
        ("a.csv", b"<html></html>", "trang web"),
        ("a.xlsx", b"MZ\x90\0" + b"\0" * 200, "chương trình"),
        ("a.xlsx", b"\x7fELF" + b"\0" * 200, "chương trình"),
        ("a.xlsx", b"%PDF-1.7\n", "PDF"),
        ("a.xlsx", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "hình ảnh"),
        ("a.xlsx", "Họ và tên,Tổ\n".encode(), "chỉ là chữ"),
        ("a.xlsx", OLE + "Workbook".encode("utf-16-le"), "Excel đời cũ"),
        ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "mật khẩu"),
        ("a.xls", OLE + "WordDocument".encode("utf-16-le"), "văn bản"),
        ("a.xlsx", b"PK\x03\x04 and then nothing of a zip", "bị hỏng"),
        ("a.csv", b"PK\x03\x04 and then nothing of a zip", "bị hỏng"),
        ("a.csv", bytes(range(256)), "không phải bảng tính"),
        ("a.docx", b"PK", "không phải bảng tính"),
        ("a.pdf", b"%PDF-1.7\n", "không phải bảng tính"),
        ("khong-duoi", b"a,b\n", "không phải bảng tính"),
    ],
)
def test_what_is_no_table_gets_one_sentence(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    said = refusal(path)

    assert words in said
    assert "\n" not in said
    assert said.endswith(".")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "khong-co.xlsx" in refusal(tmp_path / "khong-co.xlsx")
    assert refusal(tmp_path)


def test_a_workbook_of_pictures_only_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().insert_textbox(1, 1, "chỉ có hình")

    assert "Tệp trống" in refusal(path)


def test_a_word_file_with_another_name_is_known(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")

    assert "văn bản" in refusal(path)


def test_half_a_workbook_is_damaged(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "whole.xlsx", *[HEADER] * 500)
    path = tmp_path / "half.xlsx"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])

    assert "bị hỏng" in refusal(path)


def test_a_sheet_that_is_no_xml_is_damaged(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "whole.xlsx", HEADER)
    path = repacked(
        whole, tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml", lambda content: content.replace(b"</sheetData>", b"<oops")
    )

    assert "bị hỏng" in refusal(path)


# What was made to harm


@pytest.mark.parametrize("far", ["XFD1048576", "XFD7"])
def test_one_stray_cell_far_away_is_named(tmp_path: Path, far: str) -> None:
    def stray(book: openpyxl.Workbook) -> None:
        book.active[far] = "x"  # type: ignore[index]

    path = workbook(tmp_path / "a.xlsx", *[HEADER] * 3_000, change=stray)

    assert f"Ô {far} nằm rất xa bảng" in refusal(path)


def test_a_stray_cell_far_below_does_no_harm(tmp_path: Path) -> None:
    def stray(book: openpyxl.Workbook) -> None:
        book.active["A300000"] = "x"  # type: ignore[index]

    rows = rows_of(workbook(tmp_path / "a.xlsx", HEADER, change=stray))

    assert (rows[0], rows[1], rows[-1], len(rows)) == (HEADER, [], ["x"], 300_000)


def test_a_declared_dimension_that_lies_does_no_harm(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "whole.xlsx", HEADER)
    path = repacked(
        whole, tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml", lambda content: content.replace(b'"A1:B1"', b'"A1:XFD1048576"')
    )  # fmt: skip

    assert rows_of(path) == [HEADER]


def test_entities_are_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "whole.xlsx", HEADER)
    laughs = b'<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b SYSTEM "file:///etc/hostname">]><worksheet'
    path = repacked(
        whole, tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml", lambda content: content.replace(b"<worksheet", laughs, 1)
    )

    assert "phần lạ" in refusal(path)


def test_a_small_file_that_unpacks_to_a_gigabyte_is_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "whole.xlsx", HEADER)
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry))
        with new.open("xl/media/image1.png", "w", force_zip64=True) as swollen:
            for _ in range(20):
                swollen.write(b"\0" * (1 << 20))

    assert "phình ra" in refusal(path)


def test_links_out_of_the_archive_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", HEADER)
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("xl/link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")

    assert "phình ra" in refusal(path)
