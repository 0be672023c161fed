"""The words of an announcement over its versions: kept, compared, and joined field by field where two wrote at once.

Words are kept as plain JSON under the names of `NAMES`. Whoever edits says which words they began with (the base); what only
one of two authors changed is taken from that one, and what both changed is given back to choose from: nothing is overwritten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid
from core.i18n import N_
from models import FACT_LABELS, Announcement, AnnouncementLook, AnnouncementVersion, Audience
from services.access import Actor

Kept = dict[str, Any]

# Every field that a person may change, in the order a form asks, as it is named within a sentence.
NAMES = {
    "title": N_("tiêu đề"), "body": N_("nội dung"), "group_text": N_("lời nhắn cho nhóm"), "when": N_("khi nào"),
    "where": N_("ở đâu"), "who": N_("dành cho ai"), "bring": N_("chuẩn bị"), "units": N_("nơi nhận"),
    "needs": N_("nhóm hộ cần báo"), "streets": N_("đường, ngõ cần báo"),
    "also_groups": N_("nhóm báo thêm"), "urgency": N_("mức khẩn"), "kind": N_("loại"),
    "asks_for": N_("câu hỏi bà con"), "places": N_("số chỗ"), "must_reach_by": N_("hạn đến mọi hộ"), "send_at": N_("giờ gửi"),
    "expires_at": N_("ngày hết hiệu lực"), "channels": N_("kênh gửi"), "attachments": N_("tệp kèm theo"),
}  # fmt: skip
TIMES = ("must_reach_by", "send_at", "expires_at")
ONE_SITTING = timedelta(minutes=10)  # what one author types within it is one version, unless somebody has read it


@dataclass(frozen=True)
class Difference:
    """A field that is not as it was; values as `words_of` keeps them."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Clash:
    """A field that two have changed: what this author wrote, and what stands in the draft by now."""

    name: str
    mine: Any
    theirs: Any


@dataclass(frozen=True)
class Joined:
    """Two authors' changes in one text, as far as they are about different fields."""

    words: Kept
    clashes: tuple[Clash, ...]
    others: tuple[str, ...]  # fields that somebody else changed and this author did not


class Clashing(Invalid):
    """Two have changed the same fields: `clashes` has each with both texts."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        super().__init__(N_("Người khác vừa sửa bản này, có chỗ trùng với chỗ ông/bà sửa. Hãy chọn giữ lời nào, rồi lưu lại."))
        self.clashes = tuple(clashes)


def words_of(announcement: Announcement, audience: Sequence[Audience]) -> Kept:
    """What it says and asks now, as a version keeps it."""
    return {
        "title": announcement.title, "body": announcement.body, "group_text": announcement.group_text,
        **{name: announcement.facts.get(name, "") for name in FACT_LABELS},
        "units": sorted({str(entry.unit_id) for entry in audience}), "needs": sorted({n for a in audience for n in a.needs}),
        "streets": sorted({street for a in audience for street in a.streets}),
        "also_groups": sorted(announcement.also_groups), "urgency": announcement.urgency.value, "kind": announcement.kind.value,
        "asks_for": announcement.asks_for.value, "places": announcement.places,
        "must_reach_by": instant(announcement.must_reach_by), "send_at": instant(announcement.send_at),
        "expires_at": instant(announcement.expires_at), "channels": list(announcement.plan.get("channels", [])),
        "attachments": [dict(one) for one in announcement.attachments],
    }  # fmt: skip


def instant(at: datetime | None) -> str | None:
    """A moment as words keep it: ISO 8601 in UTC."""
    return at.astimezone(UTC).isoformat() if at else None


def is_same(name: str, one: Any, other: Any) -> bool:
    """Whether a field says the same; of times what a form can say, the minute."""
    if name in TIMES and one and other:
        return bool(one[:16] == other[:16])
    if name == "streets":  # which versions of before do not have
        return bool((one or []) == (other or []))
    return bool(one == other)


def joined(*, base: Mapping[str, Any] | None, theirs: Kept, mine: Mapping[str, Any]) -> Joined:
    """What stands in the draft (`theirs`) with what this author changed since `base`; fields missing in `mine` stay as they are.

    Without a base nobody knows who changed what: every field that differs is a clash.
    """
    words, clashes, others = dict(theirs), [], []
    for name, own in mine.items():
        there = theirs.get(name)
        if is_same(name, own, there):
            continue
        if base is not None and name in base and is_same(name, own, base[name]):
            others.append(name)
        elif base is not None and is_same(name, there, base.get(name)):
            words[name] = own
        else:
            clashes.append(Clash(name, own, there))
    return Joined(words, tuple(clashes), tuple(others))


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """The fields that differ, in the order a form asks."""
    return [
        Difference(name, before.get(name), after.get(name))
        for name in NAMES
        if not is_same(name, before.get(name), after.get(name))
    ]


def differences(session: Session, *, announcement_id: UUID, since_version: int) -> list[Difference]:
    """What an announcement says otherwise than at that version; for callers that have narrowed by their actor.

    Empty also where nothing is known of that version.
    """
    before = at_version(session, announcement_id=announcement_id, version=since_version)
    if before is None:
        return []
    announcement = session.get_one(Announcement, announcement_id)
    return changed(before, words_of(announcement, _audience(session, announcement_id)))


def at_version(session: Session, *, announcement_id: UUID, version: int) -> Kept | None:
    """The words of that version, or of the nearest kept before it; None where none is.

    An older base is safe: it can only make more fields be asked about, not fewer.
    """
    row = session.exec(
        select(AnnouncementVersion)
        .where(AnnouncementVersion.announcement_id == announcement_id, AnnouncementVersion.version <= version)
        .order_by(col(AnnouncementVersion.version).desc())
        .limit(1)
    ).first()
    return dict(row.words) if row else None


def last_author(session: Session, *, announcement_id: UUID) -> UUID | None:
    """Whose words the latest kept version has; None where it is not known."""
    row = _latest(session, announcement_id)
    return row.author_id if row else None


def keep(session: Session, *, actor: Actor, announcement: Announcement, is_sitting: bool = False) -> bool:
    """Write down the words it has now; False where they replaced or repeated the latest version.

    `is_sitting`: they were kept while their author goes on typing, so they take the place of what the same author had minutes
    ago, unless somebody has read that version.
    """
    words = words_of(announcement, _audience(session, announcement.id))
    row = _latest(session, announcement.id)
    if row is not None and not changed(row.words, words):
        return False
    if row is not None and (row.version == announcement.version or (is_sitting and _may_replace(session, row, actor))):
        row.version, row.words = announcement.version, words
        session.add(row)
        session.flush()
        return False
    session.add(
        AnnouncementVersion(announcement_id=announcement.id, version=announcement.version, words=words, author_id=actor.id)
    )
    session.flush()
    return True


def keep_before(session: Session, *, announcement: Announcement) -> None:
    """Write down the words of an announcement that has no version yet, before they change."""
    if _latest(session, announcement.id) is None:
        words = words_of(announcement, _audience(session, announcement.id))
        session.add(
            AnnouncementVersion(
                announcement_id=announcement.id, version=announcement.version, words=words, author_id=announcement.author_id
            )
        )
        session.flush()


def _may_replace(session: Session, row: AnnouncementVersion, actor: Actor) -> bool:
    if row.author_id != actor.id or clock.now() - row.created_at > ONE_SITTING:
        return False
    seen = select(AnnouncementLook.id).where(
        AnnouncementLook.announcement_id == row.announcement_id, AnnouncementLook.version == row.version
    )
    return session.exec(seen.limit(1)).first() is None


def _latest(session: Session, announcement_id: UUID) -> AnnouncementVersion | None:
    return session.exec(
        select(AnnouncementVersion)
        .where(AnnouncementVersion.announcement_id == announcement_id)
        .order_by(col(AnnouncementVersion.version).desc())
        .limit(1)
    ).first()


def _audience(session: Session, announcement_id: UUID) -> Sequence[Audience]:
    return session.exec(select(Audience).where(Audience.announcement_id == announcement_id)).all()
