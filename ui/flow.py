"""A flow in Vega-Lite: two columns of nodes, between them ribbons that leave and arrive level."""

from collections.abc import Collection, Mapping
from typing import Any

from ui.chart_kit import Spec, expression, layer, quantity, text_of

STEPS = 14  # of a ribbon from one column to the other
NODE = 12  # pixels


def flow(s: Mapping[str, Any], c: Mapping[str, str], _chosen: Collection[str]) -> tuple[list[Spec], int | Spec]:
    """The layers and the height; name and count stand one below the other above their node, so that a phone shows them."""
    x = quantity("x", axis=None, scale={"domain": [0, 1], "nice": False, "range": [0, expression("width")]})
    y = quantity("y", axis=None, scale={"domain": [0, 1], "nice": False, "reverse": True})
    points = [point for at, one in enumerate(s["ribbons"]) for point in _points(at, one)]
    shade = {"condition": {"test": "datum.is_known", "value": c["river"]}, "value": c["grey"]}
    ribbons: Spec = {
        "x": x, "y": y, "y2": {"field": "y2"}, "detail": {"field": "at", "type": "nominal"}, "color": shade,
        "tooltip": text_of(),
    }  # fmt: skip
    layers = [layer(points, "area", ribbons, interpolate="monotone", opacity=0.4, strokeWidth=0)]
    for side, at, align in (("left", 0, "left"), ("right", 1, "right")):
        inwards = NODE / 2 if at == 0 else -NODE / 2
        nodes = [{**one, "x": at, "y": one["top"], "y2": one["bottom"], "is_known": one.get("is_known", True)} for one in s[side]]
        bars: Spec = {"x": x, "y": y, "y2": {"field": "y2"}, "color": shade}
        layers.append(layer(nodes, "bar", bars, width=NODE, xOffset=inwards, cornerRadius=2, stroke=c["sheet"], strokeWidth=0.5))
        where: Spec = {"x": x, "y": y}
        usual = {"align": align, "limit": expression("width * 0.48")}
        for words, dy, style in (("name", -22, {}), ("text", -8, {"fontWeight": 600})):
            said = where | {"text": text_of(words)}
            layers.append(layer(nodes, "text", said, dy=dy, stroke=c["sheet"], strokeWidth=3, **usual, **style))  # over ribbons
            layers.append(layer(nodes, "text", said, dy=dy, **usual, **style))
    return layers, int(s["pixels"]) + 10


def _points(at: int, one: Mapping[str, Any]) -> list[dict[str, Any]]:
    (top, bottom), (to_top, to_bottom) = one["from"], one["to"]
    found = []
    for step in range(STEPS + 1):
        x = step / STEPS
        share = x * x * (3 - 2 * x)
        found.append({
            "at": at, "x": round(x, 4), "y": round(top + (to_top - top) * share, 4),
            "y2": round(bottom + (to_bottom - bottom) * share, 4), "is_known": one["is_known"], "text": one["text"],
        })  # fmt: skip
    return found
