"""What a careful colleague would point out in an announcement before it leaves: days, hours, blanks, links, shouting.

What names people, or belongs to one, is pointed out by `services/private_words.py`.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal

from sqlmodel import Session, select

from core import clock, formats, written_times
from core.errors import Invalid
from core.i18n import N_
from core.text import UPPER, clean_lines
from core.written_times import WrittenDay, WrittenHour
from models import Announcement, AnnouncementKind, Unit, Urgency
from services import access, private_words, web_links

GROUP_LINES = 5
Severity = Literal["stop", "warn"]
# Asked before anything else, as a form asks.
PLACES = ("title", "body", "group_text", "when", "where", "who", "bring")
BLANK = re.compile(r"\[(?!\.\])[^\[\]\n]{1,60}\]|\{[^{}\n]{1,60}\}|(?<!\.)\.{4,}|…{2,}|_{3,}")
_TODAY = re.compile(r"\b(?:hôm|sáng|trưa|chiều|tối|đêm)\s+nay\b[\s,:(]*(?:là\s+)?$", re.IGNORECASE)
_TOMORROW = re.compile(r"\b(?:ngày|sáng|trưa|chiều|tối)\s+mai\b[\s,:(]*(?:là\s+)?$", re.IGNORECASE)
_SAME = re.compile(r"^\s*(?:-|–|—|đến|tới)\s*$", re.IGNORECASE)
_OVERNIGHT = re.compile(r"hôm sau|sáng mai|ngày mai|hôm trước|chiều|tối", re.IGNORECASE)
_CAPITALS = re.compile(rf"(?:[{UPPER}]{{2,}}[\s,.!:;-]+){{2,}}[{UPPER}]{{2,}}")
_LOUD = re.compile(r"!{2,}|(?:![^!]*){3,}", re.DOTALL)
SHOUTED = 14  # letters in a run of capitals beyond which it is no row of abbreviations
_SCAM = re.compile(r"lừa đảo|giả danh|giả mạo|mạo danh|chiếm đoạt|kẻ gian|kẻ xấu", re.IGNORECASE)
_WEEKDAYS = (
    N_("thứ Hai"), N_("thứ Ba"), N_("thứ Tư"), N_("thứ Năm"), N_("thứ Sáu"), N_("thứ Bảy"), N_("Chủ nhật"),
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One thing to look at again: in which field, at which words, and the sentence that says why."""

    place: str
    severity: Severity
    message: str
    words: str  # as they stand in the text
    blanks: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Checked:
    """The words to check, and what they are measured by. `known` are names and telephones that are no secret."""

    texts: Mapping[str, str]
    kind: AnnouncementKind = AnnouncementKind.NOTICE
    urgency: Urgency = Urgency.NORMAL
    send_at: datetime | None = None
    must_reach_by: datetime | None = None
    expires_at: datetime | None = None
    known: Collection[str] = ()

    @property
    def starts(self) -> date:
        """The day on which it is read first."""
        return clock.local(self.send_at or clock.now()).date()

    @property
    def warns_of_scams(self) -> bool:
        """Whether it quotes what swindlers send, so that no link in it may be alive."""
        return self.kind is AnnouncementKind.WARNING and any(_SCAM.search(text) for text in self.texts.values())


def of_announcement(announcement: Announcement, *, known: Collection[str] = ()) -> Checked:
    """An announcement's words, to be checked."""
    texts = {"title": announcement.title, "body": announcement.body, "group_text": announcement.group_text}
    return Checked(
        texts | announcement.facts, kind=announcement.kind, urgency=announcement.urgency, send_at=announcement.send_at,
        must_reach_by=announcement.must_reach_by, expires_at=announcement.expires_at, known=known,
    )  # fmt: skip


def findings(checked: Checked) -> list[Finding]:
    """Everything worth a second look, what stops first, else in the order of the form; the same words once a field."""
    found = [one for place in PLACES if (text := clean_lines(checked.texts.get(place, ""))) for one in _in(place, text, checked)]
    unique = {(one.place, one.message, one.words): one for one in found}.values()
    return sorted(unique, key=lambda one: one.severity != "stop")


def stopping(found: Sequence[Finding], urgency: Urgency) -> list[Finding]:
    """Those that stop words from being handed on. In an emergency only blanks left open do: minutes count."""
    stops = [one for one in found if one.severity == "stop"]
    return [one for one in stops if one.message == UNFILLED] if urgency is Urgency.EMERGENCY else stops


def expect_ready(session: Session, *, announcement: Announcement) -> None:
    """Refuse to hand on words that cannot be right; for callers that have narrowed by their actor.

    Raises:
        Invalid: the first of them; `details["findings"]` has all.
    """
    ward = session.get_one(Unit, announcement.unit_id)
    found = findings(of_announcement(announcement, known=known_in(session, ward=ward)))
    if stops := stopping(found, announcement.urgency):
        raise Invalid(stops[0].message, **stops[0].blanks, field=stops[0].place, findings=stops)


def known_in(session: Session, *, ward: Unit) -> list[str]:
    """Names of a ward's places and its office's telephone, which are no secret though they look like a person's."""
    places = select(Unit.name, Unit.short_name).where(access.path_range(ward.path))
    return [ward.phone or "", *(word for row in session.exec(places) for word in row if word)]


LIVING = N_("“{words}” còn bấm được. Tin cảnh báo lừa đảo không được mang đường dẫn sống.")
UNFILLED = N_("“{words}” là chỗ trống chưa điền.")


def _in(place: str, text: str, checked: Checked) -> Iterator[Finding]:
    for found in BLANK.finditer(text):
        yield Finding(place, "stop", UNFILLED, found[0], {"words": found[0]})
    yield from _days(place, text, checked)
    yield from _hours(place, text)
    yield from _links(place, text, checked)
    for private in private_words.found_in(text, known=checked.known):
        yield Finding(place, private.severity, private.message, private.words, private.blanks)
    yield from _tone(place, text)
    if place == "group_text":
        yield from _length(text)


def _days(place: str, text: str, checked: Checked) -> Iterator[Finding]:
    written = list(written_times.days(text))
    for one in written:
        day = one.near(checked.starts)
        if day is None:
            yield Finding(place, "stop", N_("Lịch không có ngày “{words}”."), one.text, {"words": one.text})
        elif one.weekday is not None and one.weekday != day.weekday():
            yield _wrong_weekday(place, one, day)
        elif odd := _against_today(text, one, day, checked):
            yield Finding(place, "warn", odd, one.text, _told(one, day))
        else:
            yield from _against_times(place, one, day, checked)


def _wrong_weekday(place: str, one: WrittenDay, day: date) -> Finding:
    said = one.weekday or 0
    nearest = min((day + timedelta(days=step) for step in range(-3, 4)), key=lambda other: other.weekday() != said)
    message = N_("“{words}”: ngày {day} là {weekday}. Nếu đúng là {said} thì phải là ngày {instead}.")
    blanks = {
        "words": one.text, "day": formats.day(day, weekday=False), "weekday": _WEEKDAYS[day.weekday()], "said": _WEEKDAYS[said],
        "instead": formats.day(nearest, weekday=False),
    }  # fmt: skip
    return Finding(place, "stop", message, one.text, blanks)


def _against_today(text: str, one: WrittenDay, day: date, checked: Checked) -> str:
    """What is odd about a day that stands beside "today" or "tomorrow"; these are counted from the day it is sent."""
    before = text[max(0, one.start - 30) : one.start]
    for said, ahead in ((_TODAY, 0), (_TOMORROW, 1)):
        if said.search(before) and day != checked.starts + timedelta(days=ahead):
            return N_("“{words}” đứng cạnh “nay”, “mai” nhưng tính từ ngày gửi thì không phải ngày đó.")
    return ""


def _against_times(place: str, one: WrittenDay, day: date, checked: Checked) -> Iterator[Finding]:
    blanks = _told(one, day)
    if day < checked.starts:
        yield Finding(place, "warn", N_("“{words}” ({day}) đã qua khi tin được gửi."), one.text, blanks)
        return
    if checked.must_reach_by and day < clock.local(checked.must_reach_by).date():
        message = N_("“{words}” ({day}) đến trước hạn báo tin: có hộ sẽ biết khi việc đã qua.")
        yield Finding(place, "warn", message, one.text, blanks)
    if checked.expires_at and day > clock.local(checked.expires_at).date():
        message = N_("“{words}” ({day}) sau ngày tin hết hiệu lực: đến lúc đó trang không còn nhận trả lời.")
        yield Finding(place, "warn", message, one.text, blanks)


def _told(one: WrittenDay, day: date) -> dict[str, object]:
    return {"words": one.text, "day": formats.day(day)}


def _hours(place: str, text: str) -> Iterator[Finding]:
    written = list(written_times.hours(text))
    for one in written:
        is_length_of_time = one.minute is None  # "trong 48 giờ"
        if (one.minute or 0) > 59 or (one.minutes > 24 * 60 and not is_length_of_time):
            yield Finding(place, "stop", N_("Không có giờ “{words}”."), one.text, {"words": one.text})
    for first, second in pairwise(written):
        if _SAME.match(text[first.end : second.start]) and _runs_backwards(text, first, second):
            words = text[first.start : second.end]
            yield Finding(place, "warn", N_("“{words}”: giờ kết thúc đứng trước giờ bắt đầu."), words, {"words": words})


def _runs_backwards(text: str, first: WrittenHour, second: WrittenHour) -> bool:
    is_overnight = first.hour >= 18 and second.hour <= 9
    return second.minutes <= first.minutes and not is_overnight and not _OVERNIGHT.match(text[second.end :].lstrip())


def _links(place: str, text: str, checked: Checked) -> Iterator[Finding]:
    for link in web_links.found_in(text):
        blanks = {"words": link.text}
        if checked.warns_of_scams and not link.is_trusted:
            yield Finding(place, "stop", LIVING, link.text, blanks)
        elif link.odd:
            yield Finding(place, "warn", link.odd, link.text, blanks)
        elif not link.is_trusted:
            message = N_("“{words}” không thuộc các trang đã tin cậy. Xin kiểm tra kỹ trước khi gửi.")
            yield Finding(place, "warn", message, link.text, blanks)


def _tone(place: str, text: str) -> Iterator[Finding]:
    for found in _CAPITALS.finditer(text):
        if sum(letter.isalpha() for letter in found[0]) >= SHOUTED:
            words = found[0][:40]
            message = N_("“{words}” viết hoa toàn bộ, bà con khó đọc và dễ thấy như quát. Nên viết thường.")
            yield Finding(place, "warn", message, words, {"words": words})
    if _LOUD.search(text):
        yield Finding(place, "warn", N_("Nhiều dấu chấm than. Một câu nói rõ việc gì, khi nào, ở đâu là đủ gấp."), "!")


def _length(text: str) -> Iterator[Finding]:
    lines = [line for line in text.split("\n") if line]
    if len(lines) > GROUP_LINES:
        message = N_("Lời cho nhóm dài {n} dòng, nên tối đa {most}: việc gì, khi nào, ở đâu, mang gì, hỏi ai.")
        yield Finding("group_text", "warn", message, lines[GROUP_LINES], {"n": len(lines), "most": GROUP_LINES})
