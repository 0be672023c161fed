"""Announcements as they are read: the ward's list, and the page a resident opens and answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func
from sqlmodel import Session, col, select

from core import clock
from core.db import upsert
from core.errors import Invalid, NotAllowed, NotFound
from core.i18n import N_
from core.ids import new_id
from core.text import fold
from models import (
    LEFT,
    Announcement,
    AnnouncementKind,
    AnnouncementStatus,
    AsksFor,
    Group,
    How,
    Model,
    PublicAnswer,
    Purpose,
    Reach,
    ShortLink,
    Unit,
    Urgency,
    User,
)
from services import (
    access,
    attachments,
    attendance,
    attendance_places,
    corrections,
    drafts,
    household_cards,
    known_openings,
    links,
    progress,
    public_answers,
    sending,
    shown_photos,
    wards,
)
from services.access import Actor, May
from services.attachments import Attachment
from services.attendance import Stand
from services.attendance_places import PEOPLE_MAX, Party
from services.progress import Progress
from services.sending import Cancelled
from services.wards import WardCard

OPEN_TO_PUBLIC = (*LEFT, AnnouncementStatus.CANCELLED)


@dataclass(frozen=True)
class Row:
    """One announcement in the ward's list."""

    author: str
    progress: Progress

    @property
    def announcement(self) -> Announcement:
        """What was written."""
        return self.progress.announcement


def listing(
    session: Session,
    *,
    actor: Actor,
    words: str = "",
    statuses: Sequence[AnnouncementStatus] = (),
    is_under_way: bool = False,
    offset: int = 0,
    limit: int = 50,
) -> tuple[list[Row], int]:
    """Announcements in the actor's sight, newest first, and how many there are in all. Five queries, whatever the size.

    `is_under_way` leaves only those that the first screen calls so.
    """
    access.require(actor, May.SEE_SENT)
    narrowed: ColumnElement[bool] = col(Announcement.unit_id).in_(access.visible_units(actor))
    if statuses:
        narrowed = narrowed & col(Announcement.status).in_(statuses)
    if is_under_way:
        narrowed = narrowed & progress.under_way(clock.now())
    if not access.may(actor, May.SEE_UNSENT):
        narrowed = narrowed & col(Announcement.status).in_(OPEN_TO_PUBLIC) & col(Announcement.sent_at).is_not(None)
    when = func.coalesce(Announcement.sent_at, Announcement.send_at, Announcement.created_at)
    query = select(Announcement, User.display_name).outerjoin(User, col(User.id) == Announcement.author_id).where(narrowed)
    if words:
        wanted = fold(words).split()
        titles = session.exec(select(Announcement.id, Announcement.title).where(narrowed)).all()
        matching = [id_ for id_, title in titles if all(word in fold(title) for word in wanted)]
        query, total = query.where(col(Announcement.id).in_(matching)), len(matching)
    else:
        total = session.exec(select(func.count()).select_from(Announcement).where(narrowed)).one()
    found = session.exec(query.order_by(when.desc()).offset(offset).limit(limit)).all()
    of = progress.of_announcements(session, [announcement for announcement, _ in found])
    return [Row(author or "", of[announcement.id]) for announcement, author in found], total


def cancel(session: Session, *, actor: Actor, announcement_id: UUID) -> Cancelled:
    """Stop what has not left. Whoever approves may cancel anything; a writer only what is not approved yet.

    Raises:
        NotAllowed: it was stopped before, the actor may not, or a correction stands for it already.
    """
    access.require(actor, May.WRITE)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    if announcement.status not in drafts.EDITABLE:
        access.require(actor, May.APPROVE)
    if announcement.status is AnnouncementStatus.CANCELLED:
        raise NotAllowed(N_("Thông báo này đã dừng từ trước."))
    if corrections.standing_for(session, announcement.id):
        raise NotAllowed(N_("Đã có bản đính chính thay cho bản này. Hãy thu hồi bản đính chính nếu nó cũng sai."))
    return sending.cancel(session, actor=actor, announcement=announcement)


@dataclass(frozen=True)
class Answer:
    """What this phone answered."""

    how: How
    people: int
    at: datetime


@dataclass(frozen=True)
class PublicAnnouncement:
    """An announcement as a resident may see it: nothing personal, nothing of the inside."""

    id: UUID
    slug: str
    url: str
    link_id: UUID
    group_id: UUID | None
    title: str
    body: str
    kind: AnnouncementKind
    urgency: Urgency
    asks_for: AsksFor
    ward: WardCard
    unit_label: str | None
    sent_at: datetime
    expires_at: datetime | None
    is_expired: bool
    is_cancelled: bool
    corrected_by: tuple[str, str] | None
    corrects: tuple[str, str] | None
    answer: Answer | None
    facts: dict[str, str] = field(default_factory=dict)
    stand: Stand | None = None  # how it stands with coming: places left, and this phone's own
    attachments: tuple[Attachment, ...] = ()
    household: str = ""  # the masked name of the household this phone is tied to, which the ward then knows by name
    answers: tuple[PublicAnswer, ...] = ()  # what was asked about it, and answered for all who open it later


def for_slug(session: Session, *, slug: str, visitor: str | None = None) -> PublicAnnouncement:
    """The page behind a link; `visitor` is the phone whose answer is shown back to it.

    Raises:
        NotFound: there is no such link, or its announcement has not been sent.
    """
    link, announcement = _behind(session, slug)
    ward = session.get_one(Unit, announcement.unit_id)
    group = session.get(Group, link.group_id) if link.group_id else None
    unit = session.get(Unit, group.unit_id) if group else None
    tie = household_cards.tied(session, visitor=visitor) if visitor else None
    reach = known_openings.answer_of(session, announcement_id=announcement.id, visitor=visitor, tie=tie) if visitor else None
    correction = corrections.standing_for(session, announcement.id)
    corrected = session.get(Announcement, announcement.corrects_id) if announcement.corrects_id else None
    return PublicAnnouncement(
        id=announcement.id, slug=link.slug, url=links.public_url(link), link_id=link.id, group_id=link.group_id,
        title=announcement.title, body=announcement.body, facts=announcement.facts, kind=announcement.kind,
        urgency=announcement.urgency, asks_for=announcement.asks_for, ward=wards.card_of(session, unit=ward),
        unit_label=unit.label if unit else None, sent_at=announcement.sent_at or announcement.created_at,
        expires_at=announcement.expires_at,
        is_expired=announcement.has_expired(clock.now()),
        is_cancelled=announcement.status is AnnouncementStatus.CANCELLED,
        corrected_by=_named(session, correction, link.group_id), corrects=_named(session, corrected, link.group_id),
        answer=Answer(reach.how, reach.people, reach.told_at) if reach else None,
        stand=attendance.stand(session, announcement=announcement, visitor=visitor, tie=tie),
        attachments=attachments.shown(shown_photos.visible(session, photos=announcement.attachments)),
        household=tie.masked_name if tie else "",
        answers=tuple(public_answers.of_announcement(session, announcement_id=announcement.id)),
    )  # fmt: skip


def answer(session: Session, *, slug: str, visitor: str, how: How, people: int = 0, name: str = "") -> None:
    """A phone says that its household knows, or comes. Answering again replaces the answer and counts once.

    A phone that is tied by the household card answers for its household, by name; another may leave one for the event's door.

    Raises:
        NotFound: as `for_slug`.
        Invalid: a number of people that cannot be, more than there are places, or the announcement has ended.
    """
    link, announcement = _behind(session, slug)
    if how not in (How.CONFIRMED, How.ATTENDING) or not 0 <= people <= PEOPLE_MAX:
        raise Invalid(N_("Câu trả lời không đúng. Hãy chọn lại trên trang."))
    now = clock.now()
    if announcement.status is AnnouncementStatus.CANCELLED or announcement.has_expired(now):
        raise Invalid(N_("Thông báo này đã hết hiệu lực nên không nhận câu trả lời nữa."))
    tie = household_cards.tied(session, visitor=visitor)
    party = Party(tie.household_id if tie else None, visitor, name, link.group_id)
    coming = people if how is How.ATTENDING else 0
    attendance_places.answered(session, announcement=announcement, party=party, people=coming)
    if tie:
        home = known_openings.tell(
            session,
            announcement_id=announcement.id,
            group_id=link.group_id,
            household_id=tie.household_id,
            visitor=visitor,
            at=now,
        )  # fmt: skip
        home.how, home.people = how, people
        session.add(home)
        return
    table = Model.metadata.tables["reach"]
    row: dict[str, Any] = {
        "id": new_id(), "created_at": now, "announcement_id": announcement.id, "group_id": link.group_id,
        "visitor": visitor, "how": how, "people": people, "told_at": now,
    }  # fmt: skip
    upsert(session, table, [row], key=["announcement_id", "visitor"], replace=["how", "people"])
    kept = session.exec(select(Reach.id).where(Reach.announcement_id == announcement.id, Reach.visitor == visitor)).one()
    if kept == row["id"]:
        known_openings.count(session, announcement_id=announcement.id, group_id=link.group_id, at=now, by=1)


def take_back(session: Session, *, slug: str, visitor: str) -> None:
    """The phone's answer is undone, if it had given one."""
    _, announcement = _behind(session, slug)
    tie = household_cards.tied(session, visitor=visitor)
    party = Party(tie.household_id if tie else None, visitor)
    attendance_places.answered(session, announcement=announcement, party=party, people=0)
    reach = known_openings.answer_of(session, announcement_id=announcement.id, visitor=visitor, tie=tie)
    if reach is None:
        return
    if reach.household_id is not None:  # it has opened the page all the same
        reach.how, reach.people = How.OPENED, 0
        session.add(reach)
        return
    gone = session.exec(delete(Reach).where(col(Reach.id) == reach.id)).rowcount
    known_openings.count(session, announcement_id=announcement.id, group_id=reach.group_id, at=reach.told_at, by=-gone)


def _behind(session: Session, slug: str) -> tuple[ShortLink, Announcement]:
    link = session.exec(
        select(ShortLink).where(ShortLink.slug == slug.lower(), ShortLink.purpose == Purpose.ANNOUNCEMENT)
    ).first()
    announcement = session.get(Announcement, link.announcement_id) if link and link.announcement_id else None
    if link is None or announcement is None or announcement.status not in OPEN_TO_PUBLIC or announcement.sent_at is None:
        raise NotFound(N_("Không có thông báo nào ở địa chỉ này."))
    return link, announcement


def _named(session: Session, announcement: Announcement | None, group_id: UUID | None) -> tuple[str, str] | None:
    """Title and address of another announcement, by the same group's link where there is one."""
    if announcement is None:
        return None
    found = session.exec(
        select(ShortLink)
        .where(
            ShortLink.announcement_id == announcement.id,
            (col(ShortLink.group_id) == group_id) | col(ShortLink.group_id).is_(None),
        )
        .order_by(col(ShortLink.group_id).is_(None))
    ).first()  # fmt: skip
    return (announcement.title, links.public_url(found)) if found else None
