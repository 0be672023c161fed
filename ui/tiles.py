"""Places as tiles among their neighbours: a map without a map, for what has a name and an area and no position."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup

from ui import parts

SHADES = 4


@dataclass(frozen=True)
class Tile:
    """A place: its name, what is counted there, how dark it is (0 nothing, up to `SHADES`), and the search that it leads to."""

    name: str
    value: str
    shade: int
    page: str
    words: str


def draw(title: str, some: Sequence[Tile]) -> None:
    """Tiles side by side under the name of what they lie in."""
    drawn = (
        Markup('<li class="s{}"><a href="/{}?{}" target="_self"><b>{}</b><span>{}</span></a></li>').format(
            one.shade, one.page, urlencode({"tim": one.words}), one.name, one.value
        )
        for one in some
    )
    parts.html(Markup('<section class="cn-map"><b>{}</b><ul>{}</ul></section>').format(title, parts.joined(*drawn)))
