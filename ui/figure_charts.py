"""The charts of figures that have no drawing of their own: a line over days, in the unit of its figure."""

from collections.abc import Sequence
from datetime import date

from core import formats
from core.i18n import N_
from services.figure_register import Definition, Measure
from services.figure_words import amount
from ui.chart_kit import SHARE, Chart, Look, drawn, layer, quantity, text_of

POINTS_MAX = 400


def line(points: Sequence[tuple[date, float | None]], *, of: Definition, look: Look) -> Chart:
    """A figure over time, its first and last value in words; a gap where there was nothing to tell."""
    c = look.colours
    shown = list(points)[-POINTS_MAX:]
    start = shown[0][0].toordinal() if shown else 0
    rows = [
        {"at": day.toordinal() - start, "v": value, "part": sum(one is None for _, one in shown[:place])}
        for place, (day, value) in enumerate(shown)
        if value is not None
    ]  # fmt: skip
    span = max(1, (shown[-1][0].toordinal() - start) if shown else 1)
    marks = sorted({0, span // 3, span * 2 // 3, span})
    words = (
        {str(at): formats.day(date.fromordinal(start + at), language=look.language, weekday=False) for at in marks}
        if shown
        else {}
    )
    x = quantity(
        "at", scale={"domain": [0, span], "nice": False},
        axis={"values": marks, "labelExpr": f"{words}[datum.value]", "grid": False, "labelFlush": True},
    )  # fmt: skip
    is_share = of.measure is Measure.SHARE
    y = quantity(
        "v", scale={"zero": not is_share, "nice": True}, axis={"tickCount": 4} | ({"labelExpr": SHARE} if is_share else {})
    )
    xy = {"x": x, "y": y}
    last = rows[-1:]
    said = [{**row, "text": amount(row["v"], of.measure, language=look.language)} for row in last]
    layers = [
        layer(rows, "line", xy | {"detail": {"field": "part", "type": "nominal"}}, color=c["river"], strokeWidth=2.5),
        layer(rows if len(rows) < 40 else last, "circle", xy, color=c["river"], size=50, opacity=1),
        layer(said, "text", xy | {"text": text_of()}, align="right", dy=-12, fontWeight=600, fontSize=13),
    ]
    alt = look.say(
        N_("{figure}: từ {start} đến {end}, thấp nhất {low}, cao nhất {high}."), figure=look.say(of.label),
        start=amount(rows[0]["v"], of.measure, language=look.language) if rows else "–",
        end=amount(rows[-1]["v"], of.measure, language=look.language) if rows else "–",
        low=amount(min((row["v"] for row in rows), default=None), of.measure, language=look.language),
        high=amount(max((row["v"] for row in rows), default=None), of.measure, language=look.language),
    )  # fmt: skip
    return drawn(look, layers, height=220, alt=alt)
