"""The hours in which nothing is sent but an emergency: 21 to 6 on the clocks of this place (docs/decisions/0019)."""

from datetime import UTC, datetime, timedelta

from core import clock

BEGIN, END = 21, 6


def is_quiet(at: datetime) -> bool:
    """Whether an instant lies in the night."""
    return not END <= clock.local(at).hour < BEGIN


def after(at: datetime) -> datetime:
    """Six in the morning after an instant of the night; the instant itself by day."""
    if not is_quiet(at):
        return at
    here = clock.local(at)
    morning = here.replace(hour=END, minute=0, second=0, microsecond=0)
    return (morning if here.hour < END else morning + timedelta(days=1)).astimezone(UTC)
