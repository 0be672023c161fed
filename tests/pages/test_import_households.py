"""Importing households on screen: look, try, write, mend."""

import io
import pickle
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlmodel import Session, col, select
from streamlit.testing.v1 import AppTest

from adapters.table_files import Workbooks
from core.db import reading
from core.settings import settings
from models import AuditEvent, Household, Role, Unit, UnitKind, User
from services import imports
from services.access import TERMINAL
from services.import_columns import FIELDS, recognise
from services.import_rows import Spot
from services.imports import ImportResult, Rejected
from services.ports import Sheet
from services.privacy_purposes import USUAL
from tests.factories import make_household, make_unit, make_user
from tests.lists import builders
from tests.pages.conftest import Offered, Visit, words
from ui import import_start, importing

pytestmark = pytest.mark.usefixtures("files")

HEADERS = ("Mã hộ", "Họ tên chủ hộ", "Tổ", "Điện thoại", "Số khẩu", "Số CCCD", "Ghi chú")
AN = ("H01", "Hoàng Văn An", "Tổ 13", "0912345678", 4, "006080000001", "")
BINH = ("H02", "Nông Thị Bình", "Tổ 14", "0987654321", 3, "006080000002", "")
WRONG = ("H03", "Triệu Văn Cúc", "Tổ 13", "0123", 2, "006080000003", "")


@pytest.fixture
def ward(session: Session) -> Unit:
    ward = make_unit(session, name="Phường Bắc Kạn")
    for number in (13, 14):
        make_unit(session, parent=ward, name=f"Tổ dân phố {number}", short_name=f"Tổ {number}")
    return ward


@pytest.fixture
def staff(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.STAFF)


def workbook(*rows: Sequence[Any], headers: Sequence[str] = HEADERS, name: str = "Hộ dân") -> bytes:
    return Workbooks().xlsx([(name, headers, rows)])


def upload(at: AppTest, content: bytes, name: str = "danh sách hộ.xlsx") -> AppTest:
    at.file_uploader[0].upload(name, content)
    at.run()
    return at.selectbox(key="i_for").select_index(0).run() if "i_for" in {box.key for box in at.selectbox} else at


def press(at: AppTest, key: str) -> AppTest:
    return at.button(key=key).click().run()


def aside() -> list[Path]:
    folder = settings().data_dir / "uploads"
    return sorted(folder.iterdir()) if folder.exists() else []


def households(session: Session) -> list[Household]:
    """What is written; the test's own session must hold no lock while the page writes."""
    session.rollback()
    with reading() as looking:
        return list(looking.exec(select(Household).order_by(col(Household.code))))


def test_the_page_says_what_it_does_and_offers_an_empty_list(visit: Visit, staff: User) -> None:
    at = visit("import_households", user=staff)

    assert [title.value for title in at.title] == ["Nhập danh sách hộ"]
    assert "Không xóa hộ nào" in words(at)
    assert [button.proto.label for button in at.get("download_button")] == ["Tải tệp mẫu (Excel)"]
    assert at.file_uploader[0].proto.max_upload_size_mb == 50


def test_every_header_of_the_empty_list_is_understood() -> None:
    [sheet] = load_workbook(io.BytesIO(import_start._template_file())).worksheets

    headers = [str(cell.value) for cell in sheet[1]]
    assert tuple(headers) == import_start.TEMPLATE
    fields = [recognise(header) for header in headers]
    assert set(fields) <= set(FIELDS)
    assert len(set(fields)) == len(fields)


def test_what_was_recognised_is_shown_before_anything_is_read_in(session: Session, visit: Visit, staff: User) -> None:
    at = upload(visit("import_households", user=staff), workbook(AN, BINH))

    page = words(at)
    assert not at.exception
    assert "danh sách hộ.xlsx" in page
    assert "nhận ra 5 trên 7 cột, tiêu đề ở dòng 1" in page
    assert "Không lưu: “Số CCCD”" in page
    assert "Không nhập: “Ghi chú”." in page
    [table] = at.dataframe
    assert list(table.value.columns) == ["Dòng", "mã hộ", "họ tên chủ hộ", "tổ dân phố, thôn", "điện thoại", "số nhân khẩu"]
    assert table.value["họ tên chủ hộ"].tolist() == ["Hoàng Văn An", "Nông Thị Bình"]
    assert "006080000001" not in table.value.to_string()
    assert [box.label for box in at.selectbox] == [*HEADERS[:5], "Ghi chú", "Nhập vào", "Danh sách này dùng để làm gì"]
    assert households(session) == []


def test_the_file_lies_aside_under_a_name_of_ours_and_not_in_the_visits_state(visit: Visit, staff: User) -> None:
    content = workbook(*[(f"H{n:04}", *AN[1:]) for n in range(2_000)])

    at = upload(visit("import_households", user=staff), content, "../../etc/tổ 13.xlsx")

    [path] = aside()
    assert path.read_bytes() == content
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(at.file_uploader) == 0  # with the widget Streamlit's own copy is gone
    assert len(pickle.dumps(replace(at.session_state[importing.STATE], work=None))) < len(content) / 4
    assert "tổ 13.xlsx" in words(at)
    assert "etc" not in words(at)


def test_a_list_is_tried_then_written(session: Session, visit: Visit, staff: User, ward: Unit) -> None:
    at = upload(visit("import_households", user=staff), workbook(AN, BINH, WRONG))

    press(at, "i_try")
    at.selectbox(key="i_for").set_value(None).run()

    assert households(session) == []
    assert at.button(key="i_write").disabled  # until it is said what for
    at.selectbox(key="i_for").select_index(1).run()
    assert "chưa ghi gì cả" in words(at)
    assert at.button(key="i_write").label == "Ghi 2 hộ"
    assert "Đây không phải số điện thoại Việt Nam" in words(at)

    press(at, "i_write")

    assert not at.exception
    assert [(one.code, one.head_name, one.phone) for one in households(session)] == [
        ("H01", "Hoàng Văn An", "+84912345678"), ("H02", "Nông Thị Bình", "+84987654321"),
    ]  # fmt: skip
    assert "Đã ghi 2 hộ vào sổ" in words(at)
    assert "1 dòng chưa đúng" in words(at)
    assert aside() == []
    [event] = session.exec(select(AuditEvent).where(AuditEvent.action == "household.import")).all()
    assert (event.actor_id, event.details["purpose"]) == (staff.id, USUAL[1].name)


def test_rows_of_one_household_are_told_before_and_after_writing(session: Session, visit: Visit, staff: User) -> None:
    at = upload(visit("import_households", user=staff), workbook(AN, ("", "HOÀNG VĂN AN", *AN[2:])))

    for key in ("i_try", "i_write"):
        press(at, key)

        assert not at.exception
        page = words(at)
        assert "1 dòng ghi lại hộ của dòng khác" in page
        assert "HOÀNG VĂN AN" in page
        assert "không bỏ gì" in page
    assert [one.head_name for one in households(session)] == ["Hoàng Văn An"]


def test_what_is_read_otherwise_than_it_stands_is_told_before_it_is_written(visit: Visit, staff: User) -> None:
    rows = (("H01", "Hoàng Văn An", "Tổ 13", 912345678, 4), ("H02", "Nông Thị Bình", "Tổ 13", "0162 345 6789", "hai khẩu"))
    at = upload(visit("import_households", user=staff), workbook(*rows, headers=HEADERS[:5]))

    press(at, "i_try")

    assert not at.exception
    page = words(at)
    assert "3 ô đọc khác cách ghi" in page
    for told in ("đã thêm số 0", "0912 345 678", "đầu số cũ", "0323 456 789", "số người đọc từ chữ", "hai khẩu"):
        assert told in page


def test_the_same_list_again_has_nothing_to_write(session: Session, visit: Visit, staff: User) -> None:
    for _ in range(2):
        at = upload(visit("import_households", user=staff), workbook(AN))
        press(at, "i_try")
        if not at.button(key="i_write").disabled:
            press(at, "i_write")

    assert at.button(key="i_write").label == "Không có gì mới để ghi"
    assert len(households(session)) == 1


def test_another_place_asks_for_another_try(session: Session, visit: Visit, staff: User, ward: Unit) -> None:
    place = session.exec(select(Unit).where(Unit.short_name == "Tổ 14")).one()
    at = upload(visit("import_households", user=staff), workbook(("H09", "Lý Thị Lan"), headers=["Mã hộ", "Họ tên chủ hộ"]))
    assert "Danh sách không có cột tổ, thôn" in words(at)
    press(at, "i_try")
    assert "Thiếu tổ dân phố, thôn của hộ này." in words(at)

    at.selectbox(key="i_unit").set_value(place.id).run()

    assert not [button for button in at.button if button.key == "i_write"]
    press(press(at, "i_try"), "i_write")
    assert [(one.code, one.unit_id) for one in households(session)] == [("H09", place.id)]


def test_a_column_that_was_misread_is_put_right(session: Session, visit: Visit, staff: User) -> None:
    headers = ("Mã hộ", "Tên gọi trong sổ", "Tổ", "Liên hệ khẩn")
    at = upload(visit("import_households", user=staff), workbook(("H01", "Hoàng Văn An", "Tổ 13", "0912345678"), headers=headers))
    assert "Chưa rõ cột nào là họ tên chủ hộ" in words(at)
    assert at.button(key="i_try").disabled

    box = {one.label: one for one in at.selectbox}
    box["Tên gọi trong sổ"].set_value("head_name")
    box["Liên hệ khẩn"].set_value("phone").run()

    assert "Chưa rõ cột nào" not in words(at)
    assert at.dataframe[0].value["họ tên chủ hộ"].tolist() == ["Hoàng Văn An"]
    press(press(at, "i_try"), "i_write")
    assert [(one.head_name, one.phone) for one in households(session)] == [("Hoàng Văn An", "+84912345678")]


def test_a_column_can_be_left_out(session: Session, visit: Visit, staff: User) -> None:
    at = upload(visit("import_households", user=staff), workbook(AN))

    next(one for one in at.selectbox if one.label == "Điện thoại").set_value("").run()

    press(press(at, "i_try"), "i_write")
    assert [one.phone for one in households(session)] == [None]


def test_sheets_called_by_residential_groups_are_read_together(session: Session, visit: Visit, staff: User) -> None:
    headers = ["Mã hộ", "Họ tên chủ hộ", "Điện thoại"]
    content = Workbooks().xlsx(
        [("Tổ 13", headers, [AN[:1] + AN[1:2] + AN[3:4]]), ("Tổ 14", headers, [["H02", "Nông Thị Bình", "12"]])]
    )

    at = upload(visit("import_households", user=staff), content)
    samples = at.dataframe[0].value
    press(press(at, "i_try"), "i_write")

    assert list(samples["Trang"]) == ["Tổ 13", "Tổ 14"]
    assert [household.head_name for household in households(session)] == ["Hoàng Văn An"]
    assert "Tổ 14" in words(at)


def test_another_sheet_of_the_workbook_can_be_read(session: Session, visit: Visit, staff: User) -> None:
    book = Workbooks().xlsx([("Hướng dẫn", ["Xem trang sau"], [["abc"]]), ("Tổ 13", HEADERS, [AN])])
    at = upload(visit("import_households", user=staff), book)
    assert "không có dòng tiêu đề" in at.error[0].value

    at.selectbox[0].set_value("Tổ 13").run()

    assert not at.error
    at.selectbox(key="i_for").select_index(0).run()
    press(press(at, "i_try"), "i_write")
    assert [one.head_name for one in households(session)] == ["Hoàng Văn An"]


def test_old_letters_are_told_shown_in_ours_and_may_be_taken_for_others(session: Session, visit: Visit, staff: User) -> None:
    content = builders.written("Họ tên chủ hộ;Tổ\nNguyễn Thị Phượng;Tổ 13\nTriệu Quý Đường;Tổ 14\n", "tcvn3")

    at = upload(visit("import_households", user=staff), content, "hộ.csv")
    letters = next(box for box in at.selectbox if str(box.key).startswith("i_letters"))
    names = [list(at.dataframe[0].value["họ tên chủ hộ"])]
    letters.select("cp1258").run()
    refused = [error.value for error in at.error]
    at.selectbox(key=str(letters.key)).select("tcvn3").run()
    names.append(list(at.dataframe[0].value["họ tên chủ hộ"]))
    at.selectbox(key="i_for").select_index(0).run()
    press(press(at, "i_try"), "i_write")

    assert letters.options == ["Windows-1258", "TCVN3 (ABC, .VnTime)", "VNI"]
    assert names == [["Nguyễn Thị Phượng", "Triệu Quý Đường"]] * 2
    assert len(refused) == 1
    assert {household.head_name for household in households(session)} == {"Nguyễn Thị Phượng", "Triệu Quý Đường"}


def test_of_a_file_in_plain_unicode_nothing_is_asked(visit: Visit, staff: User) -> None:
    at = upload(visit("import_households", user=staff), b"Ho ten chu ho,To\nAn,13\n", "a.csv")

    assert not any("i_letters" in str(box.key) for box in at.selectbox)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.pdf", b"%PDF-1.4", "Tệp này không phải bảng tính"),
        ("x.xlsx", b"<html><table></table>", "bên trong là trang web"),
        ("x.xlsx", b"", "Tệp trống"),
        ("x.csv", b"\xff\xfe\x00", "Không nhận ra bảng mã"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(
    visit: Visit, staff: User, name: str, content: bytes, words: str
) -> None:  # fmt: skip
    at = upload(visit("import_households", user=staff), content, name)

    [error] = at.error
    assert words in error.value
    assert aside() == []
    assert at.file_uploader


def test_another_file_may_be_chosen(visit: Visit, staff: User) -> None:
    at = upload(visit("import_households", user=staff), workbook(AN))

    press(at, "i_drop")

    assert at.file_uploader
    assert aside() == []
    assert "danh sách hộ.xlsx" not in words(at)


def test_headers_and_names_stay_words(visit: Visit, staff: User) -> None:
    headers = ("Họ tên chủ hộ", "**đậm** <img src=x>", "Tổ")

    at = upload(visit("import_households", user=staff), workbook(("An", "1", "Tổ 13"), headers=headers), "<b>x</b>.xlsx")

    assert "&lt;img src=x&gt;" in words(at)
    assert "<img" not in words(at)
    assert "&lt;b&gt;x&lt;" not in words(at)  # a path's end is all we keep of the name
    assert "\\*\\*đậm\\*\\* \\<img src=x\\>" in [box.label for box in at.selectbox]


def test_from_above_a_ward_is_chosen_first(session: Session, visit: Visit) -> None:
    province = make_unit(session, kind=UnitKind.PROVINCE, name="Tỉnh Thái Nguyên")
    for name in ("Phường Bắc Kạn", "Xã Phong Quang"):
        ward = make_unit(session, parent=province, kind=UnitKind.COMMUNE, name=name)
        make_unit(session, parent=ward, name="Tổ dân phố 13", short_name="Tổ 13")
    admin = make_user(session, unit=province, role=Role.ADMIN)

    at = upload(visit("import_households", user=admin), workbook(AN))

    assert at.selectbox(key="i_unit").options == ["Phường Bắc Kạn", "Xã Phong Quang"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.LEAD])
def test_others_are_told_that_it_is_not_for_them(session: Session, visit: Visit, ward: Unit, role: Role) -> None:
    at = visit("import_households", user=make_user(session, unit=ward, role=role))

    assert [error.value for error in at.error] == ["Tài khoản của ông/bà không có quyền xem trang này."]
    assert not at.file_uploader


def test_what_one_has_in_hand_is_not_shown_to_another(session: Session, visit: Visit, staff: User, ward: Unit) -> None:
    at = upload(visit("import_households", user=staff), workbook(AN))
    hand = at.session_state[importing.STATE]
    hand.owner = make_user(session, unit=ward).id

    at.run()

    assert at.file_uploader
    assert "danh sách hộ.xlsx" not in words(at)


# Mending in place: AppTest has no hands for the editor, so what lies behind it is asked.


@pytest.fixture
def result(session: Session, ward: Unit) -> ImportResult:
    rows = [HEADERS, AN, WRONG, ("H04", "Lý Thị Dung", "Tổ 13", "45", 2, "", "")]
    done = imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=Sheet("Hộ", [list(row) for row in rows]))
    session.commit()
    return done


def test_edits_are_known_by_the_row_of_the_file(result: ImportResult) -> None:
    typed = importing.corrections(result, {1: {"Điện thoại": "0987654321"}, 0: {"Số khẩu": None}})

    assert typed == {Spot("Hộ", 4): {"Điện thoại": "0987654321"}, Spot("Hộ", 3): {"Số khẩu": ""}}


def test_a_mended_row_is_written_and_the_others_wait(session: Session, ward: Unit, result: ImportResult) -> None:
    mine = importing.Hand(TERMINAL.id, wish=(ward.id, "", ()), done=result)

    typed = {Spot("Hộ", 3): {"Điện thoại": "0912000111"}, Spot("Hộ", 4): {"Họ tên chủ hộ": "Lý Thị Dũng"}}
    begun = importing.begin_mending(mine, TERMINAL, typed)
    mine.settle()

    assert begun
    assert [(one.code, one.phone) for one in households(session)] == [("H01", "+84912345678"), ("H03", "+84912000111")]
    assert mine.done is not None
    assert (mine.done.created, mine.done.rows, [one.row for one in mine.done.rejected]) == (2, 3, [4])
    assert mine.done.rejected[0].cells["Họ tên chủ hộ"] == "Lý Thị Dũng"  # what was typed is not lost
    assert mine.turn == 1  # an editor without the old edits


def test_a_row_mended_wrongly_is_refused_again(session: Session, ward: Unit, result: ImportResult) -> None:
    mine = importing.Hand(TERMINAL.id, wish=(ward.id, "", ()), done=result)

    importing.begin_mending(mine, TERMINAL, {Spot("Hộ", 3): {"Điện thoại": "99"}})
    mine.settle()

    assert mine.done is not None
    assert [(one.row, one.value) for one in mine.done.rejected] == [(3, "99"), (4, "45")]
    assert mine.done.created == 1


def test_without_a_mended_row_nothing_begins(session: Session, ward: Unit, result: ImportResult) -> None:
    mine = importing.Hand(TERMINAL.id, wish=(ward.id, "", ()), done=result)

    assert not importing.begin_mending(mine, TERMINAL, {})
    assert mine.work is None


def test_what_was_said_of_columns_holds_for_mended_rows_too(session: Session, ward: Unit) -> None:
    wishes = {"Tên gọi": "head_name", "Ghi thêm": ""}
    rows: list[list[Any]] = [["Tên gọi", "Tổ", "Điện thoại", "Ghi thêm"], ["Hoàng Văn An", "Tổ 13", "123", "x"]]
    done = imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=Sheet("Hộ", rows), mapping=wishes)
    session.commit()
    mine = importing.Hand(TERMINAL.id, wish=(ward.id, "", tuple(sorted(wishes.items()))), done=done)

    importing.begin_mending(mine, TERMINAL, {Spot("Hộ", 2): {"Điện thoại": "0912345678"}})
    mine.settle()

    assert [(one.head_name, one.phone) for one in households(session)] == [("Hoàng Văn An", "+84912345678")]


def test_two_imports_are_added_up() -> None:
    def made(created: int, *rows: int) -> ImportResult:
        rejected = [Rejected(row, "", "", "Sai.") for row in rows]
        return ImportResult(10, created, 1, 2, rejected, {}, (), committed=True, joined=3, groups=1)

    total = importing.left_over(made(4, 3, 5, 8), {Spot("", 3), Spot("", 8)}, made(1, 8))

    assert (total.rows, total.created, total.updated, total.unchanged, total.joined, total.groups) == (10, 5, 2, 4, 6, 2)
    assert [one.row for one in total.rejected] == [5, 8]


def test_a_refusal_of_the_whole_list_is_shown_and_nothing_is_written(session: Session, visit: Visit, ward: Unit) -> None:
    empty = make_unit(session, name="Xã chưa có tổ")
    staff = make_user(session, unit=empty, role=Role.STAFF)
    make_household(session, unit=empty)
    at = upload(visit("import_households", user=staff), workbook(AN))

    press(at, "i_try")

    assert "chưa có tổ dân phố, thôn nào" in at.error[0].value
    assert at.button(key="i_try")  # it can be tried again


def test_refused_rows_are_taken_away_as_a_list_with_their_reasons(visit: Visit, staff: User, offered: list[Offered]) -> None:
    at = upload(visit("import_households", user=staff), workbook(AN, WRONG))
    offered.clear()

    press(at, "i_try")

    label = "Tải các dòng chưa đúng (Excel)"
    assert label in [button.proto.label for button in at.get("download_button")]
    [file] = [one for one in offered if one.label == label]
    assert file.name == "dong-chua-dung.xlsx"
    heads, *rows = load_workbook(io.BytesIO(file.content)).worksheets[0].iter_rows(values_only=True)
    assert [row[heads.index("Họ tên chủ hộ")] for row in rows] == ["Triệu Văn Cúc"]
    assert "Đây không phải số điện thoại Việt Nam" in str(rows[0])


def test_without_refused_rows_there_is_no_list_of_them(visit: Visit, staff: User) -> None:
    at = press(upload(visit("import_households", user=staff), workbook(AN)), "i_try")

    assert "Tải các dòng chưa đúng (Excel)" not in [button.proto.label for button in at.get("download_button")]
