"""An old announcement's words in a new draft: what was of its day is left blank, for somebody to say anew."""

import re
from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from models import Announcement, AnnouncementKind, Group, Unit
from services import access, attachments, drafts
from services.access import Actor, May
from services.draft_versions import words_of
from services.draft_words import words_from
from services.presence import stands, valid_on

_DAY = re.compile(r"\b\d{1,2}/\d{1,2}(?:/\d{4})?\b")


def make(session: Session, *, actor: Actor, announcement_id: UUID) -> Announcement:
    """A new draft with the words, audience and documents of an announcement of any day; deadline, hours and "when" are blank.

    Places and groups that are no more are left out, and so is a document that is gone; a correction becomes a plain notice.

    Raises:
        NotAllowed, NotFound: the actor does not write, or it lies outside.
    """
    access.require(actor, May.WRITE)
    old = drafts.get(session, actor=actor, announcement_id=announcement_id)
    said = words_of(old, drafts.audience_of(session, old.id))
    is_correction = old.kind is AnnouncementKind.CORRECTION
    blank = {"when": "", "must_reach_by": None, "send_at": None, "expires_at": None}
    still = {
        "units": _still(session, actor, said["units"]), "also_groups": _still_met(session, actor, said["also_groups"]),
        "kind": (AnnouncementKind.NOTICE if is_correction else old.kind).value,
        "attachments": attachments.still_there(said["attachments"]),
    }  # fmt: skip
    return drafts.begin(session, actor=actor, words=words_from(said | blank | still))


def days_in(texts: Iterable[str]) -> list[str]:
    """Days written in texts, each once, as they stand there: "25/11", "25/11/2026"."""
    return list(dict.fromkeys(day for text in texts for day in _DAY.findall(text)))


def _still(session: Session, actor: Actor, unit_ids: list[str]) -> list[str]:
    wanted = col(Unit.id).in_([UUID(id_) for id_ in unit_ids])
    found = session.exec(
        select(Unit.id).where(wanted, col(Unit.id).in_(access.visible_units(actor)), valid_on(clock.today()))
    ).all()
    return sorted(map(str, found))


def _still_met(session: Session, actor: Actor, group_ids: list[str]) -> list[str]:
    wanted = col(Group.id).in_([UUID(id_) for id_ in group_ids])
    found = session.exec(
        select(Group.id).where(wanted, col(Group.unit_id).in_(access.visible_units(actor)), stands(clock.today()))
    ).all()
    return sorted(map(str, found))
