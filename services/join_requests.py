"""Who says to belong to a group: by the household card or a number the ward knows, joined at once; else the leader is asked.

A stranger is never told which of the two happened: the words, the time and what the page shows are the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, cast, delete, func, or_
from sqlmodel import Session, col, select

from core import clock, phones
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.text import fold, natural_key
from models import Group, Household, JoinRequest, Membership, MembershipSource, Proposal, Unit
from services import added_households, audit, following, households, join
from services.access import Actor
from services.household_values import HouseholdValues
from services.import_values import PEOPLE_MAX, address_of, name_of
from services.presence import is_member, lives_here

MOST_WAITING = 100  # of a group; what a script sends beyond is not kept
KEPT = timedelta(days=60)  # a request nobody answered is not shown any longer
_OTHER_PHONES = cast(col(Household.other_phones), String)


class Reason(StrEnum):
    """Why a leader says no. Chosen from a list, so that nobody's name or number gets into the audit."""

    NOT_OURS = "not_ours"
    UNKNOWN = "unknown"
    TWICE = "twice"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "not_ours": N_("không ở tổ này"),
            "unknown": N_("không biết là ai, không liên hệ được"),
            "twice": N_("hộ này đã xin rồi"),
        }[self]


@dataclass(frozen=True)
class Asked:
    """What a visitor typed on the group's page."""

    phone: str
    name: str = ""
    address: str = ""
    people: int = 1


@dataclass(frozen=True)
class Waiting:
    """A request as its leader sees it."""

    id: UUID
    group_id: UUID
    name: str
    phone: str  # E.164, "" where a card was shown
    address: str
    people: int
    asked_at: datetime


@dataclass(frozen=True)
class Candidate:
    """A household that a request may mean; the likeliest come first."""

    id: UUID
    head_name: str
    address: str
    is_inside: bool


# ---- asking


def ask(session: Session, *, slug: str, visitor: str, asked: Asked) -> None:
    """Join the household that this number belongs to, or leave the request for the leader. Returns nothing, whichever it was.

    One open request a phone and group: asked again, the newer words stand.

    Raises:
        Invalid: a value cannot be right; `details["field"]` names it.
        NotFound: there is no such group, or it takes nobody in.
    """
    group, unit = join.open_group(session, slug=slug)
    number, name, address = _checked(asked)
    meant = _with_number(session, group, number)
    request = _own(session, group, visitor) or JoinRequest(group_id=group.id, visitor=visitor)
    request.people = asked.people
    if len(meant) == 1:
        join_by_self(session, group=group, unit=unit, household=meant[0], people=asked.people)
        _close(request, by=None, is_accepted=True, household_id=meant[0].id)
    else:
        request.name, request.phone, request.address = name, number, address
        with following.changes(session, household_ids=_anybody(session, unit)):  # changes nothing, and takes as long
            pass
        _note(session, join.resident_of(unit), "join_request.made", group)
    if len(meant) == 1 or request.id in _open_ids(session, group) or _has_room(session, group):
        session.add(request)
    session.flush()


def ask_with_card(session: Session, *, slug: str, household_id: UUID, people: int = 1) -> None:
    """The household whose card this phone was tied with comes in, where it lives in the group's unit; else its leader is asked.

    Raises:
        Invalid, NotFound: as `ask`; also for a household that is gone.
    """
    group, unit = join.open_group(session, slug=slug)
    household = session.get(Household, household_id, with_for_update=True)
    if household is None or not household.present_on(clock.today()):
        raise NotFound(N_("Không tìm thấy hộ này."))
    if household.unit_id == unit.id:
        join_by_self(session, group=group, unit=unit, household=household, people=_people(people))
        return
    waits = select(JoinRequest.id).where(
        JoinRequest.group_id == group.id, JoinRequest.household_id == household.id, col(JoinRequest.answered_at).is_(None)
    )
    if session.exec(waits).first() is None and _has_room(session, group):
        session.add(
            JoinRequest(
                group_id=group.id, household_id=household.id, name=household.head_name, address=household.address,
                people=_people(people),
            )
        )  # fmt: skip
        _note(session, join.resident_of(unit), "join_request.made", group)


def join_by_self(session: Session, *, group: Group, unit: Unit, household: Household, people: int) -> None:
    """A household of the group's unit comes in by its own word; in already, it stays as it is."""
    inside = select(Membership.id).where(
        Membership.group_id == group.id, Membership.household_id == household.id, is_member(clock.today())
    )
    if session.exec(inside).first() is None:
        households.join(
            session, actor=join.resident_of(unit), household_id=household.id, group_id=group.id, people=people,
            source=MembershipSource.SELF,
        )  # fmt: skip


def _anybody(session: Session, unit: Unit) -> Sequence[UUID]:
    return session.exec(select(Household.id).where(Household.unit_id == unit.id).limit(1)).all()


def _checked(asked: Asked) -> tuple[str, str, str]:
    number = phones.parse(asked.phone)
    if number is None:
        raise Invalid(N_("Xin ghi số điện thoại của gia đình, ví dụ 0912 345 678."), field="phone")
    _people(asked.people)
    try:
        name = name_of(asked.name)
    except Invalid as refusal:
        raise Invalid(refusal.message, **refusal.details, field="name") from refusal
    if not name:
        raise Invalid(N_("Xin ghi họ tên chủ hộ."), field="name")
    try:
        return number, name, address_of(asked.address)
    except Invalid as refusal:
        raise Invalid(refusal.message, **refusal.details, field="address") from refusal


def _people(people: int) -> int:
    if not 1 <= people <= PEOPLE_MAX:
        raise Invalid(N_("Số người trong nhóm phải từ 1 đến {most}."), most=PEOPLE_MAX, field="people")
    return people


def _with_number(session: Session, group: Group, number: str) -> list[Household]:
    """The households of the group's unit that the ward has this number for: two of them share it, and a person must say."""
    has_it = or_(col(Household.phone) == number, _OTHER_PHONES.contains(f'"{number}"', autoescape=True))
    wanted = select(Household).where(Household.unit_id == group.unit_id, lives_here(clock.today()), has_it)
    return list(session.exec(wanted.limit(2).with_for_update()))


def _own(session: Session, group: Group, visitor: str) -> JoinRequest | None:
    wanted = select(JoinRequest).where(
        JoinRequest.group_id == group.id, JoinRequest.visitor == visitor, col(JoinRequest.answered_at).is_(None)
    )
    return session.exec(wanted).first()


def _open_ids(session: Session, group: Group) -> set[UUID]:
    return set(session.exec(select(JoinRequest.id).where(JoinRequest.group_id == group.id, *_is_open())))


def _has_room(session: Session, group: Group) -> bool:
    open_ones = select(func.count()).select_from(JoinRequest).where(JoinRequest.group_id == group.id, *_is_open())
    return session.exec(open_ones).one() < MOST_WAITING


def _is_open() -> tuple[ColumnElement[bool], ...]:
    return col(JoinRequest.answered_at).is_(None), col(JoinRequest.created_at) > clock.now() - KEPT


def old(before: datetime) -> ColumnElement[bool]:
    """Requests from before an instant that nobody answered."""
    return (col(JoinRequest.created_at) <= before) & col(JoinRequest.answered_at).is_(None)


def forget_old(session: Session, *, before: datetime) -> int:
    """Delete requests from before an instant that nobody answered; how many. (An answer forgets who asked at once.)"""
    return session.exec(delete(JoinRequest).where(old(before))).rowcount


def end(session: Session, *, actor: Actor, group: Group) -> int:
    """The group is no more, and no other takes its place: whoever still asks gets no for an answer; how many did.

    For services that have checked who asks.
    """
    open_ones = select(JoinRequest).where(JoinRequest.group_id == group.id, col(JoinRequest.answered_at).is_(None))
    found = session.exec(open_ones).all()
    for request in found:
        _close(request, by=actor, is_accepted=False, household_id=request.household_id)
        session.add(request)
    if found:
        _note(session, actor, "join_request.declined", group, reason="group_closed", requests=len(found))
    return len(found)


# ---- answering


def waiting(session: Session, *, actor: Actor, group_id: UUID | None = None) -> list[Waiting]:
    """Requests that wait for this person's yes: in groups of the own units or led by the actor; the longest waiting first.

    Raises:
        NotAllowed: the actor sees figures only.
    """
    wanted = select(JoinRequest).where(*_is_open(), col(JoinRequest.group_id).in_(_groups(actor)))
    if group_id:
        wanted = wanted.where(JoinRequest.group_id == group_id)
    return [
        Waiting(one.id, one.group_id, one.name, one.phone or "", one.address, one.people, one.created_at)
        for one in session.exec(wanted.order_by(col(JoinRequest.created_at)))
    ]


def candidates(session: Session, *, actor: Actor, request_id: UUID) -> list[Candidate]:
    """The households of the group's unit, those that look most like the request first, the rest by address.

    Raises:
        NotAllowed, NotFound: as `accept`.
    """
    request, group = _found(session, actor, request_id)
    inside = set(session.exec(select(Membership.household_id).where(Membership.group_id == group.id, is_member(clock.today()))))
    homes = session.exec(select(Household).where(Household.unit_id == group.unit_id, lives_here(clock.today()))).all()
    ordered = sorted(homes, key=lambda one: (-_likeness(request, one), natural_key(one.address), one.head_name, one.id))
    return [Candidate(one.id, one.head_name, one.address, one.id in inside) for one in ordered]


def accept(session: Session, *, actor: Actor, request_id: UUID, household_id: UUID) -> None:
    """Yes: the request is this household's, which comes into the group.

    Raises:
        Invalid: it is answered already, or the household cannot come in.
        NotAllowed: the actor sees figures only.
        NotFound: it lies outside the actor's sight, or the household is none of the group's unit.
    """
    request, group = _found(session, actor, request_id)
    if session.exec(select(Household.id).where(Household.id == household_id, Household.unit_id == group.unit_id)).first() is None:
        raise NotFound(N_("Không tìm thấy hộ này."))
    is_inside = select(Membership.id).where(
        Membership.group_id == group.id, Membership.household_id == household_id, is_member(clock.today())
    )
    if session.exec(is_inside).first() is None:
        households.join(
            session, actor=actor, household_id=household_id, group_id=group.id, people=request.people,
            source=MembershipSource.SELF,
        )  # fmt: skip
    _close(request, by=actor, is_accepted=True, household_id=household_id)
    session.add(request)
    _note(session, actor, "join_request.accepted", group)


def accept_as_new(session: Session, *, actor: Actor, request_id: UUID) -> Proposal:
    """Yes, and the ward does not know the household yet: it is proposed to the ward's staff.

    Raises:
        Invalid: it is answered already, or what the visitor typed cannot be a household.
        NotAllowed, NotFound: as `accept`.
    """
    request, group = _found(session, actor, request_id)
    values = HouseholdValues(request.name, address=request.address, phone=phones.show(request.phone), people=request.people)
    proposal = added_households.propose(session, actor=actor, unit=session.get_one(Unit, group.unit_id), values=values)
    _close(request, by=actor, is_accepted=True, household_id=None)
    session.add(request)
    _note(session, actor, "join_request.accepted", group, proposal_id=str(proposal.id))
    return proposal


def decline(session: Session, *, actor: Actor, request_id: UUID, reason: Reason) -> None:
    """No, and why.

    Raises:
        Invalid: it is answered already.
        NotAllowed, NotFound: as `accept`.
    """
    request, group = _found(session, actor, request_id)
    _close(request, by=actor, is_accepted=False, household_id=request.household_id)
    session.add(request)
    _note(session, actor, "join_request.declined", group, reason=reason.value)


def _found(session: Session, actor: Actor, request_id: UUID) -> tuple[JoinRequest, Group]:
    found = session.exec(
        select(JoinRequest, Group)
        .join(Group, col(Group.id) == col(JoinRequest.group_id))
        .where(JoinRequest.id == request_id, col(Group.id).in_(_groups(actor)))
        .with_for_update(of=JoinRequest)
    ).first()
    if found is None:
        raise NotFound(N_("Không tìm thấy yêu cầu này."))
    if found[0].answered_at is not None:
        raise Invalid(N_("Yêu cầu này đã được trả lời rồi."))
    return found


def _groups(actor: Actor) -> Select[Any]:
    """Ids of the groups whose requests this person answers."""
    seen = households.in_sight(actor)
    if actor.id:
        seen = or_(seen, col(Group.leader_id) == actor.id, col(Group.deputy_id) == actor.id)
    return select(Group.id).join(Unit, col(Unit.id) == col(Group.unit_id)).where(seen, col(Group.closed_on).is_(None))


def _close(request: JoinRequest, *, by: Actor | None, is_accepted: bool, household_id: UUID | None) -> None:
    """Answered: who asked is not needed any longer."""
    request.answered_at, request.answered_by_id, request.is_accepted = clock.now(), by.id if by else None, is_accepted
    request.household_id = household_id
    request.name, request.phone, request.address, request.visitor = "", None, "", None


def _likeness(request: JoinRequest, household: Household) -> int:
    """How much of what was typed is the household's: its own card above all, then the number, then words of name and address."""
    score = 200 if household.id == request.household_id else 0
    score += 100 if request.phone and request.phone in (household.phone, *household.other_phones) else 0
    name, address = set(fold(request.name).split()), set(fold(request.address).split())
    score += 10 * len(name & set(fold(household.head_name).split()))
    return score + 3 * len(address & set(fold(household.address).split()))


def _note(session: Session, actor: Actor, action: str, group: Group, **details: object) -> None:
    audit.record(session, actor=actor, action=action, subject_kind="group", subject_id=group.id, **details)
