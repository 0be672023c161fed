"""A refusal on screen: in the reader's words, its blanks filled, nothing in it coming to life."""

from datetime import date

from core.errors import Invalid
from ui import said


def test_a_day_in_a_refusal_is_written_as_the_sentence_asks() -> None:
    assert said(Invalid("Trước ngày {day:%d/%m/%Y}.", day=date(2026, 11, 28))) == "Trước ngày 28/11/2026."


def test_numbers_are_grouped_and_words_stay_harmless() -> None:
    assert said(Invalid("{n} hộ của {name}", n=1234, name="*An*")) == "1.234 hộ của \\*An\\*"
