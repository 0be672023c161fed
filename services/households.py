"""Households: who may see which, what is kept of them, how they come, go, and join or leave a chat group.

Staff see those of their units; a leader those at or below the own unit and of the units whose household group is the
leader's; a viewer none. Every write is audited, without numbers or names, and counted anew in the same transaction.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from core.i18n import N_
from core.text import natural_key
from models import Group, GroupKind, Household, Membership, MembershipSource, Need, Unit, UnitKind, lineage
from services import following, needs, rollups, tombstones
from services.access import Actor, May, may, require
from services.household_search import Filters, HouseholdPage, HouseholdRow, alike, in_sight, search
from services.household_values import HouseholdValues, fill, not_later, search_text, values_of
from services.household_writes import events_of, locked, note, one, only, pasts
from services.import_values import PEOPLE_MAX
from services.needs import Why
from services.presence import valid_on
from services.units import place_key

__all__ = [
    "Filters", "HouseholdCard", "HouseholdPage", "HouseholdRow", "HouseholdValues", "Stay", "add", "alike", "change", "end",
    "get", "in_sight", "join", "joinable", "leave", "needs_of", "places", "reopen", "search", "search_text", "values_of",
]  # fmt: skip

KINDS = (GroupKind.HOUSEHOLD, GroupKind.ASSOCIATION, GroupKind.SECTOR)  # chats that households are in


@dataclass(frozen=True)
class Stay:
    """One membership of a household, past or open, with its group."""

    membership: Membership
    group: Group


@dataclass(frozen=True)
class HouseholdCard:
    """A household, where it lives, and every group it was ever in, the latest first."""

    household: Household
    unit: Unit
    stays: list[Stay]


def get(session: Session, *, actor: Actor, household_id: UUID) -> HouseholdCard:
    """A household with its history of groups.

    Raises:
        NotAllowed: the actor sees figures only.
        NotFound: it does not exist, or lies outside the actor's sight.
    """
    household, unit = only(session, one(actor, household_id))
    stays = session.exec(
        select(Membership, Group)
        .join(Group, col(Group.id) == col(Membership.group_id))
        .where(Membership.household_id == household.id)
        .order_by(col(Membership.left_on).is_not(None), col(Membership.joined_on).desc(), col(Group.name))
    )
    return HouseholdCard(household, unit, [Stay(membership, group) for membership, group in stays])


def needs_of(session: Session, *, actor: Actor, household_id: UUID, why: Why | None = None) -> tuple[Need, ...] | None:
    """A household's needs, once the actor has said what for: now (`why`), or within the last ten minutes; else None.

    Raises:
        NotAllowed: the actor sees figures only.
        NotFound: it lies outside the actor's sight.
    """
    household, _unit = only(session, one(actor, household_id))
    if why is not None:
        needs.keep(session, actor=actor, why=why, household_id=household.id)
    elif not needs.has_looked(session, actor=actor, household_id=household.id):
        return None
    return tuple(Need(need) for need in household.needs)


def places(session: Session, *, actor: Actor) -> list[Unit]:
    """The residential units whose households the actor sees and may add to, by area, then by number.

    Raises:
        NotAllowed: the actor sees figures only.
    """
    query = select(Unit).where(Unit.kind == UnitKind.RESIDENTIAL, in_sight(actor), valid_on(clock.today()))
    return sorted(session.exec(query), key=lambda unit: place_key(unit.area, unit.label))


def add(session: Session, *, actor: Actor, unit_id: UUID, values: HouseholdValues) -> Household:
    """Register a household in a residential unit, present from `arrived_on` (today).

    Raises:
        Invalid: a value cannot be right; `details["field"]` names it.
        NotAllowed: the actor sees figures only.
        NotFound: the unit lies outside the actor's sight.
    """
    require(actor, May.WRITE_HOUSEHOLDS)
    unit = session.exec(select(Unit).where(Unit.id == unit_id, in_sight(actor))).first()
    if unit is None:
        raise NotFound(N_("Không tìm thấy đơn vị này."))
    if unit.kind is not UnitKind.RESIDENTIAL or not unit.valid_on(clock.today()):
        raise Invalid(N_("Hộ dân phải thuộc một tổ dân phố hoặc thôn đang hoạt động."), field="unit_id")
    household = Household(unit_id=unit.id, code="", head_name="", arrived_on=values.arrived_on or clock.today())
    fill(session, household, unit=unit, values=values)
    session.add(household)
    marks = tombstones.marks_of(
        {unit.id}, code=household.code, head_name=household.head_name, address=household.address, numbers=[household.phone or ""]
    )  # fmt: skip
    came_back = {"after_erasure": True} if tombstones.lift(session, marks) else {}  # typed by hand: its own wish
    note(session, actor=actor, action="household.added", household=household, unit=unit.code, code=household.code, **came_back)
    rollups.refresh(session, unit_ids=[unit.id], since=household.arrived_on)
    return household


def change(
    session: Session, *, actor: Actor, household_id: UUID, values: HouseholdValues, version: int | None = None
) -> Household:
    """Correct what is known of a household; people and smartphones then hold for its past days too.

    Raises:
        Invalid: a value cannot be right; `details["field"]` names it.
        NotAllowed: the actor sees figures only.
        NotFound: it lies outside the actor's sight.
    """
    household, unit = locked(session, actor=actor, household_id=household_id, version=version)
    before = household.model_dump()
    _may_say(actor, household, values)
    if set(values.needs) != set(household.needs):
        needs.require_look(session, actor=actor, household_id=household.id)
    _fits_pasts(session, household, values.arrived_on)
    fill(session, household, unit=unit, values=values)
    changed = {name for name, value in before.items() if value != getattr(household, name)} - {"search"}
    if changed:
        session.add(household)
        note(session, actor=actor, action="household.changed", household=household, fields=sorted(changed))
    if changed & {"people", "smartphones", "arrived_on"}:
        rollups.refresh(session, unit_ids=[unit.id], since=min(before["arrived_on"], household.arrived_on))
    return household


def end(session: Session, *, actor: Actor, household_id: UUID, on: date | None = None, version: int | None = None) -> Household:
    """The household moves away: it no longer counts from the day `on` (today), and leaves its groups that day.

    Raises:
        Invalid: it has left already, or the day cannot be right.
        NotAllowed: the actor sees figures only.
        NotFound: it lies outside the actor's sight.
    """
    require(actor, May.WRITE_HOUSEHOLDS)
    household, unit = locked(session, actor=actor, household_id=household_id, version=version)
    day = on or clock.today()
    if household.left_on is not None:
        raise Invalid(N_("Hộ này đã chuyển đi ngày {day:%d/%m/%Y}."), day=household.left_on, field="on")
    if day < household.arrived_on:
        raise Invalid(N_("Ngày chuyển đi trước ngày hộ đến ({day:%d/%m/%Y})."), day=household.arrived_on, field="on")
    not_later(day, N_("Ngày chuyển đi không được sau hôm nay."), "on")
    household.left_on = day
    session.add(household)
    ended = end_stays(session, household_id=household.id, on=day, among=col(Membership.left_on).is_(None))
    note(session, actor=actor, action="household.ended", household=household, on=day.isoformat(), ended=ended)
    rollups.refresh(session, unit_ids=[unit.id], since=day)
    return household


def reopen(session: Session, *, actor: Actor, household_id: UUID, version: int | None = None) -> Household:
    """Take back an ending: the household never left. Its groups it joins anew.

    Raises:
        Invalid: it has not left, or never was: its splitting off was taken back.
        NotAllowed: the actor sees figures only.
        NotFound: it lies outside the actor's sight.
    """
    require(actor, May.WRITE_HOUSEHOLDS)
    household, unit = locked(session, actor=actor, household_id=household_id, version=version)
    if household.left_on is None:
        raise Invalid(N_("Hộ này vẫn đang ở đây."))
    if not unit.valid_on(clock.today()):
        raise Invalid(N_("{unit} đã kết thúc. Thêm hộ này vào tổ, thôn mới."), unit=unit.label)
    if household.merged_into_id is not None:
        raise Invalid(N_("Hộ này đã nhập vào hộ khác. Nếu ghi nhầm, xin quay lại việc ấy."))
    if household.split_from_id is not None and household.left_on == household.arrived_on and _is_undone(session, household):
        raise Invalid(N_("Việc tách ra hộ này đã được quay lại. Nếu có hộ này thật, xin tách lại."))
    since, household.left_on = household.left_on, None
    session.add(household)
    note(session, actor=actor, action="household.reopened", household=household, on=since.isoformat())
    rollups.refresh(session, unit_ids=[unit.id], since=since)
    return household


def _is_undone(session: Session, household: Household) -> bool:
    """Whether the last thing that befell it is that something was taken back."""
    return [event.action for event in events_of(session, household.id)][-1:] == ["household.undone"]


def joinable(session: Session, *, actor: Actor, card: HouseholdCard) -> list[Group]:
    """The open groups of its unit and of those above that a household may come into and is not in, its unit's own first."""
    above = lineage(card.unit.path)
    inside = {stay.group.id for stay in card.stays if stay.membership.left_on is None}
    found = session.exec(
        select(Group)
        .join(Unit, col(Unit.id) == col(Group.unit_id))
        .where(_in_reach(actor), col(Group.unit_id).in_(above), col(Group.kind).in_(KINDS), col(Group.closed_on).is_(None))
    )
    groups = [group for group in found if group.id not in inside]
    own = card.unit.id
    return sorted(
        groups, key=lambda one: (one.kind is not GroupKind.HOUSEHOLD, one.unit_id != own, natural_key(one.name), one.id)
    )


def join(
    session: Session, *, actor: Actor, household_id: UUID, group_id: UUID, people: int = 1, on: date | None = None,
    source: MembershipSource = MembershipSource.LEADER, version: int | None = None,
) -> Membership:  # fmt: skip
    """The household comes into a chat group on the day `on` (today), with so many people.

    Raises:
        Invalid: it is in already, has left the ward, the group is closed, or a value cannot be right.
        NotAllowed: the actor sees figures only.
        NotFound: the household or the group lies outside the actor's sight.
    """
    household, _unit = locked(session, actor=actor, household_id=household_id, version=version)
    group = _group(session, actor, group_id)
    day = on or clock.today()
    if not 1 <= people <= PEOPLE_MAX:
        raise Invalid(N_("Số người trong nhóm phải từ 1 đến {most}."), most=PEOPLE_MAX, field="people")
    not_later(day, N_("Ngày vào nhóm không được sau hôm nay."), "on")
    if not household.present_on(day):
        raise Invalid(N_("Ngày {day:%d/%m/%Y} hộ này không ở đây."), day=day, field="on")
    if group.closed_on is not None:
        raise Invalid(N_("Nhóm {name} đã đóng ngày {day:%d/%m/%Y}."), name=group.name, day=group.closed_on, field="group_id")
    for earlier in session.exec(
        select(Membership).where(Membership.household_id == household.id, Membership.group_id == group.id)
    ):
        if earlier.left_on is None:
            raise Invalid(N_("Hộ này đã ở trong nhóm {name} rồi."), name=group.name, field="group_id")
        if day < earlier.left_on:
            raise Invalid(N_("Hộ này đã ở trong nhóm tới ngày {day:%d/%m/%Y}."), day=earlier.left_on, field="on")
    membership = Membership(household_id=household.id, group_id=group.id, people=people, joined_on=day, source=source)
    with following.changes(session, household_ids=[household.id]):
        session.add(membership)
    note(
        session, actor=actor, action="household.joined", household=household, group_id=str(group.id), people=people,
        on=day.isoformat(), membership_id=str(membership.id),
    )  # fmt: skip
    return membership


def leave(
    session: Session, *, actor: Actor, household_id: UUID, group_id: UUID, on: date | None = None, version: int | None = None
) -> Membership:
    """The household goes out of a chat group: from the day `on` (today) it is no longer in.

    Raises:
        Invalid: it is not in, or the day cannot be right.
        NotAllowed: the actor sees figures only.
        NotFound: the household or the group lies outside the actor's sight.
    """
    household, _unit = locked(session, actor=actor, household_id=household_id, version=version)
    group = _group(session, actor, group_id)
    day = on or clock.today()
    membership = session.exec(
        select(Membership).where(
            Membership.household_id == household.id, Membership.group_id == group.id, col(Membership.left_on).is_(None)
        )
    ).first()
    if membership is None:
        raise Invalid(N_("Hộ này không ở trong nhóm {name}."), name=group.name, field="group_id")
    if day < membership.joined_on:
        raise Invalid(N_("Ngày ra khỏi nhóm trước ngày vào ({day:%d/%m/%Y})."), day=membership.joined_on, field="on")
    not_later(day, N_("Ngày ra khỏi nhóm không được sau hôm nay."), "on")
    with following.changes(session, household_ids=[household.id]):
        membership.left_on = day
        session.add(membership)
    note(
        session, actor=actor, action="household.left", household=household, group_id=str(group.id), on=day.isoformat(),
        membership_id=str(membership.id),
    )  # fmt: skip
    return membership


def end_stays(
    session: Session, *, household_id: UUID, on: date, among: ColumnElement[bool]
) -> list[tuple[str, str | None]]:  # fmt: skip
    """End its memberships of a kind on a day, one that began later on the day it began; their ids and when they ended before."""
    ended: list[tuple[str, str | None]] = []
    for stay in session.exec(select(Membership).where(Membership.household_id == household_id, among)):
        ended.append((str(stay.id), stay.left_on.isoformat() if stay.left_on else None))
        stay.left_on = max(on, stay.joined_on)
        session.add(stay)
    return ended


def _may_say(actor: Actor, household: Household, values: HouseholdValues) -> None:
    """Leaders correct how a household is reached and how many it is; who and where it is they propose (services.proposals)."""
    now = values_of(household)
    if not may(actor, May.WRITE_HOUSEHOLDS) and any(
        getattr(values, name) not in (getattr(now, name), None) for name in ("head_name", "address", "code", "arrived_on")
    ):
        raise NotAllowed(N_("Tổ trưởng đề nghị phường sửa tên chủ hộ, địa chỉ, mã hộ và ngày đến."))


def _fits_pasts(session: Session, household: Household, arrived_on: date | None) -> None:
    """A correction of the first day may not reach into how the household was before."""
    earlier = pasts(session, household.id)
    if not earlier or arrived_on in (None, household.arrived_on):
        return
    last = earlier[-1]
    if last.ended_on == household.arrived_on:
        raise Invalid(
            N_("Ngày {day:%d/%m/%Y} là ngày hộ có thay đổi, không sửa ở đây được. Nếu ghi sai, xin quay lại việc sau cùng."),
            day=household.arrived_on, field="arrived_on",
        )  # fmt: skip
    if arrived_on is not None and arrived_on < last.ended_on:
        raise Invalid(
            N_("Trước ngày {day:%d/%m/%Y} hộ này đã được ghi ở nơi khác."), day=last.ended_on, field="arrived_on"
        )  # fmt: skip


def _in_reach(actor: Actor) -> ColumnElement[bool]:
    """Groups of the units in sight, and those the actor leads."""
    return or_(in_sight(actor), (col(Group.leader_id) == actor.id) & (actor.id is not None))


def _group(session: Session, actor: Actor, group_id: UUID) -> Group:
    group = session.exec(
        select(Group).join(Unit, col(Unit.id) == col(Group.unit_id)).where(Group.id == group_id, _in_reach(actor))
    ).first()
    if group is None:
        raise NotFound(N_("Không tìm thấy nhóm này."))
    return group
