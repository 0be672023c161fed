"""Numbers, days and hours as a reader of a language writes them, by Babel."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from babel.dates import format_date, get_day_names
from babel.numbers import format_decimal

from core import clock
from core.i18n import N_, translate

NO_BREAK = "\u00a0"
TO = f"{NO_BREAK}–\u2060{NO_BREAK}"  # between two hours; after a dash alone a line may end


@lru_cache(maxsize=20_000)
def number(value: float, *, language: str = "vi", places: int = 0) -> str:
    """`1.234,5` in Vietnamese. Remembered: a screen writes hundreds of them, and Babel takes 45 µs for one."""
    return str(format_decimal(value, format="#,##0." + "0" * places if places else "#,##0", locale=language))


def signed(value: int, *, language: str = "vi") -> str:
    """`+3`, `−2`, `0`."""
    return ("+" if value > 0 else "−" if value < 0 else "") + number(abs(value), language=language)


def share(value: float | None, *, language: str = "vi", places: int = 1) -> str:
    """`89,7 %`; "–" where there is nothing to divide by, never 0 %."""
    return "–" if value is None else f"{number(value * 100, language=language, places=places)}{NO_BREAK}%"


def money(value: int, *, language: str = "vi") -> str:
    """`45.600 ₫`."""
    return f"{number(value, language=language)}{NO_BREAK}₫"


def weight(size: int, *, language: str = "vi") -> str:
    """Bytes as a phone shows a file: `1,2 MB`, `850 KB`, never less than 1 KB."""
    if size >= 1_000_000:
        return f"{number(size / 1_000_000, language=language, places=1)}{NO_BREAK}MB"
    return f"{number(max(1, round(size / 1000)), language=language)}{NO_BREAK}KB"


def weekday(number_: int, *, language: str = "vi") -> str:
    """`thứ Hai` for 0, `chủ nhật` for 6, as within a sentence."""
    name = str(get_day_names("wide", locale=language)[number_])
    if language == "en":
        return name
    return "chủ nhật" if language == "vi" and number_ == 6 else name[0].lower() + name[1:]


def weekdays(numbers: Iterable[int], *, language: str = "vi") -> str:
    """`thứ Hai đến thứ Sáu, chủ nhật`: days that follow each other as a span, from three on."""
    spans: list[list[int]] = []
    for one in sorted(set(numbers)):
        if spans and spans[-1][-1] == one - 1:
            spans[-1].append(one)
        else:
            spans.append([one])
    said = []
    for span_ in spans:
        first, last = (weekday(one, language=language) for one in (span_[0], span_[-1]))
        if len(span_) > 2:
            said.append(translate(N_("{first} đến {last}"), language=language).format(first=first, last=last))
        else:
            said += [weekday(one, language=language) for one in span_]
    return ", ".join(said)


@lru_cache(maxsize=5_000)
def day(value: date, *, language: str = "vi", weekday: bool = True) -> str:
    """`thứ Bảy 28/11/2026`."""
    if language == "ja":
        return format_date(value, "y年M月d日(EEE)" if weekday else "y年M月d日", locale="ja")
    if language == "en":
        return format_date(value, "EEEE d MMM y" if weekday else "d MMM y", locale="en")
    name = get_day_names("wide", locale="vi")[value.weekday()]
    name = "chủ nhật" if value.weekday() == 6 else name[0].lower() + name[1:]
    return f"{name} {value:%d/%m/%Y}" if weekday else f"{value:%d/%m/%Y}"


def hour(instant: datetime, *, language: str = "vi") -> str:
    """`7 giờ`, `16 giờ 52`, on the clocks of this place."""
    at = clock.local(instant)
    if language == "ja":
        return f"{at.hour}時{at.minute:02d}分" if at.minute else f"{at.hour}時"
    if language == "en":
        return f"{at:%H:%M}"
    return f"{at.hour}{NO_BREAK}giờ{NO_BREAK}{at.minute:02d}" if at.minute else f"{at.hour}{NO_BREAK}giờ"


def moment(instant: datetime, *, language: str = "vi") -> str:
    """`thứ Bảy 28/11/2026, 7 giờ`."""
    return f"{day(clock.local(instant).date(), language=language)}, {hour(instant, language=language)}"


def near(instant: datetime, *, language: str = "vi") -> str:
    """The hour alone for today, else the day with it: short enough for a button or a table."""
    at = clock.local(instant).date()
    if at == clock.today():
        return hour(instant, language=language)
    return f"{hour(instant, language=language)}, {day(at, language=language)}"


def span(length: timedelta, *, language: str = "vi") -> str:
    """`2 giờ 18 phút`, `3 ngày`: never negative, rounded down to minutes, to hours over two days."""
    minutes = max(0, int(length.total_seconds() // 60))
    days, hours = minutes // 1440, minutes // 60
    if days >= 2:
        return _say(N_("{n} ngày"), days, language)
    if hours >= 1:
        rest = minutes % 60
        first = _say(N_("{n} giờ"), hours, language)
        more = _say(N_("{n} phút"), rest, language)
        return f"{first} {more}" if rest else first
    return _say(N_("{n} phút"), minutes, language)


def _say(message: str, n: int, language: str) -> str:
    return translate(message, language=language).format(n=n).replace(" ", NO_BREAK)
