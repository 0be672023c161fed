"""The days and hours an announcement names under "Khi nào": each day is one event, also where several share their month."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core import clock, written_times
from core.written_times import WrittenDay, WrittenHour
from models import Announcement

MOST = 31  # days of a span; a longer one is a slip
_UNTIL = re.compile(r"^\s*(?:-|–|—|đến(?:\s+hết)?|tới)\s*(?:hết\s+)?(?:ngày\s+)?(?:[^\d]{0,12})$", re.IGNORECASE)
_DASHED = re.compile(r"\b(\d{1,2})[.-](\d{1,2})(?:[.-](\d{4}))?\b")  # "3-1": under this heading it can only be a day


@dataclass(frozen=True)
class Event:
    """One day of it; without hours it lasts the whole day."""

    day: date
    starts: datetime | None
    ends: datetime | None


def days_of(announcement: Announcement) -> list[date]:
    """The days named, in their order, each once; those between two that are joined by "đến" too.

    Without a year: the next such day after sending.
    """
    since = clock.local(announcement.sent_at or announcement.created_at).date()
    return _days(announcement.facts.get("when", ""), since)


def _days(text: str, sent: date) -> list[date]:
    written = list(written_times.days(text)) or _dashed(text)
    found: list[date] = []
    last: WrittenDay | None = None
    for one in written:
        day = _meant(one, sent)
        if day is None:
            continue
        if last is not None and _UNTIL.match(text[last.end : one.start]) and found and found[-1] < day:
            found += [found[-1] + timedelta(days=n) for n in range(1, min(MOST, (day - found[-1]).days))]
        found.append(day)
        last = one
    return sorted(set(found))


def of(announcement: Announcement) -> list[Event]:
    """An event a day, from the first hour named to the second."""
    return written_in(announcement.facts.get("when", ""), since=announcement.sent_at or announcement.created_at)


def written_in(text: str, *, since: datetime) -> list[Event]:
    """As `of`, for words that were sent at an instant."""
    hours = [hour for hour in written_times.hours(text) if hour.hour < 24 and (hour.minute or 0) < 60][:2]
    return [_event(day, hours) for day in _days(text, clock.local(since).date())]


def _event(day: date, hours: list[WrittenHour]) -> Event:
    starts, ends = ([_at(day, hour) for hour in hours] + [None, None])[:2]
    return Event(day, starts, ends if starts and ends and ends > starts else None)


def _at(day: date, hour: WrittenHour) -> datetime:
    return datetime.combine(day, time(hour.hour, hour.minute or 0), clock.zone())


def _meant(one: WrittenDay, sent: date) -> date | None:
    if one.year is not None:
        return one.in_year(one.year)
    named = one.in_year(sent.year)
    return named if named is None or named >= sent else one.in_year(sent.year + 1)


def _dashed(text: str) -> list[WrittenDay]:
    return [
        WrittenDay(found.start(), found.end(), found[0], None, int(found[1]), int(found[2]), int(found[3]) if found[3] else None)
        for found in _DASHED.finditer(text)
    ]
