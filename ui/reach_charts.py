"""The charts of one sending: the reach curve, and how fast leaders post."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core import clock, formats
from core.i18n import N_
from services.relay_pace import pace
from ui.chart_kit import SHARE, Chart, Look, Spec, Values, drawn, layer, quantity, text_of, whole_axis, whole_marks

RUNNING_DRAWN = 8  # dots of groups that have not posted
RELAY_HEIGHT = 170
HEIGHT = 280
NARROW, LETTER = 290, 6.6  # pixels of the plot on a phone, of a letter
Box = tuple[float, float, float, float]  # left, top, right, bottom
CLOSE = 0.12  # shares nearer than this would be written over one another


@dataclass(frozen=True)
class ReachPoint:
    """Shares of the audience at an instant: known, estimated; the usual band; what is expected, with its interval."""

    at: datetime
    known: float | None = None
    estimate: float | None = None
    usual: tuple[float, float] | None = None
    forecast: tuple[float, float, float] | None = None  # low, middle, high


@dataclass(frozen=True)
class RelayTime:
    """Minutes from sending to posting in a group; None while it is still running."""

    name: str
    minutes: float | None


def reach(points: Sequence[ReachPoint], *, deadline: datetime | None, target: float | None, look: Look) -> Chart:
    """The board's curve: known, estimated, the usual band, the forecast with its interval, the deadline.

    Times are hours since midnight of the first day here: no time zone of a browser can move them.
    """
    c = look.colours
    midnight = clock.local(points[0].at).replace(hour=0, minute=0, second=0, microsecond=0)

    def hours(at: datetime) -> float:
        return round((at - midnight) / timedelta(hours=1), 4)

    start, end = hours(points[0].at), max(hours(points[-1].at), hours(deadline) if deadline else 0, hours(points[0].at) + 0.5)
    ticks = _ticks(start, end)
    x = quantity(
        "at", scale={"domain": [start, end], "nice": False},
        axis={"grid": False, "values": list(ticks), "labelExpr": _labels(midnight, ticks, look), "labelFlush": True},
    )  # fmt: skip
    shares = {"labelExpr": SHARE, "values": [0, 0.25, 0.5, 0.75, 1]}

    def y(field: str) -> Spec:
        return quantity(field, scale={"domain": [0, 1.05], "nice": False}, axis=shares)

    known = [{"at": hours(one.at), "v": one.known} for one in points if one.known is not None]
    estimate = [{"at": hours(one.at), "v": one.estimate} for one in points if one.estimate is not None]
    band = [{"at": hours(one.at), "v": one.usual[0], "to": one.usual[1]} for one in points if one.usual]
    ahead = [
        {"at": hours(one.at), "v": one.forecast[1], "low": one.forecast[0], "high": one.forecast[2]}
        for one in points
        if one.forecast
    ]
    xy: Spec = {"x": x, "y": y("v")}
    layers = [
        layer(band, "area", xy | {"y2": {"field": "to"}}, color=c["grey"], opacity=0.22),
        layer(ahead, "area", {"x": x, "y": y("low"), "y2": {"field": "high"}}, color=c["river"], opacity=0.2),
        layer([{"v": target}] if target else [], "rule", {"y": y("v")}, color=c["soft"], strokeDash=[2, 3]),
        layer([{"at": hours(deadline)}] if deadline else [], "rule", {"x": x}, color=c["red"], strokeWidth=1.5),
        layer(known, "area", xy, color=c["river"], opacity=0.35, line={"color": c["river"], "strokeWidth": 1.5}),
        layer(estimate, "line", xy, color=c["river"], strokeWidth=3),
        layer(ahead, "line", xy, color=c["river"], strokeWidth=2, strokeDash=[5, 4]),
        layer(estimate[-1:], "point", xy, filled=True, color=c["river"], stroke=c["sheet"], strokeWidth=2, size=110, opacity=1),
    ]
    is_early = bool(estimate) and estimate[-1]["at"] < start + (end - start) * 0.3
    # Beside the point on the side where the line is not: above it on the left, below the forecast on the right.
    side = {"align": "left", "dx": 8, "dy": 16} if is_early else {"align": "right", "dx": -10, "dy": -8}
    below = side | {"dy": 16 if known and known[-1]["v"] > CLOSE else -8}
    if estimate and known and abs(estimate[-1]["v"] - known[-1]["v"]) < CLOSE:  # one above the other, clear of the axis
        side = {"align": "left" if is_early else "right", "dx": 8 if is_early else -10, "dy": -26}
        below = side | {"dy": -10}
    notes: list[tuple[Values, str, Spec]] = [
        (estimate[-1:], N_("ước tính {share}"), {"fontWeight": 600, **side}),
        (known[-1:], N_("biết chắc {share}"), {"fontWeight": 600, **below}),
        (ahead[-1:], N_("dự báo {share}"), {"align": "right", "dx": -6, "dy": 20, "fontWeight": 600}),
        ([{"at": hours(deadline), "v": 1.0}] if deadline else [], N_("hạn"), {"align": "right", "dx": -5, "color": c["red"]}),
        ([{"at": start, "v": target}] if target else [], N_("mục tiêu {share}"), {"align": "left", "dx": 2, "dy": -8}),
        (band[len(band) * 5 // 8 :][:1], N_("khoảng thường thấy"), {"align": "left", "dx": -40, "dy": 16, "color": c["soft"]}),
    ]
    taken: list[Box] = []
    for spots, words, style in notes:
        said = [{**spot, "text": look.say(words, share=look.share(spot["v"]))} for spot in spots]
        free = _clear_of(taken, said, style, start=start, end=end)
        layers.append(layer(said, "text", xy | {"text": text_of()}, stroke=c["sheet"], strokeWidth=4, **free))  # over lines
        layers.append(layer(said, "text", xy | {"text": text_of()}, **free))
    alt = look.say(
        N_("Đến lúc này ước tính {estimate} hộ đã mở, biết chắc {known}; mục tiêu {target}."),
        estimate=look.share(estimate[-1]["v"]) if estimate else "–", known=look.share(known[-1]["v"]) if known else "–",
        target=look.share(target) if target else "–",
    )  # fmt: skip
    return drawn(look, layers, height=HEIGHT, alt=alt)


def _clear_of(taken: list[Box], said: Values, style: Spec, *, start: float, end: float) -> Spec:
    """The style moved up or down to where no words stand yet, as far as the narrowest screen shows; adds to what is taken."""
    if not said:
        return style
    spot, wide = said[0], len(said[0]["text"]) * LETTER
    x = (spot["at"] - start) / (end - start) * NARROW + style.get("dx", 0)
    left = min(max(x - (wide if style["align"] == "right" else 0), 0), max(NARROW - wide, 0))
    y = (1.05 - spot["v"]) / 1.05 * (HEIGHT - 40)
    first = style.get("dy", 0)
    for move in (0, -16, 16, -32, 32, -48, 48, -64, 64):
        top = y + first + move
        box = (left, top - 8, left + wide, top + 8)
        if 0 <= top <= HEIGHT - 48 and not any(_touch(box, other) for other in taken):
            break
    else:
        top = y + first
        box = (left, top - 8, left + wide, top + 8)
    taken.append(box)
    return style | {"dy": round(top - y)}


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _ticks(start: float, end: float) -> list[int]:
    """At most seven whole hours, at round distances."""
    step = next((step for step in (1, 2, 3, 6, 12, 24, 48, 96, 168) if (end - start) / step <= 7), 336)
    return list(range(math.ceil(start / step) * step, math.floor(end) + 1, step))


def _labels(midnight: datetime, ticks: Sequence[int], look: Look) -> str:
    """The ticks in words, as an expression over our own texts: hours, and the day where a new one begins."""
    at = {tick: midnight + timedelta(hours=tick) for tick in ticks}
    words = {
        str(tick): formats.hour(one, language=look.language) if tick % 24 or tick == 0 else f"{one.day}/{one.month}"
        for tick, one in at.items()
    }
    return f"({json.dumps(words, ensure_ascii=False)})[datum.value]"


def relay_times(groups: Sequence[RelayTime], *, due: float, now: float, look: Look) -> Chart:
    """One dot a group: minutes from sending to posting; those still running stand at the right edge, hollow."""
    c = look.colours
    now = max(now, 1.0)
    waits = [(now, True) if one.minutes is None else (one.minutes, False) for one in groups] or [(0.0, False)]
    median, is_half_open, ninety, is_open = pace(waits)
    latest = max(minutes for minutes, _ in waits)
    done = [one.minutes for one in groups if one.minutes is not None]
    edge = min(max(now, latest, due), max([*done, due]) * 1.35)  # whoever is a day late must not squeeze the others
    step = max(1.0, round(edge / 35))
    pile: dict[float, int] = {}
    rows: list[dict[str, Any]] = []
    running = sum(one.minutes is None for one in groups)
    told = [one for one in groups if one.minutes is not None or running <= RUNNING_DRAWN]  # beyond, their number says it better
    for one in sorted(told, key=lambda one: (one.minutes is None, one.minutes or 0)):
        at = edge if one.minutes is None else round(one.minutes / step) * step
        pile[at] = pile.get(at, 0) + 1
        state = "running" if one.minutes is None else "late" if one.minutes > due else "posted"
        took = look.say(N_("chưa đăng")) if one.minutes is None else look.say(N_("{n} phút"), n=look.number(round(one.minutes)))
        rows.append({"m": at, "y": pile[at], "state": state, "name": one.name, "took": took})
    top = max(pile.values(), default=1) + 2.2
    size = min(95.0, (RELAY_HEIGHT / top * 0.9) ** 2)  # a dot never wider than its place in the pile
    axis = whole_axis([mark for mark in whole_marks(0, edge, steps=6) if mark <= edge], look, grid=False)
    x = quantity("m", title=look.say(N_("phút từ lúc gửi")), scale={"domain": [0, edge * 1.06], "nice": False}, axis=axis)
    y = quantity("y", axis=None, scale={"domain": [0.3, top], "nice": False})
    tooltip = [{"field": "name", "title": look.say(N_("Tổ"))}, {"field": "took", "title": " "}]
    marks = [{"m": min(median, edge)}, {"m": min(ninety, edge)}]
    layers = [
        layer(
            [{"m": due, "y": 0.3, "to": top - 1.1}],
            "rule",
            {"x": x, "y": y, "y2": {"field": "to"}},
            color=c["red"],
            strokeWidth=1.5,
        ),
        layer(marks, "rule", {"x": x}, color=c["soft"], strokeDash=[4, 3]),
    ]
    for state, colour, is_filled in (("posted", c["river"], True), ("late", c["amber"], True), ("running", c["red"], False)):
        some = [row for row in rows if row["state"] == state]
        dots = {"x": x, "y": y, "tooltip": tooltip}
        layers.append(layer(some, "point", dots, filled=is_filled, size=size, color=colour, opacity=1, strokeWidth=2))
    half = look.number(round(median))
    how_long = formats.span(timedelta(minutes=ninety), language=look.language)
    notes: list[tuple[float, float, str, Spec]] = [
        (min(median, edge), top - 0.5, look.say(N_("trung vị hơn {n} phút") if is_half_open else N_("trung vị {n} phút"), n=half),
         {"align": "left", "dx": 4, "fontWeight": 600}),
        (due, top - 1.5, look.say(N_("hạn {n} phút"), n=look.number(round(due))), {"align": "left", "dx": 4, "color": c["red"]}),
        (min(ninety, edge), top - 0.5, look.say(N_("90 %: hơn {time}") if is_open else N_("90 %: {time}"), time=how_long),
         {"align": "right", "dx": -6, "fontWeight": 600}),
    ]  # fmt: skip
    if running:
        words = look.say(N_("{n} tổ chưa đăng"), n=running)
        notes.append(
            (edge, max(pile.get(edge, 1) - 1, 1), words, {"align": "right", "dx": -10, "color": c["red"], "fontWeight": 600})
        )
    for at, height, words, style in notes:
        spot, where = [{"m": at, "y": height, "text": words}], {"x": x, "y": y, "text": text_of()}
        layers.append(layer(spot, "text", where, stroke=c["sheet"], strokeWidth=5, **style))  # a rule stops where words stand
        layers.append(layer(spot, "text", where, **style))
    alt = look.say(
        N_("Thời gian đăng của {all} tổ: trung vị {median} phút; {n} tổ chưa đăng."), all=len(groups),
        median=half, n=running,
    )  # fmt: skip
    return drawn(look, layers, height=RELAY_HEIGHT, alt=alt)
