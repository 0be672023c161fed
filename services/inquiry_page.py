"""What whoever asked sees without an account: the desk that is asked, the state of their thread, and their say on the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core import clock, sealed_addresses
from core.errors import NotFound
from core.i18n import N_
from models import (
    Announcement,
    Group,
    Inquiry,
    InquiryKind,
    InquiryMessage,
    InquiryStatus,
    Procedure,
    Purpose,
    ShortLink,
    Unit,
    UnitKind,
    Voice,
)
from services import access, attachments, inquiry_intake, leader_questions, wards
from services.attachments import Attachment
from services.inquiry_intake import OPEN, wait_again
from services.wards import WardCard


@dataclass(frozen=True)
class Desk:
    """Whom a form asks, and about what."""

    unit: Unit
    ward: WardCard
    announcement: Announcement | None = None
    procedure: Procedure | None = None


@dataclass(frozen=True)
class SaidHere:
    """A message as the asker reads it."""

    is_ours: bool  # the asker's own
    text: str
    at: datetime
    is_deleted: bool
    photos: tuple[Attachment, ...]


@dataclass(frozen=True)
class AskersThread:
    """A thread as its asker sees it: no notes, no names of those who work on it."""

    inquiry: Inquiry
    ward: WardCard
    messages: Sequence[SaidHere]
    photos: tuple[Attachment, ...]  # all of the thread, in the order shown
    done: tuple[Attachment, ...]
    asks_whether_it_helped: bool
    for_chat: str = ""  # of what a leader brought: the text to post once it is answered
    group_name: str = ""

    @property
    def is_waiting(self) -> bool:
        """Whether the ward is to answer."""
        return self.inquiry.status in OPEN


def homes(session: Session) -> list[Unit]:
    """The wards of this installation, by name."""
    wanted = select(Unit).where(Unit.kind == UnitKind.COMMUNE, col(Unit.valid_to).is_(None)).order_by(Unit.name, Unit.code)
    return list(session.exec(wanted))


def desk(session: Session, *, ward_code: str = "", slug: str = "", procedure_code: str = "") -> Desk | None:
    """The ward that is asked: of an announcement's address, of a code, or the only one; None where several could be meant.

    Raises:
        NotFound: there is no such ward, or none at all.
    """
    announcement = _announced(session, slug) if slug else None
    if announcement:
        unit = session.get_one(Unit, announcement.unit_id)
        card = wards.card_of(session, unit=unit)
        return Desk(access.commune_of(session, unit), card, announcement)
    found = [unit for unit in homes(session) if not ward_code or unit.code == ward_code]
    if not found:
        raise NotFound(N_("Chưa có phường, xã nào nhận câu hỏi ở đây."))
    if len(found) > 1:
        return None
    procedure = None
    if procedure_code:
        wanted = select(Procedure).where(Procedure.unit_id == found[0].id, Procedure.code == procedure_code)
        procedure = session.exec(wanted).first()
    return Desk(found[0], wards.card_of(session, unit=found[0]), None, procedure)


def of_token(session: Session, *, token: str) -> AskersThread:
    """A thread by its asker's own address.

    Raises:
        NotFound: there is none.
    """
    inquiry = find(session, token=token)
    wanted = select(InquiryMessage).where(InquiryMessage.inquiry_id == inquiry.id, InquiryMessage.voice != Voice.NOTE)
    said = session.exec(wanted.order_by(col(InquiryMessage.at), col(InquiryMessage.id))).all()
    messages = [
        SaidHere(one.voice is Voice.ASKED, one.text, one.at, one.deleted_at is not None, attachments.shown(one.photos))
        for one in said
    ]  # fmt: skip
    ward = wards.card_of(session, unit=session.get_one(Unit, inquiry.unit_id))
    group = session.get(Group, inquiry.group_id) if inquiry.group_id else None
    ready = leader_questions.ready_texts(session, inquiries=[inquiry], ward=ward) if group else {}
    return AskersThread(
        inquiry, ward, messages,
        tuple(photo for one in messages for photo in one.photos), attachments.shown(inquiry.done_photos),
        asks_whether_it_helped=inquiry.status is InquiryStatus.ANSWERED and inquiry.has_helped is None
        and inquiry.kind is not InquiryKind.THANKS,
        for_chat=ready.get(inquiry.id, ""), group_name=group.name if group else "",
    )  # fmt: skip


def find(session: Session, *, token: str, for_change: bool = False) -> Inquiry:
    """The record behind an asker's address.

    Raises:
        NotFound: there is none.
    """
    wanted = select(Inquiry).where(sealed_addresses.is_named(token, Inquiry.id, Inquiry.token_hash))
    found = session.exec(wanted.with_for_update() if for_change else wanted).first()
    if found is None or not found.address.is_now(token):
        raise NotFound(N_("Không có câu hỏi nào ở địa chỉ này. Xin mở lại đúng đường dẫn đã nhận khi gửi."))
    return found


def expect_ours(session: Session, *, token: str, text: str) -> None:
    """Ask before anything is kept that the asker adds.

    Raises:
        NotFound: there is no such thread. NotOurs: it is a complaint or a denunciation.
    """
    inquiry_intake.expect_ours(session.get_one(Unit, find(session, token=token).unit_id), text)


def say_whether_it_helped(session: Session, *, token: str, has_helped: bool) -> None:
    """The asker says "that helped": the thread is done; or "not yet": it waits again, for the same person.

    Raises:
        NotFound: there is no such thread.
    """
    inquiry = find(session, token=token, for_change=True)
    if inquiry.status not in (InquiryStatus.ANSWERED, InquiryStatus.CLOSED):
        return
    inquiry.has_helped = has_helped
    if has_helped:
        inquiry.status, inquiry.closed_at = InquiryStatus.CLOSED, clock.now()
    else:
        wait_again(session, inquiry, since=clock.now())
    inquiry.version += 1
    session.add(inquiry)


def _announced(session: Session, slug: str) -> Announcement | None:
    wanted = (
        select(Announcement)
        .join(ShortLink, col(ShortLink.announcement_id) == Announcement.id)
        .where(ShortLink.slug == slug, ShortLink.purpose == Purpose.ANNOUNCEMENT, col(Announcement.sent_at).is_not(None))
    )
    return session.exec(wanted).first()
