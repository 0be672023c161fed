import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import phones


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("0912345678", "+84912345678"),
        ("0912 345 678", "+84912345678"),
        ("0912.345.678", "+84912345678"),
        ("(091) 234-5678", "+84912345678"),
        ("+84 912 345 678", "+84912345678"),
        ("84912345678", "+84912345678"),
        ("0084912345678", "+84912345678"),
        ("912345678", "+84912345678"),  # a spreadsheet ate the zero
        ("912345678.0", "+84912345678"),
        ("01623456789", "+84323456789"),  # eleven digits before 2018
        ("1623456789", "+84323456789"),
        ("02093870123", "+842093870123"),  # a landline
    ],
)
def test_numbers_are_read_as_people_write_them(written: str, stored: str) -> None:
    assert phones.parse(written) == stored


@pytest.mark.parametrize("written", ["", "không có", "123", "0000000000", "091234567", "09123456789", "+1 202 555 0100", "113"])
def test_what_is_no_number_is_none(written: str) -> None:
    assert phones.parse(written) is None


@given(st.from_regex(r"\A0(3[2-9][0-9]|7[06-9][0-9]|8[1-5][0-9]|9[0-46-8][0-9]|99[3-9])[0-9]{6}\Z"))
def test_a_mobile_number_survives_being_shown_and_read_again(written: str) -> None:
    stored = phones.parse(written)

    assert stored == "+84" + written[1:]
    assert phones.parse(phones.show(stored)) == stored
    assert phones.is_mobile(stored)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading(written: str) -> None:
    assert phones.parse(written) is None or str(phones.parse(written)).startswith("+84")


def test_shown_masked_and_last_four() -> None:
    assert phones.show("+84912345678") == "0912 345 678"
    assert phones.masked("+84912345678") == "0912 xxx 678"
    assert phones.last_four("+84912345678") == "5678"
    assert (phones.show(None), phones.masked(None), phones.last_four(None)) == ("", "", "")
    assert not phones.is_mobile("+842093870123")


@given(st.from_regex(r"\A0(3[2-9][0-9]|7[06-9][0-9]|8[1-5][0-9]|9[0-46-8][0-9]|99[3-9])[0-9]{6}\Z"))
def test_a_number_is_told_as_put_right_exactly_where_its_zero_is_missing(written: str) -> None:
    stored = phones.parse(written) or ""

    assert phones.mending(phones.show(stored), stored) is None
    assert phones.mending(stored, stored) is None
    assert phones.mending(written[1:], stored) is phones.Mending.ZERO_ADDED


@pytest.mark.parametrize("written", ["01623456789", "1623456789", "+84 162 345 6789", "０１６２３４５６７８９"])
def test_an_old_prefix_is_told(written: str) -> None:
    assert phones.mending(written, "+84323456789") is phones.Mending.OLD_PREFIX
