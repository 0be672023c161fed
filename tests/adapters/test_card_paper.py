"""Household cards on paper: every code read back, every name whole, what does not fit refused by name."""

from functools import lru_cache
from io import BytesIO

import pytest
from PIL import Image, ImageDraw
from pypdf import PdfReader

from adapters.paper import CARDS_PER_PAGE, TypstPaper
from core.errors import Invalid
from services.ports import Card
from tests.adapters.test_paper import HOSTILE, codes_on, fonts_of, picture_of, words_of

LONG_NAME = "Nguyễn-Phạm Thị Hoàng Bảo Thiên Kim Ngọc Trâm Anh Quỳnh Như"
LONG_ADDRESS = "Số nhà 128/45/12 ngõ 8 đường Nông Văn Quang, gần trạm biến áp cũ"


def card(number: int = 0, *, head_name: str = "Bế Thị Nghệ", address: str = "Số 12, ngõ 4") -> Card:
    return Card(f"https://caunoi.phuongbackan.example/h/{number:032}", head_name, address)


def printed(*cards: Card, ward_phone: str = "0209 3000 000") -> bytes:
    pdf, _ = TypstPaper().household_cards(cards, unit_name="Tổ 13, Sông Cầu", ward_name="Phường Bắc Kạn", ward_phone=ward_phone)
    return pdf


@lru_cache
def full_page() -> bytes:
    return printed(*[card(number) for number in range(CARDS_PER_PAGE)])


def test_a_full_page_gives_back_every_card_in_the_order_of_the_walk() -> None:
    codes = codes_on(picture_of(full_page()))

    in_order = sorted(codes, key=lambda code: (round(code.position.top_left.y, -2), code.position.top_left.x))

    assert [code.text for code in in_order] == [card(number).url for number in range(CARDS_PER_PAGE)]


@pytest.mark.parametrize(("cards", "pages"), [(1, 1), (10, 1), (11, 2)])
def test_ten_stand_on_a_page_of_a4(cards: int, pages: int) -> None:
    pdf, told = TypstPaper().household_cards(
        [card(number) for number in range(cards)], unit_name="Tổ 13", ward_name="Phường Bắc Kạn", ward_phone=""
    )

    sizes = [(round(float(page.mediabox.width)), round(float(page.mediabox.height))) for page in PdfReader(BytesIO(pdf)).pages]
    assert (told, sizes) == (pages, [(595, 842)] * pages)


def test_a_card_says_whose_it_is_what_it_is_for_how_to_untie_and_whom_to_call() -> None:
    words = words_of(printed(card(head_name=LONG_NAME, address=LONG_ADDRESS)))

    for expected in (
        "THẺ HỘ GIA ĐÌNH", LONG_NAME, LONG_ADDRESS, "Tổ 13, Sông Cầu", "Phường Bắc Kạn", "0209 3000 000", "đã nhận tin", "Gỡ ra",
    ):  # fmt: skip
        assert expected in words


def test_a_ward_without_a_telephone_prints_no_half_sentence() -> None:
    assert "Mất thẻ" not in words_of(printed(card(), ward_phone=""))


def test_a_code_has_four_modules_of_white_round_it_even_beside_the_longest_name() -> None:
    picture = picture_of(printed(card(head_name=LONG_NAME, address=LONG_ADDRESS)))
    (code,) = codes_on(picture)
    corner, across = code.position.top_left, code.position.bottom_right
    side = across.x - corner.x

    white = 4 * side / 41 - 3  # version 6: 41 modules a side
    around = picture.crop((int(corner.x - white), int(corner.y - white), int(across.x + white), int(across.y + white)))
    margin = int(white) - 3
    ImageDraw.Draw(around).rectangle((margin, margin, around.width - margin, around.height - margin), fill=255)

    assert side / 10 == pytest.approx(28, abs=0.4)
    assert isinstance(picture, Image.Image)
    assert around.convert("1").getcolors() == [(around.width * around.height, 255)]


def test_our_own_fonts_are_in_the_file_and_no_other() -> None:
    fonts = fonts_of(full_page())

    assert all(fonts.values())
    assert {name.split("-")[0] for name in fonts} == {"BeVietnamPro"}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_name_is_never_read_as_markup(hostile: str) -> None:
    """S64."""
    words = words_of(printed(card(head_name=hostile)))

    assert "".join(hostile.split()) in "".join(words.split())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (card(head_name="Nguyễn " * 40), "Họ tên dài quá"), (card(address="đường " * 60), "Địa chỉ dài quá"),
        (card(head_name="A" * 500), "dài quá"), (card(head_name="Bế \U0001f600"), "ký tự không in được"),
    ],
)  # fmt: skip
def test_what_cannot_be_printed_is_refused_by_name_and_nothing_is_made(wrong: Card, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refusal:
        printed(card(), wrong)

    assert wrong.head_name[:6].strip() in str(refusal.value)


def test_nothing_to_print_is_said() -> None:
    with pytest.raises(Invalid, match="Không có mã nào"):
        printed()


def test_files_of_several_units_become_one() -> None:
    whole = TypstPaper().joined([full_page(), printed(card(99))])

    assert len(PdfReader(BytesIO(whole)).pages) == 2
    assert TypstPaper().joined([full_page()]) == full_page()
