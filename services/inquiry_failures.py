"""Answers that did not arrive, or of which nobody knows: their thread waits again, with the reason, for whoever had it.

Done by the sweep of the engine, every minute: an attempt that was told of is not told of again.
"""

from datetime import timedelta

from sqlmodel import Session, col, select

from core import clock
from core.i18n import N_, translate
from core.settings import settings
from models import Delivery, DeliveryStatus, Inquiry, InquiryMessage, InquiryStatus, Voice
from services import inquiry_intake
from services.inquiry_ways import Way

LATELY = timedelta(days=7)
AT_ONCE = 200
FAILED = N_("Câu trả lời không tới được ({way}): {why} Xin chọn đường khác.")
UNKNOWN = N_("Chưa rõ câu trả lời đã tới chưa ({way}). Xin hỏi lại người hỏi, rồi bấm Đã tới hoặc Gửi lại.")
_NOT_THERE = (DeliveryStatus.REJECTED, DeliveryStatus.UNKNOWN)


def call_back(session: Session) -> int:
    """Have the threads wait again whose last answer did not arrive; how many. Idempotent.

    Not those whose asker says that it helped, whose words are gone, or that were answered anew since.
    """
    rows = session.exec(
        select(Delivery, InquiryMessage, Inquiry)
        .join(InquiryMessage, col(InquiryMessage.id) == Delivery.message_id)
        .join(Inquiry, col(Inquiry.id) == InquiryMessage.inquiry_id)
        .where(
            col(Delivery.message_id).is_not(None), col(Delivery.updated_at) > clock.now() - LATELY,
            col(Delivery.status).in_(_NOT_THERE), InquiryMessage.voice == Voice.REPLY, InquiryMessage.way != "",
            Inquiry.text != "",
            col(Inquiry.status).in_((InquiryStatus.ANSWERED, InquiryStatus.CLOSED)), col(Inquiry.has_helped).is_not(True),
        )
        .order_by(col(Delivery.updated_at))
        .limit(AT_ONCE)
        .with_for_update(of=Inquiry, skip_locked=True)
    ).all()  # fmt: skip
    return sum(_waits_again(session, *row) for row in rows)


def _waits_again(session: Session, delivery: Delivery, said: InquiryMessage, inquiry: Inquiry) -> bool:
    way = translate(Way(said.way).label, language=settings().language)
    words = UNKNOWN if delivery.status is DeliveryStatus.UNKNOWN else FAILED
    text = translate(words, language=settings().language).format(
        way=way, why=translate(delivery.error or "", language=settings().language)
    )
    mark = f"not-arrived:{delivery.id.hex}:{delivery.attempts}"
    if not _is_last(session, said) or not inquiry_intake.note_once(session, inquiry, note_id=mark, text=text, at=clock.now()):
        return False
    inquiry_intake.wait_again(session, inquiry, since=clock.now())
    inquiry.version += 1
    session.add(inquiry)
    return True


def _is_last(session: Session, said: InquiryMessage) -> bool:
    last = select(InquiryMessage.id).where(
        InquiryMessage.inquiry_id == said.inquiry_id, InquiryMessage.voice == Voice.REPLY
    )  # fmt: skip
    return session.exec(last.order_by(col(InquiryMessage.at).desc(), col(InquiryMessage.id).desc())).first() == said.id
