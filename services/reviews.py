"""What a person who reviews an announcement must see: what changed since the last look, and that it was looked at."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from core import clock
from core.db import upsert
from core.ids import new_id
from models import Announcement, AnnouncementLook, AnnouncementVersion, Model
from services import access, draft_versions, drafts
from services.access import Actor, May
from services.draft_versions import Difference


@dataclass(frozen=True)
class LastLook:
    """The version a person has read, and when."""

    version: int
    at: datetime


@dataclass(frozen=True)
class Changes:
    """What the words say otherwise than when this person last read them."""

    since: LastLook
    fields: list[Difference]


def last_look(session: Session, *, actor: Actor, announcement_id: UUID) -> LastLook | None:
    """Which version this person has read last; None for one who has not read it.

    Raises:
        NotAllowed: the actor does not write announcements. NotFound: it lies outside the actor's sight.
    """
    access.require(actor, May.WRITE)
    drafts.get(session, actor=actor, announcement_id=announcement_id)
    found = _look(session, actor, announcement_id)
    return LastLook(found.version, found.seen_at) if found else None


def changes(session: Session, *, actor: Actor, announcement_id: UUID, since: LastLook | None) -> Changes | None:
    """What others changed since a look; None where nothing did, or only this person's own edits.

    Raises:
        NotAllowed, NotFound: as `last_look`.
    """
    access.require(actor, May.WRITE)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    if since is None or since.version >= announcement.version or _is_all_own(session, actor, announcement, since.version):
        return None
    found = draft_versions.differences(session, announcement_id=announcement_id, since_version=since.version)
    return Changes(since, found) if found else None


def looked(session: Session, *, actor: Actor, announcement_id: UUID, version: int) -> None:
    """Keep that this person has read a version; an older one than known changes nothing."""
    access.require(actor, May.WRITE)
    drafts.get(session, actor=actor, announcement_id=announcement_id)
    if actor.id is None:
        return
    row = {
        "id": new_id(), "created_at": clock.now(), "announcement_id": announcement_id, "user_id": actor.id, "version": version,
        "seen_at": clock.now(),
    }  # fmt: skip
    upsert(session, Model.metadata.tables["announcementlook"], [row], key=["announcement_id", "user_id"])
    if (found := _look(session, actor, announcement_id)) and found.version < version:
        found.version, found.seen_at = version, clock.now()
        session.flush()


def _look(session: Session, actor: Actor, announcement_id: UUID) -> AnnouncementLook | None:
    return session.exec(
        select(AnnouncementLook).where(AnnouncementLook.announcement_id == announcement_id, AnnouncementLook.user_id == actor.id)
    ).first()


def _is_all_own(session: Session, actor: Actor, announcement: Announcement, version: int) -> bool:
    authors = session.exec(
        select(AnnouncementVersion.author_id).where(
            AnnouncementVersion.announcement_id == announcement.id, AnnouncementVersion.version > version
        )
    ).all()
    return bool(authors) and actor.id is not None and set(authors) == {actor.id}
