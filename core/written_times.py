"""Days and hours as people write them in Vietnamese: "thứ Bảy 28/11", "ngày 5 tháng 3 năm 2026", "7h30", "7 giờ 30 phút"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

REACH = 80  # letters before a day in which others share its month
_WEEKDAYS = {
    "hai": 0, "2": 0, "ba": 1, "3": 1, "tư": 2, "bốn": 2, "4": 2, "năm": 3, "5": 3, "sáu": 4, "6": 4, "bảy": 5, "bẩy": 5, "7": 5,
}  # fmt: skip
_WEEKDAY = r"(?P<weekday>\b(?:thứ\s+(?:hai|ba|tư|bốn|năm|sáu|bảy|bẩy|[2-7])|chủ\s+nhật|T[2-7]|CN)\b)"
_UNNAMED = _WEEKDAY.replace("?P<weekday>", "?:")
_LINK = r"(?:\s*,?\s*\(?\s*(?:là\s+)?(?:ngày\s+)?)"
_NUMBERS = (
    r"(?<![\d/.,])(?:(?<!-)|(?<=ngày \d-)|(?<=ngày \d\d-))(?P<day>\d{1,2})"
    r"(?:(?P<sign>[/.-])(?P<month>\d{1,2})(?:(?P=sign)(?P<year>\d{4}|\d{2}))?(?![\d/]|[.,-]\d)"
    r"|\s+tháng\s+(?P<named>\d{1,2})(?:\s+năm\s+(?P<yeared>\d{4}))?(?!\d))"
)
_DAY = re.compile(f"(?:{_WEEKDAY}{_LINK})?{_NUMBERS}", re.IGNORECASE)
# "ngày 15, 16 và 17/8": days that share the month of the one they stand before.
_SHARING = re.compile(rf"(?:{_WEEKDAY}{_LINK}|\bngày\s+)?(?<!\d)(?P<day>\d{{1,2}})(?!\d)", re.IGNORECASE)
_NEXT = r"\s*(?:[,;–—-]|và|hoặc|đến(?:\s+hết)?|tới)\s*(?:ngày\s+)?"
_SEVERAL = re.compile(
    rf"(?:{_UNNAMED}{_LINK}|\bngày\s+)\d{{1,2}}(?:{_NEXT}(?:{_UNNAMED}{_LINK})?\d{{1,2}})*{_NEXT}$", re.IGNORECASE
)
_HOUR = re.compile(
    r"(?<![\d/.,:])(?P<hour>\d{1,2})\s?(?:h|g|giờ|:(?=\d\d))(?:\s?(?P<minute>\d{1,2}))?(?![\d/:\w])", re.IGNORECASE
)
# What reads like a day and is none: a house in a lane, a street named after a day, a paper's number, "around the clock".
_NO_DAY = re.compile(r"(?:\b(?:số|nhà|ngõ|ngách|hẻm|kiệt|đường|phố|tổ|khu)\s+)$", re.IGNORECASE)
_LUNAR = re.compile(r"\s*\(?(?:năm\s+)?(?:âm\s+lịch|ÂL|AL)\b", re.IGNORECASE)


@dataclass(frozen=True)
class WrittenDay:
    """A day in a text, as it is written: it need not be one. `year` is None where none is written."""

    start: int
    end: int
    text: str
    weekday: int | None  # 0 is Monday
    day: int
    month: int
    year: int | None

    def in_year(self, year: int) -> date | None:
        """The day it is in a year, None where the calendar has no such day."""
        try:
            return date(year, self.month, self.day)
        except ValueError:
            return None

    def near(self, reference: date) -> date | None:
        """The day meant: in the written year, else in the year that brings it nearest to a day; None for no day at all."""
        if self.year is not None:
            return self.in_year(self.year)
        years = (reference.year - 1, reference.year, reference.year + 1)
        found = [there for year in years if (there := self.in_year(year))]
        return min(found, key=lambda there: abs((there - reference).days), default=None)


@dataclass(frozen=True)
class WrittenHour:
    """An hour in a text, as it is written: 25 giờ or 7h75 are found too. `minute` is None where none is written."""

    start: int
    end: int
    text: str
    hour: int
    minute: int | None

    @property
    def minutes(self) -> int:
        """Since midnight."""
        return self.hour * 60 + (self.minute or 0)


def days(text: str) -> Iterator[WrittenDay]:
    """The days in a text, in order. Days of the lunar calendar are left out: the other one cannot judge them."""
    for found in _DAY.finditer(text):
        day, month = int(found["day"]), int(found["month"] or found["named"])
        if not _is_meant(text, found, day, month):
            continue
        written = found["year"] or found["yeared"]
        year = (int(written) + (2000 if len(written) == 2 else 0)) if written else None
        yield from _before(text, found.start(), day, month, year)
        yield WrittenDay(found.start(), found.end(), found[0], _weekday(found["weekday"]), day, month, year)


def hours(text: str) -> Iterator[WrittenHour]:
    """The hours in a text, in order; a length of time ("trong 48 giờ") is found as well."""
    for found in _HOUR.finditer(text):
        minute = found["minute"]
        yield WrittenHour(found.start(), found.end(), found[0], int(found["hour"]), int(minute) if minute else None)


def _before(text: str, start: int, day: int, month: int, year: int | None) -> Iterator[WrittenDay]:
    """Days that share the month of the day which stands at `start`; one that is later lies in the month before."""
    several = _SEVERAL.search(text, max(0, start - REACH), start)
    for found in _SHARING.finditer(text, *several.span()) if several else ():
        other = int(found["day"])
        if not 1 <= other <= 31:
            continue
        its_month = (month if other <= day else month - 1) or 12
        its_year = year - 1 if year and its_month > month else year
        yield WrittenDay(found.start(), found.end(), found[0], _weekday(found["weekday"]), other, its_month, its_year)


def _weekday(words: str | None) -> int | None:
    if not words:
        return None
    last = words.split()[-1].lower()
    return 6 if last in ("nhật", "cn") else _WEEKDAYS[last.removeprefix("t") if last[1:].isdigit() else last]


def _is_meant(text: str, found: re.Match[str], day: int, month: int) -> bool:
    """Whether it is a day: 24/7 and 24/24 are not, nor a house's number, nor 7.30, nor 7-11."""
    if _LUNAR.match(text, found.end()):
        return False
    if found["weekday"] or found["named"]:
        return True
    if found["sign"] != "/":
        return bool(found["year"]) and len(found["year"]) == 4
    if found[0] in ("24/7", "24/24") and not text[max(0, found.start() - 20) : found.start()].rstrip().lower().endswith("ngày"):
        return False
    if _NO_DAY.search(text[max(0, found.start() - 20) : found.start()]):
        return False
    return day > 0 and month > 0 and (day <= 31 or month <= 12)
