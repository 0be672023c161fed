"""Whom the ward telephones about work that nobody has posted: why, by which number, and that it has been done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from core import clock
from core.errors import NotFound
from core.i18n import N_
from models import Announcement, AnnouncementStatus, Group, Relay, Unit, Urgency, User
from services import access, audit, leader_messages, progress, relay_addresses
from services.access import Actor, May
from services.presence import stands
from services.reach_rules import Duty

LOOKED_AT = 500  # rows at most; a ward has some forty groups
REASONS = (Relay.escalated_at, Relay.handed_back_at, Relay.passed_on_at, Relay.reminded_again, Relay.reminded)


class Why(StrEnum):
    """What made the ward telephone, the most pressing first."""

    OVERDUE = "overdue"
    HANDED_BACK = "handed_back"
    PASSED_ON = "passed_on"
    SECOND_REMINDER = "second_reminder"
    REMINDER = "reminder"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "overdue": N_("quá hạn"), "handed_back": N_("phó cũng không đăng được"), "passed_on": N_("đã nhờ phó đăng thay"),
            "second_reminder": N_("còn một phần tư thời gian"), "reminder": N_("đã qua nửa thời gian"),
        }[self]  # fmt: skip


@dataclass(frozen=True)
class Person:
    """Someone to call about a group's work; `url` is the own page of it, to send along."""

    name: str
    phone: str | None
    url: str


@dataclass(frozen=True)
class Call:
    """One group's work to telephone about."""

    relay_id: UUID
    announcement_id: UUID
    ward_id: UUID
    title: str
    urgency: Urgency
    unit_label: str
    households: int
    due_at: datetime | None
    why: Why
    since: datetime  # when this reason came up
    leader: Person | None
    deputy: Person | None  # once the deputy is asked, or cannot either
    note: str  # the leader's own
    called_at: datetime | None  # since this reason came up
    called_by: str


@dataclass(frozen=True)
class Calls:
    """What there is to call about, the most pressing first, and whom of the ward to fetch where nobody answers."""

    rows: list[Call]
    all: int  # with those beyond the limit
    duty: list[Duty]


def to_make(session: Session, *, actor: Actor, limit: int) -> Calls:
    """What nobody has called about yet, in all announcements under way in the actor's sight. Three queries.

    Raises:
        NotAllowed: the actor may not write.
    """
    seen = col(Announcement.unit_id).in_(access.visible_units(actor))
    return _calls(session, [one for one in _found(session, actor, seen) if one.called_at is None], limit=limit)


def of_announcement(session: Session, *, actor: Actor, announcement_id: UUID) -> Calls:
    """What to call about in one announcement, and what has been called about. Three queries.

    Raises:
        NotAllowed: the actor may not write.
    """
    seen = col(Announcement.unit_id).in_(access.visible_units(actor)) & (col(Announcement.id) == announcement_id)
    found = _found(session, actor, seen)
    return _calls(session, sorted(found, key=lambda one: one.called_at is not None), limit=len(found))


def called(session: Session, *, actor: Actor, relay_id: UUID, is_called: bool = True) -> None:
    """The actor has telephoned about a group's work; who was first stays. Or that was pressed by mistake.

    Raises:
        NotAllowed: the actor may not write. NotFound: it lies outside the actor's sight.
    """
    access.require(actor, May.WATCH)
    relay = session.get(Relay, relay_id, with_for_update=True)
    if relay is None:
        raise NotFound(N_("Không tìm thấy việc đăng này."))
    access.unit_for(session, actor=actor, unit_id=session.get_one(Group, relay.group_id).unit_id)
    if is_called == (_called_at(relay) is not None):
        return
    relay.called_at, relay.called_by_id = (clock.now(), actor.id) if is_called else (None, None)
    audit.record(
        session, actor=actor, action="relay.called" if is_called else "relay.call_undone", subject_kind="relay",
        subject_id=relay.id,
    )  # fmt: skip


def _calls(session: Session, rows: Sequence[Call], *, limit: int) -> Calls:
    """With the people on duty of the one ward whose leaders are late."""
    wards = {one.ward_id for one in rows if one.why is Why.OVERDUE}
    duty = leader_messages.duty_of(session, ward_id=wards.pop()) if len(wards) == 1 else []
    return Calls(list(rows[:limit]), len(rows), duty)


_leader, _deputy, _caller = aliased(User), aliased(User), aliased(User)  # once: each costs as much as a small query


def _found(session: Session, actor: Actor, seen: ColumnElement[bool]) -> list[Call]:
    access.require(actor, May.WATCH)
    now = clock.now()
    found = session.exec(
        select(Relay, Announcement, Unit, _leader, _deputy, _caller.display_name)  # type: ignore[call-overload]
        .join(Announcement, col(Announcement.id) == Relay.announcement_id)
        .join(Group, col(Group.id) == Relay.group_id)
        .join(Unit, col(Unit.id) == Group.unit_id)
        .outerjoin(_leader, col(_leader.id) == Group.leader_id)
        .outerjoin(_deputy, col(_deputy.id) == Group.deputy_id)
        .outerjoin(_caller, col(_caller.id) == Relay.called_by_id)
        .where(
            seen, Announcement.status == AnnouncementStatus.SENT, ~progress.is_corrected(), stands(clock.today()),
            col(Relay.posted_at).is_(None), Relay.token_expires_at > now, or_(*(col(mark).is_not(None) for mark in REASONS)),
        )
        .order_by(progress.most_urgent_first(), col(Relay.escalated_at).nulls_last(), col(Relay.due_at), col(Relay.id))
        .limit(LOOKED_AT)
    ).all()  # fmt: skip
    told = leader_messages.written(session, announcement_ids=list({item.id for _, item, *_ in found}))
    calls = [_call(*row) for row in found]
    return [one for one, row in zip(calls, found, strict=True) if not _is_told(one, row[0], told)]


def _call(relay: Relay, item: Announcement, unit: Unit, leader: User | None, deputy: User | None, caller: str | None) -> Call:
    why, since = _why(relay)
    at = _called_at(relay)
    return Call(
        relay_id=relay.id, announcement_id=item.id, ward_id=item.unit_id, title=item.title, urgency=item.urgency,
        unit_label=unit.label, households=relay.households, due_at=relay.due_at, why=why, since=since,
        leader=_person(leader, relay.token), deputy=_person(deputy, relay.deputy_token), note=relay.note, called_at=at,
        called_by=(caller or "") if at else "",
    )  # fmt: skip


def _person(user: User | None, token: str | None) -> Person | None:
    """Someone with an own address of the work."""
    return Person(user.display_name, user.phone, relay_addresses.url_of(token)) if user and token else None


def _why(relay: Relay) -> tuple[Why, datetime]:
    """The weightiest reason there is."""
    return next((why, at) for why, at in zip(Why, _marks(relay), strict=True) if at)


def _marks(relay: Relay) -> tuple[datetime | None, ...]:
    """When each reason came up, in the order of `Why`."""
    return relay.escalated_at, relay.handed_back_at, relay.passed_on_at, relay.reminded_again, relay.reminded


def _called_at(relay: Relay) -> datetime | None:
    """When the ward telephoned, if nothing new has come up since."""
    newest = max((at for at in _marks(relay) if at), default=None)
    return relay.called_at if relay.called_at and (newest is None or relay.called_at >= newest) else None


def _is_told(one: Call, relay: Relay, told: set[str]) -> bool:
    """Whether a message has left for this reminder, so that nobody need telephone yet."""
    step = {Why.REMINDER: "remind", Why.SECOND_REMINDER: "remind_again"}.get(one.why)
    return step is not None and leader_messages.key(relay, step) in told
