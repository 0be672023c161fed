"""Households over time: from a day they are otherwise, live elsewhere, are two, are one; and the last of it taken back.

What was before a day is kept as a HouseholdPast; the record says how it is since. Nothing is deleted: what was a mistake ends on
the day it began, and never counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from core.errors import Invalid, NotFound
from core.i18n import N_
from models import Group, GroupKind, Household, Membership, PastCause, Unit
from services import access, consents, rollups
from services.access import Actor, May
from services.household_search import in_sight
from services.household_timeline import AsOf, Moment, MomentKind, as_of, timeline
from services.household_undo import last_act, undo_last
from services.household_values import HouseholdValues, not_later, require_free, values_of
from services.household_writes import fill_in, keep_past, locked, note, require_home
from services.households import end_stays
from services.import_values import PEOPLE_MAX
from services.presence import lasts

__all__ = [
    "AsOf", "FromDay", "Moment", "MomentKind", "as_of", "change_from", "last_act", "merge", "move", "split", "timeline",
    "undo_last",
]  # fmt: skip


@dataclass(frozen=True)
class FromDay:
    """How a household is from a day on; earlier days keep what they said."""

    head_name: str
    address: str
    people: int
    smartphones: int


def change_from(
    session: Session, *, actor: Actor, household_id: UUID, values: FromDay, on: date, version: int | None = None
) -> Household:
    """From the day `on` the household is otherwise. Its groups stay as they are.

    Raises:
        Invalid: the day or a value cannot be right, or it is no longer the version seen; `details["field"]` names it.
        NotAllowed: the actor is not of the ward's staff.
        NotFound: it lies outside the actor's sight.
    """
    household, unit = _writable(session, actor, household_id, version)
    _require_day(household, on)
    past = keep_past(session, household, on, PastCause.CHANGED)
    wanted = replace(
        values_of(household), head_name=values.head_name, address=values.address, people=values.people,
        smartphones=values.smartphones, arrived_on=on,
    )  # fmt: skip
    fill_in(session, household, unit, wanted)
    note(
        session, actor=actor, action="household.changed_from", household=household, on=on.isoformat(), past_id=str(past.id),
        fields=sorted(name for name in ("head_name", "address", "people", "smartphones")
                      if getattr(past, name) != getattr(household, name)),
    )  # fmt: skip
    rollups.refresh(session, unit_ids=[unit.id], since=on)
    return household


def move(
    session: Session, *, actor: Actor, household_id: UUID, unit_id: UUID, on: date, version: int | None = None, address: str = ""
) -> Household:
    """From the day `on` the household lives in another residential unit; it leaves the household groups of the old one that day.

    It keeps its code where the new unit has none like it, else it gets the next free one.

    Raises:
        Invalid, NotAllowed, NotFound: as `change_from`; also where the new unit does not stand on that day and today.
    """
    household, old = _writable(session, actor, household_id, version)
    unit = _home(session, actor, unit_id, on)
    if unit.id == old.id:
        raise Invalid(N_("Hộ này đang ở {unit} rồi."), unit=unit.label, field="unit_id")
    _require_day(household, on)
    past = keep_past(session, household, on, PastCause.MOVED)
    household.unit_id = unit.id
    wanted = replace(values_of(household), code=_code_in(session, household, unit), arrived_on=on)
    household.code = ""
    fill_in(session, household, unit, replace(wanted, address=address) if address.strip() else wanted)
    ended = end_stays(session, household_id=household.id, on=on, among=_lasting_in(old, on))
    note(
        session, actor=actor, action="household.moved", household=household, on=on.isoformat(), past_id=str(past.id),
        ended=ended, unit=unit.code,
    )  # fmt: skip
    rollups.refresh(session, unit_ids=[old.id, unit.id], since=on)
    return household


def split(
    session: Session, *, actor: Actor, household_id: UUID, parts: Sequence[HouseholdValues], on: date, version: int | None = None
) -> list[Household]:
    """From the day `on` some of its people are households of their own, in the same unit and in no group yet.

    The first keeps its id, its groups and who is left; it has fewer smartphones by as many as the others have.

    Raises:
        Invalid, NotAllowed, NotFound: as `change_from`; also where nobody would be left.
    """
    household, unit = _writable(session, actor, household_id, version)
    _require_day(household, on)
    require_home(unit, on)
    leaving = sum(part.people for part in parts)
    if not parts or any(part.people < 1 for part in parts):
        raise Invalid(N_("Mỗi hộ tách ra phải có ít nhất 1 người."), field="people")
    if leaving >= household.people:
        raise Invalid(
            N_("Hộ có {all} người, tách ra {n} người thì không còn ai ở lại. Sửa số người của hộ trước nếu chưa đúng."),
            all=household.people, n=leaving, field="people",
        )  # fmt: skip
    past = keep_past(session, household, on, PastCause.SPLIT)
    made = [_part(session, household, unit, part, on) for part in parts]
    household.people -= leaving
    household.smartphones = min(max(household.smartphones - sum(one.smartphones for one in made), 0), household.people)
    household.arrived_on = on
    session.add(household)
    for one in made:
        note(session, actor=actor, action="household.split_off", household=one, on=on.isoformat(), other=str(household.id))
    note(
        session, actor=actor, action="household.split", household=household, on=on.isoformat(), past_id=str(past.id),
        others=[str(one.id) for one in made],
    )  # fmt: skip
    rollups.refresh(session, unit_ids=[unit.id], since=on)
    return made


def merge(
    session: Session, *, actor: Actor, household_id: UUID, into_id: UUID, on: date, version: int | None = None,
    into_version: int | None = None,
) -> Household:  # fmt: skip
    """From the day `on` the people of a household belong to another one; the first ends and leaves its groups that day.

    Where both live in one unit, the other comes into the groups that only the first was in, with as many people as it had.

    Raises:
        Invalid, NotAllowed, NotFound: as `change_from`; also where both are one, the other has left, or it gets too large.
    """
    if household_id == into_id:
        raise Invalid(N_("Một hộ không nhập vào chính nó được."), field="into_id")
    access.require(actor, May.WRITE_HOUSEHOLDS)
    both = {id_: locked(session, actor=actor, household_id=id_) for id_ in sorted((household_id, into_id))}  # in one order
    (household, unit), (into, home) = both[household_id], both[into_id]
    for one, seen in ((household, version), (into, into_version)):
        locked(session, actor=actor, household_id=one.id, version=seen)
    _require_day(household, on)
    if into.left_on is not None:
        raise Invalid(N_("Hộ {name} đã không còn ở đây."), name=into.head_name, field="into_id")
    _require_day(into, on)
    if into.people + household.people > PEOPLE_MAX:
        raise Invalid(N_("Hộ nhập lại sẽ có hơn {most} người."), most=PEOPLE_MAX, field="into_id")
    past = keep_past(session, into, on, PastCause.MERGED)
    into.people, into.smartphones = into.people + household.people, into.smartphones + household.smartphones
    into.arrived_on = on
    joined = _take_over(session, household, into, on) if unit.id == home.id else []
    household.left_on, household.merged_into_id = on, into.id
    ended = end_stays(session, household_id=household.id, on=on, among=lasts(col(Membership.left_on), on))
    session.add_all([household, into])
    consents.carry_over(session, from_id=household.id, to_id=into.id)
    note(
        session, actor=actor, action="household.merged_from", household=into, on=on.isoformat(), other=str(household.id),
        past_id=str(past.id), joined=joined,
    )  # fmt: skip
    note(
        session, actor=actor, action="household.merged", household=household, on=on.isoformat(), other=str(into.id), ended=ended
    )  # fmt: skip
    rollups.refresh(session, unit_ids={unit.id, home.id}, since=on)
    return into


# ---- what a write needs


def _writable(session: Session, actor: Actor, household_id: UUID, version: int | None) -> tuple[Household, Unit]:
    access.require(actor, May.WRITE_HOUSEHOLDS)
    return locked(session, actor=actor, household_id=household_id, version=version)


def _require_day(household: Household, on: date) -> None:
    not_later(on, N_("Ngày này không được sau hôm nay."), "on")
    if household.left_on is not None:
        raise Invalid(N_("Hộ này đã chuyển đi ngày {day:%d/%m/%Y}."), day=household.left_on, field="on")
    if on <= household.arrived_on:
        raise Invalid(
            N_("Những gì đang ghi của hộ {name} bắt đầu từ ngày {day:%d/%m/%Y}. Xin chọn một ngày sau đó."),
            name=household.head_name, day=household.arrived_on, field="on",
        )  # fmt: skip


def _home(session: Session, actor: Actor, unit_id: UUID, on: date) -> Unit:
    unit = session.exec(select(Unit).where(Unit.id == unit_id, in_sight(actor))).first()
    if unit is None:
        raise NotFound(N_("Không tìm thấy đơn vị này."))
    require_home(unit, on)
    return unit


def _code_in(session: Session, household: Household, unit: Unit) -> str:
    """Its own code, or "" (the next free one) where the unit has one like it."""
    with session.no_autoflush:
        try:
            require_free(session, household, unit, household.code)
        except Invalid:
            return ""
    return household.code


def _part(session: Session, household: Household, unit: Unit, values: HouseholdValues, on: date) -> Household:
    made = Household(unit_id=unit.id, code="", head_name="", arrived_on=on, split_from_id=household.id)
    fill_in(session, made, unit, replace(values, arrived_on=on))
    session.flush()
    return made


def _lasting_in(unit: Unit, on: date) -> ColumnElement[bool]:
    """Memberships in the household groups of a unit that last beyond a day."""
    groups = select(Group.id).where(Group.unit_id == unit.id, Group.kind == GroupKind.HOUSEHOLD)
    return col(Membership.group_id).in_(groups) & lasts(col(Membership.left_on), on)


def _take_over(session: Session, household: Household, into: Household, on: date) -> list[str]:
    """The other household comes into the open groups that it was never in after the day; the ids of what was made."""
    there = select(Membership.group_id).where(Membership.household_id == into.id, lasts(col(Membership.left_on), on))
    stays = session.exec(
        select(Membership, Group).join(Group, col(Group.id) == col(Membership.group_id)).where(
            Membership.household_id == household.id, col(Membership.left_on).is_(None), col(Membership.joined_on) <= on,
            col(Group.closed_on).is_(None), col(Group.id).not_in(there),
        )
    ).all()  # fmt: skip
    made = [
        Membership(household_id=into.id, group_id=group.id, people=stay.people, joined_on=on, source=stay.source)
        for stay, group in stays
    ]
    session.add_all(made)
    return [str(one.id) for one in made]
