"""When an office is open: its hours on working days, the public holidays, the days a ward adds or works instead.

Public holidays: Bộ luật Lao động 2019, Điều 112 (New Year; Tết, five days; 10/3 of the lunar calendar; 30/4, 1/5; 2/9, two days).
Where one falls on a weekend the next working day is free (Điều 111.3). The days of Tết and around 2/9 are those the government
announced for 2026; for 2027 they follow the same rule until it announces them: a ward corrects them in its rules.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from core import clock
from core.errors import Invalid
from core.i18n import N_

USUAL = "07:30-11:30, 13:30-17:00"
HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        "2026-01-01", "2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20", "2026-04-27", "2026-04-30",
        "2026-05-01", "2026-09-01", "2026-09-02",
        "2027-01-01", "2027-02-05", "2027-02-08", "2027-02-09", "2027-02-10", "2027-02-11", "2027-04-16", "2027-04-30",
        "2027-05-03", "2027-09-02", "2027-09-03",
    )
)  # fmt: skip
FARTHEST = 366  # days looked ahead: a ward that never opens has no due time
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
        if day in self.work_days:
            return True
        return day.weekday() < 5 and day not in HOLIDAYS and day not in self.free_days

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


def read(opens: str, *, free_days: Sequence[str] = (), work_days: Sequence[str] = ()) -> OfficeHours:
    """Office hours as somebody wrote them: `07:30-11:30, 13:30-17:00`, and days as 2026-11-24.

    Raises:
        Invalid: they cannot be read, or end before they begin.
    """
    stretches = []
    for hour, minute, to_hour, to_minute in _STRETCH.findall(opens):
        if int(hour) > 23 or int(to_hour) > 23 or int(minute or 0) > 59 or int(to_minute or 0) > 59:
            raise Invalid(N_("Giờ làm việc “{words}” chưa đúng. Ghi như: 07:30-11:30, 13:30-17:00."), words=opens[:60])
        stretches.append((time(int(hour), int(minute or 0)), time(int(to_hour), int(to_minute or 0))))
    edges = [edge for stretch in stretches for edge in stretch]
    if not stretches or edges != sorted(set(edges)):
        raise Invalid(N_("Giờ làm việc “{words}” chưa đúng. Ghi như: 07:30-11:30, 13:30-17:00."), words=opens[:60])
    return OfficeHours(tuple(stretches), frozenset(map(_day, free_days)), frozenset(map(_day, work_days)))


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written.strip())
    except ValueError:
        raise Invalid(N_("Ngày “{words}” chưa đúng. Ghi như: 2026-11-24."), words=written[:40]) from None


def _minutes(since: time, until: time) -> int:
    return (until.hour - since.hour) * 60 + until.minute - since.minute
