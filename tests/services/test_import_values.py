"""What a cell of a list says, or why it cannot be right."""

import datetime
import unicodedata
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core import phones
from core.errors import Invalid
from services.import_values import (
    Doubt,
    Tick,
    address_of,
    code_key,
    code_of,
    count_of,
    in_unicode,
    is_citizen_number,
    name_of,
    phones_count_of,
    phones_of,
    text_of,
    tick_of,
)

A, B, LAND = "+84912345678", "+84987654321", "+842093870123"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("Nguyễn Văn An", "Nguyễn Văn An"),
        (unicodedata.normalize("NFD", "Nguyễn Văn An"), "Nguyễn Văn An"),
        (" Nguyễn\u00a0 Văn\u200b\n An\u202e ", "Nguyễn Văn An"),
        ("An\x00 \x07Bình", "An Bình"),
        (13.0, "13"),
        (4.5, "4.5"),
        (None, ""),
        (True, "TRUE"),
        (datetime.date(2026, 3, 5), "05/03/2026"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("'+84912345678", "+84912345678"),  # as our own exports write it
        ("'An", "'An"),
    ],
)
def test_a_cell_has_one_stored_form(cell: Any, text: str) -> None:
    assert text_of(cell) == text


@given(st.text())
@example("An\u1680Bình")
@example("\u3000An\u2003\u205fBình")
def test_a_stored_form_stays_as_it_is_and_fits_every_database(text: str) -> None:
    once = text_of(text)

    assert "\x00" not in once
    assert once == unicodedata.normalize("NFC", once)
    assert once == " ".join(once.split())


@pytest.mark.parametrize("cell", ["Nguyễn Văn An", "=HYPERLINK(1)", "Y Bhin", "Trần Thị B (mất)", "Giàng A Páo"])
def test_names_stay_as_they_are_written(cell: str) -> None:
    assert name_of(cell) == cell


@pytest.mark.parametrize("cell", ["123", 12.0, "…!", "#REF!", "An 019093001234", "x" * 121])
def test_what_can_be_no_name_is_refused(cell: Any) -> None:
    with pytest.raises(Invalid):
        name_of(cell)


@pytest.mark.parametrize("cell", ["Số 5, CCCD 019093001234", "019 093 001 234", "x" * 301, "#N/A"])
def test_an_address_holds_no_citizen_number(cell: str) -> None:
    with pytest.raises(Invalid):
        address_of(cell)


def test_other_long_numbers_are_no_citizen_numbers() -> None:
    assert not is_citizen_number("018430000012")  # no province has 018
    assert not is_citizen_number("019493001234")  # a century that is none
    assert not is_citizen_number("19093001234")
    assert is_citizen_number("019093001234")


@pytest.mark.parametrize(("cell", "code"), [("H01", "H01"), (12.0, "12"), ("0012", "0012"), ("-", ""), ("", ""), ("0", "0")])
def test_codes_are_text(cell: Any, code: str) -> None:
    assert code_of(cell) == code


@pytest.mark.parametrize("cell", [datetime.date(2026, 2, 1), "019093001234", 19093001234.0, "x" * 41])
def test_what_can_be_no_code_is_refused(cell: Any) -> None:
    with pytest.raises(Invalid):
        code_of(cell)


@pytest.mark.parametrize(("one", "other"), [("h01", "H01"), ("0012", "12"), ("000", "0")])
def test_codes_are_the_same_without_case_and_lost_zeros(one: str, other: str) -> None:
    assert code_key(one) == code_key(other)


@pytest.mark.parametrize(
    ("cell", "number"),
    [(4.0, 4), ("4", 4), ("4.0", 4), ("4,0", 4), ("04", 4), ("4 khẩu", 4), ("4 người", 4), ("4khẩu", 4), ("Hai", 2), ("bốn", 4),
     ("mười hai", 12), ("4 (bốn)", 4), ("４", 4), (0.0, 0), (99.0, 99), ("", None), (None, None), ("-", None), (" ", None)],
)  # fmt: skip
def test_people_are_counted_as_written(cell: Any, number: int | None) -> None:
    assert count_of(cell) == number


@pytest.mark.parametrize(
    "cell", [-1.0, "-1", 4.5, "4-5", "x", "nhiều", 100.0, "1000", True, datetime.date(2026, 1, 4), "2+1", "1e9"]
)
def test_what_is_no_number_of_people_is_refused(cell: Any) -> None:
    with pytest.raises(Invalid):
        count_of(cell)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("hai nhân khẩu", 2), ("hai khẩu", 2), ("Năm người", 5), ("mười hai khẩu", 12), ("mười lăm", 15),
        ("02 nhân khẩu (1 nữ)", 2),
        ("khẩu: 2", 2), ("Số khẩu: 4", 4), ("4 người/hộ", 4), ("3 khẩu.", 3), ("2 ng", 2), ("TV: 6", 6),
    ],
)  # fmt: skip
def test_people_are_counted_in_words_and_with_words(cell: str, number: int) -> None:
    assert count_of(cell) == number


@pytest.mark.parametrize("cell", ["hai vợ chồng", "2+1", "khẩu", "vài người", "2k", "100 khẩu"])
def test_words_that_leave_a_doubt_are_no_count(cell: str) -> None:
    with pytest.raises(Invalid):
        count_of(cell)


MARCH = datetime.date(2026, 3, 12)


@pytest.mark.parametrize(
    ("cell", "day", "doubt"),
    [
        ("12/03/2026", MARCH, None), ("x 12/3/2026", MARCH, None), ("ngày 12 tháng 3 năm 2026", MARCH, None),
        (MARCH, MARCH, None), (datetime.datetime(2026, 3, 12, 8, 30), MARCH, None),  # noqa: DTZ001 (as a spreadsheet gives it)
        ("12.3.26", MARCH, Doubt.READ), (46_093.0, MARCH, Doubt.READ), ("đã vào 12/3", None, Doubt.NO_YEAR),
    ],
)  # fmt: skip
def test_a_day_in_a_column_of_ticks_says_yes_since_then(cell: Any, day: datetime.date | None, doubt: Doubt | None) -> None:
    assert tick_of(cell) == Tick(is_so=True, day=day, doubt=doubt)


@pytest.mark.parametrize("cell", ["12/13/2026", "31/02/2026", "không 12/3/2026", "sẽ vào 12/3", 3_000.0, "3.5"])
def test_what_is_no_day_or_says_otherwise_is_no_tick(cell: Any) -> None:
    with pytest.raises(Invalid):
        tick_of(cell)


@pytest.mark.parametrize(("cell", "number"), [("x", 1), ("có", 1), (True, 1), ("không", 0), (2.0, 2), ("", None), ("2 cái", 2)])
def test_smartphones_are_counted_or_ticked(cell: Any, number: int | None) -> None:
    assert phones_count_of(cell) == number


@pytest.mark.parametrize(
    "cell",
    [
        "x",
        "X",
        "có",
        "CÓ",
        "✓",
        "✔",
        1.0,
        "1",
        "TRUE",
        True,
        "đã",
        "Đã vào",
        "ü",
        "rồi",
        "co",
        unicodedata.normalize("NFD", "có"),
    ],
)
def test_ticks_say_yes(cell: Any) -> None:
    assert tick_of(cell)[0] is True


@pytest.mark.parametrize("cell", ["không", "0", 0.0, "chưa", "FALSE", False, "k", "No", "☐"])
def test_ticks_say_no(cell: Any) -> None:
    assert tick_of(cell)[0] is False


@pytest.mark.parametrize("cell", ["", None, " ", "-", "..."])
def test_a_blank_says_nothing(cell: Any) -> None:
    assert tick_of(cell) == Tick()


def test_a_tick_may_be_how_many() -> None:
    assert tick_of(3.0) == Tick(is_so=True, number=3)


@pytest.mark.parametrize("cell", ["Nguyễn Văn An", "2 người lớn", "có lẽ", 500.0])
def test_what_is_neither_yes_nor_no_is_refused(cell: Any) -> None:
    with pytest.raises(Invalid):
        tick_of(cell)


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        (912345678.0, (A,)),
        (912345678, (A,)),
        ("0912345678", (A,)),
        ("0912.345.678", (A,)),
        ("+84 912 345 678", (A,)),
        ("912345678.0", (A,)),
        ("'0912345678", (A,)),
        ("０９１２３４５６７８", (A,)),
        ("0912345678/0987654321", (A, B)),
        ("0912345678 - 0987654321", (A, B)),
        ("0912345678-0987654321", (A, B)),
        ("0912 345 678 0987 654 321", (A, B)),
        ("912345678\n987654321", (A, B)),
        ("0912345678 hoặc 0987654321", (A, B)),
        ("Lan: 0912345678, Hà: 0987654321", (A, B)),
        ("0912345678 (con trai)", (A,)),
        ("0912345678; 0912345678", (A,)),
        ("02093870123; 0912345678", (A, LAND)),  # the mobile in front
        ("0209 3870 123", (LAND,)),
        ("01623456789", ("+84323456789",)),
    ],
)
def test_the_numbers_of_a_cell_are_found(cell: Any, numbers: tuple[str, ...]) -> None:
    assert phones_of(cell) == numbers


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("Lan 0912345678, con trai 0987654321", (A, B)),
        ("Lan 0912345678 con trai 0987654321", (A, B)),
        ("0912.345.678 (Lan) - 0987 654 321 (con trai)", (A, B)),
        ("0912345678 con gái: 987654321", (A, B)),
        ("con 2: 0912345678", (A,)),
        ("con trai 1 0912345678; con trai 2 0987654321", (A, B)),
        ("A.Lan: 0912345678; nhà 02093870123", (A, LAND)),
        ("+84 (0) 912-345-678", (A,)),
        (1623456789.0, ("+84323456789",)),
    ],
)
def test_numbers_among_names_are_found(cell: Any, numbers: tuple[str, ...]) -> None:
    assert phones_of(cell) == numbers


@pytest.mark.parametrize(
    "cell", ["", None, "-", "0", 0.0, "0000000000", "không", "Không có", "ko có", "chưa có", "trống", "n/a", "K"]
)
def test_words_that_mean_no_phone_are_none(cell: Any) -> None:
    assert phones_of(cell) == ()


@pytest.mark.parametrize(
    "cell", ["12345", "09123", 123.0, "9.12E+08", "9,12346E+08", "0912345678 hoặc 09876", "hàng xóm", True,
             datetime.date(2026, 1, 1), "0912345678, 0812", "091234567890123"],
)  # fmt: skip
def test_what_is_no_phone_is_refused(cell: Any) -> None:
    with pytest.raises(Invalid):
        phones_of(cell)


@given(st.from_regex(r"(\+84|84|0)?[1-9]\d{7,10}", fullmatch=True))
@example("0992345678")
@example("0189645678")
@example("84912345678")
@example("0896345678")
@example("02093870123")
def test_the_quick_way_to_read_a_number_is_the_careful_way(text: str) -> None:
    careful = phones.parse(text)

    if careful:
        assert phones_of(text) == (careful,)
    else:
        with pytest.raises(Invalid):
            phones_of(text)


def test_letters_of_before_unicode_are_turned() -> None:
    assert in_unicode("Céng hßa x· héi chñ nghÜa ViÖt Nam", "tcvn3") == "Cộng hòa xã hội chủ nghĩa Việt Nam"
    assert in_unicode("Phường Sông Cầu", "tcvn3") == "Phường Sông Cầu"
    assert in_unicode(912345678.0, "tcvn3") == 912345678.0
