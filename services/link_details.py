"""What a code says of itself beside its target: its name, where it hangs, a photo of the place, its last day."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import Session

from core import clock
from core.errors import Invalid
from core.i18n import N_
from models import ShortLink
from services import attachments, audit, links
from services.access import Actor


def describe(
    session: Session, *, actor: Actor, link_id: UUID, title: str, place: str, last_day: date | None = None
) -> ShortLink:  # fmt: skip
    """Write its name, its place and the last day on which it leads anywhere. What is printed stays as it was printed.

    Raises:
        NotAllowed, NotFound: as `links.create`.
        Invalid: there is no name, a text is too long, or a day that is set anew is past.
    """
    link = links.for_change(session, actor=actor, link_id=link_id)
    name, where, ends = links.short(title), links.short(place), end_of(last_day)
    if not name:
        raise Invalid(N_("Mã cần một cái tên, để bà con biết mình quét gì."))
    if ends and ends != link.expires_at and ends <= clock.now():
        raise Invalid(N_("Ngày hết hạn đã qua."))
    wanted = {"title": name, "place": where, "expires_at": ends}
    changed = [field for field, value in wanted.items() if getattr(link, field) != value]
    if changed:
        link.title, link.place, link.expires_at = name, where, ends
        session.flush()
        audit.record(
            session, actor=actor, action="link.described", subject_kind="shortlink", subject_id=link.id, slug=link.slug,
            changed=changed,
        )  # fmt: skip
    return link


def set_photo(session: Session, *, actor: Actor, link_id: UUID, photo: dict[str, Any] | None) -> ShortLink:
    """Keep a photo of the place (as `attachments.store_photo` keeps it) for whoever must find it again; None takes it away.

    Raises:
        NotAllowed, NotFound: as `links.create`.
    """
    link = links.for_change(session, actor=actor, link_id=link_id)
    link.photo = photo or {}
    session.flush()
    action = "link.photo_set" if photo else "link.photo_taken_away"
    audit.record(session, actor=actor, action=action, subject_kind="shortlink", subject_id=link.id, slug=link.slug)
    return link


def photo_file(link: ShortLink) -> Path | None:
    """Where the photo of its place lies, if there is one. The caller has found the code with its actor."""
    path = attachments.path_of(link.photo["sha256"]) if link.photo else None
    return path if path and path.is_file() else None


def end_of(last_day: date | None) -> datetime | None:
    """The instant at which a code ends whose last day this is."""
    return clock.midnight(last_day + timedelta(days=1)) if last_day else None


def last_day_of(link: ShortLink) -> date | None:
    """The last day on which it leads anywhere; None where it has no end."""
    return clock.local(link.expires_at - timedelta(microseconds=1)).date() if link.expires_at else None
