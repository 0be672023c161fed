"""A refusal on screen: in the reader's words, its blanks filled, nothing in it coming to life."""

from datetime import date

import pytest

from core.errors import Invalid
from ui import said, sentence
from ui.words import plain

AS_WRITTEN = ["*An*", "a_b_c", "# Tổ 7", "<b>x</b>", "giá $5 và $6", "[ở đây](https://x.vn)", "\\*", ":red[x]", "~~a~~ `b` |c|"]


def test_a_day_in_a_refusal_is_written_as_the_sentence_asks() -> None:
    assert said(Invalid("Trước ngày {day:%d/%m/%Y}.", day=date(2026, 11, 28))) == "Trước ngày 28/11/2026."


def test_numbers_are_grouped_and_words_stay_harmless() -> None:
    assert said(Invalid("{n} hộ của {name}", n=1234, name="*An*")) == "1.234 hộ của \\*An\\*"


@pytest.mark.parametrize("words", AS_WRITTEN)
def test_where_no_markdown_is_read_words_stand_as_they_were_written(words: str) -> None:
    refusal = Invalid("{n} hộ của {name}", n=1234, name=words)

    assert sentence(refusal) == f"1.234 hộ của {words}"
    assert said(refusal) == f"1.234 hộ của {plain(words)}"
