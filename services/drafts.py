"""Drafts: writing and changing what has not left, and what there is to say against the words. Any edit voids an approval."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from core.i18n import N_
from core.text import clean, clean_lines
from models import (
    FACT_LABELS,
    Announcement,
    AnnouncementKind,
    AnnouncementStatus,
    AsksFor,
    Audience,
    Channel,
    Need,
    Role,
    Unit,
    UnitKind,
    Urgency,
)
from services import access, also_groups, audit, corrections, links, quiet_hours
from services.access import Actor

FACTS = tuple(FACT_LABELS)
TITLE_MAX, BODY_MAX, GROUP_TEXT_MAX, FACT_MAX = 160, 8000, 1200, 300
LATE_BY = timedelta(minutes=5)  # an hour chosen on a screen may pass while one writes
EDITABLE = (AnnouncementStatus.DRAFT, AnnouncementStatus.IN_REVIEW)  # by whoever writes: nobody has approved it yet


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
    corrects_id: UUID | None = None
    channels: Sequence[Channel] = ()  # the plan is limited to these; the knock is always there
    also_groups: Sequence[UUID] = ()  # groups of sectors, associations, offices, leaders, told beside the household groups


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
        _flaw_of_times(words),
    ]
    return [flaw for flaw in found if flaw]


def may_edit(announcement: Announcement, *, actor: Actor) -> bool:
    """Before it leaves: any writer until it is approved; then its author and whoever approves, and the approval is void."""
    if announcement.status in EDITABLE:
        return actor.role in access.WRITERS
    is_own = actor.id is not None and actor.id == announcement.author_id
    return announcement.status is AnnouncementStatus.SCHEDULED and (is_own or actor.role in access.APPROVERS)


def may_drop(announcement: Announcement, *, actor: Actor) -> bool:
    """Before it leaves: any writer until it is approved; then whoever approves."""
    if announcement.status in EDITABLE:
        return actor.role in access.WRITERS
    return announcement.status is AnnouncementStatus.SCHEDULED and actor.role in access.APPROVERS


def write(session: Session, *, actor: Actor, words: Words) -> Announcement:
    """A new draft of the ward that the audience belongs to.

    Raises:
        Invalid: a text is missing or too long, times contradict each other, the audience is empty or spans wards. It says
            the first flaw; `details["flaws"]` has them all.
        NotFound: a unit outside the actor's sight.
    """
    access.require(actor, *access.WRITERS)
    _check(words)
    ward = _ward_of(session, actor, words)
    announcement = Announcement(unit_id=ward.id, author_id=actor.id, title="", body="")
    _apply(announcement, words)
    announcement.also_groups = _beside(session, actor, words)
    _correct(session, actor, announcement, words)
    session.add(announcement)
    session.flush()
    _address(session, announcement, words)
    links.for_announcement(session, announcement_id=announcement.id, group_id=None, unit_id=ward.id)
    audit.record(session, actor=actor, action="announcement.write", subject_kind="announcement", subject_id=announcement.id)
    return announcement


def edit(session: Session, *, actor: Actor, announcement_id: UUID, version: int, words: Words) -> Announcement:
    """Change what has not left; in review or scheduled it goes back to draft, and an approval it had counts no more.

    Raises:
        Invalid: as for `write`, or someone else changed it since `version` was read (nothing is overwritten).
        NotAllowed: it has left or was dropped, or someone else's approved one waits for its hour.
    """
    access.require(actor, *access.WRITERS)
    announcement = get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    if not may_edit(announcement, actor=actor):
        raise NotAllowed(_why_not(announcement))
    if announcement.version != version:
        raise Invalid(N_("Người khác vừa sửa bản này. Hãy mở lại để xem bản mới rồi sửa tiếp."))
    _check(words)
    voided = announcement.approved_at is not None
    ward = _ward_of(session, actor, words)
    announcement.unit_id = ward.id
    _apply(announcement, words)
    announcement.also_groups = _beside(session, actor, words)
    announcement.status = AnnouncementStatus.DRAFT
    announcement.approver_id = announcement.approved_at = announcement.leaves_at = None
    announcement.version += 1
    session.execute(delete(Audience).where(col(Audience.announcement_id) == announcement.id))
    _address(session, announcement, words)
    audit.record(
        session, actor=actor, action="announcement.edit", subject_kind="announcement", subject_id=announcement.id,
        **({"approval_voided": True} if voided else {}),
    )  # fmt: skip
    return announcement


def channels_of(announcement: Announcement) -> list[Channel]:
    """The channels its plan is limited to; empty for all."""
    return [Channel(name) for name in announcement.plan.get("channels", [])]


def get(session: Session, *, actor: Actor, announcement_id: UUID, for_change: bool = False) -> Announcement:
    """An announcement of a ward within the actor's sight; `for_change` makes others who would change it wait.

    Raises:
        NotFound: it does not exist, or lies outside.
    """
    found = session.get(Announcement, announcement_id, with_for_update=for_change or None)
    if found is None or not session.get_one(Unit, found.unit_id).path.startswith(actor.unit_path):
        raise NotFound(N_("Không tìm thấy thông báo này."))
    return found


def dropped(session: Session, *, actor: Actor, announcement_id: UUID) -> Announcement:
    """A draft or a schedule given up before it left, whose words a new draft takes up.

    Raises:
        NotFound: as `get`.
        NotAllowed: it still stands, or it has been sent.
    """
    found = get(session, actor=actor, announcement_id=announcement_id)
    if found.status is not AnnouncementStatus.CANCELLED or found.sent_at is not None:
        raise NotAllowed(N_("Chỉ dùng lại được bản đã bỏ khi chưa gửi."))
    return found


def audience_of(session: Session, announcement_id: UUID) -> list[Audience]:
    """Whom it is for."""
    return list(session.exec(select(Audience).where(Audience.announcement_id == announcement_id)))


def _ward_of(session: Session, actor: Actor, words: Words) -> Unit:
    units = [access.unit_for(session, actor=actor, unit_id=unit_id) for unit_id in dict.fromkeys(words.unit_ids)]
    wards = {ward.id: ward for ward in (access.commune_of(session, unit) for unit in units)}
    if len(wards) > 1:
        raise Invalid(N_("Một thông báo là của một phường, xã. Hãy chọn đơn vị nhận trong cùng một phường, xã."))
    [ward] = wards.values()
    if not ward.path.startswith(actor.unit_path):
        raise NotAllowed(N_("Thông báo là lời của phường, xã. Tài khoản của một tổ không soạn thay được."))
    if ward.kind is not UnitKind.COMMUNE and actor.role is not Role.ADMIN:
        raise Invalid(N_("Hãy chọn đơn vị nhận thuộc một phường, xã."))
    return ward


def _apply(announcement: Announcement, words: Words) -> None:
    announcement.title, announcement.body = clean(words.title), clean_lines(words.body)
    announcement.group_text = clean_lines(words.group_text)
    announcement.facts = _facts(words.facts)
    kind = AnnouncementKind.CORRECTION if announcement.corrects_id else words.kind
    announcement.kind, announcement.urgency, announcement.asks_for = kind, words.urgency, words.asks_for
    announcement.plan = {"channels": [channel.value for channel in words.channels]}
    announcement.send_at, announcement.must_reach_by = words.send_at, words.must_reach_by
    announcement.expires_at = _end_of(words, words.send_at or clock.now())


def _facts(facts: dict[str, str]) -> dict[str, str]:
    kept = {name: clean(facts.get(name, ""))[:FACT_MAX] for name in FACTS}
    return {name: value for name, value in kept.items() if value}


def _beside(session: Session, actor: Actor, words: Words) -> list[str]:
    return also_groups.checked(session, actor=actor, unit_ids=words.unit_ids, group_ids=words.also_groups)


def _correct(session: Session, actor: Actor, announcement: Announcement, words: Words) -> None:
    if words.corrects_id is None:
        return
    wrong = get(session, actor=actor, announcement_id=words.corrects_id)
    if wrong.sent_at is None or wrong.unit_id != announcement.unit_id:
        raise Invalid(N_("Chỉ đính chính được thông báo đã gửi của chính phường, xã này."))
    newest = corrections.standing_for(session, wrong.id) or wrong  # no. 3 comes after no. 2, also where no. 1 was opened
    announcement.corrects_id, announcement.kind = newest.id, AnnouncementKind.CORRECTION


def _missing(place: str, value: object, message: str) -> Flaw | None:
    return None if value else Flaw(place, message, is_missing=True)


def _too_long(place: str, value: str, limit: int, message: str) -> Flaw | None:
    return Flaw(place, message, blanks={"n": len(value), "limit": limit}) if len(value) > limit else None


def _flaw_of_times(words: Words) -> Flaw | None:
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
    expires = _end_of(words, start)
    if expires <= start or (words.must_reach_by and expires < words.must_reach_by):
        return Flaw("expires_at", N_("Ngày hết hiệu lực phải sau lúc gửi và sau hạn đến mọi hộ."))
    return None


def _end_of(words: Words, start: datetime) -> datetime:
    return words.expires_at or max(start + timedelta(days=14), (words.must_reach_by or start) + timedelta(days=1))


def _check(words: Words) -> None:
    if flaws := flaws_of(words):
        first = flaws[0]
        raise Invalid(first.message, **first.blanks, field=first.place, flaws=flaws)


def _why_not(announcement: Announcement) -> str:
    if announcement.status is AnnouncementStatus.SCHEDULED:
        return N_("Thông báo đã duyệt, chờ giờ gửi: chỉ người soạn hoặc lãnh đạo sửa được.")
    if announcement.sent_at is None:
        return N_("Bản này đã bỏ nên không sửa được. Hãy mở lại nó và bấm “Dùng lại”.")
    return N_("Thông báo đã gửi thì không sửa được. Hãy soạn thông báo đính chính.")


def _address(session: Session, announcement: Announcement, words: Words) -> None:
    needs: list[Any] = [need.value for need in words.needs]
    for unit_id in dict.fromkeys(words.unit_ids):
        session.add(Audience(announcement_id=announcement.id, unit_id=unit_id, needs=needs))
    session.flush()
