"""The only source of the current time, so that tests can stop it."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.settings import settings


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


def zone() -> ZoneInfo:
    """The zone people here live in (setting `TIMEZONE`)."""
    return ZoneInfo(settings().timezone)


def local(instant: datetime) -> datetime:
    """The same instant on the clocks of this place."""
    return instant.astimezone(zone())


def begun(instant: datetime, minutes: int) -> datetime:
    """The start of the so many minutes (up to 60) of the hour that an instant lies in."""
    return instant.replace(minute=instant.minute // minutes * minutes, second=0, microsecond=0)


def today() -> date:
    """The day on the calendars of this place."""
    return local(now()).date()


def midnight(day: date) -> datetime:
    """The instant at which a day begins here."""
    return datetime.combine(day, time(), zone())


def month_of(day: date) -> tuple[date, date]:
    """The first day of its month and of the next."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)
