import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import clean, clean_lines, fold, natural_key, vietnamese_key


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (unicodedata.normalize("NFD", "Nguyễn Thị Hoà"), "Nguyễn Thị Hoà"),
        ("  Tổ\u00a0 13 \u200b", "Tổ 13"),
        ("a\ufeffb", "ab"),
        ("\0a\x07b\x7f\x9f\tc\x1fd", "ab c d"),
        ("", ""),
    ],
)
def test_names_are_stored_in_one_form(typed: str, stored: str) -> None:
    assert clean(typed) == stored


def test_bodies_keep_their_lines() -> None:
    assert clean_lines(" Một  hai \r\n\r\n ba \n") == "Một hai\n\nba"


@pytest.mark.parametrize(
    ("one", "other"), [("Hoả tốc", "hỏa tốc"), ("Đỗ Đình", "do dinh"), ("HOÀNG  THỊ", "hoàng thị"), ("ơ ư", "o u")]
)
def test_searching_meets_both_spellings(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyàáạảãằắặẳẵầấậẩẫĐ "))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)


def test_letters_come_before_tones_as_in_a_dictionary() -> None:
    words = ["mâ", "mạ", "mă", "má", "mã", "mả", "mà", "ma"]

    assert sorted(words, key=vietnamese_key) == ["ma", "mà", "mả", "mã", "má", "mạ", "mă", "mâ"]
    assert sorted(["Đạt", "Dũng", "Ăn", "Ân", "An"], key=vietnamese_key) == ["An", "Ăn", "Ân", "Dũng", "Đạt"]


def test_two_comes_before_ten() -> None:
    assert sorted(["Tổ 10", "Tổ 2", "Tổ 1"], key=natural_key) == ["Tổ 1", "Tổ 2", "Tổ 10"]
