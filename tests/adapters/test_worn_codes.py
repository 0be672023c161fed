"""Printed codes after rain, scratches and a poor camera, read by the decoder that checks sheets and by another.

What each sort of sheet endures is `ENDURED`; docs/decisions/0042 has how it was found, and what is too much.
"""

from collections.abc import Callable
from functools import lru_cache
from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from adapters.paper.plans import PLANS
from services.print_layouts import Layout
from tests.adapters.test_paper import codes_on, full_page, label, picture_of, printed

Wear = Callable[[Image.Image, float], Image.Image]
MODULE = 5  # pixels: a 33-module code fills a sixth of the width of a photo of 1,200
QUIET = 4
MODULES = {"M": 29, "Q": 33, "H": 37}  # 38 letters: versions 3, 4 and 5 (ISO/IEC 18004, table 7)
SHEETS = {"badge": (Layout.BADGE, False), "sticker": (Layout.TINY, False), "poster": (Layout.POSTER, False),
          "emblem": (Layout.TINY, True)}  # fmt: skip
TRIED = 4  # codes of each sheet


def seen(picture: Image.Image) -> list[tuple[str, Image.Image, int]]:
    """What each code of a page says, the code with its white, and its modules a side."""
    found = []
    for code in codes_on(picture):
        corners = [getattr(code.position, name) for name in ("top_left", "top_right", "bottom_right", "bottom_left")]
        left, top = min(corner.x for corner in corners), min(corner.y for corner in corners)
        side, modules = max(corner.x for corner in corners) - left, MODULES[code.ec_level]
        white = QUIET * side / modules
        box = (int(left - white), int(top - white), int(left + side + white), int(top + side + white))
        found.append((code.text, picture.crop(box), modules))
    return found


@lru_cache
def codes_of(sheet: str) -> list[tuple[str, Image.Image]]:
    """Some codes of a sheet as a camera sees them straight from the front, and what they say."""
    layout, emblem = SHEETS[sheet]
    pages = printed(*[label(number * 7919) for number in range(max(TRIED, layout.pieces))], layout=layout, emblem=emblem)
    cut = [one for page in range(TRIED if layout.pieces == 1 else 1) for one in seen(picture_of(pages, page=page, dpi=300))]
    sharp = Image.Resampling.LANCZOS
    return [(said, code.resize((MODULE * (modules + 2 * QUIET),) * 2, sharp)) for said, code, modules in cut[:TRIED]]


def blurred(code: Image.Image, modules: float) -> Image.Image:
    """Out of focus: the standard deviation of a Gaussian."""
    return code.filter(ImageFilter.GaussianBlur(modules * MODULE))


def noisy(code: Image.Image, share: float) -> Image.Image:
    """A camera in the dark: standard deviation, of the way from black to white."""
    grains = np.random.default_rng(30).normal(0, share * 255, (code.height, code.width))
    return Image.fromarray(np.clip(np.asarray(code) + grains, 0, 255).astype(np.uint8))


def skewed(code: Image.Image, share: float) -> Image.Image:
    """From aside and below: corners moved by so much of the side."""
    side, moved = float(code.width), share * code.width
    front = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    aside = np.array([[moved, moved / 2], [side, 0], [side - moved / 3, side], [0, side - moved]], np.float32)
    turned = cv2.warpPerspective(np.asarray(code), cv2.getPerspectiveTransform(front, aside), code.size, borderValue=(255,))
    return Image.fromarray(turned)


def turned(code: Image.Image, degrees: float) -> Image.Image:
    return code.rotate(degrees, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)


def faded(code: Image.Image, share: float) -> Image.Image:
    """Bleached ink on grey paper: what is left of the way from black to white."""
    return code.point(lambda value: round(128 + (value - 128) * share))


def squeezed(code: Image.Image, quality: float) -> Image.Image:
    """Sent through a chat that saves room: JPEG quality."""
    out = BytesIO()
    code.save(out, "JPEG", quality=int(quality))
    return Image.open(BytesIO(out.getvalue())).convert("L")


def far(code: Image.Image, pixels: float) -> Image.Image:
    """From further away: pixels a module."""
    size = round(code.width * pixels / MODULE)
    return code.resize((size, size), Image.Resampling.LANCZOS)


def torn(code: Image.Image, share: float) -> Image.Image:
    """A corner gone, of so much of the dark square."""
    edge, arm = code.width - QUIET * MODULE, (2 * share) ** 0.5 * (code.width - 2 * QUIET * MODULE)
    whole = code.copy()
    ImageDraw.Draw(whole).polygon(
        [(edge - arm, edge), (edge, edge - arm), (code.width, edge - arm), (code.width, code.width), (edge - arm, code.width)],
        fill=255,
    )
    return whole


def stained(code: Image.Image, share: float) -> Image.Image:
    """A black square over the corner without a finder, of so much of the dark square."""
    edge, side = code.width - QUIET * MODULE, share**0.5 * (code.width - 2 * QUIET * MODULE)
    whole = code.copy()
    ImageDraw.Draw(whole).rectangle((edge - side, edge - side, edge, edge), fill=0)
    return whole


EVERYWHERE: list[tuple[Wear, float]] = [
    (blurred, 0.3), (noisy, 0.12), (skewed, 0.15), (turned, 30), (faded, 0.1), (squeezed, 20), (far, 3),
]  # fmt: skip
COVERED: dict[str, list[tuple[Wear, float]]] = {
    "badge": [(torn, 0.10), (stained, 0.10)],
    "sticker": [(torn, 0.15), (stained, 0.15)],
    "poster": [(torn, 0.20), (stained, 0.20)],
    "emblem": [(torn, 0.15), (stained, 0.10)],  # beside the twentieth that the emblem covers itself
}
ENDURED = [(sheet, wear, much) for sheet in SHEETS for wear, much in [*EVERYWHERE, *COVERED[sheet]]]


def read_by_opencv(picture: Image.Image) -> str:
    """As a phone tries again and again: both ways that OpenCV has of finding a code."""
    pixels = np.asarray(picture)
    for detector in (cv2.QRCodeDetector(), cv2.QRCodeDetectorAruco()):
        said, _corners, _code = detector.detectAndDecode(pixels)
        if said:
            return str(said)
    return ""


def read_by_zxing(picture: Image.Image) -> str:
    return "".join(code.text for code in codes_on(picture))


@pytest.mark.parametrize(("sheet", "wear", "much"), ENDURED, ids=lambda one: getattr(one, "__name__", str(one)))
def test_a_worn_code_is_read_by_two_decoders(sheet: str, wear: Wear, much: float) -> None:
    codes = codes_of(sheet)

    said = [(read_by_zxing(worn), read_by_opencv(worn)) for worn in (wear(code, much) for _, code in codes)]

    assert said == [(url, url) for url, _ in codes]
    assert len(codes) == TRIED


@pytest.mark.parametrize(("wear", "much"), [(blurred, 1.5), (torn, 0.5), (stained, 0.4)])
def test_what_is_gone_is_read_by_none(wear: Wear, much: float) -> None:
    worn = wear(codes_of("poster")[0][1], much)

    assert (read_by_zxing(worn), read_by_opencv(worn)) == ("", "")


@pytest.mark.parametrize("layout", list(Layout))
def test_every_code_of_a_sheet_is_read_by_the_other_decoder_too(layout: Layout) -> None:
    said = sorted(read_by_opencv(code) for _, code, _ in seen(picture_of(full_page(layout))))

    assert said == sorted([label(number).url for number in range(layout.pieces)] * PLANS[layout].times)
