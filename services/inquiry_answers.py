"""Answering: once, to whoever asked and to all who asked the same, by the ways that are open; texts to begin with."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock, formats
from core.errors import Invalid
from core.i18n import N_, translate
from core.settings import settings
from core.text import clean_lines
from models import Inquiry, InquiryChannel, InquiryKind, InquiryMessage, InquiryStatus, Procedure, Unit, Voice
from services import (
    access,
    audit,
    inquiries,
    inquiry_replies,
    inquiry_ways,
    private_words,
    procedures,
    public_answers,
    reach_rules,
)
from services.access import Actor
from services.inquiry_intake import OPEN, search_of
from services.inquiry_ways import Open, Way

REPLY_MAX = 2_000  # what Zalo takes in one message (channels.md §2.1), Messenger as well
ALIKE_MOST = 500  # put together at once
OVERTAKEN = N_("Vừa có tin mới trong câu hỏi này{by}. Xin đọc rồi gửi lại nếu vẫn cần; chữ ông/bà viết còn nguyên.")
PUBLIC = {False: N_("Trả lời chung:"), True: N_("Tin đang lan:")}
PUBLIC_MOST = 5
BY = N_(", {who} đã trả lời")
TO_BE_TOLD = N_("Đã trả lời chung cho những người hỏi giống; người này còn phải gọi hoặc nói trực tiếp: {text}")
TEMPLATES = (
    N_("Cảm ơn ông/bà đã hỏi. Phường đã nhận và sẽ trả lời trong hạn."),
    N_("Việc này do điện lực, công ty cấp nước phụ trách. Phường đã chuyển và sẽ báo lại khi có giờ cụ thể."),
    N_("Xin ông/bà cho biết thêm: chỗ nào, từ khi nào, để phường cử người tới xem."),
    N_("Mời ông/bà tới Bộ phận Một cửa trong giờ làm việc, mang theo căn cước."),
    N_("Việc ông/bà báo đã được xử lý xong. Nếu chưa được, xin nhắn lại tại đây."),
)


@dataclass(frozen=True)
class Ready:
    """A text that may be sent as it is, and where it comes from."""

    name: str
    text: str


@dataclass(frozen=True)
class Answered:
    """What an answer did."""

    reply: InquiryMessage
    people: int  # asked the same and got it as well, the first included
    leaving: int  # messages that leave by an account
    way: Way
    waiting: int = 0  # asked the same and wait still: they are to be called, or met


def answer(
    session: Session, *, actor: Actor, inquiry_id: UUID, text: str, version: int | None = None, way: Way | None = None,
    closes: bool = False,
) -> Answered:  # fmt: skip
    """Answer a thread and every waiting one that was put together with it. `version` is that of the thread as it was read.

    Of those, whoever can only be called or met waits on, with the words noted for whoever does it. What a leader brought is
    everybody's at once, unless question or answer names somebody.

    Raises:
        Invalid: it says nothing or too much, the way has closed, or something was said meanwhile.
        NotAllowed, NotFound: as `inquiries.get`.
    """
    inquiry = inquiries.get(session, actor=actor, inquiry_id=inquiry_id, for_change=True)
    words = clean_lines(text)
    if not words:
        raise Invalid(N_("Câu trả lời chưa có chữ nào."), field="text")
    if len(words) > REPLY_MAX:
        raise Invalid(N_("Câu trả lời dài quá {most} ký tự, Zalo không nhận. Xin viết gọn hoặc kèm đường dẫn."),
                      most=REPLY_MAX, field="text")  # fmt: skip
    if version is not None and version != inquiry.version:
        raise Invalid(OVERTAKEN, by=_who(session, inquiry, actor))
    ward = session.get_one(Unit, inquiry.unit_id)
    threads = [inquiry, *_alike(session, inquiry)]
    own, *of_others = _ways(session, threads)
    chosen = inquiry_ways.chosen(own, way)
    if chosen.is_closed:
        raise Invalid(N_("Đã hết thời gian kênh này cho nhắn lại. Xin chọn đường khác: {ways}."), ways=_others(own))
    reached = [(inquiry, chosen)]
    for one, to in zip(threads[1:], map(inquiry_ways.chosen, of_others), strict=True):
        if to.reaches:
            reached.append((one, to))
        else:
            _leave_to_a_person(session, actor, one, words)
    replies = [(_reply(session, actor, one, words, to.way, closes=closes), to) for one, to in reached]
    if inquiry.channel is InquiryChannel.LEADER and inquiry.kind is InquiryKind.QUESTION:
        _for_everybody(session, actor, inquiry, words)
    leaving = inquiry_replies.send(session, ward=ward, replies=[(said, to) for said, to in replies if not to.is_closed])
    audit.record(
        session, actor=actor, action="inquiry.answered", subject_kind="inquiry", subject_id=inquiry.id, people=len(replies),
        way=chosen.way.value,
    )  # fmt: skip
    return Answered(replies[0][0], len(replies), leaving, chosen.way, waiting=len(threads) - len(replies))


def ways(session: Session, *, inquiry: Inquiry) -> list[Open]:
    """The ways to whoever asked a thread, the natural one first. The caller has found it with its actor."""
    return _ways(session, [inquiry])[0]


def alike(session: Session, *, actor: Actor, inquiry_id: UUID) -> list[Inquiry]:
    """Other waiting threads of the ward that ask the same in other words, for a person to put together.

    Raises:
        NotAllowed, NotFound: as `inquiries.get`.
    """
    inquiry = inquiries.get(session, actor=actor, inquiry_id=inquiry_id)
    if not inquiry.likeness:
        return []
    wanted = select(Inquiry).where(
        Inquiry.unit_id == inquiry.unit_id, Inquiry.id != inquiry.id, col(Inquiry.due_at).is_not(None),
        col(Inquiry.same_as_id).is_(None),
    )  # fmt: skip
    rows = session.exec(wanted.order_by(col(Inquiry.last_at).desc()).limit(ALIKE_MOST)).all()
    return [row for row in rows if _resembles(inquiry, row)]


def put_together(session: Session, *, actor: Actor, inquiry_id: UUID, others: Sequence[UUID]) -> int:
    """Have these threads answered with this one, and with each those that were put to it before; how many.

    Raises:
        Invalid: the thread itself is put to another one. NotAllowed, NotFound: as `inquiries.get`.
    """
    inquiry = inquiries.get(session, actor=actor, inquiry_id=inquiry_id, for_change=True)
    if inquiry.same_as_id is not None:
        raise Invalid(N_("Câu hỏi này đã gộp vào câu hỏi khác. Xin mở câu hỏi ấy."))
    put = 0
    for other_id in others[:ALIKE_MOST]:
        other = inquiries.get(session, actor=actor, inquiry_id=other_id, for_change=True)
        if other.id == inquiry.id or other.unit_id != inquiry.unit_id or other.same_as_id is not None:
            continue
        for one in [other, *session.exec(select(Inquiry).where(Inquiry.same_as_id == other.id).with_for_update())]:
            one.same_as_id = inquiry.id
            session.add(one)
            put += 1
    audit.record(session, actor=actor, action="inquiry.put_together", subject_kind="inquiry", subject_id=inquiry.id, threads=put)
    return put


def take_apart(session: Session, *, actor: Actor, inquiry_id: UUID) -> None:
    """A thread is answered for itself again.

    Raises:
        NotAllowed, NotFound: as `inquiries.get`.
    """
    inquiry = inquiries.get(session, actor=actor, inquiry_id=inquiry_id, for_change=True)
    inquiry.same_as_id = None
    session.add(inquiry)
    audit.record(session, actor=actor, action="inquiry.taken_apart", subject_kind="inquiry", subject_id=inquiry.id)


def ready_texts(session: Session, *, actor: Actor, inquiry_id: UUID) -> list[Ready]:
    """Texts to begin with: from the procedure, what is public on the same question, rumours included, then the templates.

    Procedure and templates speak the language of whoever asked.

    Raises:
        NotAllowed, NotFound: as `inquiries.get`.
    """
    inquiry = inquiries.get(session, actor=actor, inquiry_id=inquiry_id)
    procedure = session.get(Procedure, inquiry.procedure_id) if inquiry.procedure_id else None
    found = [Ready(procedure.name, from_procedure(session, procedure=procedure, language=inquiry.language))] if procedure else []
    for one in public_answers.found(session, ward_id=inquiry.unit_id, words=inquiry.text, most=PUBLIC_MOST):
        label = f"{translate(PUBLIC[one.is_rumour], language=actor.language)} {one.question}"
        found.append(Ready(label, _with_link(one.answer, public_answers.url_of(one))))
    return [*found, *(Ready(text, text) for text in (translate(one, language=inquiry.language) for one in TEMPLATES))]


def from_procedure(session: Session, *, procedure: Procedure, language: str) -> str:
    """What a procedure's own text answers, with its address; as much as a message holds."""

    def say(text: str, **blanks: object) -> str:
        return translate(text, language=language).format(**blanks)

    days, fee = procedure.days_text, procedure.fee_text
    if procedure.days is not None:
        days = say(N_("{n} ngày làm việc"), n=procedure.days) if procedure.days else say(N_("Trong ngày"))
    if procedure.fee is not None:
        fee = formats.money(procedure.fee, language=language) if procedure.fee else say(N_("Không thu"))
    path = procedures.path_of(session, procedure=procedure)
    documents = "; ".join(line for line in procedure.documents.split("\n") if line)
    told = [
        say(N_("Thủ tục: {name}."), name=procedure.name),
        say(N_("Cần chuẩn bị: {documents}."), documents=documents.rstrip(".")) if documents else "",
        say(N_("Thời hạn: {days}."), days=days) if days else "",
        say(N_("Phí, lệ phí: {fee}."), fee=fee) if fee else "",
        say(N_("Nộp tại: {desk}."), desk=procedure.desk.replace("\n", ", ").rstrip(".")) if procedure.desk else "",
    ]
    link = say(N_("Xem đầy đủ: {url}"), url=f"{settings().public_url}{path}")
    return _with_link("\n".join(filter(None, told)), link)


def _with_link(body: str, link: str) -> str:
    """As much of a text as a message holds beside the line of its address."""
    room = REPLY_MAX - len(link) - 2
    return f"{body if len(body) <= room else body[: room - 1] + '…'}\n{link}"


def _ways(session: Session, threads: Sequence[Inquiry]) -> list[list[Open]]:
    """The ways to whoever asked each of a ward's threads. Two queries, however many."""
    accounts = reach_rules.accounts(session, ward=session.get_one(Unit, threads[0].unit_id))
    works = {channel for channel, account in accounts.items() if account.works}
    numbers = session.exec(
        select(InquiryMessage.inquiry_id, InquiryMessage.provider_id)
        .where(
            col(InquiryMessage.inquiry_id).in_([one.id for one in threads]), InquiryMessage.voice == Voice.ASKED,
            col(InquiryMessage.provider_id).is_not(None),
        )
        .order_by(col(InquiryMessage.at))
    )  # fmt: skip
    last = dict(numbers.all())
    return [inquiry_ways.of(one, works=works, last_number=last.get(one.id) or "") for one in threads]


def _reply(
    session: Session, actor: Actor, inquiry: Inquiry, words: str, way: Way, *, closes: bool
) -> InquiryMessage:  # fmt: skip
    now = clock.now()
    closes = closes or way is Way.UNTOLD  # nothing more can be done until the person writes again
    said = InquiryMessage(
        inquiry_id=inquiry.id, voice=Voice.REPLY, text=words, at=now, author_id=actor.id, way=way.value,
        search=search_of(inquiry, words),
    )  # fmt: skip
    if way is not Way.UNTOLD:
        inquiry.first_answer_at = inquiry.first_answer_at or now
    inquiry.status = InquiryStatus.CLOSED if closes else InquiryStatus.ANSWERED
    inquiry.closed_at = now if closes else None
    inquiry.assignee_id = inquiry.assignee_id or actor.id
    inquiry.due_at = inquiry.snoozed_until = None
    inquiry.version += 1
    session.add(said)
    session.add(inquiry)
    session.flush()
    return said


def _for_everybody(session: Session, actor: Actor, inquiry: Inquiry, words: str) -> None:
    question = inquiry.text[: public_answers.QUESTION_MAX]
    told = f"{question}\n{words}"
    if private_words.names_in(told) or any(one.severity == "stop" for one in private_words.found_in(told)):
        return
    made = public_answers.of_inquiry(session, actor=actor, inquiry_id=inquiry.id)
    if made:
        public_answers.change(session, actor=actor, answer_id=made.id, question=made.question, answer=words)
    else:
        public_answers.publish(
            session, actor=actor, question=question, answer=words, inquiry_id=inquiry.id, procedure_id=inquiry.procedure_id
        )


def _alike(session: Session, inquiry: Inquiry) -> list[Inquiry]:
    """The waiting threads that were put together with one."""
    wanted = select(Inquiry).where(Inquiry.same_as_id == inquiry.id, col(Inquiry.status).in_(OPEN))
    return list(session.exec(wanted.order_by(col(Inquiry.id)).with_for_update()))


def _resembles(one: Inquiry, other: Inquiry) -> bool:
    """Whether most of the telling words of the shorter one are said in both, and not of two places. A number tells nothing."""
    mine, theirs = ({word for word in some.likeness.split() if not word.isdecimal()} for some in (one, other))
    shorter = min(len(mine), len(theirs))
    is_elsewhere = one.place_unit_id and other.place_unit_id and one.place_unit_id != other.place_unit_id
    return shorter >= 2 and len(mine & theirs) * 3 >= shorter * 2 and not is_elsewhere


def _leave_to_a_person(session: Session, actor: Actor, inquiry: Inquiry, words: str) -> None:
    """A note for whoever calls or meets the asker; the thread waits on."""
    text = translate(TO_BE_TOLD, language=settings().language).format(text=words)
    session.add(
        InquiryMessage(
            inquiry_id=inquiry.id,
            voice=Voice.NOTE,
            text=text,
            at=clock.now(),
            author_id=actor.id,
            search=search_of(inquiry, text),
        )
    )
    session.flush()


def _who(session: Session, inquiry: Inquiry, actor: Actor) -> str:
    """Who answered last, where that was a colleague."""
    last = session.exec(
        select(InquiryMessage.author_id)
        .where(InquiryMessage.inquiry_id == inquiry.id, InquiryMessage.voice == Voice.REPLY)
        .order_by(col(InquiryMessage.at).desc())
    ).first()
    name = access.display_name(session, user_id=last) if last and last != actor.id else ""
    return translate(BY, language=actor.language).format(who=name) if name else ""


def _others(ways: Sequence[Open]) -> str:
    found = [one.way.label for one in ways if not one.is_closed]
    return ", ".join(translate(label, language=settings().language) for label in found)
