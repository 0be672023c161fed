"""What people ask in a chat and its leader brings to the ward: asked from the leader's own page, answered once, and back again.

The token of a relay is the permission; whoever holds it asks for that one chat.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, func, select

from core import clock
from core.errors import Invalid
from core.i18n import N_, translate
from core.settings import settings
from core.text import clean_lines
from models import (
    Group,
    Inquiry,
    InquiryChannel,
    InquiryKind,
    InquiryMessage,
    InquiryStatus,
    Part,
    PublicAnswer,
    Unit,
    User,
    Voice,
)
from services import access, inquiry_intake, public_answers, relay_addresses, relays, rumour_relays, training, wards
from services.inquiry_intake import OPEN, Asked
from services.presence import is_closed
from services.rumour_relays import Ask
from services.wards import WardCard

SHOWN, SHOWN_FOR, ANSWERED_LATELY = 10, timedelta(days=60), timedelta(days=7)
DAY, MOST_A_DAY = timedelta(days=1), 20
KINDS = (InquiryKind.QUESTION, InquiryKind.RUMOUR)
BACK = N_("Bà con hỏi: {question}\nPhường trả lời: {answer}")
MORE = N_("Xem thêm: {url}")


@dataclass(frozen=True)
class Brought:
    """A question that was brought, as its leader sees it."""

    text: str
    asked_at: datetime
    due_at: datetime | None
    is_answered: bool
    ready: str  # for the chat; "" until it is answered


@dataclass(frozen=True)
class Page:
    """A leader's page of questions."""

    ward: WardCard
    unit_label: str
    group_name: str
    title: str  # how its reader is addressed
    rows: Sequence[Brought]  # the latest first
    is_open: bool  # whether something can be brought


def page(session: Session, *, token: str) -> Page:
    """What was brought from the chat of a relay in the last months, with the text for the chat where it is answered.

    Raises:
        NotFound: no relay has this token.
    """
    relay = relay_addresses.by_token(session, token=token)
    group = session.get_one(Group, relay.group_id)
    unit = session.get_one(Unit, group.unit_id)
    ward = wards.card_of(session, unit=unit)
    rows = session.exec(
        select(Inquiry)
        .where(Inquiry.group_id == group.id, Inquiry.asked_at > clock.now() - SHOWN_FOR, Inquiry.status != InquiryStatus.SPAM)
        .order_by(col(Inquiry.asked_at).desc())
        .limit(SHOWN)
    ).all()
    ready = ready_texts(session, inquiries=rows, ward=ward)
    brought = [Brought(one.text, one.asked_at, one.due_at, one.status not in OPEN, ready.get(one.id, "")) for one in rows]
    title = relays.title_of(unit, group, part=relay_addresses.part_of(relay, token=token))
    return Page(ward, unit.label, group.name, title, brought, is_open=not is_closed(group, clock.today()))


@dataclass(frozen=True)
class Beside:
    """What stands on a leader's page beside the text to post."""

    words: Sequence[Ask]  # the ward's on doubtful messages, to be posted as well
    answered: int  # questions brought of late that were answered


def beside_relay(session: Session, *, token: str) -> Beside:
    """What a leader finds beside a relay. Three queries."""
    group_id = relay_addresses.by_token(session, token=token).group_id
    answered = select(func.count()).select_from(Inquiry).where(
        Inquiry.group_id == group_id, col(Inquiry.first_answer_at) > clock.now() - ANSWERED_LATELY
    )  # fmt: skip
    return Beside(rumour_relays.of_group(session, group_id=group_id), session.exec(answered).one())


def bring(session: Session, *, token: str, text: str, kind: InquiryKind = InquiryKind.QUESTION) -> Inquiry:
    """Ask the ward for the people of a chat. Pressed twice it is one question, while it waits.

    Raises:
        NotFound: no relay has this token. NotAllowed: the chat is closed.
        NotOurs, Invalid: as `inquiry_intake.take_in`; also for too many in a day.
    """
    relay = relay_addresses.by_token(session, token=token, for_change=True)
    group = session.get_one(Group, relay.group_id)
    relays.expect_standing(group)
    if known := _known(session, group, text):
        return known
    since = select(func.count()).select_from(Inquiry).where(Inquiry.group_id == group.id, Inquiry.asked_at > clock.now() - DAY)
    if session.exec(since).one() >= MOST_A_DAY:
        raise Invalid(N_("Hôm nay nhóm này đã chuyển nhiều câu hỏi. Việc gấp xin gọi phường."), field="text")
    unit = session.get_one(Unit, group.unit_id)
    is_deputys = relay_addresses.part_of(relay, token=token) is Part.DEPUTY
    head = session.get(User, group.deputy_id if is_deputys else group.leader_id) if group.leader_id else None
    asked = Asked(
        text, InquiryChannel.LEADER, kind=kind if kind in KINDS else InquiryKind.QUESTION,
        name=head.display_name if head else "", phone=(head.phone or "") if head else "", language=settings().language,
    )  # fmt: skip
    made = inquiry_intake.take_in(session, ward=access.commune_of(session, unit), asked=asked)
    made.group_id, made.place_unit_id = group.id, made.place_unit_id or unit.id
    session.add(made)
    session.flush()
    return made


def ready_texts(session: Session, *, inquiries: Sequence[Inquiry], ward: WardCard) -> dict[UUID, str]:
    """By question, what its leader posts into the chat: question and answer, and where more stands. Two queries.

    A rumour has none: the ward's word on it has a page of its own (services.rumour_relays).
    """
    ids = [one.id for one in inquiries if one.status not in OPEN and one.kind is InquiryKind.QUESTION]
    if not ids:
        return {}
    said = session.exec(
        select(InquiryMessage.inquiry_id, InquiryMessage.text)
        .where(col(InquiryMessage.inquiry_id).in_(ids), InquiryMessage.voice == Voice.REPLY)
        .order_by(col(InquiryMessage.at))
    ).all()
    wanted = select(PublicAnswer).where(col(PublicAnswer.inquiry_id).in_(ids), col(PublicAnswer.withdrawn_at).is_(None))
    public = {one.inquiry_id: one for one in session.exec(wanted)}
    last, found = dict(said), {}
    for one in inquiries:
        if answer := last.get(one.id):
            made = public.get(one.id)
            text = translate(BACK, language=one.language).format(question=one.text, answer=answer)
            url = public_answers.url_of(made) if made else ""
            more = f"\n{translate(MORE, language=one.language).format(url=url)}" if url and url not in answer else ""
            found[one.id] = training.marked(f"{text}{more}", ward)
    return found


def _known(session: Session, group: Group, text: str) -> Inquiry | None:
    """The same words from the same chat, that wait still."""
    wanted = select(Inquiry).where(
        Inquiry.group_id == group.id, Inquiry.text == clean_lines(text), col(Inquiry.status).in_(OPEN)
    )  # fmt: skip
    return session.exec(wanted.limit(1)).first()
