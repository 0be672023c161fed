"""The days of an announcement as a file for calendars (RFC 5545): one event a day, the same one however often it is fetched."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from core.settings import settings
from services import event_days
from services.announcements import PublicAnnouncement
from services.event_days import Event

LINE = 74  # octets, of the 75 a line may have
BEGINS = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Cau Noi//VI", "CALSCALE:GREGORIAN", "METHOD:PUBLISH")


def events_of(notice: PublicAnnouncement) -> list[Event]:
    """The days it names, none where it names none."""
    return event_days.written_in(notice.facts.get("when", ""), since=notice.sent_at)


def written(notice: PublicAnnouncement) -> bytes:
    """All its events. One that was withdrawn or corrected is written as called off, under the name it had."""
    return file_of(line for one in events_of(notice) for line in _event(notice, one))


def file_of(lines: Iterable[str]) -> bytes:
    """Lines as a file has them, between those of every calendar."""
    whole = (*BEGINS, *lines, "END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in whole for part in _folded(line)).encode()


def host() -> str:
    """Whose events they are, as their ids say."""
    return urlsplit(settings().public_url).hostname or "localhost"


def _event(notice: PublicAnnouncement, one: Event) -> list[str]:
    is_off = notice.is_cancelled or notice.corrected_by is not None
    lines = [
        "BEGIN:VEVENT", f"UID:{notice.id.hex}-{one.day:%Y%m%d}@{host()}", f"DTSTAMP:{instant(notice.sent_at)}", *_times(one),
        f"SUMMARY:{value_of(notice.title)}", f"DESCRIPTION:{value_of(f'{notice.ward.name}. {notice.url}')}", f"URL:{notice.url}",
        f"STATUS:{'CANCELLED' if is_off else 'CONFIRMED'}", f"SEQUENCE:{int(is_off)}",
    ]  # fmt: skip
    if where := notice.facts.get("where"):
        lines.append(f"LOCATION:{value_of(where)}")
    return [*lines, "END:VEVENT"]


def _times(one: Event) -> list[str]:
    if one.starts is None:
        return [f"DTSTART;VALUE=DATE:{one.day:%Y%m%d}", f"DTEND;VALUE=DATE:{one.day + timedelta(days=1):%Y%m%d}"]
    return [f"DTSTART:{instant(one.starts)}", *([f"DTEND:{instant(one.ends)}"] if one.ends else [])]


def instant(at: datetime) -> str:
    """A moment, in UTC."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def value_of(words: str) -> str:
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
