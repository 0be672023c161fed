"""QR codes for a screen, plain or with an emblem and its colour: the same drawing as PNG and as SVG.

Codes on paper are drawn in `adapters.paper`.
"""

from collections.abc import Iterator
from html import escape
from io import BytesIO
from itertools import groupby

import qrcode
import zxingcpp
from PIL import Image, ImageDraw, ImageOps
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_Q

from adapters import emblem
from core.errors import Invalid
from core.i18n import N_
from services.ports import Emblem

INK = "#12201e"
QUIET = 4  # modules of white all round: ISO/IEC 18004 §6.3.8
LONGEST_BYTES = 1663  # what version 40 holds at level Q (ISO/IEC 18004, table 7)
LONGEST_WITH_EMBLEM = 1273  # and at level H
_MODULE_PIXELS = 10
_SMOOTH = 2  # drawn so many times larger, then reduced
_RADIUS = 0.35  # of a module; more makes small codes hard to read
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_Corners = tuple[bool, bool, bool, bool]  # clockwise from the upper left: whether it is round
_Bar = tuple[int, int, int, _Corners]  # x, y, length


class QrCodes:
    """Draws with level Q: a quarter of the code may be hidden; with level H beneath an emblem. Corners are rounded where no
    neighbour touches them."""

    def png(self, url: str) -> bytes:
        """A PNG with its quiet zone, ten pixels a module.

        Raises:
            Invalid: the address is too long for a code.
        """
        return _saved(_picture(*_drawn(url, ERROR_CORRECT_Q, LONGEST_BYTES), ink=INK))

    def svg(self, url: str) -> bytes:
        """The same as SVG, one unit a module, without a size of its own.

        Raises:
            Invalid: the address is too long for a code.
        """
        size, bars = _drawn(url, ERROR_CORRECT_Q, LONGEST_BYTES)
        return _outlined(url, size, bars, ink=INK)

    def emblem_png(self, url: str, *, own: Emblem | None = None) -> bytes:
        """As `png`, in the ward's colour with its own emblem in the middle, else in ours.

        Raises:
            Invalid: the address is too long for a code of level H, or the emblem keeps it from being read.
        """
        size, bars = _drawn(url, ERROR_CORRECT_H, LONGEST_WITH_EMBLEM)
        picture = _picture(size, bars, ink=own.colour if own else emblem.COLOUR)
        white = emblem.hole(size - 2 * QUIET)
        corner = (size - white) // 2 * _MODULE_PIXELS
        side = white * _MODULE_PIXELS
        picture.paste("white", (corner, corner, corner + side, corner + side))
        margin = _MODULE_PIXELS // 2
        picture.paste(emblem.picture(side - 2 * margin, own=own), (corner + margin, corner + margin))
        if [code.text for code in zxingcpp.read_barcodes(picture, _QR)] != [url]:
            raise Invalid(N_("Biểu tượng này làm mã không đọc được. Xin chọn ảnh khác."))
        return _saved(picture)

    def emblem_svg(self, url: str, *, own: Emblem | None = None) -> bytes:
        """As `svg`, in the colour and with the emblem of `emblem_png`.

        Raises:
            Invalid: the address is too long for a code of level H.
        """
        size, bars = _drawn(url, ERROR_CORRECT_H, LONGEST_WITH_EMBLEM)
        white = emblem.hole(size - 2 * QUIET)
        at = (size - white) / 2
        middle = f'<rect x="{at:g}" y="{at:g}" width="{white}" height="{white}" fill="#fff"/>'
        mark = emblem.svg(at + 0.5, at + 0.5, white - 1, own=own)
        return _outlined(url, size, bars, ink=own.colour if own else emblem.COLOUR, middle=middle + mark)


def _picture(size: int, bars: Iterator[_Bar], *, ink: str) -> Image.Image:
    unit = _MODULE_PIXELS * _SMOOTH
    canvas = Image.new("L", (size * unit, size * unit), 255)
    pen = ImageDraw.Draw(canvas)
    for x, y, length, corners in bars:
        box = (x * unit, y * unit, (x + length) * unit - 1, (y + 1) * unit - 1)
        pen.rounded_rectangle(box, radius=_RADIUS * unit, fill=0, corners=corners)
    return ImageOps.colorize(canvas.reduce(_SMOOTH), black=ink, white="white")


def _saved(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _outlined(url: str, size: int, bars: Iterator[_Bar], *, ink: str, middle: str = "") -> bytes:
    path = "".join(_outline(*bar) for bar in bars)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" aria-label="{escape(url)}">'
        f'<rect width="{size}" height="{size}" fill="#fff"/><path fill="{ink}" d="{path}"/>{middle}</svg>'
    ).encode()


def _drawn(url: str, level: int, longest: int) -> tuple[int, Iterator[_Bar]]:
    """Modules a side with the quiet zone, and the dark bars."""
    if len(url.encode()) > longest:
        raise Invalid(N_("Địa chỉ này dài quá, không làm thành mã được."))
    code = qrcode.QRCode(error_correction=level, border=QUIET)
    code.add_data(url)
    code.make(fit=True)
    matrix = code.get_matrix()
    return len(matrix), _bars(matrix)


def _bars(matrix: list[list[bool]]) -> Iterator[_Bar]:
    """Dark modules that touch in a row, as one bar; a corner is round where nothing dark touches it from above or below."""
    for y, row in enumerate(matrix):
        x = 0
        for is_dark, modules in groupby(row):
            length = len(list(modules))
            first, last = x, x + length - 1
            x += length
            if is_dark:
                above, below = matrix[y - 1], matrix[y + 1]
                yield first, y, length, (not above[first], not above[last], not below[last], not below[first])


def _outline(x: int, y: int, length: int, corners: _Corners) -> str:
    """One bar, clockwise from its upper left corner."""
    arc, right, foot = f"A{_RADIUS} {_RADIUS} 0 0 1", x + length, y + 1
    r = _RADIUS
    upper_left, upper_right, lower_right, lower_left = corners
    return (
        (f"M{x} {y + r:g}{arc} {x + r:g} {y}" if upper_left else f"M{x} {y}")
        + (f"H{right - r:g}{arc} {right} {y + r:g}" if upper_right else f"H{right}")
        + (f"V{foot - r:g}{arc} {right - r:g} {foot}" if lower_right else f"V{foot}")
        + (f"H{x + r:g}{arc} {x} {foot - r:g}Z" if lower_left else f"H{x}Z")
    )
