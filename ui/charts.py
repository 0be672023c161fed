"""The charts of participation: coverage, growth, phones against coverage, moves; those of a sending are in `ui.reach_charts`.

A chart has its caption above it as page text, direct labels instead of a legend where they fit, at most 500 points, and says
the same without colour: by shape, dash, order or a word. Names of places appear as data only, never inside an expression.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from core.i18n import N_
from services.drawing_words import Words
from services.off_trend import LEAST, Spot, standing_out, trend
from services.ward_ranks import lowest_said
from ui.chart_kit import SHARE, Chart, Look, Spec, counted, drawn, expression, in_order, layer, quantity, signed, text_of

COUNTS_PIXELS, LETTER_PIXELS = 62, 7  # what "112/125" needs beside a bar, and each letter of longer ones
NET_LETTER_PIXELS = 8  # so much of "+42" takes over a bar
ROOM_BELOW = 0.25  # of a small picture's height: with less, the first share would stand on the dates


@dataclass(frozen=True)
class Place:
    """A residential group in figures: households in a chat of all, the same share earlier, people with a smartphone."""

    name: str
    joined: int
    households: int
    before: float | None = None
    smartphones: float | None = None

    @property
    def rate(self) -> float:
        """Coverage; a place without households is not drawn."""
        return self.joined / self.households


@dataclass(frozen=True)
class GrowthPoint:
    """The share of an area on a day."""

    area: str
    on: date
    share: float


@dataclass(frozen=True)
class Move:
    """Households that joined and left in a month, or in the year that begins with it."""

    month: date
    joined: int
    left: int


def coverage(places: Sequence[Place], *, target: float, look: Look, most: int | None = None) -> Chart:
    """Households in a chat by residential group, lowest first; a tick for the share earlier, a rule for the target.

    Places without households have no coverage and are left out. At most `most` are drawn; the sentence is of all of them.
    """
    c = look.colours
    counted = sorted((one for one in places if one.households), key=lambda one: one.rate)
    shown = counted[:most]
    rows = [
        {"name": one.name, "rate": one.rate, "before": one.before, "label": look.share(one.rate, 1),
         "is_short": one.rate < target, "of": f"{look.number(one.joined)}/{look.number(one.households)}"}
        for one in shown
    ]  # fmt: skip
    room = max([COUNTS_PIXELS, *(LETTER_PIXELS * (len(str(row["of"])) + 1) for row in rows)])
    axis = {"labelLimit": 170, "labelColor": c["ink"], "grid": False, "labelOverlap": False}
    y = in_order("name", [one.name for one in shown], axis=axis)
    scale = {"domain": [0, 1], "nice": False, "range": [0, expression(f"width < 300 ? width - 50 : width - {60 + room}")]}
    x = quantity("rate", scale=scale, axis={"labelExpr": SHARE, "values": [0, 0.5, 1], "orient": "top"})
    colour = {"condition": {"test": "datum.is_short", "value": c["tint"]}, "value": c["river"]}
    right, beside = expression(f"width < 300 ? width : width - {room}"), expression("width")
    layers = [
        layer(rows, "bar", {"y": y, "x": x, "color": colour}, height=13, cornerRadiusEnd=2, stroke=c["river"], strokeWidth=1),
        layer([{"target": target}], "rule", {"x": quantity("target")}, color=c["red"], strokeDash=[4, 3], strokeWidth=1.5),
        layer(
            [row for row in rows if row["before"] is not None], "tick", {"y": y, "x": quantity("before")}, thickness=2, size=17,
            color=c["ink"],
        ),
        layer(rows, "text", {"y": y, "x": {"value": right}, "text": text_of("label")}, align="right", fontWeight=600),
        layer(
            rows, "text", {"y": y, "x": {"value": beside}, "text": text_of("of")}, align="right", color=c["soft"],
            opacity=expression("width < 300 ? 0 : 1"),
        ),
    ]  # fmt: skip
    alt = look.say(
        N_("Tỷ lệ hộ trong nhóm theo nơi, thấp nhất trước: {n} trên {all} nơi dưới mục tiêu {target}. {lowest}"),
        n=look.number(sum(one.rate < target for one in counted)), all=look.number(len(counted)), target=look.share(target),
        lowest=lowest_said([(one.name, one.joined, one.households) for one in counted], Words(look.language)),
    ).strip()  # fmt: skip
    return drawn(look, layers, height={"step": 21}, alt=alt)


def growth(points: Sequence[GrowthPoint], *, look: Look, columns: int = 4) -> Chart:
    """Small multiples in one view, so that they follow the width of the page: the share in a chat by area over time."""
    c = look.colours
    areas = list(dict.fromkeys(point.area for point in points))
    days = sorted({point.on for point in points})
    wide, tall = len(days) + 3, 1.72
    low = max(0.0, math.floor((min((point.share for point in points), default=0) - 0.04) * 10) / 10)
    place = {area: (at % columns * wide, -(at // columns) * tall) for at, area in enumerate(areas)}

    def at(point: GrowthPoint) -> dict[str, Any]:
        left, floor = place[point.area]
        y = floor + (point.share - low) / (1 - low if low < 1 else 1)
        return {"area": point.area, "x": left + days.index(point.on), "y": y, "y2": floor, "text": look.share(point.share)}

    ordered = [at(point) for point in sorted(points, key=lambda point: point.on)]
    last = {row["area"]: row for row in ordered}
    first = {row["area"]: row for row in reversed(ordered)}
    under = [row for row in first.values() if row["y"] - row["y2"] >= ROOM_BELOW]
    over = [row for row in first.values() if row["y"] - row["y2"] < ROOM_BELOW]
    span = "–".join(f"{one.month}/{one:%y}" for one in (days[0], days[-1])) if days else ""
    rules = [{"x": left, "x2": left + len(days) - 1, "y": floor + v} for left, floor in place.values() for v in (0, 1)]
    heads = [{"x": left, "y": floor + 1.28, "text": area} for area, (left, floor) in place.items()]
    feet = [{"x": left, "y": floor, "text": span} for left, floor in place.values()]
    lines = 1 + (len(areas) - 1) // columns if areas else 1
    across = min(columns, max(1, len(areas)))
    x = quantity("x", axis=None, scale={"domain": [-1, across * wide - 1.4], "nice": False})
    y = quantity("y", axis=None, scale={"domain": [-tall * (lines - 1) - 0.28, 1.4], "nice": False, "zero": False})
    xy: Spec = {"x": x, "y": y}
    by_area = xy | {"detail": {"field": "area", "type": "nominal"}}
    small = expression("width < 420 ? 10 : 12")
    usual = expression(f"width / {across} < 100 ? 9.5 : width < 420 ? 10.5 : 13")
    text = xy | {"text": text_of()}
    layers = [
        layer(rules, "rule", xy | {"x2": {"field": "x2"}}, color=c["line"]),
        layer(ordered, "area", by_area | {"y2": {"field": "y2"}}, color=c["tint"], opacity=0.45),
        layer(ordered, "line", by_area, color=c["river"], strokeWidth=2.5),
        layer(list(last.values()), "circle", xy, color=c["river"], size=50, opacity=1),
        layer(list(last.values()), "text", text, align="right", dy=-11, dx=4, fontWeight=600, fontSize=13),
        layer(under, "text", text, align="left", dx=2, dy=13, fontSize=small),
        layer(over, "text", text, align="left", dx=2, dy=-9, fontSize=small),
        layer(
            heads, "text", text, align="left", fontWeight=600, fontSize=usual,
            limit=expression(f"width / {across} - 6"),
        ),
        layer(feet, "text", text, align="left", dy=13, color=c["soft"], fontSize=small),
    ]  # fmt: skip
    changes = [
        look.say(N_("{area} từ {start} lên {end}"), area=area, start=first[area]["text"], end=last[area]["text"])
        if last[area]["y"] >= first[area]["y"]
        else look.say(N_("{area} từ {start} xuống {end}"), area=area, start=first[area]["text"], end=last[area]["text"])
        for area in areas
    ]
    alt = look.say(N_("Tỷ lệ hộ trong nhóm {span}: {changes}."), span=span, changes="; ".join(changes))
    return drawn(look, layers, height=60 + 130 * lines, alt=alt)


def phones_against_coverage(places: Sequence[Place], *, look: Look) -> Chart:
    """Where many have a smartphone and few are in the chat, people were not asked yet. At most three that are off are named."""
    c = look.colours
    shown = [(one, one.smartphones) for one in places if one.households and one.smartphones is not None]
    slope, base = trend([Spot(one.households, phones, one.rate) for one, phones in shown])
    off = off_trend(places)
    low, high = min((phones for _, phones in shown), default=0.0), max((phones for _, phones in shown), default=1.0)
    inner = (low + (high - low) * 0.15, high - (high - low) * 0.15)  # elsewhere a name under its point would leave the picture
    rows = [
        {"name": one.name, "phones": phones, "rate": one.rate, "households": one.households, "in_chat": look.share(one.rate, 1),
         "with_phone": look.share(phones, 1), "tone": "usual" if one not in off else "low" if off[one] < 0 else "high",
         "side": "center" if off.get(one, 0) < 0 and inner[0] < phones < inner[1]
         else "right" if phones > sum(inner) / 2 else "left"}
        for one, phones in shown
    ]  # fmt: skip
    x = quantity(
        "phones", title=look.say(N_("Người có điện thoại thông minh")), scale={"zero": False, "padding": 14},
        axis={"labelExpr": SHARE, "tickCount": 5},
    )  # fmt: skip
    y = quantity("rate", scale={"zero": False, "padding": 24}, axis={"labelExpr": SHARE, "tickCount": 5})
    tones = {"domain": ["low", "high", "usual"], "range": [c["red"], c["river"], c["grey"]]}
    dots: Spec = {
        "x": x, "y": y, "size": quantity("households", scale={"range": [50, 190]}, legend=None),
        "shape": {"condition": {"test": "datum.tone == 'low'", "value": "triangle-down"}, "value": "circle"},
        "color": {"field": "tone", "type": "nominal", "scale": tones, "legend": None},
        "tooltip": [
            {"field": "name", "title": look.say(N_("Tổ"))},
            {"field": "in_chat", "title": look.say(N_("Hộ trong nhóm"))},
            {"field": "with_phone", "title": look.say(N_("Có điện thoại thông minh"))},
        ],
    }  # fmt: skip
    line = [{"phones": value, "rate": base + slope * value} for value in (low, high)] if len(shown) >= LEAST else []
    layers = [
        layer(line, "line", {"x": x, "y": y}, color=c["grey"], strokeDash=[4, 4]),
        layer(rows, "point", dots, filled=True, opacity=0.9, stroke=c["sheet"], strokeWidth=1),
    ]
    rows_below = iter((15, 28, 41))
    for row in (row for row in rows if row["tone"] != "usual"):
        dx, dy = {"right": (-10, 1), "left": (10, 1)}.get(str(row["side"]), (0, 0))
        small = expression("width < 420 ? 10 : 12")
        style = {
            "align": row["side"], "dx": dx, "dy": dy or next(rows_below), "fontWeight": 600, "fontSize": small,
            "limit": expression("width * 0.4"),
        }  # fmt: skip
        layers.append(layer([row], "text", {"x": x, "y": y, "text": text_of("name")}, **style))
    parts = [
        look.say(
            N_("{name} {share} hộ trong nhóm, {phones} có điện thoại thông minh"), name=one.name, share=look.share(one.rate, 1),
            phones=look.share(one.smartphones or 0, 1),
        )
        for one in off
    ]  # fmt: skip
    alt = look.say(N_("Tổ lệch nhiều nhất so với xu hướng: {places}."), places="; ".join(parts) or "–")
    return drawn(look, layers, height=300, alt=alt)


def off_trend(places: Sequence[Place]) -> dict[Place, float]:
    """The places whose coverage lies above or below what their smartphones let expect by more than chance explains, and by how
    much, the furthest first.
    """
    shown = [(one, one.smartphones) for one in places if one.smartphones is not None]
    spots = [Spot(one.households, phones, one.rate) for one, phones in shown]
    return {shown[at][0]: by for at, by in standing_out(spots).items()}


def moves(months: Sequence[Move], *, look: Look, by: Literal["month", "year"] = "month") -> Chart:
    """Joined above, left below the line, by month or year; the net in figures over the bar, where there is room for them."""
    c = look.colours
    ordered = sorted(months, key=lambda one: one.month)
    joined, left = look.say(N_("Vào nhóm")), look.say(N_("Rời nhóm"))
    names = [f"{one.month.month}/{one.month:%y}" if by == "month" else f"{one.month.year}" for one in ordered]
    rows: list[dict[str, Any]] = []
    nets: list[dict[str, Any]] = []
    for name, one in zip(names, ordered, strict=True):
        rows += [{"m": name, "what": joined, "n": one.joined}, {"m": name, "what": left, "n": -one.left}]
        nets.append({"m": name, "n": one.joined, "text": signed(one.joined - one.left, look)})
    needed = NET_LETTER_PIXELS * max((len(str(one["text"])) for one in nets), default=1)
    x = in_order("m", names, axis={"labelAngle": 0, "grid": False})
    y = counted("n", min((row["n"] for row in rows), default=0), max((row["n"] for row in rows), default=0), look)
    scale = {"domain": [joined, left], "range": [c["river"], c["amber"]]}
    colour = {"field": "what", "type": "nominal", "sort": None, "scale": scale, "legend": {"title": None, "offset": 18}}
    layers = [
        layer(rows, "bar", {"x": x, "y": y, "color": colour}, width={"band": 0.62}, cornerRadius=2),
        layer([{"n": 0}], "rule", {"y": y}, color=c["soft"]),
        layer(
            nets, "text", {"x": x, "y": y, "text": text_of()}, dy=-8, fontWeight=600,
            opacity=expression(f"width < {needed * len(nets)} ? 0 : 1"),
        ),
    ]  # fmt: skip
    total = sum(one.joined - one.left for one in ordered)
    worst = min(ordered, key=lambda one: one.joined - one.left, default=None)
    alt = look.say(
        N_("Số hộ trong nhóm {span}: {total}; thấp nhất tháng {month}: {net} hộ.")
        if by == "month"
        else N_("Số hộ trong nhóm {span}: {total}; thấp nhất năm {month}: {net} hộ."),
        span=f"{names[0]}–{names[-1]}" if names else "–", total=signed(total, look),
        month=names[ordered.index(worst)] if worst else "–", net=signed(worst.joined - worst.left, look) if worst else "–",
    )  # fmt: skip
    return drawn(look, layers, height=230, alt=alt)
