"""Terms and the words one slip away from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import fulltext


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Hoàng Thị Lan", "hoang thi lan"),
        ("Số 12/3, ngõ 4", "so 12 3 ngo 4"),
        ("Đỗ-Đức  (con)", "do duc con"),
        ("  ", ""),
        ("H'Mông Giàng A Páo", "h mong giang a pao"),
    ],
)
def test_terms_are_words_of_plain_letters_and_digits(text: str, terms: str) -> None:
    assert fulltext.terms(text) == terms


@given(st.text())
def test_terms_of_whatever_text_hold_nothing_that_means_something_in_a_question(text: str) -> None:
    found = fulltext.terms(text)

    assert found == " ".join(found.split())
    assert set(found) <= set("0123456789abcdefghijklmnopqrstuvwxyz ")


@pytest.mark.parametrize("slipped", ["hoag", "hoanng", "hoamg", "haong", "oang", "hoangg", "thoang"])
def test_a_word_is_near_one_with_one_slip(slipped: str) -> None:
    assert "hoang" in fulltext.near(slipped)


@pytest.mark.parametrize("slipped", ["hog", "haogn", "hoanghh", "hoang"])
def test_a_word_is_not_near_itself_nor_one_with_two_slips(slipped: str) -> None:
    assert "hoang" not in fulltext.near(slipped)


@pytest.mark.parametrize("word", ["lan", "1234", "a12b"])
def test_short_words_and_numbers_have_no_slips(word: str) -> None:
    assert fulltext.near(word) == []
