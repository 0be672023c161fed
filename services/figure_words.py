"""A figure of the register as people read it: in its unit, with what it is out of, over its days."""

from datetime import date, timedelta

from core import formats
from core.i18n import N_, translate
from services import figure_values
from services.figure_register import BY_NAME, Definition, Measure
from services.figure_values import Value
from services.period_facts import FigureLine

NONE = "–"
DAY = 1440  # minutes


def amount(value: float | None, measure: Measure, *, language: str, places: int | None = None) -> str:
    """`89,7 %`, `1.234`, `2 giờ 18 phút`, `45.600 ₫`; "–" where there is none; a plain number with so many `places`."""
    if value is None:
        return NONE
    if measure is Measure.SHARE:
        return formats.share(value, language=language)
    if measure is Measure.MINUTES:
        return formats.span(timedelta(minutes=round(value)), language=language)
    if measure is Measure.MONEY:
        return formats.money(round(value), language=language)
    return formats.number(value, language=language, places=measure.places if places is None else places)


def as_read(value: float, measure: Measure) -> float:
    """A value as `amount` tells it: of spans longer than two days the days alone are read."""
    return value - value % DAY if measure is Measure.MINUTES and value >= 2 * DAY else value


def change(value: float | None, measure: Measure, *, language: str, places: int | None = None) -> str:
    """A difference with its sign, of shares in percentage points; "–" where there is none."""
    if value is None:
        return NONE
    sign = "+" if value > 0 else "−" if value < 0 else ""
    if measure is Measure.SHARE:
        points = formats.number(abs(value) * 100, language=language, places=1)
        return translate(N_("{n} điểm phần trăm"), language=language).format(n=f"{sign}{points}")
    return f"{sign}{amount(abs(value), measure, language=language, places=places)}"


def told(value: Value, *, language: str) -> str:
    """The value as it is read; "at least so much" where it still runs."""
    measure = BY_NAME[value.name].measure
    return so_far(figure_values.rounded(value, measure), measure, is_running=value.is_running, language=language)


def so_far(value: float | None, measure: Measure, *, is_running: bool, language: str, places: int | None = None) -> str:
    """An amount, as at least so much where it still runs."""
    words = amount(value, measure, language=language, places=places)
    return translate("hơn {time}", language=language).format(time=words) if is_running else words


def out_of(value: Value | FigureLine, figure: Definition, *, language: str) -> str:
    """What it is out of: `2.742 / 3.000`; of a spread, how many times were looked at."""
    if value.denominator is None or value.numerator is None:
        return ""
    if figure.measure is Measure.MINUTES:
        return formats.number(value.denominator, language=language)
    return " / ".join(formats.number(one, language=language) for one in (value.numerator, value.denominator))


def period(since: date, until: date, *, language: str) -> str:
    """`24/11/2026`, or from one day to another."""
    ends = [formats.day(day, language=language, weekday=False) for day in dict.fromkeys((since, until))]
    return " – ".join(ends)
