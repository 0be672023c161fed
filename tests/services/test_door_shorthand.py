"""What a clerk types from paper, and which number is named when it cannot be right."""

import pytest

from core.errors import Invalid
from models import DoorOutcome
from services.door_shorthand import read

TOLD, AWAY, MOVED, REFUSED = DoorOutcome.TOLD, DoorOutcome.NOT_HOME, DoorOutcome.MOVED, DoorOutcome.REFUSED
NUMBERS = [1, 2, 3, 5, 6, 7, 8, 12]


def typed(text: str) -> dict[int, DoorOutcome | None]:
    return {one.number: one.outcome for one in read(text, numbers=NUMBERS)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1-5, 8 báo; 6 vắng; 7 chuyển", {1: TOLD, 2: TOLD, 3: TOLD, 5: TOLD, 8: TOLD, 6: AWAY, 7: MOVED}),
        ("báo 1 2 3\nVẮNG NHÀ: 5", {1: TOLD, 2: TOLD, 3: TOLD, 5: AWAY}),
        ("12 từ chối", {12: REFUSED}),
        ("1 – 2 bao;7 v", {1: TOLD, 2: TOLD, 7: AWAY}),
        ("3 bỏ", {3: None}),
        ("3 báo; 3 báo", {3: TOLD}),
    ],
)
def test_numbers_ranges_and_words_in_any_usual_form(text: str, expected: dict[int, DoorOutcome | None]) -> None:
    assert typed(text) == expected


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("4 báo", "số 4"), ("1, 99 báo", "số 99"), ("1-9 báo", "số 9"), ("3 báo; 3 vắng", "Số 3"), ("5-1 báo", "5-1"),
        ("1-5", "1-5"), ("7 ngủ", "7 ngủ"), ("báo", "báo"), ("", "1-5, 8 báo"), ("1-999999999999 báo", "không đúng"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_by_its_number(text: str, named: str) -> None:
    with pytest.raises(Invalid) as refused:
        typed(text)

    assert named in str(refused.value)
    assert refused.value.details["field"] == "text"
