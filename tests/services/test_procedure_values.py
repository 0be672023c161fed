"""What provinces write in their lists of procedures, and what becomes of it."""

import pytest

from core.errors import Invalid
from models import ProcedureLevel
from services import procedure_columns, procedure_values
from services.procedure_values import FIELDS, ProcedureText, text_from


@pytest.mark.parametrize(
    ("cell", "code"),
    [("1.004194", "1.004194"), (" 1.004194 ", "1.004194"), (1.00419, "1.004190"), (2.0, "2.000000"),
     ("1.000110.000.00.00.H01", "1.000110.000.00.00.H01")],
)  # fmt: skip
def test_a_code_is_read_also_where_the_spreadsheet_took_it_for_a_number(cell: object, code: str) -> None:
    assert procedure_values.code_of(cell) == code


@pytest.mark.parametrize("cell", ["", "TTHC-01", "1.04194", "1.0041945", "1.004194/../x", "1.004194.<b>"])
def test_what_is_no_code_is_refused(cell: str) -> None:
    with pytest.raises(Invalid, match="mã thủ tục"):
        procedure_values.code_of(cell)


@pytest.mark.parametrize(
    ("cell", "days"),
    [(3, (3, "")), ("03 ngày làm việc", (3, "")), ("Không quá 15 ngày", (15, "")), ("Trong ngày", (0, "")), ("", (None, "")),
     ("Ngay trong ngày làm việc", (0, "")), ("Giải quyết ngay", (0, "")), (5.0, (5, "")),
     ("04 giờ làm việc", (None, "04 giờ làm việc")), ("3 ngày; phải xác minh: 8 ngày", (None, "3 ngày; phải xác minh: 8 ngày"))],
)  # fmt: skip
def test_days_are_a_number_where_there_is_one(cell: object, days: tuple[int | None, str]) -> None:
    assert procedure_values.days_of(cell) == days


@pytest.mark.parametrize(
    ("cell", "fee"),
    [("8.000 đồng", (8000, "")), (15000, (15000, "")), ("8,000đ/hồ sơ", (8000, "")), ("Không", (0, "")), ("Miễn phí", (0, "")),
     ("Không thu lệ phí", (0, "")), (0, (0, "")), ("", (None, "")), ("1.200.000 VNĐ", (1_200_000, "")),
     ("7.000 đồng trực tuyến\n15.000 đồng tại quầy", (None, "7.000 đồng trực tuyến\n15.000 đồng tại quầy"))],
)  # fmt: skip
def test_a_fee_is_an_amount_where_there_is_one(cell: object, fee: tuple[int | None, str]) -> None:
    assert procedure_values.fee_of(cell) == fee


@pytest.mark.parametrize("cell", ["-5000", -5000, 10**12])
def test_a_fee_that_cannot_be_is_refused(cell: object) -> None:
    with pytest.raises(Invalid, match="Lệ phí"):
        procedure_values.fee_of(cell)


@pytest.mark.parametrize(
    ("cell", "level"),
    [("Toàn trình", "full"), ("DVC trực tuyến toàn trình", "full"), ("Mức độ 4", "full"), ("Một phần", "partial"),
     ("Mức 3", "partial"), ("Trực tiếp", "offline"), ("Dịch vụ công trực tuyến cung cấp thông tin", "offline"), ("", "offline")],
)  # fmt: skip
def test_a_level_is_one_of_three(cell: str, level: str) -> None:
    assert procedure_values.level_of(cell) is ProcedureLevel(level)


def test_a_level_nobody_knows_is_refused_and_named() -> None:
    with pytest.raises(Invalid, match="Mức đặc biệt"):
        procedure_values.level_of("Mức đặc biệt")


def test_documents_keep_their_lines_and_lose_their_bullets() -> None:
    cell = "- Tờ khai mẫu CT01;\r\n+ Giấy tờ về chỗ ở\n\n•  Căn cước"

    assert procedure_values.long_of(cell) == "Tờ khai mẫu CT01\nGiấy tờ về chỗ ở\nCăn cước"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://dichvucong.gov.vn/", "https://a@b.vn/", "https://10.0.0.1/"])
def test_a_portal_address_that_may_not_be_linked_to_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        procedure_values.url_of(url)


@pytest.mark.parametrize(
    ("header", "name"),
    [("Mã TTHC", "code"), ("Mã số thủ tục hành chính", "code"), ("Tên thủ tục hành chính", "name"), ("Lĩnh vực", "field"),
     ("Mức độ DVC trực tuyến", "level"), ("Thành phần hồ sơ", "documents"), ("Thời hạn giải quyết (ngày)", "days"),
     ("Phí, lệ phí (đồng)", "fee"), ("Đường dẫn nộp trực tuyến", "portal_url"), ("Nơi tiếp nhận", "desk"), ("STT", None),
     ("portal_url", "portal_url"), ("Cơ quan thực hiện", "desk"), ("Căn cứ pháp lý", None)],
)  # fmt: skip
def test_headers_are_recognised_as_provinces_write_them(header: str, name: str | None) -> None:
    assert procedure_columns.recognise(header) == name


def test_a_text_is_kept_and_comes_back_the_same() -> None:
    text = ProcedureText(
        "Đăng ký tạm trú", "Cư trú", ProcedureLevel.FULL, "A\nB", 3, "", None, "7.000 hoặc 15.000", None, "Quầy 3"
    )

    assert text_from(text.told()) == text
    assert set(text.told()) == set(FIELDS)


def test_a_new_procedure_gets_the_names_people_use_and_the_events_it_belongs_to() -> None:
    events, called = procedure_values.first_words("Cấp Giấy xác nhận tình trạng hôn nhân")

    assert events == ["marriage"]
    assert "giấy độc thân" in called
    assert procedure_values.first_words("Cấp phép nổ mìn") == ([], [])
