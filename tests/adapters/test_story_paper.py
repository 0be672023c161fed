"""An announcement's story on one A4 page, its code read back."""

from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from adapters.paper import TypstPaper
from core.errors import Invalid
from services.ports import StoryPage

PAGE = StoryPage(
    title="Khám sàng lọc đái tháo đường miễn phí", ward="Phường Bắc Kạn", sub="Gửi thứ Ba 24/11/2026, 12 giờ.",
    url="http://ward.test/a/abcdefgh",
    figures=[("Tổ đã đăng", "29", "trên 31 tổ"), ("Biết chắc đã nhận", "86,4 %", "2.592 / 3.000 hộ")],
    paths=[("Nhóm của tổ, thôn", "2.742", "2.410"), ("Gõ cửa", "258", "182")],
    missed=[("Tổ 9, Sông Cầu", "61", "104"), ("Hộ ngoài nhóm", "40", "258")], missed_more="và 12 nơi khác, 120 hộ", note="Hết.",
)  # fmt: skip


def test_plan_outcome_and_who_was_missed_stand_on_one_page() -> None:
    pdf = PdfReader(BytesIO(TypstPaper().story(PAGE)))

    assert len(pdf.pages) == 1
    text = pdf.pages[0].extract_text().replace("\u00a0", " ")
    for words in (PAGE.title, "Phường Bắc Kạn", "86,4 %", "2.742", "Tổ 9, Sông Cầu", "và 12 nơi khác", "Hết."):
        assert words in text


def test_what_a_person_wrote_stays_words() -> None:
    text = PdfReader(BytesIO(TypstPaper().story(replace(PAGE, title='#panic("x") $a$ *b*')))).pages[0].extract_text()

    assert '#panic("x") $a$ *b*' in text.replace("\u00a0", " ")


@pytest.mark.parametrize("title", ["Khám " * 300, "Khám \u202e"])
def test_what_cannot_be_printed_is_refused_in_words(title: str) -> None:
    with pytest.raises(Invalid):
        TypstPaper().story(replace(PAGE, title=title))
