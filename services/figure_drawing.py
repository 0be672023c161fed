"""A figure over its days as a chart: one line, a scale in the unit of the figure, what still runs told from what is over."""

import math
from collections.abc import Sequence
from datetime import date

from core import formats
from core.i18n import N_
from services import figure_values
from services.drawing import Drawing
from services.drawing_words import Words, nothing, scaled
from services.figure_register import Definition, Measure
from services.figure_values import Value
from services.figure_words import amount, so_far

TICKS = 4  # steps of a scale, at most
SHARE_LEAST = 0.04  # a scale of shares is never narrower: a tenth of a per cent must not look like a leap
_DAY = 24 * 60
_SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25)
_MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, *(_DAY * n for n in (1, 2, 5, 7, 14, 30, 60, 90, 180, 365)))


def of(figure: Definition, values: Sequence[Value], *, language: str) -> Drawing:
    """The chart of a figure over periods of equal length, the table behind it with the latest first. Gaps stay gaps."""
    w = Words(language)
    step = (values[0].day - values[0].since).days + 1 if values else 1
    told = [one for one in values if one.value is not None]
    note = w.say(N_("mỗi điểm một ngày")) if step == 1 else w.say(N_("mỗi điểm {n} ngày"), n=w.number(step))
    if any(one.is_running for one in told):
        note = w.say(N_("{note}; chấm rỗng: còn đang chờ, ít nhất chừng ấy"), note=note)
    ticks = scale([one.value for one in told if one.value is not None], figure.measure)
    low, high = ticks[0], ticks[-1]
    spec = {
        "points": [
            {"x": _place(at, len(values)), "y": scaled(one.value, low, high), "text": _said(one, figure, language),
             "is_running": one.is_running, "day": w.day(one.day.isoformat())}
            for at, one in enumerate(values)
        ],
        "yticks": [[scaled(one, low, high), _mark(one, figure.measure, w)] for one in ticks],
        "xticks": [[_place(at, len(values)), w.day(values[at].day.isoformat())] for at in _marks(len(values))],
    }  # fmt: skip
    return Drawing(
        figure.name, "days", w.say(N_("Qua thời gian")), _sentence(figure, told, w), note, _heads(figure, w),
        [_row(one, figure, w) for one in reversed(values)] if told else [], spec, kinds=_kinds(figure),
    )  # fmt: skip


def scale(values: Sequence[float], measure: Measure) -> list[float]:
    """The marks of an axis that holds these values: round ones of the measure, no two of which read alike.

    Shares need not begin at 0; all else does.
    """
    low, high = (min(values), max(values)) if values else (0.0, 0.0)
    if measure is Measure.SHARE:
        high = min(1.0, max(high, low + SHARE_LEAST))
        low = max(0.0, min(low, high - SHARE_LEAST))
    else:
        low = 0.0
    step = next((one for one in _steps(measure, high - low) if _last(high, one) - _first(low, one) <= TICKS), high - low)
    return [round(step * n, 6) for n in range(_first(low, step), max(_first(low, step) + 1, _last(high, step)) + 1)]


def _mark(value: float, measure: Measure, w: Words) -> str:
    if measure is Measure.SHARE:
        return w.share(value, 0)
    if measure is Measure.PER_HOUSEHOLD:
        return formats.number(value, language=w.language, places=1)
    return amount(value, measure, language=w.language)


def _first(low: float, step: float) -> int:
    return math.floor(low / step + 1e-9)


def _last(high: float, step: float) -> int:
    return math.ceil(high / step - 1e-9)


def _steps(measure: Measure, width: float) -> Sequence[float]:
    if measure is Measure.SHARE:
        return _SHARES
    if measure is Measure.MINUTES:
        return _MINUTES
    least = -1 if measure is Measure.PER_HOUSEHOLD else 0
    most = max(1, math.ceil(math.log10(width or 1)) + 1)
    return [one * 10.0**power for power in range(least, most + 1) for one in (1, 2, 5)]


def _place(at: int, count: int) -> float:
    return round(at / (count - 1), 6) if count > 1 else 1.0


def _marks(count: int) -> list[int]:
    return sorted({0, (count - 1) // 2, count - 1}) if count else []


def _said(one: Value, figure: Definition, language: str) -> str:
    value = figure_values.rounded(one, figure.measure)
    return so_far(value, figure.measure, is_running=one.is_running, language=language)


def _sentence(figure: Definition, told: Sequence[Value], w: Words) -> str:
    if not told:
        return nothing(w)
    ordered = sorted(told, key=lambda one: (one.value or 0, one.is_running))
    words = {
        name: _said(one, figure, w.language)
        for name, one in (("start", told[0]), ("end", told[-1]), ("low", ordered[0]), ("high", ordered[-1]))
    }
    message = N_("{figure}: từ {start} đến {end}, thấp nhất {low}, cao nhất {high}.")
    return w.say(message, figure=w.say(figure.label), **words)


def _heads(figure: Definition, w: Words) -> list[str]:
    label = w.say(figure.label)
    is_plain = figure.measure in (Measure.SHARE, Measure.TIMES)
    heads = [w.say(N_("Ngày")), label if is_plain else f"{label} ({w.say(figure.measure.label)})"]
    if figure.measure is Measure.MINUTES:
        return [*heads, w.say(N_("Còn đang chờ")), w.say(N_("Trên tổng số"))]
    return [*heads, w.say(N_("Đếm được")), w.say(N_("Trên tổng số"))] if figure.is_ratio else heads


def _kinds(figure: Definition) -> list[str]:
    kinds = ["day", "share" if figure.measure is Measure.SHARE else "count"]
    if figure.measure is Measure.MINUTES:
        return [*kinds, "text", "count"]
    return [*kinds, "count", "count"] if figure.is_ratio else kinds


def _row(one: Value, figure: Definition, w: Words) -> list[date | float | str | None]:
    value = figure_values.rounded(one, figure.measure)
    first = value if value is None or figure.measure.places else round(value)
    if figure.measure is Measure.MINUTES:
        return [one.day, first, w.say(N_("còn chờ")) if one.is_running else "", one.denominator]
    return [one.day, first, one.numerator, one.denominator] if figure.is_ratio else [one.day, first]
