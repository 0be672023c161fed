"""The second look at an emergency that its writer sent alone: asked for until another official has taken it."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from core.errors import NotAllowed
from core.i18n import N_
from core.text import clean_lines
from models import Announcement, AuditEvent, Urgency
from services import access, audit, draft_comments
from services.access import Actor, May
from services.approvals import REASON_MAX
from services.drafts import get

ALONE = "announcement.approve_own"


def waiting(session: Session, *, actor: Actor) -> list[Announcement]:
    """The emergencies that wait for this person's second look, the oldest first. Two queries, whatever their number."""
    if not access.may(actor, May.APPROVE):
        return []
    unseen = session.exec(
        select(Announcement)
        .where(
            col(Announcement.unit_id).in_(access.visible_units(actor)), Announcement.urgency == Urgency.EMERGENCY,
            col(Announcement.sent_at).is_not(None), col(Announcement.second_look_id).is_(None),
            col(Announcement.approver_id).is_distinct_from(actor.id),
        )
        .order_by(col(Announcement.sent_at))
    ).all()  # fmt: skip
    return _sent_alone(session, unseen)


def is_needed(session: Session, *, announcement: Announcement) -> bool:
    """Whether it was sent by its writer alone in an emergency, and nobody else has looked since. The caller has narrowed."""
    is_open = announcement.urgency is Urgency.EMERGENCY and announcement.sent_at and announcement.second_look_id is None
    return bool(is_open) and bool(_sent_alone(session, [announcement]))


def look(session: Session, *, actor: Actor, announcement_id: UUID, note: str = "") -> Announcement:
    """Another official has read what was sent; `note` says what came of it, and stays among the comments. Twice is once.

    Raises:
        NotAllowed: the actor is who sent it, or there is nothing to look at a second time.
    """
    access.require(actor, May.APPROVE)
    announcement = get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    if actor.id == announcement.approver_id:
        raise NotAllowed(N_("Việc xem lại cần một người khác với người đã gửi."))
    if announcement.second_look_id is not None:
        return announcement
    if not is_needed(session, announcement=announcement):
        raise NotAllowed(N_("Thông báo này không chờ xem lại."))
    announcement.second_look_id = actor.id
    if said := clean_lines(note)[:REASON_MAX]:
        draft_comments.keep(session, actor=actor, announcement=announcement, text=said)
    audit.record(session, actor=actor, action="announcement.second_look", subject_kind="announcement", subject_id=announcement.id)
    return announcement


def _sent_alone(session: Session, items: Sequence[Announcement]) -> list[Announcement]:
    """Those whose approval was their writer's own: the author's, or by the audit that of one who had edited it."""
    others = [str(item.id) for item in items if item.author_id != item.approver_id]
    own = select(AuditEvent.subject_id).where(
        AuditEvent.subject_kind == "announcement", AuditEvent.action == ALONE, col(AuditEvent.subject_id).in_(others)
    )
    edited = set(session.exec(own)) if others else set()
    return [item for item in items if item.author_id == item.approver_id or str(item.id) in edited]
