"""Letters of before Unicode, and how Vietnamese a text reads."""

import unicodedata

import pytest

from core.letters import from_tcvn3, from_vni, vietnamese
from tests.lists import builders

SENTENCE = "Cộng hòa xã hội chủ nghĩa Việt Nam"
ALPHABET = "àảãáạăằẳẵắặâầẩẫấậèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵđ"


def test_a_known_sentence_is_turned_from_both() -> None:
    assert from_tcvn3("Céng hßa x· héi chñ nghÜa ViÖt Nam") == SENTENCE
    assert from_vni("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam") == SENTENCE


@pytest.mark.parametrize("letter", ALPHABET)
def test_every_letter_of_the_alphabet_is_turned(letter: str) -> None:
    assert from_tcvn3(builders.in_font(letter, "tcvn3")) == letter
    assert from_vni(builders.in_font(letter, "vni")) == letter
    assert from_vni(builders.in_font(letter.upper(), "vni")) == letter.upper()


@pytest.mark.parametrize("text", ["Phường Sông Cầu", "Đỗ Văn Ưng", unicodedata.normalize("NFD", "Nguyễn")])
def test_a_text_in_unicode_stays_as_it_is(text: str) -> None:
    assert (from_tcvn3(text), from_vni(text)) == (text, text)


@pytest.mark.parametrize(
    "text",
    [SENTENCE, "Nguyễn Thị Phượng", "Lường Quỳnh Hoa", "khuya khuỷu ngoằn ngoèo", "giềng gì", "Triệu Quý Đường", "hoà thuỷ"],
)
def test_vietnamese_reads_better_than_the_same_bytes_in_other_letters(text: str) -> None:
    words = sum(not word.isascii() for word in text.split())

    assert vietnamese(text) == words
    for letters in ("tcvn3", "vni"):
        assert vietnamese(builders.in_font(text, letters)) < words


def test_capitals_read_as_well() -> None:
    assert vietnamese("TRIỆU QUÝ ĐƯỜNG") == 3


@pytest.mark.parametrize("text", ["", "Ho ten", "12"])
def test_plain_letters_say_nothing(text: str) -> None:
    assert vietnamese(text) == 0


@pytest.mark.parametrize("word", ["Nguyễnn", "càc", "ngưởit", "ấá", "NguyÔn", "Иван", "schön"])
def test_what_cannot_be_read_aloud_counts_against_a_text(word: str) -> None:
    assert vietnamese(word) == -2
