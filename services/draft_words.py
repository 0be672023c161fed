"""The words of an announcement as a form or the terminal gives them, what there is to say against them, and how they are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from core import clock
from core.i18n import N_
from core.text import clean, clean_lines
from models import FACT_LABELS, AnnouncementKind, AsksFor, Channel, Need, Urgency
from services import quiet_hours
from services.attendance_places import PLACES_MAX
from services.draft_versions import Kept, instant

FACTS = tuple(FACT_LABELS)
TITLE_MAX, BODY_MAX, GROUP_TEXT_MAX, FACT_MAX = 160, 8000, 1200, 300
TEXTS = ("title", "body", "group_text")
LATE_BY = timedelta(minutes=5)  # an hour chosen on a screen may pass while one writes


@dataclass(frozen=True)
class Words:
    """What an announcement says and asks, as a form or the terminal gives it."""

    title: str
    body: str
    unit_ids: Sequence[UUID]
    group_text: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    kind: AnnouncementKind = AnnouncementKind.NOTICE
    urgency: Urgency = Urgency.NORMAL
    asks_for: AsksFor = AsksFor.CONFIRMATION
    must_reach_by: datetime | None = None
    send_at: datetime | None = None
    expires_at: datetime | None = None
    needs: Sequence[Need] = ()
    streets: Sequence[str] = ()  # as `audiences.streets` gives them
    corrects_id: UUID | None = None
    channels: Sequence[Channel] = ()  # the plan is limited to these; the knock is always there
    # None leaves what the draft has:
    also_groups: Sequence[UUID] | None = None
    places: int | None = None  # 0 for as many as come
    attachments: Sequence[Mapping[str, Any]] | None = None  # as `attachments.store` gives them


@dataclass(frozen=True)
class Flaw:
    """One thing for which words cannot be kept: in which of their fields, and the sentence that says so."""

    place: str
    message: str
    is_missing: bool = False
    blanks: dict[str, object] = field(default_factory=dict)


def flaws_of(words: Words) -> list[Flaw]:
    """Everything that is missing or wrong in the words themselves, in the order a form asks; empty where they will do."""
    title, body, lines = clean(words.title), clean_lines(words.body), clean_lines(words.group_text)
    found = [
        _missing("title", title, N_("Chưa có “Tiêu đề”.")),
        _too_long("title", title, TITLE_MAX, N_("“Tiêu đề” dài {n} chữ, tối đa {limit}.")),
        _missing("body", body, N_("Chưa có “Nội dung”.")),
        _too_long("body", body, BODY_MAX, N_("“Nội dung” dài {n} chữ, tối đa {limit}.")),
        _too_long("group_text", lines, GROUP_TEXT_MAX, N_("“Lời nhắn cho nhóm” dài {n} chữ, tối đa {limit}.")),
        _missing("unit_ids", words.unit_ids, N_("Hãy chọn ít nhất một đơn vị nhận.")),
        _flaw_of_places(words),
        flaw_of_times(words),
    ]
    return [flaw for flaw in found if flaw]


def _flaw_of_places(words: Words) -> Flaw | None:
    if 0 <= (words.places or 0) <= PLACES_MAX:
        return None
    return Flaw("places", N_("Số chỗ phải từ 1 đến {most}."), blanks={"most": PLACES_MAX})


def says_something(words: Words) -> bool:
    """Whether there is anything yet that would be a pity to lose."""
    return any((clean(words.title), clean(words.body), clean(words.group_text), facts_of(words.facts), words.attachments))


def kept(words: Words) -> Kept:
    """A form's words as a version keeps them; without the fields that they leave as they are."""
    asked: Kept = {
        "title": clean(words.title), "body": clean_lines(words.body), "group_text": clean_lines(words.group_text),
        **{name: facts_of(words.facts).get(name, "") for name in FACTS},
        "units": sorted({str(unit_id) for unit_id in words.unit_ids}), "needs": sorted({need.value for need in words.needs}),
        "streets": sorted(set(words.streets)),
        "urgency": words.urgency.value, "kind": words.kind.value, "asks_for": words.asks_for.value,
        "must_reach_by": instant(words.must_reach_by), "send_at": instant(words.send_at),
        "channels": [channel.value for channel in words.channels],
    }  # fmt: skip
    if words.expires_at is not None:
        asked["expires_at"] = instant(words.expires_at)
    if words.also_groups is not None:
        asked["also_groups"] = sorted({str(group_id) for group_id in words.also_groups})
    if words.places is not None:
        asked["places"] = words.places or None
    if words.attachments is not None:
        asked["attachments"] = [dict(one) for one in words.attachments]
    return asked


def words_from(said: Mapping[str, Any]) -> Words:
    """Kept words as a form gives them."""
    return Words(
        title=said["title"], body=said["body"], group_text=said["group_text"], facts={name: said[name] for name in FACTS},
        unit_ids=[UUID(unit_id) for unit_id in said["units"]], needs=[Need(need) for need in said["needs"]],
        streets=said.get("streets", ()),
        also_groups=[UUID(group_id) for group_id in said["also_groups"]], urgency=Urgency(said["urgency"]),
        kind=AnnouncementKind(said["kind"]), asks_for=AsksFor(said["asks_for"]), places=said["places"] or 0,
        must_reach_by=_at(said["must_reach_by"]), send_at=_at(said["send_at"]), expires_at=_at(said["expires_at"]),
        channels=[Channel(channel) for channel in said["channels"]], attachments=said["attachments"],
    )  # fmt: skip


def facts_of(facts: Mapping[str, str]) -> dict[str, str]:
    """The facts that say something, tidied."""
    tidy = {name: clean(facts.get(name, ""))[:FACT_MAX] for name in FACTS}
    return {name: value for name, value in tidy.items() if value}


def _missing(place: str, value: object, message: str) -> Flaw | None:
    return None if value else Flaw(place, message, is_missing=True)


def _too_long(place: str, value: str, limit: int, message: str) -> Flaw | None:
    return Flaw(place, message, blanks={"n": len(value), "limit": limit}) if len(value) > limit else None


def flaw_of_times(words: Words) -> Flaw | None:
    """How its times contradict each other or the clock, if they do."""
    start = words.send_at or clock.now()
    if start < clock.now() - LATE_BY:
        return Flaw("send_at", N_("Giờ hẹn gửi đã qua. Hãy chọn giờ sắp tới, hoặc gửi ngay."))
    if words.send_at and words.urgency is not Urgency.EMERGENCY and quiet_hours.is_quiet(words.send_at):
        return Flaw(
            "send_at",
            N_(
                "Từ 21 giờ đến 6 giờ là giờ nghỉ của bà con. Xin hẹn 6 giờ ngày {day:%d/%m/%Y}, "
                "hoặc chọn mức hỏa tốc nếu không đợi được."
            ),
            blanks={"day": clock.local(quiet_hours.after(words.send_at)).date()},
        )
    if words.must_reach_by and words.must_reach_by <= start:
        return Flaw("must_reach_by", N_("Hạn đến mọi hộ phải sau lúc gửi."))
    expires = end_of(words, start)
    if expires <= start or (words.must_reach_by and expires < words.must_reach_by):
        return Flaw("expires_at", N_("Ngày hết hiệu lực phải sau lúc gửi và sau hạn đến mọi hộ."))
    return None


def end_of(words: Words, start: datetime) -> datetime:
    """Until when it counts: as said, else two weeks or a day after the deadline."""
    return words.expires_at or max(start + timedelta(days=14), (words.must_reach_by or start) + timedelta(days=1))


def _at(moment: str | None) -> datetime | None:
    return datetime.fromisoformat(moment) if moment else None
