"""Drafts: writing and changing what has not left, and what there is to say against the words. Any edit voids an approval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from core.i18n import N_
from core.ids import new_id
from core.text import clean, clean_lines
from models import (
    Announcement,
    AnnouncementKind,
    AnnouncementStatus,
    AsksFor,
    Audience,
    Channel,
    ShortLink,
    Unit,
    UnitKind,
)
from services import access, also_groups, attachments, audit, corrections, draft_versions, links, units
from services.access import Actor, May
from services.draft_versions import Clashing, Joined, Kept
from services.draft_words import BODY_MAX as BODY_MAX
from services.draft_words import FACT_MAX as FACT_MAX
from services.draft_words import FACTS as FACTS
from services.draft_words import GROUP_TEXT_MAX as GROUP_TEXT_MAX
from services.draft_words import TEXTS, end_of, facts_of, flaw_of_times, kept, says_something, words_from
from services.draft_words import TITLE_MAX as TITLE_MAX
from services.draft_words import Flaw as Flaw
from services.draft_words import Words as Words
from services.draft_words import flaws_of as flaws_of

EDITABLE = (AnnouncementStatus.DRAFT, AnnouncementStatus.IN_REVIEW)  # by whoever writes: nobody has approved it yet


def may_edit(announcement: Announcement, *, actor: Actor) -> bool:
    """Before it leaves: any writer until it is approved; then its author and whoever approves, and the approval is void."""
    if announcement.status in EDITABLE:
        return access.may(actor, May.WRITE)
    is_own = actor.id is not None and actor.id == announcement.author_id
    return announcement.status is AnnouncementStatus.SCHEDULED and (is_own or access.may(actor, May.APPROVE))


def may_drop(announcement: Announcement, *, actor: Actor) -> bool:
    """Before it leaves: any writer until it is approved; then whoever approves."""
    if announcement.status in EDITABLE:
        return access.may(actor, May.WRITE)
    return announcement.status is AnnouncementStatus.SCHEDULED and access.may(actor, May.APPROVE)


@dataclass(frozen=True)
class Saved:
    """What became of words that were given to be kept: those of the draft now, which may hold another author's changes too."""

    announcement: Announcement
    words: Kept
    is_written: bool
    others: tuple[str, ...] = ()  # fields that somebody else has changed since this author began


def write(session: Session, *, actor: Actor, words: Words, draft_id: UUID | None = None) -> Announcement:
    """A new draft of the ward that the audience belongs to. Written twice under one `draft_id` it is one draft.

    Raises:
        Invalid: a text is missing or too long, times contradict each other, the audience is empty or spans wards. It says
            the first flaw; `details["flaws"]` has them all.
        NotFound: a unit outside the actor's sight.
    """
    _check(words)
    if there := draft_id and session.get(Announcement, draft_id):
        return edit(session, actor=actor, announcement_id=there.id, version=there.version, words=words)
    return begin(session, actor=actor, words=words, draft_id=draft_id)


def begin(session: Session, *, actor: Actor, words: Words, draft_id: UUID | None = None) -> Announcement:
    """A new draft though something in it may be missing: of the ward its audience belongs to, else of the actor's.

    Raises:
        NotAllowed, NotFound, Invalid: the actor does not write, or not for these units.
    """
    access.require(actor, May.WRITE)
    ward = _ward_of(session, actor, words)
    announcement = Announcement(id=draft_id or new_id(), unit_id=ward.id, author_id=actor.id, title="", body="")
    _apply(announcement, words)
    _correct(session, actor, announcement, words)
    session.add(announcement)
    session.flush()
    _address(session, announcement, words)
    _tell_also(session, actor, announcement)
    links.for_announcement(session, announcement_id=announcement.id, group_id=None, unit_id=ward.id)
    draft_versions.keep(session, actor=actor, announcement=announcement)
    audit.record(session, actor=actor, action="announcement.write", subject_kind="announcement", subject_id=announcement.id)
    return announcement


def edit(session: Session, *, actor: Actor, announcement_id: UUID, version: int, words: Words) -> Announcement:
    """As `save`, of which only the announcement is given back."""
    return save(session, actor=actor, announcement_id=announcement_id, version=version, words=words).announcement


def save(
    session: Session, *, actor: Actor, announcement_id: UUID, version: int, words: Words, base: Mapping[str, Any] | None = None
) -> Saved:
    """Change what has not left; in review or scheduled it goes back to draft, and an approval it had counts no more.

    `version` is the one its author began with, or `base` the words; what others changed since is joined field by field.

    Raises:
        Clashing: two changed the same field (nothing is overwritten).
        Invalid: as for `write`.
        NotAllowed: it has left or was dropped, or someone else's approved one waits for its hour.
    """
    access.require(actor, May.WRITE)
    announcement = get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    if not may_edit(announcement, actor=actor):
        raise NotAllowed(_why_not(announcement))
    there = draft_versions.words_of(announcement, audience_of(session, announcement.id))
    if base is None and version != announcement.version:
        base = draft_versions.at_version(session, announcement_id=announcement.id, version=version)
    elif base is None:
        base = there
    joined = _joined(there, words, base=base)
    _check(words_from(joined.words))
    voided = announcement.approved_at is not None
    _change(session, actor, announcement, joined.words)
    announcement.status = AnnouncementStatus.DRAFT
    announcement.approver_id = announcement.approved_at = announcement.leaves_at = None
    audit.record(
        session, actor=actor, action="announcement.edit", subject_kind="announcement", subject_id=announcement.id,
        **({"approval_voided": True} if voided else {}),
    )  # fmt: skip
    draft_versions.keep(session, actor=actor, announcement=announcement)
    return Saved(announcement, joined.words, is_written=True, others=joined.others)


def autosave(
    session: Session, *, actor: Actor, words: Words, announcement_id: UUID | None = None, base: Mapping[str, Any] | None = None,
    draft_id: UUID | None = None,
) -> Saved | None:  # fmt: skip
    """Keep what is being written, though it may be unfinished. Writes nothing where nothing changed since `base`.

    A new draft begins with its first words, under `draft_id` if one is given; None before there are any. Begun meanwhile under it
    by the same screen, which may be asked twice at once, it is gone on with. What has been handed on is never taken back by this.

    Raises:
        Clashing, NotFound: as `save`. Invalid: a text is too long, or the audience spans wards.
        NotAllowed: it is no draft any more.
    """
    access.require(actor, May.WRITE)
    _refuse([flaw for flaw in flaws_of(words) if flaw.place in TEXTS and not flaw.is_missing])
    is_again = announcement_id is None and draft_id is not None and session.get(Announcement, draft_id) is not None
    announcement_id = draft_id if is_again else announcement_id
    if announcement_id is None:
        if not says_something(words):
            return None
        begun = begin(session, actor=actor, words=words, draft_id=draft_id)
        return Saved(begun, draft_versions.words_of(begun, audience_of(session, begun.id)), is_written=True)
    announcement = get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    if announcement.status is not AnnouncementStatus.DRAFT:
        raise NotAllowed(N_("Bản này không còn là dự thảo nên máy không tự lưu. Xin tải lại trang để xem nó đang ở đâu."))
    there = draft_versions.words_of(announcement, audience_of(session, announcement.id))
    joined = _joined(there, words, base=there if is_again else base)
    if not draft_versions.changed(there, joined.words):
        return Saved(announcement, there, is_written=False, others=joined.others)
    _change(session, actor, announcement, joined.words)
    if draft_versions.keep(session, actor=actor, announcement=announcement, is_sitting=True):
        audit.record(session, actor=actor, action="announcement.edit", subject_kind="announcement", subject_id=announcement.id)
    return Saved(announcement, joined.words, is_written=True, others=joined.others)


def flaws_of_draft(session: Session, *, announcement: Announcement) -> list[Flaw]:
    """What is missing or wrong in a draft that was kept unfinished; for callers that have narrowed by their actor."""
    return flaws_of(words_from(draft_versions.words_of(announcement, audience_of(session, announcement.id))))


def expect_whole(session: Session, *, announcement: Announcement) -> None:
    """Refuse to hand on a draft in which something is missing.

    Raises:
        Invalid: the first flaw; `details["flaws"]` has them all.
    """
    _refuse([flaw for flaw in flaws_of_draft(session, announcement=announcement) if flaw.is_missing])


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


def _change(session: Session, actor: Actor, announcement: Announcement, said: Kept) -> None:
    """Give an announcement other words, as its next version."""
    draft_versions.keep_before(session, announcement=announcement)
    words, title = words_from(said), announcement.title
    if words.unit_ids:
        announcement.unit_id = _ward_of(session, actor, words).id
    _apply(announcement, words)
    announcement.version += 1
    kinds = {entry.unit_id: entry.group_kind for entry in audience_of(session, announcement.id)}
    session.execute(delete(Audience).where(col(Audience.announcement_id) == announcement.id))
    _address(session, announcement, words, kinds)
    _tell_also(session, actor, announcement)
    if announcement.title != title:
        own = col(ShortLink.announcement_id) == announcement.id
        session.execute(update(ShortLink).where(own).values(title=announcement.title))


def _ward_of(session: Session, actor: Actor, words: Words) -> Unit:
    places = [access.unit_for(session, actor=actor, unit_id=unit_id) for unit_id in dict.fromkeys(words.unit_ids)]
    wards = {ward.id: ward for ward in (access.commune_of(session, place) for place in places)}
    if not wards:  # nobody is chosen yet
        return units.commune_for(session, actor=actor)
    if len(wards) > 1:
        raise Invalid(N_("Một thông báo là của một phường, xã. Hãy chọn đơn vị nhận trong cùng một phường, xã."))
    [ward] = wards.values()
    if not ward.path.startswith(actor.unit_path):
        raise NotAllowed(N_("Thông báo là lời của phường, xã. Tài khoản của một tổ không soạn thay được."))
    if ward.kind is not UnitKind.COMMUNE and not access.may(actor, May.WRITE_ABOVE):
        raise Invalid(N_("Hãy chọn đơn vị nhận thuộc một phường, xã."))
    return ward


def _apply(announcement: Announcement, words: Words) -> None:
    announcement.title, announcement.body = clean(words.title), clean_lines(words.body)
    announcement.group_text = clean_lines(words.group_text)
    announcement.facts = facts_of(words.facts)
    kind = AnnouncementKind.CORRECTION if announcement.corrects_id else words.kind
    announcement.kind, announcement.urgency, announcement.asks_for = kind, words.urgency, words.asks_for
    announcement.plan = {"channels": [channel.value for channel in words.channels]}
    announcement.send_at, announcement.must_reach_by = words.send_at, words.must_reach_by
    announcement.expires_at = end_of(words, words.send_at or clock.now())
    announcement.places = words.places or None if words.asks_for is AsksFor.ATTENDANCE else None
    announcement.also_groups = sorted({str(group_id) for group_id in words.also_groups or ()})
    announcement.attachments = attachments.checked(words.attachments or ())


def _tell_also(session: Session, actor: Actor, announcement: Announcement) -> None:
    """Groups told beside the household groups are some of those that may be chosen for its audience."""
    units = [entry.unit_id for entry in audience_of(session, announcement.id)] or [announcement.unit_id]
    wanted = [UUID(group_id) for group_id in announcement.also_groups]
    announcement.also_groups = also_groups.checked(session, actor=actor, unit_ids=units, group_ids=wanted)


def _correct(session: Session, actor: Actor, announcement: Announcement, words: Words) -> None:
    if words.corrects_id is None:
        return
    wrong = get(session, actor=actor, announcement_id=words.corrects_id)
    if wrong.sent_at is None or wrong.unit_id != announcement.unit_id:
        raise Invalid(N_("Chỉ đính chính được thông báo đã gửi của chính phường, xã này."))
    newest = corrections.standing_for(session, wrong.id) or wrong  # no. 3 comes after no. 2, also where no. 1 was opened
    announcement.corrects_id, announcement.kind = newest.id, AnnouncementKind.CORRECTION


def _joined(there: Kept, words: Words, *, base: Mapping[str, Any] | None) -> Joined:
    """What stands with what this author changed; an end that the form left alone gives way to new times.

    Raises:
        Clashing: two changed the same field.
    """
    joined = draft_versions.joined(base=base, theirs=there, mine=kept(words))
    if joined.clashes:
        raise Clashing(joined.clashes)
    said = words_from(joined.words)
    if words.expires_at is None and (flaw := flaw_of_times(said)) and flaw.place == "expires_at":
        end = end_of(replace(said, expires_at=None), said.send_at or clock.now())
        return replace(joined, words=joined.words | {"expires_at": draft_versions.instant(end)})
    return joined


def _check(words: Words) -> None:
    _refuse(flaws_of(words))


def _refuse(flaws: Sequence[Flaw]) -> None:
    if flaws:
        raise Invalid(flaws[0].message, **flaws[0].blanks, field=flaws[0].place, flaws=list(flaws))


def _why_not(announcement: Announcement) -> str:
    if announcement.status is AnnouncementStatus.SCHEDULED:
        return N_("Thông báo đã duyệt, chờ giờ gửi: chỉ người soạn hoặc lãnh đạo sửa được.")
    if announcement.sent_at is None:
        return N_("Bản này đã bỏ nên không sửa được. Hãy mở lại nó và bấm “Dùng lại”.")
    return N_("Thông báo đã gửi thì không sửa được. Hãy soạn thông báo đính chính.")


def _address(session: Session, announcement: Announcement, words: Words, kinds: Mapping[UUID, str | None] | None = None) -> None:
    """`kinds` of groups are what words do not say: a unit that stays keeps its own."""
    needs: list[Any] = [need.value for need in words.needs]
    for unit_id in dict.fromkeys(words.unit_ids):
        kind = kinds.get(unit_id) if kinds else None
        session.add(
            Audience(announcement_id=announcement.id, unit_id=unit_id, needs=needs, streets=list(words.streets), group_kind=kind)
        )
    session.flush()
