"""The rumour desk: the ward's word on a doubtful message becomes a page and a card, and goes back where the message was seen."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from core.errors import Invalid, NotFound
from core.i18n import N_, translate
from core.settings import settings
from core.text import clean
from models import Group, GroupKind, Inquiry, InquiryKind, PublicAnswer, Unit, User
from services import access, inquiries, inquiry_answers, public_answers
from services.access import Actor, May

VERDICTS = {"false": N_("SAI"), "true": N_("ĐÚNG"), "unsure": N_("CHƯA RÕ")}
CARD = N_("[{verdict}] {question}\n{answer}\n{ward} đã kiểm tra. Xem và chuyển tiếp: {url}")


@dataclass(frozen=True)
class Card:
    """The ready text for a chat, and whose chats it is for."""

    answer: PublicAnswer
    text: str
    groups: tuple[tuple[str, str], ...]  # name of the group, its leader


def judge(
    session: Session, *, actor: Actor, inquiry_id: UUID, verdict: str, question: str, answer: str
) -> PublicAnswer:  # fmt: skip
    """Say what is true of a doubtful message: to whoever sent it in, and on a page for all.

    Raises:
        Invalid: there is no such verdict, it is no rumour, or a text cannot be shown to all.
        NotAllowed, NotFound: as `inquiries.get`.
    """
    inquiry = inquiries.get(session, actor=actor, inquiry_id=inquiry_id)
    if verdict not in VERDICTS or inquiry.kind is not InquiryKind.RUMOUR:
        raise Invalid(N_("Chỉ tin nghi ngờ mới có kết luận, là: sai, đúng hoặc chưa rõ."))
    told = f"{translate(VERDICTS[verdict], language=settings().language)}. {clean(answer)}"
    made = public_answers.publish(session, actor=actor, question=question, answer=told, inquiry_id=inquiry_id, is_rumour=True)
    inquiry_answers.answer(
        session, actor=actor, inquiry_id=inquiry_id, text=f"{told}\n{public_answers.url_of(made)}", closes=True
    )
    return made


def card_of(session: Session, *, actor: Actor, answer_id: UUID) -> Card:
    """The ready text of a judged message, and the chats of the group where it was seen, else all household chats of the ward.

    Raises:
        Invalid: it is no such answer. NotAllowed, NotFound: the actor does not answer, or it lies outside.
    """
    access.require(actor, May.ANSWER_INQUIRIES)
    made = session.get(PublicAnswer, answer_id)
    if made is None:
        raise NotFound(N_("Câu trả lời này không còn trên trang của phường."))
    ward = access.unit_for(session, actor=actor, unit_id=made.unit_id)
    if not made.is_rumour:
        raise Invalid(N_("Chỉ tin nghi ngờ mới có kết luận, là: sai, đúng hoặc chưa rõ."))
    verdict, _, rest = made.answer.partition(". ")
    text = translate(CARD, language=settings().language).format(
        verdict=verdict, question=made.question, answer=rest, ward=ward.name, url=public_answers.url_of(made)
    )
    return Card(made, text, _chats(session, ward, made))


def _chats(session: Session, ward: Unit, made: PublicAnswer) -> tuple[tuple[str, str], ...]:
    seen_in = _seen_in(session, made)
    path = access.path_range(seen_in.path if seen_in else ward.path)
    wanted = (
        select(Group.name, User.display_name)
        .join(Unit, col(Unit.id) == Group.unit_id)
        .outerjoin(User, col(User.id) == Group.leader_id)
        .where(path, Group.kind == GroupKind.HOUSEHOLD, col(Group.closed_on).is_(None))
    )
    return tuple((name, leader or "") for name, leader in session.exec(wanted.order_by(Group.name)))


def _seen_in(session: Session, made: PublicAnswer) -> Unit | None:
    if made.inquiry_id is None:
        return None
    inquiry = session.get(Inquiry, made.inquiry_id)
    return session.get(Unit, inquiry.place_unit_id) if inquiry and inquiry.place_unit_id else None
