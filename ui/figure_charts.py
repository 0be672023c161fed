"""A figure over its days as Vega-Lite: a line with gaps where there was nothing to tell; what still runs is a hollow dot."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ui.chart_kit import Spec, layer, quantity, text_of

DOTTED_MOST = 40  # points that can each be seen


def days(s: Mapping[str, Any], c: Mapping[str, str], _chosen: Collection[str]) -> tuple[list[Spec], int | Spec]:
    """The layers of a drawing of `services.figure_drawing`."""
    points = s["points"]
    rows = [
        {**one, "part": sum(other["y"] is None for other in points[:at]), "note": f"{one['day']}: {one['text']}"}
        for at, one in enumerate(points) if one["y"] is not None
    ]  # fmt: skip
    xy = {"x": _axis("x", s["xticks"], grid=False), "y": _axis("y", s["yticks"])}
    dotted = rows if len(rows) <= DOTTED_MOST else [one for one in rows if one["is_running"] or one is rows[-1]]
    is_running = {"test": "datum.is_running", "value": c["sheet"]}
    dots = xy | {"fill": {"condition": is_running, "value": c["river"]}, "tooltip": {"field": "note"}}
    last = xy | {"text": text_of()}
    layers = [
        layer(rows, "line", xy | {"detail": {"field": "part", "type": "nominal"}}, color=c["river"], strokeWidth=2.5),
        layer(dotted, "circle", dots, stroke=c["river"], strokeWidth=1.5, size=50, opacity=1),
        layer(rows[-1:], "text", last, align="right", dx=6, dy=-12, fontWeight=600, fontSize=13),
    ]
    return layers, 220


def _axis(name: str, ticks: Sequence[Sequence[Any]], **more: Any) -> Spec:
    words = {f"{at:g}": text for at, text in ticks}
    is_across = name == "x"
    axis = {
        "values": [at for at, _ in ticks], "labelExpr": f"({words})[format(datum.value, '~g')]", "labelFlush": 10 * is_across,
        **more,
    }  # fmt: skip
    return quantity(name, scale={"domain": [0, 1], "nice": False, "padding": 6 * is_across}, axis=axis)
