"""Printed codes under wear: what a wet winter and an old phone do to them.

Each code is cut out of the finished sheet at 300 dpi, with its quiet zone, worn, and read. The limits are the least that later
changes have to keep; they are not where reading ends.
"""

import random
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from services.print_layouts import Layout
from tests.adapters.test_paper import codes_on, label, picture_of, printed

Wear = Callable[[Image.Image, float], Image.Image]
SIDE = 480  # pixels of the cut-out, as a phone that holds it well would have


@lru_cache
def cut_out(layout: Layout, *, emblem: bool) -> Image.Image:
    picture = picture_of(printed(label(), layout=layout, emblem=emblem), dpi=300)
    at = codes_on(picture)[0].position
    side = at.top_right.x - at.top_left.x
    white = side * 4 // 37
    box = (at.top_left.x - white, at.top_left.y - white, at.top_left.x + side + white, at.top_left.y + side + white)
    return picture.crop(box).resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def is_read(picture: Image.Image) -> bool:
    found = zxingcpp.read_barcodes(picture, zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return [code.text for code in found] == [label().url]


def blurred(picture: Image.Image, radius: float) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(radius))


def noisy(picture: Image.Image, spread: float) -> Image.Image:
    chance = random.Random(1)  # noqa: S311  # noise, the same each time
    noise = Image.new("L", picture.size)
    noise.putdata([min(255, max(0, round(chance.gauss(128, spread)))) for _ in range(picture.width * picture.height)])
    return Image.blend(picture, noise, 0.5)


def skewed(picture: Image.Image, share: float) -> Image.Image:
    """Seen from the side: the right edge is nearer by this share."""
    across, dip = picture.width, picture.height * share / 2
    wide = Image.new("L", (across + 80, across + 80), 255)
    wide.paste(picture, (40, 40))
    last = wide.width
    return wide.transform(
        wide.size,
        Image.Transform.QUAD,
        (0, -dip, 0, last + dip, last, last - dip, last, dip),
        Image.Resampling.BICUBIC,
        fillcolor=255,
    )


def covered(picture: Image.Image, share: float) -> Image.Image:
    """A scrap of paper over this share of the code, away from its three eyes."""
    worn = picture.copy()
    side = SIDE * 37 / 45 * share**0.5
    corner = SIDE * 0.88 - side
    ImageDraw.Draw(worn).rectangle((corner, corner, corner + side, corner + side), fill=255)
    return worn


def faded(picture: Image.Image, contrast: float) -> Image.Image:
    """Ink and paper differ by this share only, in gray."""
    return picture.point(lambda tone: round(128 + (tone - 128) * contrast))


def squeezed(picture: Image.Image, quality: float) -> Image.Image:
    out = BytesIO()
    picture.save(out, "JPEG", quality=int(quality))
    return Image.open(BytesIO(out.getvalue())).convert("L")


@pytest.mark.parametrize(
    ("layout", "emblem"), [(Layout.TINY, False), (Layout.POSTER, False), (Layout.POSTER, True), (Layout.BADGE, False)]
)
@pytest.mark.parametrize(
    ("wear", "limit"), [(blurred, 4.0), (noisy, 16.0), (skewed, 0.08), (faded, 0.15), (squeezed, 10.0)],
)  # fmt: skip
def test_a_printed_code_is_read_after_wear(layout: Layout, emblem: bool, wear: Wear, limit: float) -> None:
    assert is_read(wear(cut_out(layout, emblem=emblem), limit))


@pytest.mark.parametrize(("layout", "share"), [(Layout.POSTER, 0.2), (Layout.TINY, 0.12), (Layout.BADGE, 0.05)])
def test_a_code_of_stronger_correction_stands_a_larger_scrap(layout: Layout, share: float) -> None:
    """H a fifth, Q an eighth, M a twentieth of the code."""
    assert is_read(covered(cut_out(layout, emblem=False), share))


def test_too_much_wear_is_not_read() -> None:
    worn = covered(cut_out(Layout.POSTER, emblem=False), 0.5)

    assert not is_read(worn)
