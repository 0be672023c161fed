"""The days of an announcement as a file for calendars (RFC 5545): one event a day, the same one however often it is fetched."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from core.settings import settings
from services import event_days
from services.announcements import PublicAnnouncement
from services.event_days import Event

LINE = 74  # octets, of the 75 a line may have


def events_of(notice: PublicAnnouncement) -> list[Event]:
    """The days it names, none where it names none."""
    return event_days.written_in(notice.facts.get("when", ""), since=notice.sent_at)


def written(notice: PublicAnnouncement) -> bytes:
    """All its events. One that was withdrawn or corrected is written as called off, under the name it had."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Cau Noi//VI", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    for one in events_of(notice):
        lines += _event(notice, one)
    folded = (part for line in [*lines, "END:VCALENDAR"] for part in _folded(line))
    return "".join(f"{part}\r\n" for part in folded).encode()


def _event(notice: PublicAnnouncement, one: Event) -> list[str]:
    host = urlsplit(settings().public_url).hostname or "localhost"
    is_off = notice.is_cancelled or notice.corrected_by is not None
    lines = [
        "BEGIN:VEVENT", f"UID:{notice.id.hex}-{one.day:%Y%m%d}@{host}", f"DTSTAMP:{_instant(notice.sent_at)}", *_times(one),
        f"SUMMARY:{_text(notice.title)}", f"DESCRIPTION:{_text(f'{notice.ward.name}. {notice.url}')}", f"URL:{notice.url}",
        f"STATUS:{'CANCELLED' if is_off else 'CONFIRMED'}", f"SEQUENCE:{int(is_off)}",
    ]  # fmt: skip
    if where := notice.facts.get("where"):
        lines.append(f"LOCATION:{_text(where)}")
    return [*lines, "END:VEVENT"]


def _times(one: Event) -> list[str]:
    if one.starts is None:
        return [f"DTSTART;VALUE=DATE:{one.day:%Y%m%d}", f"DTEND;VALUE=DATE:{one.day + timedelta(days=1):%Y%m%d}"]
    return [f"DTSTART:{_instant(one.starts)}", *([f"DTEND:{_instant(one.ends)}"] if one.ends else [])]


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    """As a value of a file: RFC 5545, 3.3.11."""
    for plain, safe in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        words = words.replace(plain, safe)
    return words


def _folded(line: str) -> list[str]:
    """At most so many octets a line, no letter torn; what goes on begins with a space."""
    parts, part = [], ""
    for letter in line:
        if len(f"{part}{letter}".encode()) > LINE:
            parts.append(part)
            part = " "
        part += letter
    return [*parts, part]
