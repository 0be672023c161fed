"""What holds for every sheet alike, measured on the page itself: margins, fonts, letters, contrast, and the codes."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

import numpy as np
import pypdfium2
import pypdfium2.raw
import pytest
from PIL import Image, ImageChops
from pypdf import PdfReader

from adapters.paper import TypstPaper, part
from adapters.paper.plans import PLANS
from services.emblems import contrast
from services.ports import Card, GuestLine, GuestSheet, MeetingPaper, SlotBook, SlotLine, StoryPage
from services.print_layouts import Layout
from tests.adapters.test_bulletin_paper import SHEET as BULLETIN
from tests.adapters.test_door_paper import NOTICE as DOOR_NOTICE
from tests.adapters.test_door_paper import sheet as door_sheet
from tests.adapters.test_official_paper import NOTICE
from tests.adapters.test_paper import WARD, codes_on, fonts_of, full_page, picture_of

URL = "https://phuongbackan.example/a/4vk5dmx"
MEETING = MeetingPaper(
    "Họp tổ dân phố cuối năm", WARD, "Tổ 7", [("Thời gian", "19 giờ 30, ngày 12/12/2026")], URL, [("Nông Văn Khỏe", "Số 12")] * 3
)
SLOT = SlotLine(
    "thứ Bảy 28/11/2026", "5 giờ 30", "Cụm 3", "Tiêm sởi", "Hà Thị Minh", "Kính thưa bà con. Mời bà con đến Trạm Y tế."
)
STORY = StoryPage(
    "Tiêm sởi", WARD, "gửi 24/11/2026", URL, [("Hộ đã báo", "96 %", "của 140 hộ")] * 4, [("Nhóm Zalo", "120", "118")],
    [("Tổ 7", "6", "140")], "", "Số liệu lúc 16 giờ.",
)  # fmt: skip


@dataclass(frozen=True)
class Sort:
    """A sort of sheet: how it is made, the white it keeps at the edge, and how fine its modules may be, in millimetres."""

    make: Callable[[], bytes]
    edge: float
    module: float
    font: str = "BeVietnamPro"


SORTS = {
    "official": Sort(lambda: TypstPaper().official(NOTICE), 15, 0.5, "Tinos"),
    "slips": Sort(lambda: TypstPaper().invitation_slips(MEETING)[0], 5, 0.5),
    "attendance": Sort(lambda: TypstPaper().attendance_list(MEETING)[0], 10, 0.5),
    "bulletin": Sort(lambda: TypstPaper().bulletin(BULLETIN), 14, 1),
    "door_list": Sort(lambda: TypstPaper().door_lists([door_sheet(3)], DOOR_NOTICE)[0], 9, 0.5),
    "guests": Sort(
        lambda: TypstPaper().guest_list(
            [GuestLine("A1", "Bà Mẫn", "Tổ 7", 2)], of=GuestSheet("Họp tổ", "19 giờ", "Một nhà", WARD, URL)
        )[0], 10, 0.5,
    ),
    "slot_book": Sort(lambda: TypstPaper().slot_book([SLOT], of=SlotBook(WARD, "Tuần này", URL))[0], 10, 0.5),
    "story": Sort(lambda: TypstPaper().story(STORY), 14, 0.5),
    "cards": Sort(
        lambda: TypstPaper().household_cards(
            [Card(URL, "Nông Văn Khỏe", "Số 12")], unit_name="Tổ 7", ward_name=WARD, ward_phone=""
        )[0], 5, 0.5,
    ),
} | {f"layout_{layout}": Sort(lambda one=layout: full_page(one), 5, PLANS[layout].least) for layout in Layout}  # type: ignore[misc]  # fmt: skip


@lru_cache
def made(sort: str) -> bytes:
    return SORTS[sort].make()


def letters_of(pdf: bytes) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every letter of a file, and the colour it is filled with."""
    raw = pypdfium2.raw
    for page in pypdfium2.PdfDocument(pdf):
        text = page.get_textpage()
        for at in range(text.count_chars()):
            channels = [raw.c_uint() for _ in range(4)]
            raw.FPDFText_GetFillColor(text.raw, at, *channels)
            yield chr(raw.FPDFText_GetUnicode(text.raw, at)), tuple(channel.value for channel in channels[:3])


@pytest.mark.parametrize("sort", SORTS)
def test_the_edge_stays_white_but_for_marks_of_scissors(sort: str) -> None:
    """In tenths of a millimetre; marks are hair lines of one gray."""
    picture = picture_of(made(sort)).point(lambda value: 255 if value >= 0xB0 else value)
    edge = int(SORTS[sort].edge * 10)

    inner = Image.new("L", picture.size, 0)
    inner.paste(255, (edge, edge, picture.width - edge, picture.height - edge))

    assert ImageChops.lighter(picture, inner).getextrema() == (255, 255)


@pytest.mark.parametrize("sort", SORTS)
def test_fonts_are_ours_in_the_file_and_can_be_read_out(sort: str) -> None:
    fonts = fonts_of(made(sort))

    assert all(fonts.values())
    assert {name.split("-")[0] for name in fonts} == {SORTS[sort].font}
    for page in PdfReader(BytesIO(made(sort))).pages:
        assert all("/ToUnicode" in font.get_object() for font in page["/Resources"]["/Font"].values())  # type: ignore[index]
    text = "".join(letter for letter, _ in letters_of(made(sort)))
    assert text == unicodedata.normalize("NFC", text)
    assert "\ufffd" not in text


@pytest.mark.parametrize("sort", SORTS)
def test_every_letter_stands_out_in_colour_and_on_a_mono_printer(sort: str) -> None:
    """WCAG 2.2 §1.4.3, from luminance, which is what a mono printer prints; all sheets are white."""
    colours = {colour for letter, colour in letters_of(made(sort)) if letter.strip()}

    assert colours
    assert min(contrast("#" + bytes(colour).hex()) for colour in colours) >= 4.5


@pytest.mark.parametrize("sort", SORTS)
def test_codes_are_black_wide_enough_and_read_at_100_dpi_too(sort: str) -> None:
    near, far = (codes_on(picture_of(made(sort), dpi=dpi)) for dpi in (300, 100))

    assert sorted(code.text for code in far) == sorted(code.text for code in near)
    picture = np.asarray(picture_of(made(sort), dpi=300))
    for code in near:
        corners = [getattr(code.position, name) for name in ("top_left", "top_right", "bottom_right", "bottom_left")]
        side = max(corner.x for corner in corners) - min(corner.x for corner in corners)
        drawn = part.code_of(code.text, part.RULES | {"levels": code.ec_level})
        assert drawn is not None
        assert side / 300 * 25.4 / drawn["n"] >= SORTS[sort].module - 0.02
        eye, opposite = corners[0], corners[2]  # a tent's upper half stands on its head
        assert picture[eye.y + (opposite.y - eye.y) // 60, eye.x + (opposite.x - eye.x) // 60] <= 8
