"""The hours in which nothing is sent but an emergency: 21 to 6 on the clocks of this place (docs/decisions/0019)."""

from datetime import UTC, datetime, timedelta

from core import clock

BEGIN, END = 21, 6


def is_quiet(at: datetime, *, end: int = END) -> bool:
    """Whether an instant lies in the night, which ends at that hour."""
    return not end <= clock.local(at).hour < BEGIN


def after(at: datetime, *, end: int = END) -> datetime:
    """The morning after an instant of the night, when that ends; the instant itself by day."""
    if not is_quiet(at, end=end):
        return at
    here = clock.local(at)
    morning = here.replace(hour=end, minute=0, second=0, microsecond=0)
    return (morning if here.hour < end else morning + timedelta(days=1)).astimezone(UTC)


def evening_before(at: datetime) -> datetime:
    """The latest instant at which a night has begun, not after this one."""
    here = clock.local(at)
    evening = here.replace(hour=BEGIN, minute=0, second=0, microsecond=0)
    return (evening if evening <= here else evening - timedelta(days=1)).astimezone(UTC)
