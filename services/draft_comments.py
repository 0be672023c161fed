"""What officials say to each other about an announcement: kept with the version it speaks of, never shown outside."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from core.errors import Invalid
from core.i18n import N_
from core.text import clean_lines
from models import Announcement, AnnouncementComment, User
from services import access, drafts
from services.access import Actor, May

COMMENT_MAX = 1000


@dataclass(frozen=True)
class Comment:
    """One remark as a page shows it."""

    author: str  # "" for one whose account is gone
    at: datetime
    version: int
    is_return: bool  # the reason for giving the draft back
    text: str


def add(session: Session, *, actor: Actor, announcement_id: UUID, text: str) -> AnnouncementComment:
    """Say something about the words as they are now.

    Raises:
        Invalid: nothing was said, or too much. NotFound: the announcement lies outside the actor's sight.
    """
    access.require(actor, May.WRITE)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    said = clean_lines(text)
    if not said:
        raise Invalid(N_("Hãy ghi lời góp ý trước khi gửi."), field="comment")
    if len(said) > COMMENT_MAX:
        raise Invalid(N_("Lời góp ý dài {n} chữ, tối đa {limit}."), n=len(said), limit=COMMENT_MAX, field="comment")
    return keep(session, actor=actor, announcement=announcement, text=said)


def keep(
    session: Session, *, actor: Actor, announcement: Announcement, text: str, is_return: bool = False
) -> AnnouncementComment:
    """Keep words that go with an act on an announcement. The caller has checked actor and text."""
    comment = AnnouncementComment(
        announcement_id=announcement.id, author_id=actor.id, version=announcement.version, is_return=is_return, text=text
    )
    session.add(comment)
    session.flush()
    return comment


def of_announcement(session: Session, *, actor: Actor, announcement_id: UUID) -> list[Comment]:
    """Everything said about an announcement, in the order it was said.

    Raises:
        NotAllowed: the actor does not write announcements. NotFound: it lies outside the actor's sight.
    """
    access.require(actor, May.WRITE)
    drafts.get(session, actor=actor, announcement_id=announcement_id)
    found = session.exec(
        select(AnnouncementComment, User.display_name)
        .outerjoin(User, col(User.id) == AnnouncementComment.author_id)
        .where(AnnouncementComment.announcement_id == announcement_id)
        .order_by(col(AnnouncementComment.created_at), col(AnnouncementComment.id))
    ).all()
    return [Comment(name or "", said.created_at, said.version, said.is_return, said.text) for said, name in found]
