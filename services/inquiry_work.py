"""Working the inbox: who has it, what is noted, what rests until when, what is done, what is rubbish."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from core import clock, phones
from core.db import upsert
from core.errors import Invalid
from core.i18n import N_
from core.ids import new_id
from core.text import clean_lines
from models import (
    Inquiry,
    InquiryBlock,
    InquiryKind,
    InquiryLook,
    InquiryMessage,
    InquiryStatus,
    Model,
    Topic,
    Unit,
    User,
    Voice,
)
from services import access, audit, inquiries, inquiry_rules
from services.access import Actor, May
from services.inquiry_intake import OPEN, TEXT_MAX, search_of, wait_again

LONGEST_REST = timedelta(days=60)
BLOCK_DAYS = (7, 30, 90)
_LOOKS = Model.metadata.tables["inquirylook"]


def look(session: Session, *, actor: Actor, inquiry_id: UUID) -> None:
    """The actor has a thread open: others see it. Whoever opens threads for hours leaves one row a thread, of a day at most.

    Raises:
        NotAllowed, NotFound: as `inquiries.get`.
    """
    inquiry = inquiries.get(session, actor=actor, inquiry_id=inquiry_id)
    if actor.id:
        row = {"id": new_id(), "created_at": clock.now(), "inquiry_id": inquiry.id, "user_id": actor.id, "seen_at": clock.now()}
        upsert(session, _LOOKS, [row], key=["inquiry_id", "user_id"], replace=["seen_at"])
        session.execute(delete(InquiryLook).where(col(InquiryLook.user_id) == actor.id, col(InquiryLook.seen_at) < _day_ago()))


def assign(session: Session, *, actor: Actor, inquiry_id: UUID, user_id: UUID | None) -> Inquiry:
    """Give a thread to somebody, or (None) back to everybody.

    Raises:
        Invalid: that person does not answer here. NotAllowed, NotFound: as `inquiries.get`.
    """
    inquiry = inquiries.get(session, actor=actor, inquiry_id=inquiry_id, for_change=True)
    if user_id is not None:
        user, ward = session.get(User, user_id), session.get_one(Unit, inquiry.unit_id)
        home = session.get(Unit, user.unit_id) if user else None
        serves = home is not None and (home.path.startswith(ward.path) or ward.path.startswith(home.path))
        if user is None or not user.is_active or user.role not in May.ANSWER_INQUIRIES.roles or not serves:
            raise Invalid(N_("Người này không trả lời hỏi đáp của phường."))
    inquiry.assignee_id = user_id
    if inquiry.status in OPEN:
        inquiry.status = InquiryStatus.ASSIGNED if user_id else InquiryStatus.NEW
    return _written(session, actor, inquiry, "inquiry.assigned", to=str(user_id or ""))


def sort(
    session: Session, *, actor: Actor, inquiry_id: UUID, topic: Topic, kind: InquiryKind, place_unit_id: UUID | None,
    procedure_id: UUID | None,
) -> Inquiry:  # fmt: skip
    """Say what a thread is about; while it waits, its time follows.

    Raises:
        NotAllowed, NotFound: as `inquiries.get`; also for a place or procedure outside the actor's sight.
    """
    inquiry = inquiries.get(session, actor=actor, inquiry_id=inquiry_id, for_change=True)
    if place_unit_id:
        access.unit_for(session, actor=actor, unit_id=place_unit_id)
    if inquiry.due_at and topic is not inquiry.topic:
        inquiry.due_at = inquiry_rules.of(session, ward_id=inquiry.unit_id).due(topic, since=inquiry.last_at)
        inquiry.reminded_at = inquiry.escalated_at = None
    inquiry.topic, inquiry.kind, inquiry.place_unit_id, inquiry.procedure_id = topic, kind, place_unit_id, procedure_id
    return _written(session, actor, inquiry, "inquiry.sorted", topic=topic.value, kind=kind.value)


def note_phone(session: Session, *, actor: Actor, inquiry_id: UUID, phone: str) -> Inquiry:
    """Say at which number whoever asked can be called or written to; "" takes it away.

    Raises:
        Invalid: it is no telephone number. NotAllowed, NotFound: as `inquiries.get`.
    """
    inquiry = inquiries.get(session, actor=actor, inquiry_id=inquiry_id, for_change=True)
    inquiry.from_phone = phones.read(phone)
    return _written(session, actor, inquiry, "inquiry.phone_noted", has_one=inquiry.from_phone is not None)


def note(session: Session, *, actor: Actor, inquiry_id: UUID, text: str) -> InquiryMessage:
    """Say something to colleagues; it never leaves the house.

    Raises:
        Invalid: it says nothing, or too much. NotAllowed, NotFound: as `inquiries.get`.
    """
    inquiry = inquiries.get(session, actor=actor, inquiry_id=inquiry_id, for_change=True)
    words = clean_lines(text)
    if not 0 < len(words) <= TEXT_MAX:
        raise Invalid(N_("Ghi chú phải có chữ và không dài quá {most} ký tự."), most=TEXT_MAX)
    said = InquiryMessage(
        inquiry_id=inquiry.id, voice=Voice.NOTE, text=words, at=clock.now(), author_id=actor.id,
        search=search_of(inquiry, words),
    )  # fmt: skip
    session.add(said)
    _written(session, actor, inquiry, "inquiry.noted")
    return said


def snooze(session: Session, *, actor: Actor, inquiry_id: UUID, until: datetime) -> Inquiry:
    """Let a thread rest until an instant; its time to answer goes on.

    Raises:
        Invalid: the instant is past or too far, or nothing waits. NotAllowed, NotFound: as `inquiries.get`.
    """
    inquiry = inquiries.get(session, actor=actor, inquiry_id=inquiry_id, for_change=True)
    if inquiry.due_at is None:
        raise Invalid(N_("Câu hỏi này không còn chờ trả lời."))
    if not clock.now() < until <= clock.now() + LONGEST_REST:
        raise Invalid(N_("Chỉ tạm gác tới một lúc sau bây giờ, trong {days} ngày."), days=LONGEST_REST.days)
    inquiry.snoozed_until = until
    return _written(session, actor, inquiry, "inquiry.snoozed", until=until.isoformat())


def close(session: Session, *, actor: Actor, inquiry_id: UUID) -> Inquiry:
    """Nothing more is to be done; whoever writes again opens it again.

    Raises:
        NotAllowed, NotFound: as `inquiries.get`.
    """
    inquiry = inquiries.get(session, actor=actor, inquiry_id=inquiry_id, for_change=True)
    inquiry.status, inquiry.closed_at = InquiryStatus.CLOSED, clock.now()
    _rests(inquiry)
    return _written(session, actor, inquiry, "inquiry.closed")


def reopen(session: Session, *, actor: Actor, inquiry_id: UUID) -> Inquiry:
    """It waits again: it was no rubbish, or not done after all.

    Raises:
        NotAllowed, NotFound: as `inquiries.get`.
    """
    inquiry = inquiries.get(session, actor=actor, inquiry_id=inquiry_id, for_change=True)
    wait_again(session, inquiry, since=clock.now())
    return _written(session, actor, inquiry, "inquiry.reopened")


def mark_spam(session: Session, *, actor: Actor, inquiry_id: UUID, block_days: int = 0) -> Inquiry:
    """It is rubbish; with `block_days` what comes from the same person goes there too, until that day.

    Raises:
        Invalid: so many days are not offered, or the channel does not tell who writes.
        NotAllowed, NotFound: as `inquiries.get`.
    """
    inquiry = inquiries.get(session, actor=actor, inquiry_id=inquiry_id, for_change=True)
    if block_days:
        if block_days not in BLOCK_DAYS:
            raise Invalid(N_("Chỉ chặn được {days} ngày."), days=", ".join(map(str, BLOCK_DAYS)))
        if not inquiry.from_id:
            raise Invalid(N_("Kênh này không cho biết ai viết, nên không chặn được."))
        until = clock.now() + timedelta(days=block_days)
        session.add(
            InquiryBlock(unit_id=inquiry.unit_id, channel=inquiry.channel, from_id=inquiry.from_id, until=until, by_id=actor.id)
        )
    inquiry.status, inquiry.likeness = InquiryStatus.SPAM, ""
    _rests(inquiry)
    return _written(session, actor, inquiry, "inquiry.spam", days=block_days)


@dataclass(frozen=True)
class Blocked:
    """Somebody kept out, with their name and what they wrote last, as far as the channel tells."""

    block: InquiryBlock
    name: str
    text: str


def blocks(session: Session, *, actor: Actor) -> list[Blocked]:
    """Who may not write just now in the actor's units, with the day it ends. Two queries.

    Raises:
        NotAllowed: the actor does not answer.
    """
    access.require(actor, May.ANSWER_INQUIRIES)
    wanted = select(InquiryBlock).where(
        InquiryBlock.until > clock.now(), col(InquiryBlock.unit_id).in_(access.visible_units(actor))
    )
    found = session.exec(wanted.order_by(col(InquiryBlock.until))).all()
    wrote = select(Inquiry).where(
        col(Inquiry.unit_id).in_({one.unit_id for one in found}), Inquiry.status == InquiryStatus.SPAM,
        col(Inquiry.from_id).in_({one.from_id for one in found}),
    )  # fmt: skip
    last = {(one.unit_id, one.channel, one.from_id): one for one in session.exec(wrote.order_by(col(Inquiry.last_at)))}
    threads = [(one, last.get((one.unit_id, one.channel, one.from_id))) for one in found]
    return [Blocked(one, thread.from_name if thread else "", thread.text if thread else "") for one, thread in threads]


def unblock(session: Session, *, actor: Actor, block_id: UUID) -> None:
    """Let somebody write again before the day.

    Raises:
        NotAllowed: the actor does not answer. NotFound: the ward lies outside the actor's sight.
    """
    access.require(actor, May.ANSWER_INQUIRIES)
    block = session.get(InquiryBlock, block_id)
    if block is None or block.until <= clock.now():
        return
    access.unit_for(session, actor=actor, unit_id=block.unit_id)
    block.until = clock.now()
    session.add(block)
    audit.record(session, actor=actor, action="inquiry.unblocked", subject_kind="unit", subject_id=block.unit_id)


def _day_ago() -> datetime:
    return clock.now() - timedelta(days=1)


def _rests(inquiry: Inquiry) -> None:
    inquiry.due_at = inquiry.snoozed_until = None


def _written(session: Session, actor: Actor, inquiry: Inquiry, action: str, **details: object) -> Inquiry:
    session.add(inquiry)
    session.flush()
    audit.record(session, actor=actor, action=action, subject_kind="inquiry", subject_id=inquiry.id, **details)
    return inquiry
