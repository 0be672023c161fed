"""Measures of the sheets of codes, in millimetres and points.

Sizes of label brands are those their makers print on the packet (Avery L7159 to L7165: width, height, 66.04 or 101.6 mm from one
label to the next, centred on A4). The plain ones fill A4: 70 × 37, 105 × 48 and 105 × 74 mm, as many makers cut them.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

from services.print_layouts import Layout

PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
# A phone reads to about ten times the dark square of a code of 33 modules (rule of thumb: shared measure of our sheets), so one
# module serves 330 times its width.
REACH = 330


@dataclass(frozen=True)
class Plan:
    """How a sheet is laid out, and how fine its codes may be."""

    template: str
    columns: int
    rows: int
    code: float  # side of the dark square
    least: float  # of a module: 0.5 mm on labels, 1 mm on walls
    levels: str = "Q"  # of correction, the first that is not too fine for the reading distance
    width: float = 0.0  # of one piece
    height: float = 0.0
    dx: float = 0.0  # from one piece to the next
    left: float = 0.0
    top: float = 0.0
    pad: float = 0.0
    right: float = 5.5
    gap: float = 0.0
    head: float = 0.0
    title: float = 0.0
    place: float = 0.0
    address: float = 0.0
    above: bool = False  # the words stand above the code, not beside it
    marks: bool = True  # for scissors; a brand's labels are cut already
    times: int = 1  # how often each code stands on its page
    scale: float = 1.0
    tags: bool = False  # reading order for screen readers; what is cut apart has none

    @property
    def pieces(self) -> int:
        """Different codes a page."""
        return self.columns * self.rows

    def for_template(self) -> dict[str, Any]:
        """As the template reads it."""
        return asdict(self)


def _brand(columns: int, rows: int, width: float, height: float, *, pitch: float, **words: Any) -> Plan:
    """Labels of a maker: centred on A4, rows without gaps."""
    return Plan(
        template="labels", columns=columns, rows=rows, width=width, height=height, dx=pitch, least=0.5, marks=False,
        left=round((PAGE_WIDTH - (columns - 1) * pitch - width) / 2, 3), top=round((PAGE_HEIGHT - rows * height) / 2, 3),
        right=3.5, **words,
    )  # fmt: skip


_WALL = Plan(template="poster", columns=1, rows=1, code=110, least=1, levels="HQ", tags=True)
PLANS = {
    Layout.TINY: Plan(
        "labels", 3, 8, code=25, least=0.5, width=70, height=37, dx=70, top=0.5, pad=6, gap=4, head=7, title=11, place=7,
        address=7.5,
    ),
    Layout.SMALL: Plan(
        "labels", 2, 6, code=35, least=0.5, width=105, height=48, dx=105, top=4.5, pad=6.5, gap=5.5, head=8.5, title=17,
        place=9.5, address=10,
    ),
    Layout.LARGE: Plan(
        "labels", 2, 4, code=36, least=0.5, width=105, height=74, dx=105, top=0.5, pad=7, gap=6, head=9, title=19, place=10.5,
        address=12, above=True,
    ),
    Layout.L7159: _brand(3, 8, 63.5, 33.9, pitch=66.04, code=24, pad=4.5, gap=4, head=6.5, title=10, place=6.5, address=7),
    Layout.L7160: _brand(3, 7, 63.5, 38.1, pitch=66.04, code=25, pad=4.5, gap=4, head=6.5, title=10.5, place=6.5, address=7),
    Layout.L7162: _brand(2, 8, 99.1, 33.9, pitch=101.6, code=24, pad=5, gap=4.5, head=7.5, title=14, place=8.5, address=9),
    Layout.L7163: _brand(2, 7, 99.1, 38.1, pitch=101.6, code=28, pad=5, gap=5, head=7.5, title=15, place=8.5, address=9.5),
    Layout.L7165: _brand(
        2, 4, 99.1, 67.7, pitch=101.6, code=33, pad=6, gap=5.5, head=8.5, title=17, place=10, address=11, above=True
    ),
    Layout.POSTER: _WALL,
    Layout.POSTER_A3: replace(_WALL, scale=1.41421),
    Layout.DOOR: Plan(template="door_sign", columns=1, rows=1, code=84, least=1, levels="HQ", tags=True),
    Layout.TENT: Plan(template="tent", columns=1, rows=1, code=62, least=1, levels="Q", times=2, tags=True),
    Layout.BADGE: Plan(
        "badges", 2, 5, code=24, least=0.5, levels="M", width=85, height=54, dx=85, left=20, top=13.5, pad=5, title=15, place=8.5,
        address=6.5, head=8,
    ),
}  # fmt: skip


def code_rules(layout: Layout, *, emblem: bool) -> dict[str, Any]:
    """What part.py must know to draw and read the codes: side and least module in millimetres, levels, whether an emblem covers
    the middle (then only the strongest level, H)."""
    plan = PLANS[layout]
    return {
        "side": plan.code * plan.scale, "least": max(plan.least, layout.reads_from_cm * 10 / REACH),
        "levels": "H" if emblem else plan.levels, "emblem": emblem, "times": plan.times,
    }  # fmt: skip
