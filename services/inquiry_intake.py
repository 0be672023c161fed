"""Taking in what people ask, by whichever way it comes: into the thread of that person, or a new one, never merged by guess."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock, phones
from core.errors import Invalid, NotFound, Refusal
from core.fulltext import terms
from core.i18n import N_, translate
from core.settings import settings
from core.text import clean, clean_lines, fold
from models import (
    Inquiry,
    InquiryBlock,
    InquiryChannel,
    InquiryKind,
    InquiryMessage,
    InquiryStatus,
    Topic,
    Unit,
    Voice,
)
from services import access, audit, duty_hours, inquiry_files, inquiry_rules, inquiry_sight, inquiry_topics
from services.access import Actor, May

TEXT_MAX, NAME_MAX, PLACE_MAX = 4_000, 120, 200
GOES_ON = timedelta(days=14)  # so long after the last word what comes from the same person is the same thread
LINKS_MANY = 3  # from so many on it is an advertisement
PERSONAL = (InquiryChannel.ZALO, InquiryChannel.FACEBOOK, InquiryChannel.COMMENT, InquiryChannel.SMS)  # tell who writes
ONLY_FILES = N_("(gửi {n} ảnh hoặc tệp)")
OPEN = (InquiryStatus.NEW, InquiryStatus.ASSIGNED)
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)


class NotOurs(Refusal):
    """A complaint or a denunciation: it belongs to the reception of citizens, and nothing of it is kept."""


NOT_OURS = N_(
    "Đây là khiếu nại hoặc tố cáo, phải theo thủ tục luật định nên không nhận qua đường hỏi đáp và không lưu lại nội dung. "
    "Xin gửi đơn tới Bộ phận tiếp công dân của {ward}{where}, trực tiếp hoặc qua bưu điện."
)


@dataclass(frozen=True)
class Asked:
    """What somebody says, as it came."""

    text: str
    channel: InquiryChannel
    kind: InquiryKind = InquiryKind.QUESTION
    from_id: str = ""
    name: str = ""
    phone: str = ""
    place: str = ""
    language: str = "vi"
    photos: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    files: Sequence[str] = ()  # where photos lie that are still to be fetched
    announcement_id: UUID | None = None
    procedure_id: UUID | None = None
    provider_id: str | None = None  # the channel's own number of the message
    at: datetime | None = None  # when it was said; None: now


def take_in(session: Session, *, ward: Unit, asked: Asked) -> Inquiry:
    """Keep what somebody asks the ward: in their open thread where the channel tells who they are, else in a new one.

    What was taken in before (`provider_id`) changes nothing.

    Raises:
        NotOurs: it is a complaint or a denunciation; nothing is kept.
        Invalid: there is nothing to answer, or more than one question can be; `details["field"]` names it.
    """
    if known := _numbered(session, asked.provider_id):
        return session.get_one(Inquiry, known.inquiry_id)
    text = clean_lines(asked.text)
    _check(asked, text)
    expect_ours(ward, text)
    text = text or translate(ONLY_FILES, language=settings().language).format(n=len(asked.files)) if asked.files else text
    at = asked.at or clock.now()
    thread = _thread(session, ward, asked, at)
    if thread is None:
        thread = _begun(session, ward, asked, text, at)
    else:
        _gone_on(session, thread, at)
    _say(session, thread, asked, text, at)
    return thread


def type_in(session: Session, *, actor: Actor, ward_id: UUID, asked: Asked) -> Inquiry:
    """Keep what somebody said on the telephone, at the desk, or to a group leader. Below the ward it is of the own group.

    Raises:
        NotAllowed, NotFound: the actor does not answer for this ward.
        NotOurs, Invalid: as `take_in`.
    """
    access.require(actor, May.ANSWER_INQUIRIES)
    sight = inquiry_sight.of(session, actor=actor)
    unit = session.get(Unit, ward_id)
    ward = access.commune_of(session, unit) if unit else None
    if ward is None or ward.id not in sight.wards:
        raise NotFound(N_("Không tìm thấy đơn vị này."))
    inquiry = take_in(session, ward=ward, asked=asked)
    if not sight.holds(inquiry):
        inquiry.place_unit_id = actor.unit_id
        session.add(inquiry)
    audit.record(
        session, actor=actor, action="inquiry.typed_in", subject_kind="inquiry", subject_id=inquiry.id,
        channel=inquiry.channel.value,
    )  # fmt: skip
    return inquiry


def say_more(
    session: Session, *, inquiry: Inquiry, text: str, photos: Sequence[Mapping[str, Any]] = ()
) -> InquiryMessage:  # fmt: skip
    """The asker says more on their own page: a thread that was answered waits again. The caller knows the page's token.

    Raises:
        NotOurs, Invalid: as `take_in`.
    """
    asked = Asked(text, inquiry.channel, photos=photos)
    words = clean_lines(text)
    _check(asked, words)
    expect_ours(session.get_one(Unit, inquiry.unit_id), words)
    now = clock.now()
    _gone_on(session, inquiry, now)
    return _say(session, inquiry, asked, words, now)


def take_back(session: Session, *, provider_id: str, at: datetime) -> bool:
    """Whoever wrote a message has deleted it: its words and pictures go. False where it has not come yet."""
    said = _numbered(session, provider_id)
    if said is None:
        return False
    thread = session.get_one(Inquiry, said.inquiry_id)
    said.text, said.search, said.photos, said.deleted_at = "", "", [], at
    thread.version += 1  # whoever answers what is gone, or reads otherwise now, is told
    inquiry_files.want_no_more(session, message_ids=[said.id])
    session.flush()
    left = session.exec(
        select(InquiryMessage.text).where(
            InquiryMessage.inquiry_id == thread.id, InquiryMessage.voice == Voice.ASKED, col(InquiryMessage.deleted_at).is_(None)
        ).order_by(col(InquiryMessage.at)).limit(1)
    ).first()  # fmt: skip
    thread.text = left or ""
    if left is None:  # nothing is asked any more
        thread.photos, thread.likeness, thread.due_at = [], "", None
        thread.status, thread.closed_at = InquiryStatus.CLOSED, at
    session.add(thread)
    return True


def edit(session: Session, *, provider_id: str, text: str) -> bool:
    """Whoever wrote a message has put it right. False where it has not come yet.

    Raises:
        NotOurs: it has become a complaint or a denunciation; nothing of it is kept, nor of what stood there before.
    """
    said = _numbered(session, provider_id)
    if said is None:
        return False
    thread = session.get_one(Inquiry, said.inquiry_id)
    if inquiry_topics.is_not_ours(text):
        take_back(session, provider_id=provider_id, at=clock.now())
    expect_ours(session.get_one(Unit, thread.unit_id), text)
    before, said.text = said.text, clean_lines(text)[:TEXT_MAX]
    said.search = search_of(thread, said.text)
    thread.version += 1
    if thread.text == before:
        thread.text, thread.likeness = said.text, inquiry_topics.likeness_of(said.text)
    return True


def of_number(session: Session, *, provider_id: str) -> Inquiry:
    """The thread of a message that is there, by the channel's own number of it."""
    wanted = select(Inquiry).join(InquiryMessage, col(InquiryMessage.inquiry_id) == Inquiry.id)
    return session.exec(wanted.where(InquiryMessage.provider_id == provider_id)).one()


def note_on(session: Session, *, provider_id: str, note_id: str, text: str, at: datetime) -> bool:
    """Note among those who answer what became of a message elsewhere; once a `note_id`. False where it has not come yet."""
    said = _numbered(session, provider_id)
    if said is None:
        return False
    note_once(session, session.get_one(Inquiry, said.inquiry_id), note_id=note_id, text=text, at=at)
    return True


def note_once(session: Session, thread: Inquiry, *, note_id: str, text: str, at: datetime) -> bool:
    """Note among those who answer a thread; False where this `note_id` stands there already."""
    if _numbered(session, note_id) is not None:
        return False
    session.add(
        InquiryMessage(
            inquiry_id=thread.id, voice=Voice.NOTE, text=text, at=at, provider_id=note_id, search=search_of(thread, text)
        )
    )
    session.flush()
    return True


def forget(session: Session, *, channel: InquiryChannel, from_id: str) -> int:
    """Somebody demands that what is held about them be erased: words, pictures, name and number go; how many threads."""
    threads = session.exec(select(Inquiry).where(Inquiry.channel == channel, Inquiry.from_id == from_id)).all()
    for thread in threads:
        messages = session.exec(select(InquiryMessage).where(InquiryMessage.inquiry_id == thread.id)).all()
        inquiry_files.want_no_more(session, message_ids=[said.id for said in messages])
        for said in messages:
            said.text, said.search, said.photos, said.deleted_at = "", "", [], said.deleted_at or clock.now()
        thread.text = thread.from_id = thread.from_name = thread.place = thread.likeness = ""
        thread.from_phone, thread.photos, thread.due_at = None, [], None
        thread.status = InquiryStatus.CLOSED if thread.status in OPEN else thread.status
    session.flush()
    return len(threads)


def wait_again(session: Session, inquiry: Inquiry, *, since: datetime) -> None:
    """A thread that was done waits anew, for whoever had it, with the whole time its topic is given."""
    inquiry.status = InquiryStatus.ASSIGNED if inquiry.assignee_id else InquiryStatus.NEW
    inquiry.due_at = inquiry_rules.of(session, ward_id=inquiry.unit_id).due(inquiry.topic, since=since)
    inquiry.closed_at = inquiry.reminded_at = inquiry.escalated_at = None


def search_of(inquiry: Inquiry, text: str) -> str:
    """The terms by which a message is found: its ward first, so that no other ward's are looked through."""
    return f"{ward_term(inquiry.unit_id)} {terms(f'{inquiry.from_name} {inquiry.place} {text}')}".rstrip()


def ward_term(ward_id: UUID) -> str:
    """A ward as a term."""
    return f"w{ward_id.hex}"


def expect_ours(ward: Unit, text: str) -> None:
    """Ask before anything that comes with a text is kept.

    Raises:
        NotOurs: it is a complaint or a denunciation; the refusal says where they are received.
    """
    if inquiry_topics.is_not_ours(text):
        raise NotOurs(NOT_OURS, ward=ward.name, where=f" ({ward.address})" if ward.address else "")


def _numbered(session: Session, provider_id: str | None) -> InquiryMessage | None:
    """The message that a channel knows by this number."""
    if provider_id is None:
        return None
    return session.exec(select(InquiryMessage).where(InquiryMessage.provider_id == provider_id)).first()


def _check(asked: Asked, text: str) -> None:
    if not text and not asked.photos and not asked.files:
        raise Invalid(N_("Xin viết điều cần hỏi, một hai câu cũng được."), field="text")
    if len(text) > TEXT_MAX:
        raise Invalid(N_("Dài quá {most} ký tự. Xin viết gọn, phần còn lại gửi tiếp sau."), most=TEXT_MAX, field="text")
    if asked.phone.strip() and phones.parse(asked.phone) is None:
        raise Invalid(N_("Số điện thoại chưa đúng, ví dụ 0912 345 678. Không muốn để lại số thì bỏ trống."), field="phone")
    if len(clean(asked.name)) > NAME_MAX:
        raise Invalid(N_("Tên dài quá {most} ký tự."), most=NAME_MAX, field="name")
    if len(clean(asked.place)) > PLACE_MAX:
        raise Invalid(N_("Chỗ dài quá {most} ký tự. Xin ghi gọn: số nhà, ngõ, đường, gần đâu."), most=PLACE_MAX, field="place")
    if asked.kind is InquiryKind.BROKEN and not clean(asked.place) and asked.channel not in PERSONAL:
        raise Invalid(N_("Xin ghi chỗ bị hỏng: số nhà, ngõ, đường, gần đâu."), field="place")


def _thread(session: Session, ward: Unit, asked: Asked, at: datetime) -> Inquiry | None:
    """The thread that somebody goes on with: theirs of late, on the same channel."""
    if asked.channel not in PERSONAL or not asked.from_id:
        return None
    wanted = select(Inquiry).where(
        Inquiry.unit_id == ward.id, Inquiry.channel == asked.channel, Inquiry.from_id == asked.from_id,
        Inquiry.last_at > at - GOES_ON, Inquiry.status != InquiryStatus.SPAM,
    )  # fmt: skip
    return session.exec(wanted.order_by(col(Inquiry.last_at).desc()).limit(1).with_for_update()).first()


def _begun(session: Session, ward: Unit, asked: Asked, text: str, at: datetime) -> Inquiry:
    told = inquiry_topics.suggest(session, ward=ward, text=f"{asked.place}\n{text}")
    topic = Topic.PROCEDURE if asked.procedure_id and told.topic is not Topic.URGENT else told.topic
    rules = inquiry_rules.of(session, ward_id=ward.id)
    is_spam = _is_spam(session, ward, asked, text, rules.blocked_words)
    on_duty = None if is_spam else rules.on_duty(topic, told.place_unit_id)
    if topic is Topic.PROCEDURE and not on_duty and not is_spam:
        on_duty = duty_hours.answering(session, ward_id=ward.id)
    inquiry = Inquiry(
        unit_id=ward.id, place_unit_id=told.place_unit_id, kind=asked.kind, channel=asked.channel,
        from_id=asked.from_id, from_name=clean(asked.name), from_phone=phones.parse(asked.phone), text=text[:TEXT_MAX],
        place=clean(asked.place), photos=[dict(photo) for photo in asked.photos], language=asked.language, topic=topic,
        procedure_id=asked.procedure_id or told.procedure_id, announcement_id=asked.announcement_id, assignee_id=on_duty,
        status=InquiryStatus.SPAM if is_spam else InquiryStatus.ASSIGNED if on_duty else InquiryStatus.NEW,
        due_at=None if is_spam or asked.kind is InquiryKind.THANKS else rules.due(topic, since=at), asked_at=at, last_at=at,
        likeness="" if is_spam else inquiry_topics.likeness_of(asked.text),
    )  # fmt: skip
    session.add(inquiry)
    session.flush()
    return inquiry


def _gone_on(session: Session, inquiry: Inquiry, at: datetime) -> None:
    """The person has written again: what was done waits anew, what waits keeps its time."""
    inquiry.last_at, inquiry.asked_at = max(inquiry.last_at, at), min(inquiry.asked_at, at)
    if inquiry.status in OPEN:
        inquiry.snoozed_until = None
    elif inquiry.status is not InquiryStatus.SPAM and at >= (inquiry.closed_at or inquiry.first_answer_at or at):
        wait_again(session, inquiry, since=at)
        inquiry.has_helped = inquiry.snoozed_until = None
    inquiry.version += 1
    session.add(inquiry)


def _say(session: Session, inquiry: Inquiry, asked: Asked, text: str, at: datetime) -> InquiryMessage:
    said = InquiryMessage(
        inquiry_id=inquiry.id, voice=Voice.ASKED, text=text[:TEXT_MAX], at=at, photos=[dict(photo) for photo in asked.photos],
        provider_id=asked.provider_id, search=search_of(inquiry, text[:TEXT_MAX]),
    )  # fmt: skip
    session.add(said)
    session.flush()
    inquiry_files.wait_for(session, message=said, urls=asked.files)
    return said


def _is_spam(session: Session, ward: Unit, asked: Asked, text: str, blocked_words: Sequence[str]) -> bool:
    if len(_LINK.findall(text)) >= LINKS_MANY:
        return True
    told = f" {fold(text)} "
    if any(f" {word} " in told for word in blocked_words):
        return True
    return bool(asked.from_id) and is_blocked(session, ward_id=ward.id, channel=asked.channel, from_id=asked.from_id)


def is_blocked(session: Session, *, ward_id: UUID, channel: InquiryChannel, from_id: str) -> bool:
    """Whether a person's messages go to the spam box just now."""
    wanted = select(InquiryBlock.id).where(
        InquiryBlock.unit_id == ward_id, InquiryBlock.channel == channel, InquiryBlock.from_id == from_id,
        InquiryBlock.until > clock.now(),
    )  # fmt: skip
    return session.exec(wanted.limit(1)).first() is not None
