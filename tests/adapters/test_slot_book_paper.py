"""The loudspeakers' book on paper: every reading once with its words, a day on pages of its own."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from adapters.paper import TypstPaper
from adapters.paper.slot_book import MOST_PAGES, PER_PAGE
from core.errors import Invalid
from services.ports import SlotBook, SlotLine
from tests.adapters.test_paper import codes_on, picture_of, words_of

ABOVE = SlotBook("Phường Bắc Kạn", "Sổ loa truyền thanh, 3 lượt.", "https://caunoi.phuongbackan.example/loudspeaker")
WORDS = "Phường Bắc Kạn thông báo. Sáng mai, thứ tư, từ bảy giờ, Trạm Y tế phường khám sàng lọc miễn phí. " * 6


def line(number: int = 0, *, day: str = "thứ Hai 30/11/2026", text: str = WORDS, is_read: bool = False) -> SlotLine:
    return SlotLine(day, f"{6 + number % 12} giờ {number:02}", f"Tổ {number}", "Khám sàng lọc", "Hà Thị Minh", text, is_read)


@pytest.mark.parametrize(("lines", "pages"), [(1, 1), (PER_PAGE, 1), (PER_PAGE + 1, 2)])
def test_every_reading_stands_on_it_once(lines: int, pages: int) -> None:
    pdf, told = TypstPaper().slot_book([line(number) for number in range(lines)], of=ABOVE)

    read = [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]
    assert (told, len(read)) == (pages, pages)
    assert " ".join(read).count("Hà Thị Minh") == lines


def test_it_says_when_where_by_whom_and_all_the_words() -> None:
    pdf, _ = TypstPaper().slot_book([line(3, is_read=True)], of=ABOVE)

    said = words_of(pdf)
    for expected in ("9 giờ 03", "Tổ 3", "Hà Thị Minh", "khám sàng lọc miễn phí", "Phường Bắc Kạn", "Thứ Hai 30/11/2026", "×"):
        assert expected in said
    assert [code.text for code in codes_on(picture_of(pdf))] == [ABOVE.url]


def test_a_day_begins_on_a_page_of_its_own() -> None:
    _, pages = TypstPaper().slot_book([line(1), line(2, day="thứ Ba 01/12/2026")], of=ABOVE)

    assert pages == 2


def test_a_text_that_no_loudspeaker_would_read_is_cut_and_printed() -> None:
    assert TypstPaper().slot_book([line(text="từ " * 2_000)], of=ABOVE)[1] == 1


@pytest.mark.parametrize("lines", [[], [line()] * (PER_PAGE * MOST_PAGES + 1), [line(text="Mưa 😊")]])
def test_nothing_too_much_and_letters_without_a_font_are_refused(lines: list[SlotLine]) -> None:
    with pytest.raises(Invalid):
        TypstPaper().slot_book(lines, of=ABOVE)
