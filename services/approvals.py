"""From a draft to an approval: submitting, returning with a reason, approving with four eyes, the second look.

Writing, approving and sending are separate rights; any edit voids an approval, and an approval names the
version it saw, so that nobody approves what they did not read.
"""

from uuid import UUID

from sqlmodel import Session, select

from core import clock
from core.errors import Invalid, NotAllowed
from core.i18n import N_
from core.text import clean
from models import Announcement, AnnouncementStatus, AuditEvent, Unit, Urgency
from services import access, audit, plans, sending
from services.access import Actor
from services.drafts import audience_of, channels_of, get


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


def look_after(session: Session, *, actor: Actor, announcement_id: UUID) -> Announcement:
    """The second look at an emergency that its author sent alone."""
    access.require(actor, *access.APPROVERS)
    announcement = get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    if actor.id == announcement.approver_id:
        raise NotAllowed(N_("Việc xem lại cần một người khác với người đã gửi."))
    announcement.second_look_id = actor.id
    audit.record(session, actor=actor, action="announcement.second_look", subject_kind="announcement", subject_id=announcement.id)
    return announcement


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
