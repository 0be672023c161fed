"""When an office is open: its hours on working days, the public holidays, the days a ward adds or works instead.

Public holidays, those made up for and the Saturdays worked instead of a day off come from the `holidays` package (Bộ luật Lao
động 2019, Điều 111 và 112, and what the government announces each year); what it does not know yet a ward writes into its rules.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from core import clock
from core.errors import Invalid
from core.i18n import N_

USUAL = "07:30-11:30, 13:30-17:00"
FARTHEST = 366  # days looked ahead: a ward that never opens has no due time
DAYS_MOST = 200  # of a ward's own
_WRITTEN_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_STRETCH = re.compile(r"(\d{1,2})[:h](\d{2})?\s*[-–]\s*(\d{1,2})[:h](\d{2})?")


@dataclass(frozen=True)
class OfficeHours:
    """The stretches of a working day, and the days that differ from the week."""

    stretches: Sequence[tuple[time, time]]
    free_days: frozenset[date] = field(default_factory=frozenset)
    work_days: frozenset[date] = field(default_factory=frozenset)

    @property
    def day_minutes(self) -> int:
        """How many minutes a working day has."""
        return sum(_minutes(since, until) for since, until in self.stretches)

    def is_open_on(self, day: date) -> bool:
        """Whether people work on that day."""
        if day in self.work_days or day in self.free_days:
            return day in self.work_days
        public = public_days(day.year)
        return day in public.worked or (day.weekday() < 5 and day not in public.free)

    def is_open(self, at: datetime) -> bool:
        """Whether somebody works at that instant."""
        here = clock.local(at)
        return self.is_open_on(here.date()) and any(since <= here.time() < until for since, until in self.stretches)

    def after(self, at: datetime, minutes: int) -> datetime:
        """The instant at which so many minutes of work have passed since then."""
        left = float(minutes)
        for since, until in self._from(at):
            length = (until - since).total_seconds() / 60
            if length >= left:
                return since + timedelta(minutes=left)
            left -= length
        return at + timedelta(days=FARTHEST)

    def between(self, since: datetime, until: datetime) -> int:
        """How many minutes of work lie between two instants; 0 where the second comes first."""
        total = 0.0
        for begin, end in self._from(since):
            if begin >= until:
                break
            total += max(0.0, (min(end, until) - begin).total_seconds() / 60)
        return int(total)

    def _from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        first = clock.local(at).date()
        for day in (first + timedelta(days=ahead) for ahead in range(FARTHEST)):
            if not self.is_open_on(day):
                continue
            for since, until in self.stretches:
                begin, end = (datetime.combine(day, one, clock.zone()).astimezone(UTC) for one in (since, until))
                if end > at:
                    yield max(begin, at), end


@dataclass(frozen=True)
class PublicDays:
    """What differs from the week all over the country in a year."""

    free: frozenset[date]
    worked: frozenset[date]  # Saturdays, for a day off beside a holiday


@cache
def public_days(year: int) -> PublicDays:
    """The public holidays of a year, and the weekend days worked instead of one, as far as they are announced."""
    from holidays import country_holidays  # noqa: PLC0415  # a tenth of a second, for whoever asks for a day

    known = country_holidays("VN", years=year)
    return PublicDays(frozenset(known), frozenset(known.weekend_workdays))


def coming_holidays(since: date) -> list[date]:
    """The public holidays of the year from a day on, in order."""
    until = since + timedelta(days=365)
    return sorted(day for year in (since.year, since.year + 1) for day in public_days(year).free if since <= day <= until)


def read(opens: str, *, free_days: Sequence[str] = (), work_days: Sequence[str] = ()) -> OfficeHours:
    """Office hours as somebody wrote them: `07:30-11:30, 13:30-17:00`, and days as 24/11/2026 or 2026-11-24.

    Raises:
        Invalid: they cannot be read, or end before they begin; a day is both free and worked, or there are too many of them.
    """
    stretches = []
    for hour, minute, to_hour, to_minute in _STRETCH.findall(opens):
        if int(hour) > 23 or int(to_hour) > 23 or int(minute or 0) > 59 or int(to_minute or 0) > 59:
            raise Invalid(N_("Giờ làm việc “{words}” chưa đúng. Ghi như: 07:30-11:30, 13:30-17:00."), words=opens[:60])
        stretches.append((time(int(hour), int(minute or 0)), time(int(to_hour), int(to_minute or 0))))
    edges = [edge for stretch in stretches for edge in stretch]
    if not stretches or edges != sorted(set(edges)):
        raise Invalid(N_("Giờ làm việc “{words}” chưa đúng. Ghi như: 07:30-11:30, 13:30-17:00."), words=opens[:60])
    free, worked = (frozenset(map(_day, days[: DAYS_MOST + 1])) for days in (free_days, work_days))
    if max(len(free), len(worked)) > DAYS_MOST:
        raise Invalid(N_("Nhiều nhất {most} ngày. Xin bỏ những ngày đã qua."), most=DAYS_MOST)
    if both := free & worked:
        raise Invalid(N_("Ngày {day:%d/%m/%Y} vừa nghỉ vừa làm bù. Xin bỏ ở một nơi."), day=min(both))
    return OfficeHours(tuple(stretches), free, worked)


def _day(written: str) -> date:
    words = written.strip()
    found = _WRITTEN_DAY.fullmatch(words)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(words)
    except ValueError:
        raise Invalid(N_("Ngày “{words}” chưa đúng. Ghi như: 24/11/2026."), words=written[:40]) from None


def _minutes(since: time, until: time) -> int:
    return (until.hour - since.hour) * 60 + until.minute - since.minute
