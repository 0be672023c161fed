"""From a draft to an approval: submitting, returning with a reason, approving with four eyes, taking an approval back.

Writing, approving and sending are separate rights; any edit voids an approval, and an approval names the
version it saw, so that nobody approves what they did not read.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, select

from core import clock
from core.errors import Invalid, NotAllowed
from core.i18n import N_
from core.text import clean, clean_lines
from models import LEFT, Announcement, AnnouncementStatus, AuditEvent, Unit, Urgency
from services import (
    access,
    also_groups,
    audit,
    draft_comments,
    draft_versions,
    plans,
    quiet_hours,
    sending,
    shown_photos,
    text_checks,
)
from services.access import Actor, May
from services.drafts import channels_of, expect_whole, get

GRACE = timedelta(seconds=10)  # in which what was sent from a screen can be taken back
REASON_MAX = 500
UNDER_WAY = (AnnouncementStatus.SCHEDULED, *LEFT)


def submit(session: Session, *, actor: Actor, announcement_id: UUID) -> Announcement:
    """Hand a draft to whoever approves.

    Raises:
        Invalid: something is missing, or words that cannot be right, such as a blank left open, or nobody has said whether
            anybody can be known in a photo.
    """
    access.require(actor, May.WRITE)
    announcement = get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    _expect(announcement, AnnouncementStatus.DRAFT)
    expect_whole(session, announcement=announcement)
    text_checks.expect_ready(session, announcement=announcement)
    shown_photos.expect_answered(announcement.attachments)
    announcement.status = AnnouncementStatus.IN_REVIEW
    announcement.return_reason = ""
    audit.record(session, actor=actor, action="announcement.submit", subject_kind="announcement", subject_id=announcement.id)
    return announcement


def give_back(session: Session, *, actor: Actor, announcement_id: UUID, reason: str) -> Announcement:
    """Return a draft to its author with the reason, which stays among the comments.

    Raises:
        Invalid: no reason was given.
    """
    access.require(actor, May.APPROVE)
    announcement = get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    _expect(announcement, AnnouncementStatus.IN_REVIEW)
    if not (words := clean(reason)[:REASON_MAX]):
        raise Invalid(N_("Hãy ghi lý do trả lại, để người soạn biết sửa chỗ nào."), field="reason")
    announcement.status = AnnouncementStatus.DRAFT
    announcement.return_reason = words
    draft_comments.keep(session, actor=actor, announcement=announcement, text=words, is_return=True)
    audit.record(session, actor=actor, action="announcement.return", subject_kind="announcement", subject_id=announcement.id)
    return announcement


def approve(session: Session, *, actor: Actor, announcement_id: UUID, version: int) -> Announcement:
    """Approve what was read, keep its reach plan, and send it now or at its hour.

    Pressing twice sends once: an announcement already on its way is returned as it is, whoever approved it.

    Raises:
        NotAllowed: the actor wrote or edited it, and the ward keeps four eyes, and it is no emergency.
        Invalid: it was edited since `version` was read, its times are over, or it reaches no household.
    """
    announcement = _to_approve(session, actor, announcement_id)
    if announcement.status in UNDER_WAY:
        return announcement
    now = clock.now()
    at = max(announcement.send_at or now, now)
    _approve(session, actor, announcement, version=version, at=at)
    if at > now:
        sending.schedule(session, announcement=announcement)
    else:
        sending.start(session, announcement=announcement)
    return announcement


def approve_with_grace(session: Session, *, actor: Actor, announcement_id: UUID, version: int, note: str = "") -> Announcement:
    """As `approve`, for a person at a screen: it leaves ten seconds later, so that it can be taken back, and never at night.

    What is approved in quiet hours leaves at their end. An emergency leaves at once, at night with the reason; `note` holds
    that, or who agreed to it on the telephone, and stays among the comments.

    Raises:
        NotAllowed, Invalid: as `approve`; Invalid also for an emergency at night without a reason (`field="note"`).
    """
    announcement = _to_approve(session, actor, announcement_id)
    if announcement.status in UNDER_WAY:
        return announcement
    now, said = clock.now(), clean_lines(note)[:REASON_MAX]
    is_emergency, at = announcement.urgency is Urgency.EMERGENCY, hour_of(announcement, now=now)
    is_at_night = quiet_hours.is_quiet(at)
    if is_at_night and not said:
        raise Invalid(N_("Đang trong giờ nghỉ của bà con. Hãy ghi vì sao phải gửi lúc này."), field="note")
    _approve(session, actor, announcement, version=version, at=at, is_at_night=is_at_night)
    if said:
        draft_comments.keep(session, actor=actor, announcement=announcement, text=said)
    if is_emergency and at <= now:
        sending.start(session, announcement=announcement)
        return announcement
    leaves_at = at if is_emergency else max(at, now + GRACE)
    announcement.leaves_at = None if leaves_at == announcement.send_at else leaves_at
    sending.schedule(session, announcement=announcement)
    return announcement


def hour_of(announcement: Announcement, *, now: datetime) -> datetime:
    """When it would leave if it were approved on a screen now: at its hour or at once, but an emergency never at night."""
    at = max(announcement.send_at or now, now)
    return at if announcement.urgency is Urgency.EMERGENCY else quiet_hours.after(at)


def take_back(session: Session, *, actor: Actor, announcement_id: UUID) -> Announcement:
    """Undo an approval before anything has left: it waits for review again, and the approval counts no more.

    Raises:
        NotAllowed: it has left, or was dropped, or was not approved.
    """
    access.require(actor, May.APPROVE)
    announcement = get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    if announcement.status in LEFT:
        raise NotAllowed(N_("Thông báo đã gửi đi rồi, không hoàn tác được nữa. Có thể thu hồi, hoặc soạn đính chính."))
    _expect(announcement, AnnouncementStatus.SCHEDULED)
    announcement.status = AnnouncementStatus.IN_REVIEW
    announcement.approver_id = announcement.approved_at = announcement.leaves_at = None
    announcement.plan = {"channels": [channel.value for channel in channels_of(announcement)]}
    audit.record(session, actor=actor, action="announcement.take_back", subject_kind="announcement", subject_id=announcement.id)
    return announcement


def move_hour(session: Session, *, actor: Actor, announcement_id: UUID, version: int, send_at: datetime) -> Announcement:
    """Let an approved announcement leave at another hour; whoever may approve it says so, and the approval stands.

    For anybody else another hour is an edit, after which it must be approved again (docs/decisions/0019).

    Raises:
        NotAllowed: the actor could not approve it, or it does not wait for its hour any more.
        Invalid: it was changed since `version` was read, or the hour is over, at night, or too late for its deadline.
    """
    access.require(actor, May.APPROVE)
    announcement = get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    _expect(announcement, AnnouncementStatus.SCHEDULED)
    if announcement.version != version:
        raise Invalid(N_("Bản này đã được sửa sau khi ông/bà mở xem. Hãy tải lại trang rồi đổi giờ."), field="send_at")
    if not may_approve(session, actor=actor, announcement=announcement):
        raise NotAllowed(N_("Người soạn đổi giờ thì phải duyệt lại. Hãy mở bản này, bấm “Sửa” rồi trình duyệt."))
    now = clock.now()
    if send_at <= now:
        raise Invalid(N_("Giờ này đã qua. Hãy chọn giờ sắp tới."), field="send_at")
    if announcement.urgency is not Urgency.EMERGENCY and quiet_hours.is_quiet(send_at):
        day = clock.local(quiet_hours.after(send_at)).date()
        raise Invalid(
            N_("Từ 21 giờ đến 6 giờ là giờ nghỉ của bà con. Xin hẹn 6 giờ ngày {day:%d/%m/%Y}."), day=day, field="send_at"
        )
    _check_times(announcement, send_at, now)
    before = sending.leaves_at(announcement)
    announcement.send_at, announcement.leaves_at = send_at, None
    announcement.version += 1
    sending.schedule(session, announcement=announcement)
    draft_versions.keep(session, actor=actor, announcement=announcement)
    audit.record(
        session, actor=actor, action="announcement.move_hour", subject_kind="announcement", subject_id=announcement.id,
        before=before.isoformat() if before else None, after=send_at.isoformat(),
    )  # fmt: skip
    return announcement


def may_approve(session: Session, *, actor: Actor, announcement: Announcement) -> bool:
    """Whether this person's approval counts: not for words of their own, but in an emergency or where the ward allows it."""
    if not access.may(actor, May.APPROVE):
        return False
    if announcement.urgency is Urgency.EMERGENCY or not has_written(session, actor=actor, announcement=announcement):
        return True
    return session.get_one(Unit, announcement.unit_id).allows_self_approval


def has_written(session: Session, *, actor: Actor, announcement: Announcement) -> bool:
    """Whether some of its words are the actor's: as its author, or by an edit, which is read in the audit."""
    if actor.id is None or actor.id == announcement.author_id:
        return actor.id is not None
    edits = select(AuditEvent.id).where(
        AuditEvent.subject_kind == "announcement", AuditEvent.subject_id == str(announcement.id),
        AuditEvent.action == "announcement.edit", AuditEvent.actor_id == actor.id,
    )  # fmt: skip
    return session.exec(edits.limit(1)).first() is not None


def _to_approve(session: Session, actor: Actor, announcement_id: UUID) -> Announcement:
    """What is to be approved, or is on its way already; others who would approve it wait."""
    access.require(actor, May.APPROVE)
    announcement = get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    if announcement.status not in UNDER_WAY:
        _expect(announcement, AnnouncementStatus.IN_REVIEW)
    return announcement


def _approve(
    session: Session, actor: Actor, announcement: Announcement, *, version: int, at: datetime, is_at_night: bool = False
) -> None:
    """The approval itself, of what leaves at that instant."""
    if announcement.version != version:
        raise Invalid(N_("Bản này đã được sửa sau khi ông/bà mở xem. Hãy đọc lại bản mới rồi duyệt."))
    if not may_approve(session, actor=actor, announcement=announcement):
        raise NotAllowed(N_("Người soạn không tự duyệt. Xin nhờ một lãnh đạo khác xem và duyệt."))
    is_own = has_written(session, actor=actor, announcement=announcement)
    now = clock.now()
    _check_times(announcement, at, now)
    channels = channels_of(announcement)
    plan = plans.of_announcement(session, announcement=announcement)
    if not plan.households and not plan.groups and not also_groups.of(session, announcement=announcement):
        raise Invalid(N_("Không có hộ nào trong phạm vi nhận. Hãy chọn lại đơn vị nhận."))
    announcement.approver_id, announcement.approved_at = actor.id, now
    announcement.plan = plan.kept() | {"channels": [channel.value for channel in channels]}
    announcement.status = AnnouncementStatus.APPROVED
    audit.record(
        session, actor=actor, action="announcement.approve_own" if is_own else "announcement.approve",
        subject_kind="announcement", subject_id=announcement.id, version=version, urgency=announcement.urgency,
        **({"at_night": True} if is_at_night else {}),
    )  # fmt: skip


def _check_times(announcement: Announcement, at: datetime, now: datetime) -> None:
    """Refuse what would come too late; `at` is when it leaves."""
    if announcement.must_reach_by and announcement.must_reach_by <= now:
        raise Invalid(N_("Hạn đến mọi hộ đã qua. Hãy trả lại để sửa hạn."))
    if announcement.must_reach_by and announcement.must_reach_by <= at:
        raise Invalid(
            N_("Giờ gửi sớm nhất là {at:%H:%M %d/%m}, sau hạn đến mọi hộ. Hãy sửa hạn, hoặc chọn mức hỏa tốc."),
            at=clock.local(at),
        )
    if announcement.expires_at and announcement.expires_at <= at:
        raise Invalid(N_("Thông báo đã hết hiệu lực trước khi gửi. Hãy trả lại để sửa ngày."))


def _expect(announcement: Announcement, status: AnnouncementStatus) -> None:
    if announcement.status is not status:
        raise NotAllowed(N_("Thông báo này không còn ở bước đó. Hãy tải lại trang để xem nó đang ở đâu."))
