"""Numbers as a person at a loudspeaker says them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import spelled


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "không"), (4, "bốn"), (10, "mười"), (14, "mười bốn"), (15, "mười lăm"), (20, "hai mươi"), (21, "hai mươi mốt"),
        (24, "hai mươi tư"), (25, "hai mươi lăm"), (100, "một trăm"), (105, "một trăm linh năm"), (115, "một trăm mười lăm"),
        (1_000, "một nghìn"), (1_005, "một nghìn không trăm linh năm"), (2_026, "hai nghìn không trăm hai mươi sáu"),
        (30_000, "ba mươi nghìn"), (1_000_000, "một triệu"), (1_050_000, "một triệu không trăm năm mươi nghìn"),
        (-3, "âm ba"),
    ],
)  # fmt: skip
def test_a_number_is_said_as_people_say_it(value: int, words: str) -> None:
    assert spelled.number(value) == words


def test_a_telephone_number_is_said_digit_by_digit() -> None:
    assert spelled.digits("0912 345 678") == "không chín một hai ba bốn năm sáu bảy tám"


def test_a_number_without_a_name_is_said_digit_by_digit() -> None:
    assert spelled.number(spelled.MOST + 1) == "một" + " không" * 18


@given(st.integers(0, spelled.MOST), st.integers(0, spelled.MOST))
def test_two_numbers_are_never_said_alike(one: int, other: int) -> None:
    assert (spelled.number(one) == spelled.number(other)) == (one == other)
