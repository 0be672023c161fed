"""Numbers as people type them: what is none, or cannot be, gets one sentence."""

import pytest

from core.errors import Invalid
from core.typed import counted, number


@pytest.mark.parametrize("text", ["", " ", "12a", "-3", "+3", "9" * 5_000, "٣", "１２", "²", "1.234", "1,5", "2001"])
def test_what_is_no_number_that_can_be_is_refused_with_one_sentence(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        counted(text, most=2_000, field="minutes")

    assert refusal.value.details == {"least": 0, "most": 2_000, "field": "minutes"}
    assert str(refusal.value) == "Xin ghi một số từ 0 đến 2000, chỉ gồm các chữ số 0 đến 9 viết liền."


def test_a_number_within_its_ends_is_read_with_white_around_it() -> None:
    assert [counted(text, least=1, most=99) for text in ("1", " 99 ", "07")] == [1, 99, 7]
    with pytest.raises(Invalid, match="từ 1 đến 99"):
        counted("0", least=1, most=99)
    assert [number(text, digits=4) for text in ("0", "12345", "x")] == [0, None, None]
