"""A figure of the register as people read it: in its unit, with what it is out of, over its days."""

from datetime import date, timedelta

from core import formats
from core.i18n import translate
from services import figure_values
from services.figure_register import BY_NAME, Definition, Measure
from services.figure_values import Value
from services.period_facts import FigureLine

NONE = "–"


def amount(value: float | None, measure: Measure, *, language: str) -> str:
    """`89,7 %`, `1.234`, `2 giờ 18 phút`, `45.600 ₫`; "–" where there is none."""
    if value is None:
        return NONE
    if measure is Measure.SHARE:
        return formats.share(value, language=language)
    if measure is Measure.MINUTES:
        return formats.span(timedelta(minutes=round(value)), language=language)
    if measure is Measure.MONEY:
        return formats.money(round(value), language=language)
    return formats.number(value, language=language, places=measure.places)


def told(value: Value, *, language: str) -> str:
    """The value as it is read; "at least so much" where it still runs."""
    measure = BY_NAME[value.name].measure
    return so_far(figure_values.rounded(value, measure), measure, is_running=value.is_running, language=language)


def so_far(value: float | None, measure: Measure, *, is_running: bool, language: str) -> str:
    """An amount, as at least so much where it still runs."""
    words = amount(value, measure, language=language)
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
