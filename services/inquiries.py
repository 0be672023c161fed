"""The inbox: who waits for an answer, found by filters and by words; one thread with all that was said in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from core import clock
from core.errors import NotFound
from core.fulltext import latest, terms, tidy
from core.i18n import N_
from models import (
    Announcement,
    Delivery,
    Inquiry,
    InquiryChannel,
    InquiryKind,
    InquiryLook,
    InquiryMessage,
    InquiryStatus,
    Model,
    Procedure,
    Topic,
    Unit,
    UnitKind,
    User,
)
from services import access, inquiry_sight
from services.access import Actor, May
from services.inquiry_intake import ward_term
from services.inquiry_sight import Sight

PAGE = 40
FOUND_MOST = 200  # messages, the latest, in which words are looked for further
WORDS_MOST = 100
LOOKING_FOR = timedelta(minutes=2)  # who has looked within is looking
LOOK_AGAIN = timedelta(seconds=45)  # so long a look is not noted anew: a screen is drawn again at each press
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_MESSAGES = Model.metadata.tables["inquirymessage"]


class Box(StrEnum):
    """A part of the inbox."""

    WAITING = "waiting"
    MINE = "mine"
    LATE = "late"
    SNOOZED = "snoozed"
    ANSWERED = "answered"
    ALL = "all"
    SPAM = "spam"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "waiting": N_("Chờ trả lời"), "mine": N_("Của tôi"), "late": N_("Quá hạn"), "snoozed": N_("Tạm gác"),
            "answered": N_("Đã trả lời"), "all": N_("Tất cả"), "spam": N_("Tin rác"),
        }[self]  # fmt: skip


BY_DUE = (Box.WAITING, Box.MINE, Box.LATE, Box.SNOOZED)


@dataclass(frozen=True)
class Filters:
    """What narrows the inbox."""

    box: Box = Box.WAITING
    words: str = ""
    topic: Topic | None = None
    channel: InquiryChannel | None = None
    kind: InquiryKind | None = None
    place_unit_id: UUID | None = None
    announcement_id: UUID | None = None
    status: InquiryStatus | None = None


@dataclass(frozen=True)
class Row:
    """A thread in the list."""

    inquiry: Inquiry
    assignee: str
    place: str
    alike: int  # others put together with it


@dataclass(frozen=True)
class Counts:
    """How much waits."""

    waiting: int
    late: int
    mine: int
    snoozed: int


@dataclass(frozen=True)
class Said:
    """A message of a thread, who said it, and how it travelled."""

    message: InquiryMessage
    author: str
    deliveries: Sequence[Delivery]


@dataclass(frozen=True)
class Thread:
    """All of one thread."""

    inquiry: Inquiry
    messages: Sequence[Said]
    assignee: str
    place: str
    procedure: Procedure | None
    announcement: Announcement | None
    alike: Sequence[Inquiry]
    looking: Sequence[str]  # others who have it open
    is_looked_at: bool = False  # by the actor, as others are told already


def listing(session: Session, *, actor: Actor, filters: Filters, page: int = 1, size: int = PAGE) -> tuple[list[Row], bool]:
    """A page of the inbox, and whether there is more: what waits, the most pressing first; all else, the latest first.

    Words are looked for among the latest messages that hold them. Four queries, whatever the number of messages.

    Raises:
        NotAllowed: the actor does not answer.
    """
    access.require(actor, May.ANSWER_INQUIRIES)
    sight = inquiry_sight.of(session, actor=actor)
    wanted = _narrowed(actor, filters, sight)
    if filters.words.strip():
        asked = [[f"{word}*"] for word in terms(filters.words[:WORDS_MOST]).split()]
        found: set[UUID] = set()
        for of_ward in _apart(session, sight.wards) if asked else ():
            found |= latest(
                session, given=_MESSAGES.c.inquiry_id, column=_MESSAGES.c.search, when=_MESSAGES.c.at,
                words=[*of_ward, *asked], most=FOUND_MOST,
            )  # fmt: skip
        wanted &= col(Inquiry.id).in_(found)
    first = col(Inquiry.due_at).asc() if filters.box in BY_DUE else col(Inquiry.last_at).desc()
    query = select(Inquiry).where(wanted).order_by(first).offset((max(page, 1) - 1) * size).limit(size + 1)
    rows = list(session.exec(query))
    return _with_names(session, rows[:size]), len(rows) > size


def counts(session: Session, *, actor: Actor) -> Counts:
    """How much waits, is late, is the actor's own, rests. One query over what waits.

    Raises:
        NotAllowed: the actor does not answer.
    """
    access.require(actor, May.ANSWER_INQUIRIES)
    now = clock.now()
    rests = col(Inquiry.snoozed_until) > now
    row = session.execute(
        sa_select(
            func.coalesce(func.sum(case((rests, 0), else_=1)), 0),
            func.coalesce(func.sum(case((and_(~func.coalesce(rests, False), col(Inquiry.due_at) < now), 1), else_=0)), 0),
            func.coalesce(func.sum(case((col(Inquiry.assignee_id) == actor.id, 1), else_=0)), 0),
            func.coalesce(func.sum(case((rests, 1), else_=0)), 0),
        ).where(inquiry_sight.of(session, actor=actor).which, _waits())
    ).one()
    return Counts(*map(int, row))


def about(session: Session, *, actor: Actor, announcement_id: UUID) -> list[tuple[Inquiry, int]]:
    """What was asked about an announcement: one thread of each kind with how many asked alike, the most asked first.

    Raises:
        NotAllowed: the actor does not answer.
    """
    access.require(actor, May.ANSWER_INQUIRIES)
    rows = session.exec(
        select(Inquiry)
        .where(
            Inquiry.announcement_id == announcement_id, Inquiry.status != InquiryStatus.SPAM,
            inquiry_sight.of(session, actor=actor).which,
        )
        .order_by(col(Inquiry.asked_at))
    ).all()  # fmt: skip
    groups: dict[str, list[Inquiry]] = {}
    for row in rows:
        groups.setdefault(str(row.same_as_id or "") or row.likeness or str(row.id), []).append(row)
    return sorted(((some[0], len(some)) for some in groups.values()), key=lambda pair: -pair[1])


def get(session: Session, *, actor: Actor, inquiry_id: UUID, for_change: bool = False) -> Inquiry:
    """A thread in the actor's sight.

    Raises:
        NotAllowed: the actor does not answer. NotFound: there is none, or it lies outside.
    """
    access.require(actor, May.ANSWER_INQUIRIES)
    inquiry = session.get(Inquiry, inquiry_id, with_for_update=for_change, populate_existing=for_change)
    if inquiry is None or not inquiry_sight.of(session, actor=actor).holds(inquiry):
        raise NotFound(N_("Không tìm thấy câu hỏi này."))
    return inquiry


def thread(session: Session, *, actor: Actor, inquiry_id: UUID) -> Thread:
    """All of a thread, with the travels of its answers and who else has it open. Eight queries, whatever its length.

    Raises:
        NotAllowed, NotFound: as `get`.
    """
    inquiry = get(session, actor=actor, inquiry_id=inquiry_id)
    said = session.exec(
        select(InquiryMessage, User.display_name)
        .outerjoin(User, col(User.id) == InquiryMessage.author_id)
        .where(InquiryMessage.inquiry_id == inquiry.id)
        .order_by(col(InquiryMessage.at), col(InquiryMessage.id))
    ).all()
    travels: dict[UUID | None, list[Delivery]] = {}
    for delivery in session.exec(select(Delivery).where(col(Delivery.message_id).in_([one.id for one, _ in said]))):
        travels.setdefault(delivery.message_id, []).append(delivery)
    row = _with_names(session, [inquiry])[0]
    looks = session.exec(
        select(InquiryLook, User.display_name)
        .join(User, col(User.id) == InquiryLook.user_id)
        .where(InquiryLook.inquiry_id == inquiry.id, InquiryLook.seen_at > clock.now() - LOOKING_FOR)
    ).all()
    looking = [name for look, name in looks if look.user_id != actor.id]
    is_looked_at = any(look.user_id == actor.id and look.seen_at > clock.now() - LOOK_AGAIN for look, _ in looks)
    alike = session.exec(select(Inquiry).where(Inquiry.same_as_id == inquiry.id).order_by(col(Inquiry.asked_at))).all()
    return Thread(
        inquiry, [Said(one, name or "", travels.get(one.id, ())) for one, name in said], row.assignee, row.place,
        session.get(Procedure, inquiry.procedure_id) if inquiry.procedure_id else None,
        session.get(Announcement, inquiry.announcement_id) if inquiry.announcement_id else None, alike, looking,
        is_looked_at,
    )  # fmt: skip


def procedures_of(session: Session, *, inquiry: Inquiry) -> Sequence[Procedure]:
    """What a thread may be about: its ward's procedures, by field and name. The caller has found the thread with its actor."""
    wanted = select(Procedure).where(Procedure.unit_id == inquiry.unit_id, col(Procedure.is_active))
    return session.exec(wanted.order_by(Procedure.field, Procedure.name, Procedure.code)).all()


def answerers(session: Session, *, actor: Actor) -> list[User]:
    """Who may be given a thread: whoever answers in the actor's units, by name.

    Raises:
        NotAllowed: the actor does not answer.
    """
    access.require(actor, May.ANSWER_INQUIRIES)
    wanted = (
        select(User)
        .join(Unit, col(Unit.id) == User.unit_id)
        .where(access.path_range(actor.unit_path), col(User.role).in_(May.ANSWER_INQUIRIES.roles), col(User.is_active))
    )
    return list(session.exec(wanted.order_by(User.display_name)))


def tidy_words(session: Session) -> None:
    """Put the index of what was said in order, every night: it grows in parts. Done again, nothing changes."""
    tidy(session, _MESSAGES)


def _narrowed(actor: Actor, filters: Filters, sight: Sight) -> ColumnElement[bool]:
    now = clock.now()
    is_awake = col(Inquiry.snoozed_until).is_(None) | (col(Inquiry.snoozed_until) <= now)
    waits = _waits()
    wanted = sight.which
    match filters.box:
        case Box.WAITING:
            wanted &= waits & is_awake
        case Box.MINE:
            wanted &= waits & (col(Inquiry.assignee_id) == actor.id)
        case Box.LATE:
            wanted &= (col(Inquiry.due_at) < now) & is_awake
        case Box.SNOOZED:
            wanted &= waits & (col(Inquiry.snoozed_until) > now)
        case Box.ANSWERED:
            wanted &= col(Inquiry.status).in_((InquiryStatus.ANSWERED, InquiryStatus.CLOSED))
        case Box.SPAM:
            wanted &= col(Inquiry.status) == InquiryStatus.SPAM
        case Box.ALL:
            wanted &= col(Inquiry.status) != InquiryStatus.SPAM
    for column, value in (
        (Inquiry.topic, filters.topic), (Inquiry.channel, filters.channel), (Inquiry.kind, filters.kind),
        (Inquiry.place_unit_id, filters.place_unit_id), (Inquiry.announcement_id, filters.announcement_id),
        (Inquiry.status, filters.status),
    ):  # fmt: skip
        if value is not None:
            wanted &= col(column) == value
    return wanted


def _waits() -> ColumnElement[bool]:
    """Whether a thread is to be answered. Said as a range: of `IS NOT NULL` SQLite's planner thinks that it holds for most."""
    return col(Inquiry.due_at) > LONG_AGO


def _apart(session: Session, wards: Sequence[UUID]) -> list[list[list[str]]]:
    """How the wards' messages are told from those of others: not at all, where there are no others."""
    if session.exec(select(func.count()).select_from(Unit).where(Unit.kind == UnitKind.COMMUNE)).one() == len(wards):
        return [[]]
    return [[[ward_term(ward_id)]] for ward_id in wards]


def _with_names(session: Session, rows: Sequence[Inquiry]) -> list[Row]:
    users = {row.assignee_id for row in rows if row.assignee_id}
    places = {row.place_unit_id for row in rows if row.place_unit_id}
    named = dict(session.exec(select(User.id, User.display_name).where(col(User.id).in_(users))).all()) if users else {}
    units = {unit.id: unit.label for unit in session.exec(select(Unit).where(col(Unit.id).in_(places)))} if places else {}
    same = col(Inquiry.same_as_id)
    counted = sa_select(same, func.count()).where(same.in_([row.id for row in rows])).group_by(same)
    alike = {row[0]: row[1] for row in session.execute(counted)}
    return [
        Row(row, named.get(row.assignee_id or row.id, ""), units.get(row.place_unit_id or row.id, ""), alike.get(row.id, 0))
        for row in rows
    ]
