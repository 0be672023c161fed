"""Which column of a list is what, wherever its header stands."""

import unicodedata

import pytest

from core.errors import Invalid
from core.text import fold
from services.import_columns import NEVER, Columns, find, recognise
from services.ports import Cell

HEADERS = {
    "code": ["Mã hộ", "Số hộ", "Mã số hộ", "Mã hộ gia đình", "Mã HGĐ", "household code", "code"],
    "head_name": [
        "Họ và tên chủ hộ", "Họ tên chủ hộ", "Chủ hộ", "Tên chủ hộ", "Họ và tên", "Họ tên", "Chủ hộ (họ và tên)",
        "Head of household", "Full name", "head_name", "Người đại diện hộ", "Họ và tên chủ hộ (ghi theo CCCD)",
    ],
    "unit": ["Tổ", "TDP", "Tổ dân phố", "Tổ dân phố số", "Thôn", "Thôn/Tổ dân phố", "Thôn, bản", "Khu phố", "Village", "unit"],
    "area": ["Phường cũ", "Phường/xã cũ", "Xã cũ", "Đơn vị cũ"],
    "address": ["Địa chỉ", "Địa chỉ (số nhà, đường)", "Nơi ở hiện tại", "Chỗ ở hiện nay", "Nơi thường trú", "address"],
    "phone": [
        "Điện thoại", "SĐT", "Số ĐT", "Số điện thoại", "ĐTDĐ", "Di động", "Số điện thoại Zalo", "SĐT Zalo", "Phone number",
        "Liên hệ",
    ],
    "people": ["Số khẩu", "Nhân khẩu", "Số nhân khẩu", "Số người trong hộ", "Tổng số khẩu", "Số thành viên", "people", "members"],
    "smartphones": ["Điện thoại thông minh", "Số người có điện thoại thông minh", "Smartphone", "Số smartphone", "smartphones"],
    "group": ["Đã vào nhóm Zalo", "Trong nhóm Zalo", "Nhóm Zalo", "Zalo", "Tham gia nhóm", "Đã vào nhóm", "group", "in_group"],
    "group_people": ["Số người trong nhóm Zalo", "Số người tham gia nhóm Zalo", "group_people"],
    "door": ["Báo tận nhà", "Cần báo tận nhà", "door"],
    "elderly_alone": ["Người già sống một mình", "Người cao tuổi cô đơn", "Già neo đơn"],
    "disabled": ["Khuyết tật", "Người khuyết tật"],
    "no_phone": ["Không có điện thoại", "Không có ĐT"],
    "relation": ["Quan hệ với chủ hộ"],
    NEVER: [
        "CCCD", "Số CCCD/CMND", "Căn cước công dân", "Số định danh cá nhân", "Năm sinh", "Ngày, tháng, năm sinh", "Ngày sinh",
        "Tuổi", "Dân tộc", "Tôn giáo", "Ngày cấp", "Nơi cấp", "Date of birth", "Citizen ID", "Ethnicity", "Religion",
    ],
    "-": ["STT", "TT", "Số TT", "Ghi chú", "Email", "Dùng Zalo", "Điện thoại tổ trưởng"],
}  # fmt: skip
ALL = [(header, name) for name, headers in HEADERS.items() for header in headers]


@pytest.mark.parametrize(("header", "name"), ALL)
def test_headers_are_known_with_and_without_marks_in_either_form(header: str, name: str) -> None:
    ways = [
        header,
        header.upper(),
        fold(header),
        unicodedata.normalize("NFD", header),
        f" {header} ",
        header.replace(" ", "\n"),
        f"{header}:",
    ]

    assert {way: recognise(way) for way in ways} == dict.fromkeys(ways, name)


@pytest.mark.parametrize(
    "header", ["Hộ nghèo", "Giới tính", "Sinh hoạt chi bộ", "Nguyễn Văn An", "Tổ 13", "", "x" * 500, "Quê quán"]
)
def test_other_words_are_no_header(header: str) -> None:
    assert recognise(header) is None


def found(
    *rows: list[Cell], merged: list[tuple[int, int, int, int]] | None = None, mapping: dict[str, str] | None = None
) -> Columns:
    columns = find(rows, merged=merged or [], mapping=mapping)
    assert columns is not None
    return columns


@pytest.mark.parametrize(
    "header", ["Họ tên thành viên", "Thành viên", "Họ và tên người trong hộ", "Thành viên khác trong gia đình", "Người trong hộ"]
)
def test_a_column_of_persons_is_told_from_heads_and_from_counts(header: str) -> None:
    assert recognise(header) == "member"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Số thành viên", "people"),
        ("Số người trong hộ", "people"),
        ("Người đại diện hộ", "head_name"),
        ("Thành viên nhóm Zalo", "group"),
    ],
)
def test_persons_counted_or_in_the_group_are_no_column_of_persons(header: str, name: str) -> None:
    assert recognise(header) == name


def test_rows_in_old_letters_below_a_header_in_ours_are_seen() -> None:
    rows: list[list[Cell]] = [["Họ tên chủ hộ", "Tổ"], ["NguyÔn ThÞ Ph­îng", "Tæ 12"], ["TriÖu V¨n §­êng", "Tæ 13"]]

    columns = find(rows)

    assert columns is not None
    assert (columns.letters, columns.header_letters) == ("tcvn3", "")


def test_rows_that_read_well_are_left_as_they_are() -> None:
    columns = find([["Họ tên chủ hộ", "Tổ"], ["Trà Văn Hùng", "Tổ 12"], ["Lã Thị Tú", "Tổ 13"]])

    assert columns is not None
    assert columns.letters == ""


def test_the_header_stands_below_titles() -> None:
    columns = found(
        ["DANH SÁCH HỘ DÂN"], [], ["Năm 2026", "Tổ 13"], ["STT", "Họ và tên", "Năm sinh", "SĐT", "Màu tường"], [1, "An", 1970, ""]
    )

    assert columns.row == 4
    assert columns.said() == {"head_name": "Họ và tên", "phone": "SĐT"}
    assert columns.dropped == ("Năm sinh",)
    assert columns.ignored == ("STT", "Màu tường")


def test_a_header_over_two_rows_is_read_as_one() -> None:
    columns = found(
        ["STT", "Thông tin chủ hộ", "", "Nhân khẩu", "", ""],
        ["", "Họ và tên", "Điện thoại", "Tổng số", "Nam", "Nữ"],
        [1, "An", 912345678, 4, 2, 2],
        merged=[(0, 1, 0, 2), (0, 3, 0, 5), (0, 0, 1, 0)],
    )

    assert columns.row == 2
    assert columns.places == {"head_name": (1,), "phone": (2,), "people": (3,)}
    assert columns.said() == {"head_name": "Họ và tên", "phone": "Điện thoại", "people": "Nhân khẩu Tổng số"}


def test_names_in_two_columns_are_put_together() -> None:
    apart = found(["Mã hộ", "Họ và tên đệm", "Tên"], ["1", "Nguyễn Văn", "An"])
    joined = found(["Mã hộ", "Họ và tên", "", "Tổ"], ["1", "Nguyễn Văn", "An", "13"], merged=[(0, 1, 0, 2)])

    assert apart.places["head_name"] == joined.places["head_name"] == (1, 2)


def test_house_number_and_street_are_an_address_and_the_present_one_comes_first() -> None:
    parts = found(["Chủ hộ", "Số nhà", "Đường"])
    several = found(["Chủ hộ", "Địa chỉ thường trú", "Nơi ở hiện tại"])

    assert parts.places["address"] == (1, 2)
    assert several.said()["address"] == "Nơi ở hiện tại"


def test_every_phone_column_counts() -> None:
    assert found(["Chủ hộ", "SĐT 1", "Điện thoại khác"]).places["phone"] == (1, 2)


def test_a_name_is_taken_from_the_head_of_the_household() -> None:
    assert found(["Họ và tên", "Họ và tên chủ hộ", "Tổ"]).said()["head_name"] == "Họ và tên chủ hộ"


def test_a_list_of_nothing_but_names_is_a_list() -> None:
    assert found([], ["Họ và tên chủ hộ"], ["Hoàng Văn An"]).row == 2


def test_a_person_may_say_what_a_column_is() -> None:
    columns = found(
        ["Gia chủ", "Tổ", "Cột lạ"],
        mapping={unicodedata.normalize("NFD", "gia chủ"): "head_name", "Cột lạ": "in_group", "Tổ": ""},
    )

    assert columns.said() == {"head_name": "Gia chủ", "group": "Cột lạ"}


def test_what_a_person_says_is_stronger() -> None:
    columns = found(["Họ và tên", "Người liên hệ", "Tổ"], mapping={"Người liên hệ": "head_name"})

    assert columns.said()["head_name"] == "Người liên hệ"


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"Cột không có": "phone"}, "Không thấy cột “Cột không có”"),
        ({"Tổ": "màu"}, "Không có trường “màu”"),
        ({"Số CCCD": "code"}, "không được lưu"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(mapping: dict[str, str], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        found(["Họ và tên", "Tổ", "Số CCCD"], mapping=mapping)


@pytest.mark.parametrize(
    "rows", [[], [[]], [["Hà Nội", "Huế"], ["1", "2"]], [["Chỉ là một câu văn, không có bảng."]], [["name", "price"]]]
)
def test_what_has_no_header_is_no_list(rows: list[list[Cell]]) -> None:
    assert find(rows) is None


def test_a_list_in_letters_of_before_unicode_is_known() -> None:
    columns = found(["Hä vµ tªn chñ hé", "§iÖn tho¹i", "Sè khÈu"], ["NguyÔn V¨n An", "0912345678", 4])

    assert (columns.letters, columns.header_letters) == ("tcvn3", "tcvn3")
    assert columns.said() == {"head_name": "Họ và tên chủ hộ", "phone": "Điện thoại", "people": "Số khẩu"}


def test_a_very_wide_sheet_is_no_burden() -> None:
    wide: list[Cell] = [f"chữ {place}" for place in range(16_000)]

    assert find([wide] * 60) is None
