"""A leader's tick list: who of the unit is in the chat, on a page of the phone without sign-in. The address is the permission.

It ends after fourteen days, when it is revoked, and at once when its owner neither leads the group nor is its deputy any more.
Whoever holds it may do in this unit what its leader may, and sees less: no needs, and of a number the last three digits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import Session, col, select, update

from core import clock, tokens
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.settings import settings
from core.text import natural_key, vietnamese_key
from models import (
    Group,
    GroupKind,
    Household,
    Membership,
    Proposal,
    Role,
    TickList,
    Unit,
    User,
)
from services import access, added_households, audit, figures, following, households, relays, wards
from services.access import Actor, May, actor_of
from services.figures import Coverage
from services.household_values import HouseholdValues
from services.import_values import PEOPLE_MAX
from services.presence import is_member, lives_here
from services.wards import WardCard

LASTS = timedelta(days=14)
DIGITS_SHOWN = 3  # of a telephone number, its end: enough to tell two of a name apart, too few to call


@dataclass(frozen=True)
class Made:
    """A tick list just made. The address cannot be shown again."""

    url: str
    owner: str
    expires_at: datetime


@dataclass(frozen=True)
class Pass:
    """What an address opens: one unit, one group, for one person until an instant."""

    actor: Actor  # a leader of this unit alone
    group: Group
    unit: Unit
    expires_at: datetime


@dataclass(frozen=True)
class Line:
    """A household of the list; `inside` people of it are in the group, 0 when it is not in."""

    id: UUID
    head_name: str
    address: str
    phone_end: str
    people: int
    inside: int


@dataclass(frozen=True)
class Sheet:
    """All that the page shows."""

    group_name: str
    unit_label: str
    owner: str
    title: str  # how the owner is addressed
    ward: WardCard
    lines: list[Line]
    coverage: Coverage
    added: int  # households this leader proposed that wait for the ward
    expires_at: datetime


class Tick(NamedTuple):
    """A household of an open page: people in the group when the page was drawn, and now (0: not in)."""

    household_id: UUID
    was: int
    now: int


@dataclass(frozen=True)
class Saved:
    """What a save has written."""

    joined: int = 0
    left: int = 0
    recounted: int = 0


# ---- the address


def make(session: Session, *, actor: Actor, group_id: UUID) -> Made:
    """A new address for the leader or deputy who asks, or by the ward's staff for the group's leader. Earlier ones stay good.

    Raises:
        Invalid: the group is closed, is none of households, or has nobody it could be for.
        NotAllowed: the actor is neither staff nor this group's leader or deputy.
        NotFound: it lies outside the actor's sight.
    """
    group = _group(session, actor, group_id)
    _require_staff_or_head(actor, group)
    if group.kind is not GroupKind.HOUSEHOLD or group.closed_on is not None:
        raise Invalid(N_("Chỉ nhóm hộ dân đang hoạt động mới có danh sách đánh dấu."))
    owner_id = actor.id if _is_head(actor, group) else group.leader_id or group.deputy_id
    owner = session.get(User, owner_id) if owner_id else None
    if owner is None or not _may_own(owner, group):
        raise Invalid(N_("Nhóm chưa có người phụ trách để gửi đường dẫn. Xin chọn người phụ trách trước."))
    token, expires_at = tokens.new_token(), clock.now() + LASTS
    session.add(TickList(group_id=group.id, user_id=owner.id, token_hash=tokens.digest(token), expires_at=expires_at))
    audit.record(
        session, actor=actor, action="tick_list.made", subject_kind="group", subject_id=group.id, owner_id=str(owner.id)
    )  # fmt: skip
    return Made(f"{settings().public_url}/tick/{token}", owner.display_name, expires_at)


def open_count(session: Session, *, actor: Actor, group_id: UUID) -> int:
    """How many addresses of a group are good now.

    Raises:
        NotFound: the group lies outside the actor's sight.
    """
    group = _group(session, actor, group_id)
    wanted = select(TickList.id).where(
        TickList.group_id == group.id, col(TickList.revoked_at).is_(None), TickList.expires_at > clock.now()
    )
    return len(session.exec(wanted).all())


def revoke_all(session: Session, *, actor: Actor, group_id: UUID) -> int:
    """Close every address of a group; how many were open.

    Raises:
        NotAllowed, NotFound: as in `make`.
    """
    group = _group(session, actor, group_id)
    _require_staff_or_head(actor, group)
    closed = revoke(session, group_id)
    if closed:
        audit.record(session, actor=actor, action="tick_list.revoked", subject_kind="group", subject_id=group.id, lists=closed)
    return closed


def revoke(session: Session, group_id: UUID) -> int:
    """Close every address of a group, for a service that has checked who asks: the leader changes, the group closes."""
    statement = update(TickList).where(col(TickList.group_id) == group_id, col(TickList.revoked_at).is_(None))
    return int(session.exec(statement.values(revoked_at=clock.now())).rowcount)


def opened(session: Session, *, token: str) -> Pass:
    """What an address opens.

    Raises:
        NotFound: it never was, is over, revoked, or its owner is not responsible any more: one sentence for all.
    """
    found = session.exec(
        select(TickList, Group, Unit, User)
        .join(Group, col(Group.id) == col(TickList.group_id))
        .join(Unit, col(Unit.id) == col(Group.unit_id))
        .join(User, col(User.id) == col(TickList.user_id))
        .where(TickList.token_hash == tokens.digest(token), col(TickList.revoked_at).is_(None), TickList.expires_at > clock.now())
    ).first()
    if found is None or found[1].closed_on is not None or not _may_own(found[3], found[1]):
        raise NotFound(N_("Đường dẫn đánh dấu này không có, hoặc đã hết hạn. Xin nhờ phường gửi đường dẫn mới."))
    listed, group, unit, owner = found
    narrowed = replace(actor_of(session, owner), role=Role.LEAD, unit_id=unit.id, unit_path=unit.path)
    return Pass(narrowed, group, unit, listed.expires_at)


def _group(session: Session, actor: Actor, group_id: UUID) -> Group:
    is_own = access.path_range(actor.unit_path)
    if actor.id:
        is_own = or_(is_own, col(Group.leader_id) == actor.id, col(Group.deputy_id) == actor.id)
    group = session.exec(select(Group).join(Unit, col(Unit.id) == col(Group.unit_id)).where(Group.id == group_id, is_own)).first()
    if group is None:
        raise NotFound(N_("Không tìm thấy nhóm này."))
    return group


def _require_staff_or_head(actor: Actor, group: Group) -> None:
    access.require(actor, May.SPEAK_FOR_LEADERS, is_own=_is_head(actor, group))


def _is_head(actor: Actor, group: Group) -> bool:
    return actor.id is not None and actor.id in (group.leader_id, group.deputy_id)


def _may_own(user: User, group: Group) -> bool:
    return user.is_active and user.role is not Role.VIEWER and user.id in (group.leader_id, group.deputy_id)


# ---- the list


def sheet(session: Session, *, token: str) -> Sheet:
    """The page of an address: households present today, by address and then by name.

    Raises:
        NotFound: as `opened`.
    """
    held = opened(session, token=token)
    ordered = sorted(_lines(session, held), key=_place)
    return Sheet(
        group_name=held.group.name, unit_label=held.unit.label, owner=held.actor.display_name,
        title=relays.title_of(held.unit), ward=wards.card_of(session, unit=held.unit), lines=ordered,
        coverage=figures.coverage(session, actor=held.actor, on=clock.today()).total,
        added=len(added_households.waiting(session, actor=held.actor, unit=held.unit)), expires_at=held.expires_at,
    )  # fmt: skip


def _place(line: Line) -> tuple[Any, ...]:
    """As one walks: by address, those without one last, then by name."""
    return (not line.address, natural_key(line.address), vietnamese_key(line.head_name), line.id)


def save(session: Session, *, token: str, ticks: Sequence[Tick]) -> Saved:
    """Write what differs from when the page was drawn; what somebody else has changed meanwhile stays as it is.

    Saving the same page twice writes nothing the second time.

    Raises:
        Invalid: a number of people that cannot be. NotFound: as `opened`.
    """
    held = opened(session, token=token)
    changed = [tick for tick in ticks if tick.was != tick.now]
    if any(not 0 <= tick.now <= PEOPLE_MAX for tick in changed):
        raise Invalid(N_("Số người trong nhóm phải từ 1 đến {most}."), most=PEOPLE_MAX)
    inside = {line.id: line.inside for line in _lines(session, held)} if changed else {}
    done = {"joined": 0, "left": 0, "recounted": 0}
    for tick in changed:
        if kind := _settle(session, held, tick, inside.get(tick.household_id)):
            done[kind] += 1
    return Saved(**done)


def _settle(session: Session, held: Pass, tick: Tick, inside: int | None) -> str | None:
    """One difference against how it is now (None: no household of this unit); what was done, if anything."""
    if inside is None or inside == tick.now or bool(tick.was) is not bool(inside):
        return None
    if not tick.was:
        _join(session, held, tick)
        return "joined"
    if not tick.now:
        _leave(session, held, tick)
        return "left"
    _recount(session, held, tick)
    return "recounted"


def _join(session: Session, held: Pass, tick: Tick) -> None:
    households.join(
        session, actor=held.actor, household_id=tick.household_id, group_id=held.group.id, people=tick.now
    )  # fmt: skip


def _leave(session: Session, held: Pass, tick: Tick) -> None:
    households.leave(session, actor=held.actor, household_id=tick.household_id, group_id=held.group.id)


def _recount(session: Session, held: Pass, tick: Tick) -> None:
    """Another number of people from today on; earlier days keep theirs."""
    stay = session.exec(
        select(Membership).where(
            Membership.household_id == tick.household_id, Membership.group_id == held.group.id, col(Membership.left_on).is_(None)
        )
    ).one()
    if stay.joined_on < clock.today():
        _leave(session, held, tick)
        _join(session, held, tick)
        return
    with following.changes(session, household_ids=[tick.household_id]):
        stay.people = tick.now
        session.add(stay)
    audit.record(
        session, actor=held.actor, action="household.recounted", subject_kind="household", subject_id=tick.household_id,
        group_id=str(held.group.id), people=tick.now,
    )  # fmt: skip


def _lines(session: Session, held: Pass) -> list[Line]:
    today = clock.today()
    stays = select(Membership).where(Membership.group_id == held.group.id, is_member(today)).subquery()
    found = session.exec(
        select(Household, stays.c.people)
        .outerjoin(stays, stays.c.household_id == col(Household.id))
        .where(Household.unit_id == held.unit.id, lives_here(today))
    )
    return [
        Line(
            one.id, one.head_name, one.address, one.phone[-DIGITS_SHOWN:] if one.phone else "", one.people, int(inside or 0)
        ) for one, inside in found
    ]  # fmt: skip


# ---- a household that is not on the list


def propose(session: Session, *, token: str, values: HouseholdValues) -> Proposal:
    """A household that the list lacks, for the ward's staff to take over. The same words twice are one proposal.

    Raises:
        Invalid: a value cannot be right (`details["field"]` names it), or too many wait already.
        NotFound: as `opened`.
    """
    held = opened(session, token=token)
    return added_households.propose(session, actor=held.actor, unit=held.unit, values=values)
