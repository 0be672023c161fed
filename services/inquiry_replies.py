"""Answers on their way: written into the ledger once each, said in the words of their message; what nobody knows is settled.

They leave as announcements do (services.batches, services.chunks): sent once, their outcome known.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_, translate
from core.ids import new_id
from core.settings import settings
from models import (
    Announcement,
    Batch,
    Channel,
    Delivery,
    DeliveryStatus,
    Inquiry,
    InquiryMessage,
    InquiryStatus,
    Unit,
    Urgency,
)
from services import audit, batches, inquiries, messages, reach_rules, training
from services.access import Actor
from services.batches import WAITING
from services.inquiry_intake import OPEN
from services.inquiry_ways import Open
from services.messages import Wording

LINE = N_("{ward} trả lời: {text}")
POINTER = N_("{ward} đã trả lời câu hỏi của ông/bà. Xem ở đường dẫn kèm theo.")
TITLE = N_("Trả lời câu hỏi gửi {ward}")


def send(session: Session, *, ward: Unit, replies: Sequence[tuple[InquiryMessage, Open]]) -> int:
    """Write answers into the ledger and promise their sending, in the caller's transaction; how many leave.

    An answer that is in the ledger by that channel already stays as it is; one to our own people is told each of them. In
    training nothing leaves.
    """
    known = _written_before(session, [said.id for said, _ in replies])
    by_channel: dict[Channel, list[tuple[InquiryMessage, Open]]] = {}
    for said, way in replies:
        if way.channel is not None and _key(said, way) not in known:
            by_channel.setdefault(way.channel, []).append((said, way))
    leaving = 0
    for channel, new in by_channel.items():
        by_template = channel in messages.BY_TEMPLATE  # whose blanks a whole batch shares
        for together in [[one] for one in new] if by_template else [new]:
            leaving += _begin(session, ward, channel, together)
    return leaving


def wording(session: Session, *, batch_id: UUID, account_settings: Mapping[str, str], longest: int) -> Wording:
    """What a batch of answers says, each in its own words."""
    batch = session.get_one(Batch, batch_id)
    rows = session.exec(
        select(Delivery, InquiryMessage, Inquiry)
        .join(InquiryMessage, col(InquiryMessage.id) == Delivery.message_id)
        .join(Inquiry, col(Inquiry.id) == InquiryMessage.inquiry_id)
        .where(Delivery.batch_id == batch_id)
    ).all()
    ward, texts, said = session.get_one(Unit, batch.ward_id), {}, Wording(batch.channel)
    for delivery, message, inquiry in rows:
        if batch.channel in (Channel.ZALO_OA, Channel.FACEBOOK, Channel.ZALO_BOT):
            to_staff = f"\n{settings().public_url}/inquiry?id={inquiry.id}" if batch.channel is Channel.ZALO_BOT else ""
            texts[delivery.idempotency_key] = f"{message.text}{to_staff}"
            continue
        said = _said(session, ward, message, inquiry, batch.channel, account_settings, longest)
        texts[delivery.idempotency_key] = said.text
    return Wording(batch.channel, title=said.title, link=said.link, blanks=said.blanks, refusal=said.refusal, by_name=texts)


def _said(
    session: Session, ward: Unit, message: InquiryMessage, inquiry: Inquiry, channel: Channel,
    account_settings: Mapping[str, str], longest: int,
) -> Wording:  # fmt: skip
    """An answer by SMS or a template; one that has no room there says that it stands on the asker's page."""
    link = page_of(inquiry)

    def told(words: str) -> Wording:
        return messages.said_with(
            session, announcement=_as_announcement(ward, words, inquiry), channel=channel, longest=longest,
            account_settings=account_settings, link=link,
        )  # fmt: skip

    whole = told(translate(LINE, language=inquiry.language).format(ward=ward.name, text=message.text))
    if whole.refusal not in (messages.TOO_LONG, messages.BLANK_TOO_LONG):
        return whole
    pointing = told(translate(POINTER, language=inquiry.language).format(ward=ward.name))
    leads_there = channel not in messages.BY_TEMPLATE or link in pointing.blanks.values()
    return pointing if leads_there and not pointing.refusal else whole


def page_of(inquiry: Inquiry) -> str:
    """The asker's own page."""
    return f"{settings().public_url}/ask/{inquiry.token}"


def settle(session: Session, *, actor: Actor, delivery_id: UUID, has_arrived: bool) -> None:
    """A person says what became of an answer of which nobody knows: it has arrived, or it is to be sent again.

    Raises:
        Invalid: it is known by now. NotAllowed, NotFound: as `inquiries.get`.
    """
    delivery = session.get(Delivery, delivery_id, with_for_update=True)
    said = session.get(InquiryMessage, delivery.message_id) if delivery and delivery.message_id else None
    if delivery is None or said is None:
        raise NotFound(N_("Không tìm thấy câu hỏi này."))
    inquiry = inquiries.get(session, actor=actor, inquiry_id=said.inquiry_id)
    if delivery.status is not DeliveryStatus.UNKNOWN:
        raise Invalid(N_("Tin này đã rõ rồi, xin tải lại trang."))
    delivery.trouble = delivery.error = None
    delivery.updated_at = clock.now()
    if has_arrived:
        delivery.status = DeliveryStatus.SENT
    else:
        delivery.status = DeliveryStatus.QUEUED
        ward = session.get_one(Unit, inquiry.unit_id)
        delivery.batch_id = batches.begin_replies(session, ward=ward, channel=delivery.channel, rows=1)[0]
    if inquiry.status in OPEN:  # it waited for this word
        inquiry.status, inquiry.due_at, inquiry.snoozed_until = InquiryStatus.ANSWERED, None, None
        session.add(inquiry)
    session.add(delivery)
    audit.record(
        session, actor=actor, action="inquiry.settled", subject_kind="inquiry", subject_id=inquiry.id, arrived=has_arrived
    )


def stop(session: Session, *, actor: Actor, message_id: UUID) -> int:
    """Stop an answer that has not left; how many of its ways.

    Raises:
        NotAllowed, NotFound: as `inquiries.get`.
    """
    said = session.get(InquiryMessage, message_id)
    if said is None:
        raise NotFound(N_("Không tìm thấy câu hỏi này."))
    inquiries.get(session, actor=actor, inquiry_id=said.inquiry_id)
    wanted = select(Delivery).where(Delivery.message_id == message_id, col(Delivery.status).in_(WAITING)).with_for_update()
    waiting = session.exec(wanted).all()
    for one in waiting:
        one.status, one.cost, one.updated_at, one.next_at = DeliveryStatus.CANCELLED, 0, clock.now(), None
        session.add(one)
    if waiting:
        audit.record(
            session, actor=actor, action="inquiry.stopped", subject_kind="inquiry", subject_id=said.inquiry_id, ways=len(waiting)
        )
    return len(waiting)


def _begin(session: Session, ward: Unit, channel: Channel, replies: Sequence[tuple[InquiryMessage, Open]]) -> int:
    account = reach_rules.accounts(session, ward=ward).get(channel)
    held_back = training.is_on(session, unit=ward)
    made = [] if held_back else batches.begin_replies(session, ward=ward, channel=channel, rows=len(replies))
    for place, (said, way) in enumerate(replies):
        session.add(
            Delivery(
                id=new_id(), message_id=said.id, channel=channel, recipient_kind=way.kind, recipient_id=way.recipient,
                idempotency_key=_key(said, way), cost=0 if held_back or account is None else account.price,
                status=DeliveryStatus.CANCELLED if held_back else DeliveryStatus.QUEUED,
                error=training.HELD_BACK if held_back else None, batch_id=made[place // batches.SIZE] if made else None,
                updated_at=clock.now(),
            )
        )  # fmt: skip
    session.flush()
    return 0 if held_back else len(replies)


def _written_before(session: Session, message_ids: Sequence[UUID]) -> set[str]:
    wanted = select(Delivery.idempotency_key).where(col(Delivery.message_id).in_(message_ids))
    return set(session.exec(wanted))


def _key(said: InquiryMessage, way: Open) -> str:
    """The name of an answer in the ledger: one a channel, and by the bot, which writes to our own people, one a person."""
    name = f"reply:{said.id}:{way.channel.value if way.channel else ''}"
    return f"{name}:{way.recipient}" if way.channel is Channel.ZALO_BOT else name


def _as_announcement(ward: Unit, words: str, inquiry: Inquiry) -> Announcement:
    """An answer as what templates and short messages are filled from; stored nowhere."""
    title = translate(TITLE, language=inquiry.language).format(ward=ward.name)
    return Announcement(unit_id=ward.id, title=title, body=words, group_text=words, urgency=Urgency.URGENT)
