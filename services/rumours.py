"""The rumour desk: the ward's word on a doubtful message becomes a page and a card, and goes back where the message was seen."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_, translate
from core.settings import settings
from core.text import clean
from models import Group, GroupKind, Inquiry, InquiryKind, PublicAnswer, Unit
from services import access, inquiries, inquiry_answers, public_answers
from services.access import Actor, May
from services.presence import stands

VERDICTS = {"false": N_("SAI"), "true": N_("ĐÚNG"), "unsure": N_("CHƯA RÕ")}
CARD = N_("[{verdict}] {question}\n{answer}\n{ward} đã kiểm tra. Xem và chuyển tiếp: {url}")


@dataclass(frozen=True)
class Card:
    """The ready text for a chat, and whose chats it is for."""

    answer: PublicAnswer
    text: str
    groups: tuple[Group, ...]


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
    return Card(made, text_of(made, ward_name=ward.name), _chats(session, ward, made))


def text_of(made: PublicAnswer, *, ward_name: str) -> str:
    """The ready text of a judged message, in the ward's language."""
    verdict, _, rest = made.answer.partition(". ")
    return translate(CARD, language=settings().language).format(
        verdict=verdict, question=made.question, answer=rest, ward=ward_name, url=public_answers.url_of(made)
    )


def verdict_of(made: PublicAnswer) -> str:
    """Which of `VERDICTS` a judged message has; "unsure" where the answer was written anew and names none."""
    said = made.answer.partition(". ")[0]
    words = {translate(word, language=settings().language): verdict for verdict, word in VERDICTS.items()}
    return words.get(said, "unsure")


def _chats(session: Session, ward: Unit, made: PublicAnswer) -> tuple[Group, ...]:
    brought = session.get(Inquiry, made.inquiry_id) if made.inquiry_id else None
    if brought and brought.group_id:
        return tuple(session.exec(select(Group).where(Group.id == brought.group_id, stands(clock.today()))))
    seen_in = session.get(Unit, brought.place_unit_id) if brought and brought.place_unit_id else None
    path = access.path_range(seen_in.path if seen_in else ward.path)
    wanted = select(Group).join(Unit, col(Unit.id) == Group.unit_id).where(path, Group.kind == GroupKind.HOUSEHOLD)
    return tuple(session.exec(wanted.where(stands(clock.today())).order_by(Group.name)))
