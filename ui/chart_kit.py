"""What every chart is made of: the theme, the reader, layers and channels of Vega-Lite.

Specs are plain dictionaries (3 ms each; Altair takes 15 to 200 for the same layers).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core import formats
from core.i18n import translate

Values = Sequence[Mapping[str, Any]]
Spec = dict[str, Any]

FONT = "Be Vietnam Pro, system-ui, sans-serif"
LIGHT = {
    "ink": "#12201e", "soft": "#4a5a57", "line": "#d3dcd9", "sheet": "#ffffff", "river": "#0a6a64", "tint": "#b0d9d4",
    "amber": "#c27a00", "red": "#b3261e", "grey": "#7a8783", "blue": "#2b5fa8", "plum": "#8a3f97",
}  # fmt: skip
DARK = {
    "ink": "#e9f0ee", "soft": "#a9b8b4", "line": "#2d3937", "sheet": "#0d1413", "river": "#3fb5a9", "tint": "#1e5a54",
    "amber": "#e8ad42", "red": "#ff8d83", "grey": "#7d8c88", "blue": "#7fb0f0", "plum": "#d39be0",
}  # fmt: skip
# Vega's number locale does not arrive through Streamlit: axis labels by expression, tooltips as ready strings.
SHARE = "format(datum.value * 100, '.0f') + ' %'"


@dataclass(frozen=True)
class Chart:
    """A spec for st.vega_lite_chart and the sentence a person who cannot see it hears."""

    spec: Spec
    alt: str


@dataclass(frozen=True)
class Look:
    """For whom it is drawn: language and theme."""

    language: str = "vi"
    is_dark: bool = False

    @property
    def colours(self) -> Mapping[str, str]:
        """The colours of the theme."""
        return DARK if self.is_dark else LIGHT

    def say(self, message: str, **blanks: object) -> str:
        """A text in the reader's language."""
        return translate(message, language=self.language).format(**blanks)

    def share(self, value: float, places: int = 0) -> str:
        """`89,7 %`."""
        return formats.share(value, language=self.language, places=places)

    def number(self, value: float) -> str:
        """`1.234`."""
        return formats.number(value, language=self.language)


def theme(c: Mapping[str, str]) -> Spec:
    axis = {
        "labelFont": FONT, "titleFont": FONT, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal",
        "labelColor": c["soft"], "titleColor": c["soft"], "gridColor": c["line"], "domain": False, "ticks": False,
        "labelPadding": 6, "labelOverlap": True, "aria": False,
    }  # fmt: skip
    legend = {
        "labelFont": FONT, "labelFontSize": 12, "labelColor": c["ink"], "title": None, "orient": "top", "symbolType": "square",
        "columnPadding": 14, "offset": 6, "aria": False,
    }  # fmt: skip
    return {
        "font": FONT, "background": "transparent", "padding": 4, "view": {"stroke": None}, "axis": axis, "legend": legend,
        "text": {"font": FONT, "fontSize": 12, "color": c["ink"]},
        # Read aloud is the chart's sentence, and the table behind it: not "rate: 0.4789; name: …" for every mark.
        "mark": {"aria": False},
    }  # fmt: skip


def drawn(look: Look, layers: Iterable[Spec], *, height: int | Spec, alt: str) -> Chart:
    """The layers that hold anything, as wide as the page lets them."""
    filled = [one for one in layers if one["data"]["values"]]
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json", "layer": filled or [layer([{}], "point", {}, size=0)],
        "width": "container", "height": height, "config": theme(look.colours),
        "autosize": {"type": "fit" if isinstance(height, int) else "fit-x", "contains": "padding"},
    }  # fmt: skip
    return Chart(spec, alt)


def layer(values: Values, mark: str, encoding: Spec, **style: Any) -> Spec:
    return {"data": {"values": list(values)}, "mark": {"type": mark, **style}, "encoding": encoding}


def quantity(field: str, **more: Any) -> Spec:
    return {"field": field, "type": "quantitative", "title": None, **more}


def whole_marks(low: float, high: float, *, steps: int = 5) -> list[int]:
    """The marks of an axis of counts from some amount, 0 or less, to another, 0 or more: whole and round, few enough to read."""
    step = next(
        one * 10**power for power in range(16) for one in (1, 2, 5)
        if math.ceil(high / (one * 10**power)) - math.floor(low / (one * 10**power)) <= steps
    )  # fmt: skip
    first = math.floor(low / step)
    return [step * n for n in range(first, max(math.ceil(high / step), first + 1) + 1)]


def whole_axis(marks: Sequence[int], look: Look, **more: Any) -> Spec:
    """Their axis: numbers as the reader writes them, what lies below 0 by how many it is."""
    words = {str(mark): look.number(abs(mark)) for mark in marks}
    return {"values": list(marks), "labelExpr": f"({words})[datum.value]", **more}


def counted(field: str, low: float, high: float, look: Look, *, steps: int = 5) -> Spec:
    """A channel of counts with such an axis."""
    marks = whole_marks(low, high, steps=steps)
    return quantity(field, scale={"domain": [marks[0], marks[-1]], "nice": False}, axis=whole_axis(marks, look))


def in_order(field: str, names: Sequence[str], **more: Any) -> Spec:
    """Names along an axis in the order given: as a domain, since `sort` is an expression of all of them read for each mark."""
    return {"field": field, "type": "nominal", "sort": None, "title": None, "scale": {"domain": list(names)}, **more}


def text_of(field: str = "text") -> Spec:
    return {"field": field, "type": "nominal"}


def expression(expression: str) -> Spec:
    return {"expr": expression}


def signed(value: int, look: Look) -> str:
    return formats.signed(value, language=look.language)
