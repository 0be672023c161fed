"""Codes for a screen, read back as a phone's camera would."""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from xml.etree import ElementTree as Xml

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from adapters import emblem
from adapters.codes import INK, LONGEST_BYTES, LONGEST_WITH_EMBLEM, QrCodes
from core.errors import Invalid

URL = "https://phuongbackan.example/q/4vk5dmx"


def drawn_png(url: str) -> Image.Image:
    return Image.open(BytesIO(QrCodes().png(url)))


def drawn_svg(url: str, *, scale: int = 20) -> Image.Image:
    """The SVG's outlines as polygons, an arc as the straight line between its ends."""
    picture = Xml.fromstring(QrCodes().svg(url))  # noqa: S314 - our own drawing
    side = int(picture.attrib["viewBox"].split()[2])
    canvas = Image.new("L", (side * scale, side * scale), 255)
    for outline in picture[1].attrib["d"].split("Z")[:-1]:
        ImageDraw.Draw(canvas).polygon([(x * scale, y * scale) for x, y in corners_of(outline)], fill=0)
    return canvas


def corners_of(outline: str) -> Iterator[tuple[float, float]]:
    x = y = 0.0
    for kind, numbers in re.findall(r"([MHVA])([\d. ]+)", outline):
        values = [float(number) for number in numbers.split()]
        if kind in "MA":
            x, y = values[-2:]
        else:
            x, y = (values[0], y) if kind == "H" else (x, values[0])
        yield x, y


def read(picture: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(picture, zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))]


@pytest.mark.parametrize("draw", [drawn_png, drawn_svg])
@pytest.mark.parametrize("url", [URL, "http://localhost:8501/a/2kp7x9mqw", f"https://ward.vn/?q={'đ' * 100}&x=<b>"])
def test_a_code_reads_back_as_its_address(draw: Callable[[str], Image.Image], url: str) -> None:
    assert read(draw(url)) == [url]


@pytest.mark.parametrize("draw", [drawn_png, drawn_svg])
def test_a_code_is_still_read_at_120_pixels(draw: Callable[[str], Image.Image]) -> None:
    small = draw(URL).convert("L").resize((120, 120), Image.Resampling.BILINEAR)

    assert read(small) == [URL]


def test_a_code_is_read_with_a_tenth_of_it_hidden() -> None:
    picture = drawn_png(URL).convert("L")
    side = picture.width
    box = (side * 0.45, side * 0.45, side * 0.7, side * 0.7)
    ImageDraw.Draw(picture).rectangle(box, fill=255)

    assert read(picture) == [URL]


def test_four_modules_of_white_surround_a_code() -> None:
    picture = drawn_png(URL).convert("L")

    dark = picture.point(lambda tone: 255 * (tone < 128)).getbbox()

    assert dark is not None
    assert dark[:2] == (40, 40)
    assert dark[2:] == (picture.width - 40, picture.height - 40)


def test_a_code_is_dark_ink_on_white() -> None:
    colours = {colour for _, colour in drawn_png(URL).getcolors(1000) or []}

    assert {(0x12, 0x20, 0x1E), (255, 255, 255)} <= colours
    assert f'fill="{INK}"'.encode() in QrCodes().svg(URL)


def test_an_address_cannot_leave_its_place_in_the_drawing() -> None:
    hostile = 'https://a.vn/"><script>alert(1)</script>'

    drawing = QrCodes().svg(hostile)

    assert b"<script" not in drawing
    assert Xml.fromstring(drawing).attrib["aria-label"] == hostile  # noqa: S314 - our own drawing


def test_an_address_too_long_for_a_code_is_refused() -> None:
    with pytest.raises(Invalid, match="dài quá"):
        QrCodes().png("https://ward.vn/" + "x" * LONGEST_BYTES)


def emblem_drawn(url: str) -> Image.Image:
    return Image.open(BytesIO(QrCodes().emblem_png(url)))


@pytest.mark.parametrize("url", [URL, "http://localhost:8501/a/2kp7x9mqw", f"https://ward.vn/?q={'đ' * 100}&x=<b>"])
def test_a_code_with_the_emblem_reads_back_with_the_strongest_correction(url: str) -> None:
    (found,) = zxingcpp.read_barcodes(emblem_drawn(url), zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))

    assert (found.text, found.ec_level) == (url, "H")


def test_the_emblem_covers_at_most_a_twentieth_and_lies_on_the_grid() -> None:
    for modules in range(21, 178, 4):
        hole = emblem.hole(modules)

        assert (modules - hole) % 2 == 0
        assert hole * hole <= modules * modules * 0.05


def test_the_emblem_stands_in_the_middle_in_our_colour() -> None:
    picture = emblem_drawn(URL).convert("RGB")
    half = picture.width // 2

    assert picture.getpixel((half - 25, half - 25)) == (0x0B, 0x64, 0x70)
    assert (255, 255, 255) in {picture.getpixel((x, half)) for x in range(half - 30, half + 30)}
    svg = Xml.fromstring(QrCodes().emblem_svg(URL))  # noqa: S314 - our own drawing
    hole = svg[2].attrib
    side = int(svg.attrib["viewBox"].split()[2])
    assert float(hole["x"]) * 2 + float(hole["width"]) == side


def test_an_address_too_long_for_the_strongest_correction_is_refused_with_the_emblem() -> None:
    with pytest.raises(Invalid, match="dài quá"):
        QrCodes().emblem_png("https://ward.vn/" + "x" * LONGEST_WITH_EMBLEM)
