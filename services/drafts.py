"""From a draft to an approval: writing, submitting, returning, approving with four eyes.

Writing, approving and sending are separate rights; any edit voids an approval, and an approval names the
version it saw, so that nobody approves what they did not read.
"""

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
    AuditEvent,
    Channel,
    Need,
    Role,
    Unit,
    UnitKind,
    Urgency,
)
from services import access, audit, links, plans, sending
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
    places: int | None = None  # 0 for as many as come
    channels: Sequence[Channel] = ()  # the plan is limited to these; the knock is always there


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
        Flaw("places", N_("“Số chỗ” phải từ 1 trở lên.")) if (words.places or 0) < 0 else None,
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
    announcement.status = AnnouncementStatus.DRAFT
    announcement.approver_id = announcement.approved_at = None
    announcement.version += 1
    session.execute(delete(Audience).where(col(Audience.announcement_id) == announcement.id))
    _address(session, announcement, words)
    audit.record(
        session, actor=actor, action="announcement.edit", subject_kind="announcement", subject_id=announcement.id,
        **({"approval_voided": True} if voided else {}),
    )  # fmt: skip
    return announcement


def submit(session: Session, *, actor: Actor, announcement_id: UUID) -> Announcement:
    """Hand a draft to whoever approves."""
    access.require(actor, *access.WRITERS)
    announcement = get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    _expect(announcement, AnnouncementStatus.DRAFT)
    announcement.status = AnnouncementStatus.IN_REVIEW
    announcement.return_reason = ""
    audit.record(session, actor=actor, action="announcement.submit", subject_kind="announcement", subject_id=announcement.id)
    return announcement


def give_back(session: Session, *, actor: Actor, announcement_id: UUID, reason: str) -> Announcement:
    """Return a draft to its author with the reason.

    Raises:
        Invalid: no reason was given.
    """
    access.require(actor, *access.APPROVERS)
    announcement = get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    _expect(announcement, AnnouncementStatus.IN_REVIEW)
    if not (words := clean(reason)):
        raise Invalid(N_("Hãy ghi lý do trả lại, để người soạn biết sửa chỗ nào."), field="reason")
    announcement.status = AnnouncementStatus.DRAFT
    announcement.return_reason = words[:500]
    audit.record(session, actor=actor, action="announcement.return", subject_kind="announcement", subject_id=announcement.id)
    return announcement


def approve(session: Session, *, actor: Actor, announcement_id: UUID, version: int) -> Announcement:
    """Approve what was read, keep its reach plan, and send it now or at its hour.

    Pressing twice sends once: an announcement already on its way is returned as it is.

    Raises:
        NotAllowed: the actor wrote or edited it, and the ward keeps four eyes, and it is no emergency.
        Invalid: it was edited since `version` was read, its deadline has passed, or it reaches no household.
    """
    access.require(actor, *access.APPROVERS)
    announcement = get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    if announcement.status in (AnnouncementStatus.SCHEDULED, AnnouncementStatus.SENDING, AnnouncementStatus.SENT):
        return announcement
    _expect(announcement, AnnouncementStatus.IN_REVIEW)
    if announcement.version != version:
        raise Invalid(N_("Bản này đã được sửa sau khi ông/bà mở xem. Hãy đọc lại bản mới rồi duyệt."))
    is_own = _check_four_eyes(session, actor, announcement)
    now = clock.now()
    if announcement.must_reach_by and announcement.must_reach_by <= now:
        raise Invalid(N_("Hạn đến mọi hộ đã qua. Hãy trả lại để sửa hạn."))
    if announcement.expires_at and announcement.expires_at <= max(now, announcement.send_at or now):
        raise Invalid(N_("Thông báo đã hết hiệu lực trước khi gửi. Hãy trả lại để sửa ngày."))
    channels = channels_of(announcement)
    plan = plans.of_audience(session, audience=audience_of(session, announcement.id), channels=channels)
    if not plan.households and not plan.groups:
        raise Invalid(N_("Không có hộ nào trong phạm vi nhận. Hãy chọn lại đơn vị nhận."))
    announcement.approver_id, announcement.approved_at = actor.id, now
    announcement.plan = plan.kept() | {"channels": [channel.value for channel in channels]}
    announcement.status = AnnouncementStatus.APPROVED
    audit.record(
        session, actor=actor, action="announcement.approve_own" if is_own else "announcement.approve",
        subject_kind="announcement", subject_id=announcement.id, version=version, urgency=announcement.urgency,
    )  # fmt: skip
    if announcement.send_at and announcement.send_at > now:
        sending.schedule(session, announcement=announcement)
    else:
        sending.send(session, announcement=announcement)
    return announcement


def channels_of(announcement: Announcement) -> list[Channel]:
    """The channels its plan is limited to; empty for all."""
    return [Channel(name) for name in announcement.plan.get("channels", [])]


def look_after(session: Session, *, actor: Actor, announcement_id: UUID) -> Announcement:
    """The second look at an emergency that its author sent alone."""
    access.require(actor, *access.APPROVERS)
    announcement = get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    if actor.id == announcement.approver_id:
        raise NotAllowed(N_("Việc xem lại cần một người khác với người đã gửi."))
    announcement.second_look_id = actor.id
    audit.record(session, actor=actor, action="announcement.second_look", subject_kind="announcement", subject_id=announcement.id)
    return announcement


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


def correction_of(session: Session, announcement_id: UUID) -> Announcement | None:
    """The correction that stands for a sent announcement now: the latest sent one; a withdrawn one corrects nothing."""
    return session.exec(
        select(Announcement)
        .where(Announcement.corrects_id == announcement_id, Announcement.status == AnnouncementStatus.SENT)
        .order_by(col(Announcement.sent_at).desc())
    ).first()


def audience_of(session: Session, announcement_id: UUID) -> list[Audience]:
    """Whom it is for."""
    return list(session.exec(select(Audience).where(Audience.announcement_id == announcement_id)))


def has_written(session: Session, *, actor: Actor, announcement: Announcement) -> bool:
    """Whether some of its words are the actor's: as its author, or by an edit, which is read in the audit."""
    if actor.id is None or actor.id == announcement.author_id:
        return actor.id is not None
    edits = select(AuditEvent.id).where(
        AuditEvent.subject_kind == "announcement", AuditEvent.subject_id == str(announcement.id),
        AuditEvent.action == "announcement.edit", AuditEvent.actor_id == actor.id,
    )  # fmt: skip
    return session.exec(edits.limit(1)).first() is not None


def _check_four_eyes(session: Session, actor: Actor, announcement: Announcement) -> bool:
    """Whether the actor approves what they wrote; refuse where that is not allowed."""
    is_own = has_written(session, actor=actor, announcement=announcement)
    if is_own and announcement.urgency is not Urgency.EMERGENCY:
        ward = session.get_one(Unit, announcement.unit_id)
        if not ward.allows_self_approval:
            raise NotAllowed(N_("Người soạn không tự duyệt. Xin nhờ một lãnh đạo khác xem và duyệt."))
    return is_own


def _expect(announcement: Announcement, status: AnnouncementStatus) -> None:
    if announcement.status is not status:
        raise NotAllowed(N_("Thông báo này không còn ở bước đó. Hãy tải lại trang để xem nó đang ở đâu."))


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
    announcement.places = words.places or None
    announcement.plan = {"channels": [channel.value for channel in words.channels]}
    announcement.send_at, announcement.must_reach_by = words.send_at, words.must_reach_by
    announcement.expires_at = _end_of(words, words.send_at or clock.now())


def _facts(facts: dict[str, str]) -> dict[str, str]:
    kept = {name: clean(facts.get(name, ""))[:FACT_MAX] for name in FACTS}
    return {name: value for name, value in kept.items() if value}


def _correct(session: Session, actor: Actor, announcement: Announcement, words: Words) -> None:
    if words.corrects_id is None:
        return
    wrong = get(session, actor=actor, announcement_id=words.corrects_id)
    if wrong.sent_at is None or wrong.unit_id != announcement.unit_id:
        raise Invalid(N_("Chỉ đính chính được thông báo đã gửi của chính phường, xã này."))
    announcement.corrects_id, announcement.kind = wrong.id, AnnouncementKind.CORRECTION


def _missing(place: str, value: object, message: str) -> Flaw | None:
    return None if value else Flaw(place, message, is_missing=True)


def _too_long(place: str, value: str, limit: int, message: str) -> Flaw | None:
    return Flaw(place, message, blanks={"n": len(value), "limit": limit}) if len(value) > limit else None


def _flaw_of_times(words: Words) -> Flaw | None:
    start = words.send_at or clock.now()
    if start < clock.now() - LATE_BY:
        return Flaw("send_at", N_("Giờ hẹn gửi đã qua. Hãy chọn giờ sắp tới, hoặc gửi ngay."))
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
