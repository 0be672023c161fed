"""The ward's word on a doubtful message, carried into the chats where it was seen: a page for each leader, and who has posted.

The token in an address is the permission, as that of an announcement's relay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from core import clock, sealed_addresses
from core.errors import NotAllowed, NotFound
from core.i18n import N_
from core.settings import settings
from models import Group, PublicAnswer, RumourRelay, Unit, User
from services import access, audit, public_answers, relays, rumours, training, wards
from services.access import Actor, May
from services.presence import is_closed
from services.wards import WardCard

ASKED_FOR = timedelta(days=14)  # afterwards nobody is asked any more
UNKNOWN = N_("Đường dẫn này không có, hoặc đã hết hạn.")


@dataclass(frozen=True)
class Work:
    """What the page of a leader shows."""

    ward: WardCard
    unit_label: str
    group_name: str
    title: str  # how its reader is addressed
    question: str
    text: str
    answer_url: str
    is_opened: bool  # by a person, at whatever time
    posted_at: datetime | None
    is_open: bool  # whether there is anything to post


@dataclass(frozen=True)
class Row:
    """One chat for the ward."""

    relay_id: UUID
    group: str
    unit_label: str
    leader: str
    url: str
    opened_at: datetime | None
    posted_at: datetime | None


@dataclass(frozen=True)
class Ask:
    """A word that is to be posted, on the page of a leader who has other work."""

    question: str
    path: str
    posted_at: datetime | None


def begin(session: Session, *, actor: Actor, answer_id: UUID) -> int:
    """Ask the leaders of the chats where it was seen, else of all household chats of the ward; how many. Each once.

    Raises:
        Invalid, NotAllowed, NotFound: as `rumours.card_of`.
    """
    card = rumours.card_of(session, actor=actor, answer_id=answer_id)
    known = set(session.exec(select(RumourRelay.group_id).where(RumourRelay.answer_id == answer_id)))
    new = [one.id for one in card.groups if one.id not in known]
    for group_id in new:
        session.add(RumourRelay(answer_id=answer_id, group_id=group_id))
    session.flush()
    audit.record(
        session, actor=actor, action="rumour.relayed", subject_kind="public_answer", subject_id=answer_id, groups=len(new)
    )
    return len(new)


def listing(session: Session, *, actor: Actor, answer_id: UUID) -> list[Row]:
    """The chats of a word with who leads them and whether it stands there: who has not posted first. One query.

    Raises:
        NotAllowed, NotFound: as `rumours.card_of`.
    """
    access.require(actor, May.ANSWER_INQUIRIES)
    found = session.exec(
        select(RumourRelay, Group, Unit, User.display_name)
        .join(Group, col(Group.id) == RumourRelay.group_id)
        .join(Unit, col(Unit.id) == Group.unit_id)
        .outerjoin(User, col(User.id) == Group.leader_id)
        .where(RumourRelay.answer_id == answer_id, access.path_range(actor.unit_path))
        .order_by(col(RumourRelay.posted_at).is_not(None), col(Unit.code), col(Group.name))
    ).all()
    return [
        Row(
            one.id, group.name, unit.label, leader or "", url_of(one.token), one.opened_at, one.posted_at,
        )
        for one, group, unit, leader in found
    ]  # fmt: skip


def enter_for(session: Session, *, actor: Actor, relay_id: UUID, is_posted: bool) -> None:
    """The ward enters what a leader said by telephone.

    Raises:
        NotAllowed: the actor does not answer, or it was withdrawn. NotFound: it lies outside the actor's sight.
    """
    access.require(actor, May.ANSWER_INQUIRIES)
    one = session.get(RumourRelay, relay_id, with_for_update=True, populate_existing=True)
    if one is None:
        raise NotFound(UNKNOWN)
    access.unit_for(session, actor=actor, unit_id=session.get_one(Group, one.group_id).unit_id)
    if is_posted:
        _post(session, one, by=actor.display_name)
    else:
        _undo(session, one)
    action = "rumour.posted" if is_posted else "rumour.undone"
    audit.record(session, actor=actor, action=action, subject_kind="public_answer", subject_id=one.answer_id)


def counts(session: Session, *, answer_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """By word, in how many chats it stands and of how many leaders were asked. One query."""
    found = session.exec(
        select(RumourRelay.answer_id, func.count(col(RumourRelay.posted_at)), func.count())
        .where(col(RumourRelay.answer_id).in_(answer_ids))
        .group_by(col(RumourRelay.answer_id))
    )
    return {answer_id: (posted, asked) for answer_id, posted, asked in found}


# ---- a leader's page


def work(session: Session, *, token: str) -> Work:
    """What there is to post.

    Raises:
        NotFound: nobody was asked by this token.
    """
    one = _by_token(session, token)
    answer, group = session.get_one(PublicAnswer, one.answer_id), session.get_one(Group, one.group_id)
    unit = session.get_one(Unit, group.unit_id)
    ward = wards.card_of(session, unit=unit)
    text = rumours.text_of(answer, ward_name=session.get_one(Unit, answer.unit_id).name)
    return Work(
        ward, unit.label, group.name, relays.title_of(unit, group), answer.question, training.marked(text, ward),
        public_answers.url_of(answer), one.opened_at is not None, one.posted_at,
        is_open=answer.withdrawn_at is None and not is_closed(group, clock.today()),
    )  # fmt: skip


def opened(session: Session, *, token: str) -> None:
    """A person looked at the page; the first time counts."""
    one = _by_token(session, token)
    if one.opened_at is None:
        one.opened_at = clock.now()


def post(session: Session, *, token: str) -> None:
    """The leader says: it is in the chat. Said again nothing changes.

    Raises:
        NotFound: nobody was asked by this token. NotAllowed: it was withdrawn, or the chat is closed.
    """
    _post(session, _by_token(session, token, for_change=True), by="leader")


def undo(session: Session, *, token: str) -> None:
    """The leader pressed by mistake."""
    _undo(session, _by_token(session, token, for_change=True))


def of_group(session: Session, *, group_id: UUID) -> list[Ask]:
    """What a chat's leader is asked to post just now, the latest first. One query."""
    found = session.exec(
        select(RumourRelay, PublicAnswer.question)
        .join(PublicAnswer, col(PublicAnswer.id) == RumourRelay.answer_id)
        .where(RumourRelay.group_id == group_id, col(PublicAnswer.withdrawn_at).is_(None), _is_fresh())
        .order_by(col(RumourRelay.created_at).desc())
    ).all()
    return [Ask(question, f"/r/c/{one.token}", one.posted_at) for one, question in found]


def hand_over(session: Session, *, group: Group) -> int:
    """Another leads the chat: the addresses of the one before end; how many."""
    found = session.exec(
        select(RumourRelay).where(RumourRelay.group_id == group.id, col(RumourRelay.posted_at).is_(None), _is_fresh())
    ).all()
    for one in found:
        one.issue += 1
        session.add(one)
    session.flush()
    return len(found)


def url_of(token: str) -> str:
    """The address of a leader's page."""
    return f"{settings().public_url}/r/c/{token}"


def _is_fresh() -> ColumnElement[bool]:
    return col(RumourRelay.created_at) > clock.now() - ASKED_FOR


def _by_token(session: Session, token: str, *, for_change: bool = False) -> RumourRelay:
    wanted = select(RumourRelay).where(sealed_addresses.is_named(token, RumourRelay.id, RumourRelay.token_hash))
    one = session.exec(wanted.with_for_update() if for_change else wanted).first()
    if one is None or not one.address.is_now(token):
        raise NotFound(UNKNOWN)
    return one


def _post(session: Session, one: RumourRelay, *, by: str) -> None:
    if one.posted_at:
        return
    if session.get_one(PublicAnswer, one.answer_id).withdrawn_at:
        raise NotAllowed(N_("Phường đã gỡ lời này. Xin đừng đăng; nếu đã đăng, xin xóa giúp."))
    relays.expect_standing(session.get_one(Group, one.group_id))
    one.posted_at, one.posted_by = clock.now(), by
    one.opened_at = one.opened_at or one.posted_at
    session.add(one)


def _undo(session: Session, one: RumourRelay) -> None:
    one.posted_at, one.posted_by = None, ""
    session.add(one)
