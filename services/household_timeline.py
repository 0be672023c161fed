"""What became of a household: how it was on a day, and what happened in order, by whom where the audit tells."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from sqlmodel import Session, col, select

from core.i18n import N_
from models import AuditEvent, Group, Household, HouseholdPast, Membership, PastCause, Unit
from services.access import Actor
from services.household_writes import events_of, one, only, pasts


@dataclass(frozen=True)
class AsOf:
    """How a household was on a day; `is_present` is False where it did not live here then."""

    on: date
    is_present: bool
    unit_label: str = ""
    code: str = ""
    head_name: str = ""
    address: str = ""
    people: int = 0
    smartphones: int = 0
    groups: tuple[tuple[str, int], ...] = ()  # name, and with how many people


class MomentKind(StrEnum):
    """What happened to a household. The order is that of one day."""

    ARRIVED = "arrived"
    SPLIT_OFF = "split_off"
    CHANGED = "changed"
    COUNTED = "counted"
    MOVED = "moved"
    SPLIT = "split"
    MERGED_FROM = "merged_from"
    REORGANISED = "reorganised"
    LEFT_GROUP = "left_group"
    JOINED = "joined"
    MERGED = "merged"
    LEFT = "left"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "arrived": N_("có tên ở {what}"),
            "split_off": N_("tách ra từ hộ {what}"),
            "changed": N_("đổi thông tin: {what}"),
            "counted": N_("số người {what}"),
            "moved": N_("chuyển tới {what}"),
            "split": N_("tách hộ, còn {what} người"),
            "merged_from": N_("có hộ nhập vào, thành {what} người"),
            "reorganised": N_("sắp xếp lại, thuộc {what}"),
            "left_group": N_("ra khỏi nhóm {what}"),
            "joined": N_("vào nhóm {what}"),
            "merged": N_("nhập vào hộ {what}"),
            "left": N_("chuyển đi"),
        }[self]


@dataclass(frozen=True)
class Moment:
    """Something that happened on a day. `what` fills the blank of the kind's label; `by` is "" where nobody is known."""

    on: date
    kind: MomentKind
    what: str = ""
    by: str = ""


_OF_CAUSE = {
    PastCause.CHANGED: MomentKind.CHANGED, PastCause.MOVED: MomentKind.MOVED, PastCause.SPLIT: MomentKind.SPLIT,
    PastCause.MERGED: MomentKind.MERGED_FROM, PastCause.REORGANISED: MomentKind.REORGANISED,
}  # fmt: skip
_ACTS = {
    MomentKind.ARRIVED: "household.added", MomentKind.SPLIT_OFF: "household.split_off", MomentKind.MERGED: "household.merged",
    MomentKind.CHANGED: "household.changed_from", MomentKind.COUNTED: "household.changed_from",
    MomentKind.MOVED: "household.moved", MomentKind.SPLIT: "household.split",
    MomentKind.MERGED_FROM: "household.merged_from", MomentKind.JOINED: "household.joined",
    MomentKind.LEFT_GROUP: "household.left", MomentKind.LEFT: "household.ended",
}  # fmt: skip
_Time = Household | HouseholdPast


def as_of(session: Session, *, actor: Actor, household_id: UUID, on: date) -> AsOf:
    """How the household was on a day, with its groups.

    Raises:
        NotAllowed: the actor sees figures only.
        NotFound: it lies outside the actor's sight.
    """
    household, _unit = only(session, one(actor, household_id))
    then: _Time | None = next((past for past in pasts(session, household.id) if past.started_on <= on < past.ended_on), None)
    if household.present_on(on):
        then = household
    if then is None:
        return AsOf(on, is_present=False)
    groups = tuple(
        (group.name, stay.people)
        for stay, group in _stays(session, household.id)
        if stay.joined_on <= on and not _is_over(stay.left_on, on) and not _is_over(group.closed_on, on)
    )
    return AsOf(
        on=on, is_present=True, unit_label=session.get_one(Unit, then.unit_id).label, code=then.code, head_name=then.head_name,
        address=then.address, people=then.people, smartphones=then.smartphones, groups=groups,
    )  # fmt: skip


def timeline(session: Session, *, actor: Actor, household_id: UUID) -> list[Moment]:
    """What happened to the household, the latest first; what was taken back never happened.

    Raises:
        NotAllowed: the actor sees figures only.
        NotFound: it lies outside the actor's sight.
    """
    household, _unit = only(session, one(actor, household_id))
    events = events_of(session, household.id)
    times: list[_Time] = [*pasts(session, household.id), household]
    units = {unit.id: unit.label for unit in session.exec(select(Unit).where(col(Unit.id).in_([t.unit_id for t in times])))}
    found = [_beginning(session, household, times, units)]
    for past, after in pairwise(times):
        found += _changes(past, after, units) if isinstance(past, HouseholdPast) else []
    for stay, group in _stays(session, household.id):
        if stay.left_on is None or stay.joined_on < stay.left_on:
            found += [Moment(stay.joined_on, MomentKind.JOINED, group.name)]
            found += [Moment(stay.left_on, MomentKind.LEFT_GROUP, group.name)] if stay.left_on else []
    if household.left_on is not None:
        found.append(_ending(session, household, household.left_on))
    order = list(MomentKind)
    return sorted(
        (Moment(each.on, each.kind, each.what, _by(each, events)) for each in found),
        key=lambda each: (each.on, order.index(each.kind)), reverse=True,
    )  # fmt: skip


def _stays(session: Session, household_id: UUID) -> list[tuple[Membership, Group]]:
    query = select(Membership, Group).join(Group, col(Group.id) == col(Membership.group_id))
    query = query.where(Membership.household_id == household_id)
    return list(session.exec(query.order_by(col(Membership.joined_on), col(Group.name))))


def _is_over(end: date | None, on: date) -> bool:
    return end is not None and end <= on


def _beginning(session: Session, household: Household, times: Sequence[_Time], units: dict[UUID, str]) -> Moment:
    first = times[0]
    day = first.started_on if isinstance(first, HouseholdPast) else first.arrived_on
    origin = session.get(Household, household.split_from_id) if household.split_from_id else None
    if origin is not None:
        return Moment(day, MomentKind.SPLIT_OFF, origin.head_name)
    return Moment(day, MomentKind.ARRIVED, units[first.unit_id])


def _changes(past: HouseholdPast, after: _Time, units: dict[UUID, str]) -> list[Moment]:
    """What was otherwise from the day on; the number of people by itself."""
    kind, day = _OF_CAUSE[past.cause], past.ended_on
    if kind in (MomentKind.MOVED, MomentKind.REORGANISED):
        return [Moment(day, kind, units[after.unit_id])]
    if kind in (MomentKind.SPLIT, MomentKind.MERGED_FROM):
        return [Moment(day, kind, str(after.people))]
    said = [after.head_name] if after.head_name != past.head_name else []
    said += [after.address] if after.address and after.address != past.address else []
    counted = [Moment(day, MomentKind.COUNTED, f"{past.people} → {after.people}")] if after.people != past.people else []
    return [Moment(day, kind, ", ".join(said) or after.head_name), *counted] if said or not counted else counted


def _ending(session: Session, household: Household, day: date) -> Moment:
    other = session.get(Household, household.merged_into_id) if household.merged_into_id else None
    if other is not None:
        return Moment(day, MomentKind.MERGED, other.head_name)
    return Moment(day, MomentKind.LEFT)


def _by(moment: Moment, events: Iterable[AuditEvent]) -> str:
    """Who wrote it: the last act of the kind for that day."""
    act, day = _ACTS.get(moment.kind), moment.on.isoformat()
    names = [event.actor_name for event in events if event.action == act and event.details.get("on", day) == day]
    return names[-1] if names else ""
