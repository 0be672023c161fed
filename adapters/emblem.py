"""The mark in the middle of a code: our emblem, a bridge over water, or a ward's own; the same as a picture and as SVG.

It covers a hole of whole modules, at most 22 % of the side: 5 % of the code, where level H restores 30 % (ISO/IEC 18004 §6.5.1).
"""

import base64
from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageDraw

from services.ports import Emblem

COLOUR = "#0b6470"  # 6.9 to 1 on white
SHARE = 0.22
_BOX, _ROUND, _PEN = 32.0, 7.0, 1.9
_STEPS = 24
_At = tuple[float, float]
# In a box of 32: straight strokes by their ends, and curves by their four points.
_LINES: tuple[tuple[_At, _At], ...] = (
    ((5.5, 13), (26.5, 13)), ((7, 13), (7, 20)), ((25, 13), (25, 20)), ((16, 13), (16, 15)), ((11.5, 13), (11.5, 16)),
    ((20.5, 13), (20.5, 16)),
)  # fmt: skip
_CURVES: tuple[tuple[_At, _At, _At, _At], ...] = (
    ((7, 20), (9, 13.5), (23, 13.5), (25, 20)),
    ((6, 24), (7.7, 23), (9.3, 23), (11, 24)),
    ((11, 24), (12.7, 25), (14.3, 25), (16, 24)),
    ((16, 24), (17.7, 23), (19.3, 23), (21, 24)),
    ((21, 24), (22.7, 25), (24.3, 25), (26, 24)),
)


def hole(modules: int) -> int:
    """Modules of white in the middle of a code with so many a side; as odd as the code, so that it lies on the grid."""
    size = int(modules * SHARE)
    return size - (modules - size) % 2


def whole_svg(own_png: str) -> str:
    """A drawing of its own for paper: a ward's PNG, given in base64, or ours where it is ""."""
    inner = _embedded(own_png, 0, 0, _BOX) if own_png else svg(0, 0, _BOX)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_BOX:g} {_BOX:g}">{inner}</svg>'


def _embedded(png: str, x: float, y: float, side: float) -> str:
    return f'<image x="{x:g}" y="{y:g}" width="{side:g}" height="{side:g}" href="data:image/png;base64,{png}"/>'


def svg(x: float, y: float, side: float, *, own: Emblem | None = None) -> str:
    """The emblem as SVG, its upper left corner there."""
    if own:
        return _embedded(base64.b64encode(own.png).decode(), x, y, side)
    lines = "".join(f"M{a:g} {b:g}L{c:g} {d:g}" for (a, b), (c, d) in _LINES)
    curves = "".join(f"M{a:g} {b:g}C{c:g} {d:g} {e:g} {f:g} {g:g} {h:g}" for (a, b), (c, d), (e, f), (g, h) in _CURVES)
    return (
        f'<g transform="translate({x:g} {y:g}) scale({side / _BOX:g})"><rect width="32" height="32" rx="7" fill="{COLOUR}"/>'
        f'<path fill="none" stroke="#fff" stroke-width="{_PEN}" stroke-linecap="round" d="{lines}{curves}"/></g>'
    )


def picture(side: int, *, own: Emblem | None = None) -> Image.Image:
    """The emblem in colour, `side` pixels square; ours is drawn four times larger and reduced."""
    if own:
        return Image.open(BytesIO(own.png)).convert("RGB").resize((side, side), Image.Resampling.LANCZOS)
    scale = side * 4 / _BOX
    canvas = Image.new("RGB", (side * 4, side * 4), "white")
    pen = ImageDraw.Draw(canvas)
    pen.rounded_rectangle((0, 0, side * 4 - 1, side * 4 - 1), radius=_ROUND * scale, fill=COLOUR)
    for points in (*_LINES, *map(_sampled, _CURVES)):
        at = [(x * scale, y * scale) for x, y in points]
        pen.line(at, fill="white", width=round(_PEN * scale), joint="curve")
        for x, y in (at[0], at[-1]):
            half = _PEN * scale / 2
            pen.ellipse((x - half, y - half, x + half, y + half), fill="white")
    return canvas.reduce(4)


def _sampled(curve: tuple[_At, _At, _At, _At]) -> tuple[_At, ...]:
    return tuple(_points(curve))


def _points(curve: tuple[_At, _At, _At, _At]) -> Iterator[_At]:
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = curve
    for step in range(_STEPS + 1):
        t = step / _STEPS
        a, b, c, d = (1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t * t, t**3
        yield a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3
