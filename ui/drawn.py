"""Drawings of `services.drawings` as Vega-Lite, in the theme of the house; places that were chosen stand out in all of them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from services.drawing import Drawing
from services.ports import PictureKind, ports
from ui import folds, parts
from ui.chart_kit import LIGHT, Chart, Look, Spec, drawn, expression, in_order, layer, quantity, text_of
from ui.figure_charts import days
from ui.flow import flow
from ui.tables import Field, Table, download, download_csv, draw
from ui.words import _

STEP, TWO_LINES = 21, 27  # pixels a row, one whose name takes two lines
LONG_NAME = 28  # letters; longer ones are broken at a space
AROUND = 150  # pixels of a title, a sentence and a table behind a chart
LETTER_PIXELS = 7
DOT = 6  # half of the largest, and a little: what stands at 0 must not touch the names
PICTURES: dict[PictureKind, str] = {"svg": "image/svg+xml", "png": "image/png"}
PICKED = ("bars", "scatter", "multiples", "dots", "ranks")  # kinds whose marks are places
MARKS = "marks"
SPACE = f"lastindexof(substring(datum.label, 0, {LONG_NAME}), ' ')"
BROKEN = (
    f"length(datum.label) > {LONG_NAME} && {SPACE} > 0"
    f" ? [substring(datum.label, 0, {SPACE}), substring(datum.label, {SPACE} + 1)] : datum.label"
)
DASHES = ([1, 0], [9, 3], [2, 3], [12, 3, 2, 3], [5, 2], [2, 6])


def chart(one: Drawing, *, look: Look, chosen: Collection[str] = ()) -> Chart:
    """The spec of a drawing and its sentence."""
    layers, height = _KINDS[one.kind](one.spec, look.colours, chosen)
    return drawn(look, layers, height=height, alt=one.sentence)


def height_of(one: Drawing) -> int:
    """About how many pixels it takes on a page, with the words around it."""
    if one.is_empty:
        return AROUND
    _layers, height = _KINDS[one.kind](one.spec, LIGHT, ())
    return AROUND + (height if isinstance(height, int) else height["step"] * len(one.spec["rows"]))


def show(one: Drawing, *, key: str, file_name: str, chosen: Collection[str] = (), selects: bool = False) -> str:
    """The chart under its sentence, its table and its files behind it; the name of a place that was clicked, "" for none."""
    parts.section(one.title, one.note, one.sentence)
    clicked = ""
    if not one.is_empty:
        made = chart(one, look=parts.look(), chosen=chosen)
        if selects and one.kind in PICKED:
            spec = pickable(made.spec)
            event: Any = st.vega_lite_chart(
                spec, theme=None, width="stretch", alt=made.alt, key=f"{key}_chart", on_select="rerun", selection_mode="chosen"
            )
            rows = (event.selection.get("chosen") or []) if event else []
            clicked = str(rows[0].get("name", "")) if rows else ""
        else:
            st.vega_lite_chart(made.spec, theme=None, width="stretch", alt=made.alt, key=f"{key}_chart")
        behind(table_of(one), lambda: one, key=key, box=f"{key}_box", file_name=file_name)
    return clicked


def pickable(spec: Spec) -> Spec:
    """The spec with its marks to be clicked: what is clicked comes back as the name of its place."""
    picked = {"name": "chosen", "select": {"type": "point", "fields": ["name"]}, "views": [MARKS]}
    return spec | {"params": [picked]}


def behind(table: Table, make: Callable[[], Drawing], *, key: str, box: str, file_name: str) -> None:
    """Closed under a chart; opened, its rows and its files. The drawing is made only then."""
    opened = folds.opened(_("Bảng số liệu, tải về"), key=box, icon=":material/table_rows:")
    if opened is None:
        return
    with opened:
        draw(table)
        one = make()
        with st.container(horizontal=True):
            download([table], label=_("Tải Excel"), key=f"{key}_xlsx", file_name=file_name)
            download_csv(table, label=_("Tải CSV"), key=f"{key}_csv", file_name=file_name)
            for kind, mime in PICTURES.items():
                st.download_button(
                    _("Tải hình {kind}", kind=kind.upper()), partial(picture, one, kind), f"{file_name}.{kind}", mime,
                    key=f"{key}_{kind}", icon=":material/image:", on_click="ignore",
                )  # fmt: skip


def picture(one: Drawing, kind: PictureKind) -> bytes:
    """The drawing as a file, drawn as on paper."""
    return ports().paper.chart(one, kind=kind)


def table_of(one: Drawing) -> Table:
    """The rows behind it."""
    kinds: Sequence[Any] = one.kinds or [_kind([row[at] for row in one.rows]) for at in range(len(one.heads))]
    fields = [Field(head, kind) for head, kind in zip(one.heads, kinds, strict=True)]
    return Table(one.title, fields, one.rows)


def _kind(values: Sequence[Any]) -> Any:
    known = [one for one in values if one is not None]
    if any(isinstance(one, float) for one in known):
        return "share" if all(isinstance(one, int | float) and 0 <= one <= 1 for one in known) else "count"
    return "count" if known and all(isinstance(one, int) for one in known) else "text"


Made = tuple[list[Spec], int | Spec]
Colours = Mapping[str, str]


def _shade(chosen: Collection[str], *, least: float = 0.25) -> Any:
    """Others step back where one was chosen; names are data, compared here, never part of an expression."""
    shade = {"condition": {"test": "datum.tone > 0", "value": 1}, "value": least}
    return shade if chosen else {"value": 1}


def _toned(rows: Sequence[Mapping[str, Any]], chosen: Collection[str]) -> list[dict[str, Any]]:
    return [{**row, "tone": int(row["name"] in chosen)} for row in rows]


def _names(rows: Sequence[Mapping[str, Any]], c: Colours, **axis: Any) -> Spec:
    """Names down the side, in the order of the rows."""
    return in_order("name", [one["name"] for one in rows], axis={"labelColor": c["ink"], "grid": False, **axis})


def _bars(s: Mapping[str, Any], c: Colours, chosen: Collection[str]) -> Made:
    rows = _toned(s["rows"], chosen)
    is_long = any(len(row["name"]) > LONG_NAME for row in rows)
    breaks = {"labelExpr": BROKEN, "labelFontSize": 11, "labelLineHeight": 12} if is_long else {}
    y = _names(rows, c, labelLimit=170, labelOverlap=False, **breaks)
    end = "width < 300 ? width - 62 : width - 150"
    x = quantity("value", scale={"domain": [0, 1], "nice": False, "range": [0, expression(end)]}, axis=None)
    colour = {"condition": {"test": "datum.is_short", "value": c["tint"]}, "value": c["river"]}
    beside = expression("width < 300 ? width : width - 84")
    marks = [{**row, "value": row["mark"]} for row in rows if row["mark"] is not None]
    bars = {"y": y, "x": x, "color": colour, "opacity": _shade(chosen)}
    layers = [
        layer(rows, "bar", bars, height=13, cornerRadiusEnd=2, stroke=c["river"], strokeWidth=1) | {"name": MARKS},
        layer([{"value": s["rule"]}] if s["rule"] is not None else [], "rule", {"x": x}, color=c["red"], strokeDash=[4, 3]),
        layer(marks, "tick", {"y": y, "x": x}, thickness=2, size=17, color=c["ink"]),
        layer(rows, "text", {"y": y, "x": {"value": beside}, "text": text_of()}, align="right", fontWeight=600),
        layer(
            rows, "text", {"y": y, "x": {"value": expression("width")}, "text": text_of("note")}, align="right", color=c["soft"],
            opacity=expression("width < 300 ? 0 : 1"),
        ),
    ]  # fmt: skip
    return layers, {"step": TWO_LINES if is_long else STEP}


def _columns(s: Mapping[str, Any], c: Colours, _chosen: Collection[str]) -> Made:
    names = [one["name"] for one in s["rows"]]
    rows = [
        {"name": one["name"], "n": sign * one[way], "what": s[way]}
        for one in s["rows"]
        for way, sign in (("up", 1), ("down", -1))
    ]
    x = in_order("name", names, axis={"labelAngle": 0, "grid": False})
    marks = [0, 1, -1] if s["deep"] == 1 else [0, 1]
    y = quantity(
        "n", scale={"domain": [-max(s["deep"], 0.05), 1.15], "nice": False},
        axis={"values": marks, "labelExpr": f"datum.value == 0 ? '0' : '{s['top']}'", "grid": True},
    )  # fmt: skip
    scale = {"domain": [s["up"], s["down"]], "range": [c["river"], c["amber"]]}
    colour = {"field": "what", "type": "nominal", "scale": scale, "legend": {"title": None, "offset": 18}}
    said = [{"name": one["name"], "n": one["up"], "text": one["text"]} for one in s["rows"]]
    room = expression(f"width < {34 * len(names)} ? 0 : 1")
    layers = [
        layer(rows, "bar", {"x": x, "y": y, "color": colour}, width={"band": 0.62}, cornerRadius=2),
        layer([{"n": 0}], "rule", {"y": y}, color=c["soft"]),
        layer(said, "text", {"x": x, "y": y, "text": text_of()}, dy=-8, fontWeight=600, opacity=room),
    ]  # fmt: skip
    return layers, 230


def _line(s: Mapping[str, Any], c: Colours, _chosen: Collection[str]) -> Made:
    rows = [
        {"at": at, "v": value, "text": text}
        for at, (value, text) in enumerate(zip(s["values"], s["texts"], strict=True)) if value is not None
    ]  # fmt: skip
    marks = list(range(len(s["labels"]) - 1, -1, -3))
    falls = len(rows) > 1 and rows[-2]["v"] > rows[-1]["v"]  # the last words stand where the line does not
    x = quantity(
        "at", scale={"domain": [0, max(1, len(s["labels"]) - 1)], "nice": False, "padding": 14},
        axis={"grid": False, "values": marks, "labelExpr": f"{s['labels']}[datum.value]"},
    )  # fmt: skip
    y = _axis("v", s["ticks"])
    xy = {"x": x, "y": y}
    layers = [
        layer(rows, "line", xy, color=c["river"], strokeWidth=2.5),
        layer(rows, "circle", xy, color=c["river"], size=45, opacity=1),
        layer(rows[-1:], "text", xy | {"text": text_of()}, align="right", dy=16 if falls else -12, fontWeight=600, fontSize=13),
    ]  # fmt: skip
    return layers, 220


def _axis(name: str, ticks: Sequence[Sequence[Any]], **more: Any) -> Spec:
    """An axis from 0 to 1 with words at its ticks."""
    words = {f"{at:g}": text for at, text in ticks}
    return quantity(
        name, scale={"domain": [0, 1], "nice": False, **more},
        axis={"values": [at for at, _ in ticks], "labelExpr": f"({words})[format(datum.value, '~g')]", "labelFlush": True},
    )  # fmt: skip


def _multiples(s: Mapping[str, Any], c: Colours, chosen: Collection[str]) -> Made:
    columns, wide, tall = 4, 1.15, 2.6
    cells, points, dots, heads, rules = [], [], [], [], []
    for at, one in enumerate(_toned(s["rows"], chosen)):
        left, floor = at % columns * wide, -(at // columns) * tall
        n = max(1, len(one["values"]) - 1)
        tone = one["tone"]
        cells += [{"name": one["name"], "x": left, "x2": left + 1.05, "y": floor - 0.2, "y2": floor + 1.7, "tone": tone}]
        points += [
            {"name": one["name"], "x": left + place / n, "y": floor + value, "tone": tone}
            for place, value in enumerate(one["values"]) if value is not None
        ]  # fmt: skip
        heads += [{"x": left, "y": floor + 1.35, "text": one["name"], "tone": tone}]
        dots += _alone(one, left, floor, n)
        rules += [{"x": left, "x2": left + 1, "y": floor, "text": one["last"], "tone": tone}]
    lines = 1 + (len(s["rows"]) - 1) // columns
    x = quantity("x", axis=None, scale={"domain": [-0.02, columns * wide], "nice": False})
    y = quantity("y", axis=None, scale={"domain": [-tall * (lines - 1) - 0.2, 1.7], "nice": False, "zero": False})
    xy: Spec = {"x": x, "y": y, "opacity": _shade(chosen)}
    said = {"x": x, "y": y, "opacity": _shade(chosen, least=0.6), "text": text_of()}
    small = expression("width < 420 ? 9 : 11")
    corners: Spec = {"x": x, "x2": {"field": "x2"}, "y": y, "y2": {"field": "y2"}}
    layers = [
        layer(cells, "rect", corners, fill=c["sheet"], fillOpacity=0.01, cursor="pointer") | {"name": MARKS},
        layer(rules, "rule", xy | {"x2": {"field": "x2"}}, color=c["line"]),
        layer(points, "line", xy | {"detail": {"field": "name", "type": "nominal"}}, color=c["river"], strokeWidth=2),
        layer(dots, "circle", xy, color=c["river"], size=30),
        layer(heads, "text", said, align="left", fontSize=small, limit=expression(f"width / {columns} - 8")),
        layer(rules, "text", said | {"x": quantity("x2")}, align="right", dy=9, fontWeight=600, fontSize=small),
    ]  # fmt: skip
    return layers, 20 + 76 * lines


def _alone(one: Mapping[str, Any], left: float, floor: float, n: int) -> list[dict[str, Any]]:
    """A month without one before or after it: a dot, as no line goes through it."""
    around = [None, *one["values"], None]
    return [
        {"name": one["name"], "x": left + at / n, "y": floor + value, "tone": one["tone"]}
        for at, value in enumerate(one["values"]) if value is not None and around[at] is None and around[at + 2] is None
    ]  # fmt: skip


def _scatter(s: Mapping[str, Any], c: Colours, chosen: Collection[str]) -> Made:
    rows = _toned(s["rows"], chosen)
    x, y = _axis("x", s["xticks"]) | {"title": s["x"]}, _axis("y", s["yticks"]) | {"title": s["y"]}
    tones = {"domain": ["low", "high", "usual"], "range": [c["red"], c["river"], c["grey"]]}
    dots: Spec = {
        "x": x, "y": y, "size": quantity("size", scale={"domain": [0, 1], "range": [50, 190]}, legend=None),
        "opacity": _shade(chosen),
        "shape": {"condition": {"test": "datum.mark_tone == 'low'", "value": "triangle-down"}, "value": "circle"},
        "color": {"field": "mark_tone", "type": "nominal", "scale": tones, "legend": None}, "tooltip": {"field": "text"},
    }  # fmt: skip
    named = [{**row, "mark_tone": one["tone"]} for row, one in zip(rows, s["rows"], strict=True)]
    layers = [layer(named, "point", dots, filled=True, stroke=c["sheet"], strokeWidth=1) | {"name": MARKS}]
    height = quantity("beside", scale={"domain": [0, 1]})
    for side, some in (
        ("left", [row for row in named if row["x"] <= 0.55]),
        ("right", [row for row in named if row["x"] > 0.55]),
    ):
        said = [row for row in some if row["mark_tone"] != "usual" or row["name"] in chosen]
        layers.append(
            layer(said, "text", {"x": x, "y": height, "text": text_of("name")}, align=side, dx=10 if side == "left" else -10,
                  fontWeight=600, fontSize=expression("width < 420 ? 10 : 12"), limit=expression("width * 0.4"))
        )  # fmt: skip
    return layers, 300


def _curves(s: Mapping[str, Any], c: Colours, _chosen: Collection[str]) -> Made:
    names = [one["name"] for one in s["rows"]]
    rows = [{"name": one["name"], "x": x, "y": y} for one in s["rows"] for x, y in one["points"]]
    ends = [
        {"name": one["name"], "x": one["points"][-1][0], "y": one["points"][-1][1], "beside": one["beside"], "text": one["last"]}
        for one in s["rows"]
    ]  # fmt: skip
    running = [end for end, one in zip(ends, s["rows"], strict=True) if one["is_running"]]
    band = [{"x": x, "y": low, "to": high} for x, low, high in s["band"]]
    x, y = _axis("x", s["xticks"], domain=[0, 1.13]), _axis("y", s["yticks"])
    key = {"title": None, "columns": 1, "labelLimit": 300, "symbolType": "stroke", "symbolSize": 500, "symbolStrokeWidth": 2.5}
    kind = {"field": "name", "type": "nominal", "sort": None, "legend": key}
    shades = [c[one] for one in ("river", "blue", "amber", "plum", "ink", "soft")]
    colour = kind | {"scale": {"domain": names, "range": shades[: len(names)]}}
    dash = kind | {"scale": {"domain": names, "range": list(DASHES[: len(names)])}}
    layers = [
        layer(band, "area", {"x": x, "y": y, "y2": {"field": "to"}}, color=c["grey"], opacity=0.22),
        layer(rows, "line", {"x": x, "y": y, "color": colour, "strokeDash": dash}, strokeWidth=2.5),
        layer(running, "point", {"x": x, "y": y, "color": colour}, fill=c["sheet"], size=60, strokeWidth=2, opacity=1),
        layer(
            ends, "text", {"x": x, "y": quantity("beside", scale={"domain": [0, 1]}), "text": text_of(), "color": colour},
            align="left", dx=7, fontWeight=600,
        ),
    ]  # fmt: skip
    return layers, 260 + 18 * len(names)


def _dots(s: Mapping[str, Any], c: Colours, chosen: Collection[str]) -> Made:
    x = _axis("x", s["xticks"], padding=6)
    top = s["levels"] + 2.2
    y = quantity("level", axis=None, scale={"domain": [0.3, top], "nice": False})
    size = min(80.0, (150 / top * 0.9) ** 2)

    def tint(usual: str, running: str) -> Spec:
        return {"condition": {"test": "datum.state == 'running'", "value": running}, "value": usual}

    spots = {
        "x": x, "y": y, "opacity": _shade(chosen), "tooltip": {"field": "name"}, "fill": tint(c["river"], c["sheet"]),
        "stroke": tint(c["river"], c["red"]),
    }  # fmt: skip
    layers = [
        layer([{"x": one["x"]} for one in s["marks"]], "rule", {"x": x}, color=c["soft"], strokeDash=[4, 3]),
        layer(_toned(s["rows"], chosen), "point", spots, size=size, strokeWidth=1.5) | {"name": MARKS},
    ]
    for at, one in enumerate(s["marks"]):
        is_late = one["x"] > 0.55
        spot = [{"x": one["x"], "level": top - 0.4 - at * top / 9, "text": one["text"]}]
        where = {"x": x, "y": y, "text": text_of()}
        layers.append(layer(spot, "text", where, align="right" if is_late else "left", dx=-5 if is_late else 5, fontWeight=600))
    return layers, 190


def _heat(s: Mapping[str, Any], c: Colours, _chosen: Collection[str]) -> Made:
    cells = [{"day": f"{day}", "hour": hour, "n": n} for day, row in enumerate(s["grid"]) for hour, n in enumerate(row)]
    x = {"field": "hour", "type": "ordinal", "title": None, "axis": {"labelAngle": 0, "values": list(range(0, 24, 3))}}
    y = {"field": "day", "type": "ordinal", "title": None, "axis": {"labelExpr": f"{s['days']}[datum.value]"}}
    colour = quantity("n", scale={"domain": [0, 1], "range": [c["line"], c["river"]]}, legend=None)
    return [layer(cells, "rect", {"x": x, "y": y, "color": colour}, stroke=c["sheet"], strokeWidth=1)], 220


def _pairs(s: Mapping[str, Any], c: Colours, _chosen: Collection[str]) -> Made:
    rows = s["rows"]
    y = _names(rows, c, labelLimit=150)
    due = [row for row in rows if row["mark"] is not None]
    room = 12 + LETTER_PIXELS * max(len(one["text"]) for one in rows)
    scale = {"domain": [0, 1], "nice": False, "range": [0, expression(f"width - {room}")]}
    one, two, mark = (quantity(name, scale=scale, axis=None) for name in ("one", "two", "mark"))
    layers = [
        layer(rows, "bar", {"y": y, "x": one}, height=15, color=c["tint"], stroke=c["river"], strokeWidth=1),
        layer(rows, "bar", {"y": y, "x": two}, height=15, color=c["river"]),
        layer(due, "tick", {"y": y, "x": mark}, thickness=2, size=19, color=c["ink"]),
        layer(rows, "text", {"y": y, "x": {"value": expression("width")}, "text": text_of()}, align="right", fontWeight=600),
    ]  # fmt: skip
    return layers, {"step": 26}


def _ranks(s: Mapping[str, Any], c: Colours, chosen: Collection[str]) -> Made:
    rows = _toned(s["rows"], chosen)
    room = 24 + LETTER_PIXELS * max(len(one["text"]) for one in rows)
    y = _names(rows, c, labelLimit=170, labelOverlap=False)
    scale = {"domain": [0, 1], "nice": False, "range": [DOT, expression(f"width - {room}")]}
    low, value = quantity("low", scale=scale, axis=None), quantity("value", scale=scale, axis=None)
    usual = {"condition": {"test": "datum.is_usual", "value": c["grey"]}, "value": c["river"]}
    layers = [
        layer(rows, "rule", {"y": y, "x": low, "x2": {"field": "high"}}, color=c["grey"], strokeWidth=2),
        layer(rows, "point", {"y": y, "x": value, "opacity": _shade(chosen), "color": usual}, filled=True, size=70)
        | {"name": MARKS},
        layer(rows, "text", {"y": y, "x": {"value": expression("width")}, "text": text_of()}, align="right", fontWeight=600),
    ]  # fmt: skip
    return layers, {"step": STEP}


def _tally(s: Mapping[str, Any], c: Colours, _chosen: Collection[str]) -> Made:
    rows = s["rows"]
    names = [one["name"] for one in rows]
    x = in_order("name", names, axis={"labelAngle": 0, "grid": False})
    one, two = (quantity(name, scale={"domain": [0, 1.15], "nice": False}, axis=None) for name in ("one", "two"))
    said = [row for row in rows if row["one"]]
    room = expression(f"width < {30 * len(names)} ? 10 : 12")
    layers = [
        layer(rows, "bar", {"x": x, "y": one}, width={"band": 0.62}, cornerRadius=2, color=c["tint"], stroke=c["river"]),
        layer(rows, "bar", {"x": x, "y": two}, width={"band": 0.62}, cornerRadius=2, color=c["river"]),
        layer([{"one": 0}], "rule", {"y": one}, color=c["soft"]),
        layer(said, "text", {"x": x, "y": one, "text": text_of()}, dy=-8, fontWeight=600, fontSize=room),
    ]  # fmt: skip
    return layers, 210


_KINDS: dict[str, Callable[[Mapping[str, Any], Colours, Collection[str]], Made]] = {
    "bars": _bars, "columns": _columns, "line": _line, "multiples": _multiples, "scatter": _scatter, "curves": _curves,
    "dots": _dots, "heat": _heat, "pairs": _pairs, "ranks": _ranks, "tally": _tally, "flow": flow,
    "days": days,
}  # fmt: skip
