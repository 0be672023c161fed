"""What people reported as broken and what was done about it: shown to all with before and after, once somebody says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.text import clean_lines
from models import Inquiry, InquiryKind, InquiryStatus, Unit
from services import attachments, audit, inquiries, inquiry_answers, private_words, shown_photos, wards
from services.access import Actor
from services.attachments import Attachment
from services.shown_photos import People
from services.wards import WardCard

NOTE_MAX = 600
SHOWN = 30


@dataclass(frozen=True)
class Done:
    """A report as everybody may see it: what, where, what was done. Never who."""

    id: UUID
    text: str
    place: str
    note: str
    before: tuple[Attachment, ...]
    after: tuple[Attachment, ...]
    done_at: datetime | None


@dataclass(frozen=True)
class DonePage:
    """The list of a ward."""

    ward: WardCard
    rows: Sequence[Done]
    under_way: int


def finish(
    session: Session, *, actor: Actor, inquiry_id: UUID, note: str, photos: Sequence[Mapping[str, Any]] = (),
    is_public: bool = True, people: People | None = None, codes: str = "",
) -> Inquiry:  # fmt: skip
    """Say what was done about a report: whoever reported it is told, and with `is_public` everybody sees it.

    Photos of before and after are shown as `people` says of those who can be known in them (`services.shown_photos`).

    Raises:
        Invalid: it is no report, nothing is said, or something in it belongs to one person and may not be shown to all,
            a photo too.
        NotAllowed, NotFound: as `inquiries.get`.
    """
    inquiry = inquiries.get(session, actor=actor, inquiry_id=inquiry_id, for_change=True)
    words = clean_lines(note)
    if inquiry.kind is not InquiryKind.BROKEN:
        raise Invalid(N_("Chỉ việc báo hỏng mới ghi kết quả xử lý."))
    if not 0 < len(words) <= NOTE_MAX:
        raise Invalid(N_("Xin ghi đã làm gì, không dài quá {most} ký tự."), most=NOTE_MAX)
    if is_public:
        private_words.expect_none(f"{inquiry.text}\n{inquiry.place}\n{words}")
    inquiry.done_note, inquiry.done_photos = words, [dict(photo) for photo in photos]
    if is_public:
        both = [*inquiry.photos, *inquiry.done_photos]
        marked = [dict(photo) for photo in shown_photos.marked(session, actor=actor, photos=both, people=people, codes=codes)]
        before = len(inquiry.photos)
        inquiry.photos, inquiry.done_photos = marked[:before], marked[before:]
    inquiry_answers.answer(session, actor=actor, inquiry_id=inquiry_id, text=words, closes=True)
    inquiry.public_at = clock.now() if is_public else None
    session.add(inquiry)
    audit.record(session, actor=actor, action="report.done", subject_kind="inquiry", subject_id=inquiry.id, is_public=is_public)
    return inquiry


def hide(session: Session, *, actor: Actor, inquiry_id: UUID) -> None:
    """Take a report off the public list.

    Raises:
        NotAllowed, NotFound: as `inquiries.get`.
    """
    inquiry = inquiries.get(session, actor=actor, inquiry_id=inquiry_id, for_change=True)
    inquiry.public_at = None
    session.add(inquiry)
    audit.record(session, actor=actor, action="report.hidden", subject_kind="inquiry", subject_id=inquiry.id)


def page_of(session: Session, *, unit: Unit) -> DonePage:
    """What was done of late in a ward, the latest first, and how much is under way."""
    wanted = select(Inquiry).where(Inquiry.unit_id == unit.id, col(Inquiry.public_at).is_not(None))
    rows = session.exec(wanted.order_by(col(Inquiry.public_at).desc()).limit(SHOWN)).all()
    waiting = (
        select(func.count())
        .select_from(Inquiry)
        .where(Inquiry.unit_id == unit.id, Inquiry.kind == InquiryKind.BROKEN, col(Inquiry.due_at).is_not(None))
    )
    return DonePage(wards.card_of(session, unit=unit), [_shown(session, row) for row in rows], session.exec(waiting).one())


def photo_of(session: Session, *, inquiry_id: UUID) -> tuple[Attachment, ...]:
    """The photos of a report on the public list, those of before first.

    Raises:
        NotFound: it is not on the list.
    """
    inquiry = session.get(Inquiry, inquiry_id)
    if inquiry is None or inquiry.public_at is None or inquiry.status is InquiryStatus.SPAM:
        raise NotFound(N_("Việc này không còn trên trang của phường."))
    one = _shown(session, inquiry)
    return (*one.before, *one.after)


def _shown(session: Session, inquiry: Inquiry) -> Done:
    before, after = (
        attachments.shown(shown_photos.visible(session, photos=some)) for some in (inquiry.photos, inquiry.done_photos)
    )
    pictures = tuple(one for one in before if one.media_type != "application/pdf")
    return Done(inquiry.id, inquiry.text, inquiry.place, inquiry.done_note, pictures, after, inquiry.public_at)
