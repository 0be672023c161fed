"""Follow-ups: the same announcement again, to the households that nobody knows to have been told."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotAllowed
from core.i18n import N_
from models import Announcement, AnnouncementStatus, Audience, Channel
from services import access, attachments, audit, corrections, drafts
from services.access import Actor, May
from services.draft_versions import words_of
from services.draft_words import Words, words_from


def of(session: Session, *, actor: Actor, announcement_id: UUID) -> list[Announcement]:
    """The follow-ups of an announcement, the newest first, those given up left out.

    Raises:
        NotFound: it does not exist, or lies outside the actor's sight.
    """
    access.require(actor, May.WATCH)
    drafts.get(session, actor=actor, announcement_id=announcement_id)
    query = select(Announcement).where(
        Announcement.follows_id == announcement_id, Announcement.status != AnnouncementStatus.CANCELLED
    )
    return list(session.exec(query.order_by(col(Announcement.created_at).desc())))


def draft(session: Session, *, actor: Actor, announcement_id: UUID, channels: Sequence[Channel] = ()) -> Announcement:
    """A new draft with the same words and audience, for those not reached; it goes the way of every draft, approval included.

    Pressed twice it is one draft: the follow-up by the same channels that has not left yet is given back.

    Raises:
        NotAllowed: the announcement has not been sent, was withdrawn, corrected, or its time is over.
        NotFound: it does not exist, or lies outside the actor's sight.
    """
    access.require(actor, May.WATCH)
    first = drafts.get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    _check(session, first)
    wanted = [channel.value for channel in channels]
    for before in of(session, actor=actor, announcement_id=announcement_id):
        if before.status in drafts.EDITABLE and before.plan.get("channels", []) == wanted:
            return before
    audience = drafts.audience_of(session, first.id)
    made = drafts.write(session, actor=actor, words=_words(first, audience, channels))
    made.follows_id = first.id
    session.add(made)
    session.flush()
    audit.record(
        session, actor=actor, action="announcement.follow_up", subject_kind="announcement", subject_id=first.id,
        follow_up=str(made.id),
    )  # fmt: skip
    return made


def _check(session: Session, first: Announcement) -> None:
    if first.status is not AnnouncementStatus.SENT:
        raise NotAllowed(N_("Chỉ báo lại được thông báo đã gửi và chưa thu hồi."))
    if first.has_expired(clock.now()):
        raise NotAllowed(N_("Thông báo đã hết hiệu lực, không báo lại nữa."))
    if corrections.standing_for(session, first.id) is not None:
        raise NotAllowed(N_("Thông báo này đã có bản đính chính. Hãy báo lại bản đính chính."))


def _words(first: Announcement, audience: Sequence[Audience], channels: Sequence[Channel]) -> Words:
    if not audience:
        raise Invalid(N_("Không có hộ nào trong phạm vi nhận. Hãy chọn lại đơn vị nhận."))
    now = clock.now()
    ahead = first.must_reach_by if first.must_reach_by and first.must_reach_by > now else None
    said = words_from(words_of(first, audience))
    return replace(
        said, must_reach_by=ahead, send_at=None, also_groups=(), places=None, channels=tuple(channels),
        attachments=attachments.still_there(first.attachments),
    )  # fmt: skip
