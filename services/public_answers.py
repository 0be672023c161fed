"""Answers for everybody: made from one answer with a click, found in people's words, looked at again after half a year."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from core import clock
from core.db import upsert
from core.errors import Invalid, NotFound
from core.fulltext import terms
from core.i18n import N_
from core.ids import new_id
from core.settings import settings
from core.text import clean_lines
from core.tokens import new_slug
from models import Announcement, Inquiry, Model, PublicAnswer, Unit
from services import access, audit, inquiries, inquiry_topics, private_words, wards
from services.access import Actor, May
from services.wards import WardCard

LOOKED_AT_EVERY = timedelta(days=180)
QUESTION_MAX, ANSWER_MAX = 300, 4_000
OFFERED, ASKED_MOST, RUMOURS_MOST = 3, 10, 30
_DAYS = Model.metadata.tables["publicanswerday"]
FEW_WORDS = 2  # telling words that must be shared before an answer is offered


@dataclass(frozen=True)
class PublicPage:
    """An answer as everybody reads it."""

    answer: PublicAnswer
    ward: WardCard
    owner: str
    url: str

    @property
    def looked_on(self) -> date:
        """The day it was last found true."""
        return clock.local(self.answer.looked_at).date()


def publish(
    session: Session, *, actor: Actor, question: str, answer: str, inquiry_id: UUID | None = None,
    announcement_id: UUID | None = None, procedure_id: UUID | None = None, is_rumour: bool = False,
) -> PublicAnswer:  # fmt: skip
    """Make an answer everybody's; the actor owns it. With an announcement it stands on that one's page for all later openers.

    Raises:
        Invalid: a text is empty, too long, or names a person: `private_words.found_in` says what is to be taken out.
        NotAllowed, NotFound: the actor does not answer, or what it is about lies outside the actor's sight.
    """
    access.require(actor, May.ANSWER_INQUIRIES)
    asked, told = _checked(question, answer)
    ward_id = _ward_of(session, actor, inquiry_id, announcement_id)
    made = PublicAnswer(
        unit_id=ward_id, inquiry_id=inquiry_id, announcement_id=announcement_id, procedure_id=procedure_id, is_rumour=is_rumour,
        slug=new_slug(), question=asked, answer=told, owner_id=actor.id, looked_at=clock.now(),
        look_again_at=clock.now() + LOOKED_AT_EVERY, search=terms(f"{asked} {told}"), asked=_threads(session, inquiry_id),
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(session, actor=actor, action="public_answer.published", subject_kind="public_answer", subject_id=made.id)
    return made


def change(session: Session, *, actor: Actor, answer_id: UUID, question: str, answer: str) -> PublicAnswer:
    """Write it anew: it is good for another half year, and the actor's own from now on.

    Raises:
        Invalid, NotAllowed, NotFound: as `publish`.
    """
    found = _found(session, actor, answer_id)
    found.question, found.answer = _checked(question, answer)
    found.search = terms(f"{found.question} {found.answer}")
    return _looked_at(session, actor, found, "public_answer.changed")


def confirm(session: Session, *, actor: Actor, answer_id: UUID) -> PublicAnswer:
    """It is still true: good for another half year.

    Raises:
        NotAllowed, NotFound: as `publish`.
    """
    return _looked_at(session, actor, _found(session, actor, answer_id), "public_answer.confirmed")


def withdraw(session: Session, *, actor: Actor, answer_id: UUID) -> None:
    """It is not shown any more.

    Raises:
        NotAllowed, NotFound: as `publish`.
    """
    found = _found(session, actor, answer_id)
    found.withdrawn_at = clock.now()
    session.add(found)
    audit.record(session, actor=actor, action="public_answer.withdrawn", subject_kind="public_answer", subject_id=found.id)


def listing(session: Session, *, actor: Actor) -> list[PublicAnswer]:
    """The public answers of the actor's units: those to be looked at again first, then the most asked.

    Raises:
        NotAllowed: the actor does not answer.
    """
    access.require(actor, May.ANSWER_INQUIRIES)
    wanted = select(PublicAnswer).where(
        col(PublicAnswer.unit_id).in_(access.visible_units(actor)), col(PublicAnswer.withdrawn_at).is_(None)
    )
    rows, now = session.exec(wanted).all(), clock.now()
    return sorted(rows, key=lambda one: (one.look_again_at > now, -(one.asked + one.shown), one.question))


def of_inquiry(session: Session, *, actor: Actor, inquiry_id: UUID) -> PublicAnswer | None:
    """What was made everybody's of a thread, the latest.

    Raises:
        NotAllowed, NotFound: as `inquiries.get`.
    """
    inquiries.get(session, actor=actor, inquiry_id=inquiry_id)
    wanted = select(PublicAnswer).where(PublicAnswer.inquiry_id == inquiry_id, col(PublicAnswer.withdrawn_at).is_(None))
    return session.exec(wanted.order_by(col(PublicAnswer.created_at).desc())).first()


# ---- for everybody


def page_of(session: Session, *, slug: str) -> PublicPage:
    """An answer by its address.

    Raises:
        NotFound: there is none, or it was withdrawn.
    """
    found = session.exec(select(PublicAnswer).where(PublicAnswer.slug == slug, col(PublicAnswer.withdrawn_at).is_(None))).first()
    if found is None:
        raise NotFound(N_("Câu trả lời này không còn trên trang của phường."))
    ward = wards.card_of(session, unit=session.get_one(Unit, found.unit_id))
    return PublicPage(found, ward, access.display_name(session, user_id=found.owner_id), url_of(found))


def url_of(answer: PublicAnswer) -> str:
    """The address to pass on."""
    return f"{settings().public_url}/ask/a/{answer.slug}"


def found(session: Session, *, ward_id: UUID, words: str, most: int = OFFERED) -> list[PublicAnswer]:
    """The ward's answers that share the most telling words with a question; none where too few are shared."""
    told = _telling(words)
    ranked = []
    for one in session.exec(select(PublicAnswer).where(_is_shown(ward_id))):
        theirs, asked = set(one.search.split()), _telling(one.question)
        shared, in_question = len(told & theirs), len(told & asked)
        needed = min(FEW_WORDS, len(told))
        if shared >= needed > 0 and 2 * shared >= len(told) and (in_question or len(told) > FEW_WORDS):
            ranked.append((-in_question, -shared, one.question, one))
    return [one for *_, one in sorted(ranked, key=lambda rank: rank[:3])[:most]]


def most_asked(session: Session, *, ward_id: UUID, most: int = ASKED_MOST) -> list[PublicAnswer]:
    """The ward's answers that most people have asked for."""
    most_first = (col(PublicAnswer.asked) + col(PublicAnswer.shown)).desc()
    wanted = select(PublicAnswer).where(_is_shown(ward_id), ~col(PublicAnswer.is_rumour))
    return list(session.exec(wanted.order_by(most_first, col(PublicAnswer.question)).limit(most)))


def of_announcement(session: Session, *, announcement_id: UUID) -> list[PublicAnswer]:
    """What was asked about an announcement and answered for all who open it later."""
    wanted = select(PublicAnswer).where(PublicAnswer.announcement_id == announcement_id, col(PublicAnswer.withdrawn_at).is_(None))
    return list(session.exec(wanted.order_by(col(PublicAnswer.created_at))))


def rumours(session: Session, *, ward_id: UUID) -> list[PublicAnswer]:
    """What the ward says of doubtful messages that go round, the latest first, as many as one reads."""
    wanted = select(PublicAnswer).where(_is_shown(ward_id), col(PublicAnswer.is_rumour))
    return list(session.exec(wanted.order_by(col(PublicAnswer.created_at).desc()).limit(RUMOURS_MOST)))


def note_that_it_was_enough(session: Session, *, slug: str) -> None:
    """Somebody who wanted to know found this answer, says that it helped, and asked nobody."""
    known = session.exec(select(PublicAnswer).where(PublicAnswer.slug == slug).with_for_update()).first()
    if known:
        known.shown += 1
        session.add(known)
        row = {"id": new_id(), "created_at": clock.now(), "answer_id": known.id, "day": clock.today(), "shown": 1}
        upsert(session, _DAYS, [row], key=["answer_id", "day"], add=["shown"])


def _telling(text: str) -> set[str]:
    """The words by which an answer is found: no numbers, which are of a group, an hour, a house."""
    return {word for word in inquiry_topics.telling(text) if not word.isdecimal()}


def _is_shown(ward_id: UUID) -> ColumnElement[bool]:
    return (col(PublicAnswer.unit_id) == ward_id) & col(PublicAnswer.withdrawn_at).is_(None)


def _checked(question: str, answer: str) -> tuple[str, str]:
    asked, told = clean_lines(question), clean_lines(answer)
    for text, longest in ((asked, QUESTION_MAX), (told, ANSWER_MAX)):
        if not text or len(text) > longest:
            raise Invalid(N_("Câu hỏi và câu trả lời phải có chữ, không dài quá {q} và {a} ký tự."), q=QUESTION_MAX, a=ANSWER_MAX)
    private_words.expect_none(f"{asked}\n{told}")
    return asked, told


def _ward_of(session: Session, actor: Actor, inquiry_id: UUID | None, announcement_id: UUID | None) -> UUID:
    if inquiry_id:
        return inquiries.get(session, actor=actor, inquiry_id=inquiry_id).unit_id
    if announcement_id:
        announcement = session.get(Announcement, announcement_id)
        if announcement is None:
            raise NotFound(N_("Không tìm thấy thông báo này."))
        return access.commune_of(session, access.unit_for(session, actor=actor, unit_id=announcement.unit_id)).id
    if actor.unit_id is None:
        raise Invalid(N_("Chưa rõ câu trả lời này của phường nào."))
    return access.commune_of(session, access.unit_for(session, actor=actor, unit_id=actor.unit_id)).id


def _threads(session: Session, inquiry_id: UUID | None) -> int:
    if inquiry_id is None:
        return 1
    return 1 + session.exec(select(func.count()).select_from(Inquiry).where(Inquiry.same_as_id == inquiry_id)).one()


def _found(session: Session, actor: Actor, answer_id: UUID) -> PublicAnswer:
    access.require(actor, May.ANSWER_INQUIRIES)
    one = session.get(PublicAnswer, answer_id, with_for_update=True)
    if one is None:
        raise NotFound(N_("Câu trả lời này không còn trên trang của phường."))
    access.unit_for(session, actor=actor, unit_id=one.unit_id)
    return one


def _looked_at(session: Session, actor: Actor, one: PublicAnswer, action: str) -> PublicAnswer:
    one.looked_at, one.look_again_at, one.owner_id = clock.now(), clock.now() + LOOKED_AT_EVERY, actor.id
    session.add(one)
    audit.record(session, actor=actor, action=action, subject_kind="public_answer", subject_id=one.id)
    return one
