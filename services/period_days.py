"""The days that are looked at: the period before one, whole months and quarters, the months of a year."""

from datetime import date, timedelta

from core import clock
from services.figure_sources import Period

MONTHS = 12


def period_before(since: date, until: date) -> Period:
    """As many days before; of whole calendar months, as many of those."""
    last = since - timedelta(days=1)
    if months := whole_months(since, until):
        first = since
        for _ in range(months):
            first = (first - timedelta(days=1)).replace(day=1)
        return first, last
    return since - (until - since) - timedelta(days=1), last


def whole_months(since: date, until: date) -> int:
    """How many calendar months these days are; 0 where they are not whole ones."""
    if since.day != 1 or (until + timedelta(days=1)).day != 1:
        return 0
    return (until.year - since.year) * 12 + until.month - since.month + 1


def months_up_to(until: date) -> list[Period]:
    """Twelve months, the last up to a day."""
    periods: list[Period] = [(until.replace(day=1), until)]
    while len(periods) < MONTHS:
        last = periods[0][0] - timedelta(days=1)
        periods.insert(0, (last.replace(day=1), last))
    return periods


def last_whole_month(today: date) -> Period:
    """The month before this one."""
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def last_whole_quarter(today: date) -> Period:
    """The quarter before this one."""
    last = today.replace(day=1, month=(today.month - 1) // 3 * 3 + 1) - timedelta(days=1)
    return last.replace(day=1, month=last.month - 2), last


def until_today(day: date) -> date:
    """A day, but none that has not come."""
    return min(day, clock.today())
