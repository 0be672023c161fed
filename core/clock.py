"""The only source of the current time, so that tests can stop it."""

from datetime import UTC, date, datetime
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


def today() -> date:
    """The day on the calendars of this place."""
    return local(now()).date()
