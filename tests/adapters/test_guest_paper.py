"""The list for an event's door on paper: every party once, pages of thirty, no name that keeps it from being printed."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from adapters.paper import TypstPaper
from adapters.paper.guests import LINES, MOST_LINES
from core.errors import Invalid
from services.ports import GuestLine, GuestSheet
from tests.adapters.test_paper import HOSTILE, codes_on, picture_of, words_of

ADDRESS = "https://caunoi.phuongbackan.example/a/4vk5dmx"


def guest(number: int = 0, *, name: str = "Nguyễn V. A.", place: str = "Tổ 13, Sông Cầu", note: str = "") -> GuestLine:
    return GuestLine(f"ab{number:04}", name, place, 1 + number % 4, note)


def printed(*guests: GuestLine, title: str = "Khám sàng lọc") -> tuple[bytes, int]:
    sheet = GuestSheet(title, "thứ Tư 25/11/2026", "31 người có chỗ, 2 người chờ.", "Phường Bắc Kạn", ADDRESS)
    return TypstPaper().guest_list(guests, of=sheet)


@pytest.mark.parametrize(("lines", "pages"), [(1, 1), (LINES, 1), (LINES + 1, 2)])
def test_every_party_stands_on_it_once_thirty_a_page(lines: int, pages: int) -> None:
    pdf, told = printed(*map(guest, range(lines)))

    assert (told, len(PdfReader(BytesIO(pdf)).pages)) == (pages, pages)
    said = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    assert [said.count(guest(number).code) for number in range(lines)] == [1] * lines


def test_it_says_what_for_when_how_many_and_who_waits() -> None:
    pdf, _ = printed(guest(1), guest(2, note="chờ, thứ 1"))

    said = words_of(pdf)
    for expected in ("Khám sàng lọc", "thứ Tư 25/11/2026", "31 người có chỗ", "Phường Bắc Kạn", "chờ, thứ 1", "1 / 1"):
        assert expected in said


def test_its_code_leads_to_the_announcement_and_never_to_the_door() -> None:
    pdf, _ = printed(guest())

    assert [code.text for code in codes_on(picture_of(pdf))] == [ADDRESS]


def test_no_name_keeps_the_list_from_paper_nor_is_read_as_markup() -> None:
    odd = [guest(n, name=text[:26], place=text[:26]) for n, text in enumerate(HOSTILE, 1)]

    pdf, pages = printed(guest(0, name="Lan 😊\u202e"), *odd, guest(99, name="x" * 400))

    assert pages == 1
    assert "Lan ·" in words_of(pdf)
    assert all(one.name.split()[0] in words_of(pdf) for one in odd)


@pytest.mark.parametrize("guests", [[], [guest()] * (MOST_LINES + 1)])
def test_nobody_and_too_many_are_refused(guests: list[GuestLine]) -> None:
    with pytest.raises(Invalid):
        printed(*guests)


@pytest.mark.parametrize("title", ["x" * 400, "a\ue000b"])
def test_a_heading_that_cannot_stand_is_refused_in_a_sentence(title: str) -> None:
    with pytest.raises(Invalid, match="Tiêu đề"):
        printed(guest(), title=title)
