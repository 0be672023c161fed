"""Households over time: from a day they are otherwise, live elsewhere, are two, are one; and the last of it taken back.

What was before a day is kept as a HouseholdPast; the record says how it is since. Nothing is deleted: what was a mistake ends on
the day it began, and never counted.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_
from models import AuditEvent, Group, GroupKind, Household, HouseholdPast, Membership, PastCause, Unit, UnitKind
from services import access, rollups
from services.access import Actor
from services.household_search import in_sight
from services.household_timeline import AsOf, Moment, MomentKind, as_of, timeline
from services.household_values import HouseholdValues, fill, not_later, require_free, values_of
from services.household_writes import events_of, locked, note, only, units_since
from services.household_writes import one as one_of
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
    past = _keep(session, household, on, PastCause.CHANGED)
    wanted = replace(
        values_of(household), head_name=values.head_name, address=values.address, people=values.people,
        smartphones=values.smartphones, arrived_on=on,
    )  # fmt: skip
    _fill(session, household, unit, wanted)
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
    past = _keep(session, household, on, PastCause.MOVED)
    household.unit_id = unit.id
    wanted = replace(values_of(household), code=_code_in(session, household, unit), arrived_on=on)
    household.code = ""
    _fill(session, household, unit, replace(wanted, address=address) if address.strip() else wanted)
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
    _require_home(unit, on)
    leaving = sum(part.people for part in parts)
    if not parts or any(part.people < 1 for part in parts):
        raise Invalid(N_("Mỗi hộ tách ra phải có ít nhất 1 người."), field="people")
    if leaving >= household.people:
        raise Invalid(
            N_("Hộ có {all} người, tách ra {n} người thì không còn ai ở lại. Sửa số người của hộ trước nếu chưa đúng."),
            all=household.people, n=leaving, field="people",
        )  # fmt: skip
    past = _keep(session, household, on, PastCause.SPLIT)
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
    access.require(actor, *access.WRITERS)
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
    past = _keep(session, into, on, PastCause.MERGED)
    into.people, into.smartphones = into.people + household.people, into.smartphones + household.smartphones
    into.arrived_on = on
    joined = _take_over(session, household, into, on) if unit.id == home.id else []
    household.left_on, household.merged_into_id = on, into.id
    ended = end_stays(session, household_id=household.id, on=on, among=lasts(col(Membership.left_on), on))
    session.add_all([household, into])
    note(
        session, actor=actor, action="household.merged_from", household=into, on=on.isoformat(), other=str(household.id),
        past_id=str(past.id), joined=joined,
    )  # fmt: skip
    note(
        session, actor=actor, action="household.merged", household=household, on=on.isoformat(), other=str(into.id), ended=ended
    )  # fmt: skip
    rollups.refresh(session, unit_ids={unit.id, home.id}, since=on)
    return into


def last_act(session: Session, *, actor: Actor, household_id: UUID) -> AuditEvent | None:
    """What `undo_last` would take back; None where the last thing done is none of these, or something depends on it.

    Raises:
        NotAllowed: the actor is not of the ward's staff.
        NotFound: it lies outside the actor's sight.
    """
    access.require(actor, *access.WRITERS)
    household, _unit = only(session, one_of(actor, household_id))
    event = _last(session, household)
    return event if event is not None and event.action in _UNDO and not _held(session, actor, event) else None


def undo_last(session: Session, *, actor: Actor, household_id: UUID, version: int | None = None) -> AuditEvent:
    """Take back the last move, change from a day, split, merge, ending, reopening, joining or leaving; what it was.

    Raises:
        Invalid: the last thing done is none of these, something later depends on it, or it is not the version seen.
        NotAllowed: the actor is not of the ward's staff.
        NotFound: the household, or another that it concerns, lies outside the actor's sight.
    """
    access.require(actor, *access.WRITERS)
    household, _unit = locked(session, actor=actor, household_id=household_id, version=version)
    event = _last(session, household)
    if event is None or event.action not in _UNDO:
        raise Invalid(N_("Không có việc nào của hộ này quay lại được nữa."))
    if event.action in ("household.merged_from", "household.split_off"):  # the other household tells it whole
        return undo_last(session, actor=actor, household_id=UUID(event.details["other"]))
    if _held(session, actor, event):
        raise Invalid(N_("Không quay lại được: hộ kia đã có thay đổi sau đó."))
    on = date.fromisoformat(event.details["on"])
    touched = [household, *(locked(session, actor=actor, household_id=id_)[0] for id_ in _others(event))]
    units = set().union(*(units_since(session, one, on) for one in touched))
    _UNDO[event.action](session, event, touched)
    for one in touched:
        _require_home(session.get_one(Unit, one.unit_id), clock.today())
        note(session, actor=actor, action="household.undone", household=one, on=on.isoformat(), undone=event.action)
        units |= units_since(session, one, on)
    rollups.refresh(session, unit_ids=units, since=on)
    return event


# ---- what a write needs


def _writable(session: Session, actor: Actor, household_id: UUID, version: int | None) -> tuple[Household, Unit]:
    access.require(actor, *access.WRITERS)
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
    _require_home(unit, on)
    return unit


def _require_home(unit: Unit, on: date) -> None:
    if unit.kind is not UnitKind.RESIDENTIAL or not (unit.valid_on(on) and unit.valid_on(clock.today())):
        raise Invalid(N_("{unit} không phải tổ, thôn đang hoạt động vào ngày ấy."), unit=unit.label, field="unit_id")


def _keep(session: Session, household: Household, on: date, cause: PastCause) -> HouseholdPast:
    """How it was until the day."""
    past = HouseholdPast(
        household_id=household.id, unit_id=household.unit_id, code=household.code, head_name=household.head_name,
        address=household.address, people=household.people, smartphones=household.smartphones,
        started_on=household.arrived_on, ended_on=on, cause=cause,
    )  # fmt: skip
    session.add(past)
    session.flush()
    return past


def _fill(session: Session, household: Household, unit: Unit, values: HouseholdValues) -> None:
    with session.no_autoflush:  # the checks ask for other households while this one is half filled
        fill(session, household, unit=unit, values=values)
    session.add(household)


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
    _fill(session, made, unit, replace(values, arrived_on=on))
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


# ---- taking the last back


def _last(session: Session, household: Household) -> AuditEvent | None:
    """The last thing done and not taken back, if nothing else has touched the household since."""
    done: list[tuple[AuditEvent, int]] = []  # and by how much what was done and taken back since has raised the version
    for event in events_of(session, household.id):
        if event.action != "household.undone":
            done.append((event, 0))
        elif done:
            _event, raised = done.pop()
            if done:
                done[-1] = (done[-1][0], done[-1][1] + raised + 2)
    if not done or done[-1][0].details["version"] + done[-1][1] != household.version:
        return None
    return done[-1][0]


def _others(event: AuditEvent) -> list[UUID]:
    ids: Iterable[str] = event.details.get("others", [])
    other = [event.details["other"]] if "other" in event.details else []
    return [UUID(id_) for id_ in (*ids, *other)]


def _held(session: Session, actor: Actor, event: AuditEvent) -> bool:
    """Whether another household that it concerns has changed since, or is out of sight."""
    for id_ in _others(event):
        query = select(Household).join(Unit, col(Unit.id) == col(Household.unit_id)).where(Household.id == id_, in_sight(actor))
        other = session.exec(query).first()
        last = _last(session, other) if other else None
        if last is None or UUID(event.subject_id) not in _others(last) or last.details["on"] != event.details["on"]:
            return True
    return False


def _back(session: Session, household: Household, past_id: str) -> None:
    """As it was before the past was kept."""
    past = session.get_one(HouseholdPast, UUID(past_id))
    unit = session.get_one(Unit, past.unit_id)
    household.unit_id = unit.id
    wanted = replace(
        values_of(household), head_name=past.head_name, address=past.address, code=past.code, people=past.people,
        smartphones=past.smartphones, arrived_on=past.started_on,
    )  # fmt: skip
    _fill(session, household, unit, wanted)
    session.delete(past)
    session.flush()


def _open_again(session: Session, ended: Sequence[tuple[str, str | None]]) -> None:
    for id_, left_on in ended:
        stay = session.get_one(Membership, UUID(id_))
        stay.left_on = date.fromisoformat(left_on) if left_on else None
        session.add(stay)


def _never_joined(session: Session, ids: Iterable[str]) -> None:
    for id_ in ids:
        stay = session.get_one(Membership, UUID(id_))
        stay.left_on = stay.joined_on
        session.add(stay)


def _undo_move(session: Session, event: AuditEvent, touched: Sequence[Household]) -> None:
    _back(session, touched[0], event.details["past_id"])
    _open_again(session, event.details.get("ended", []))


def _undo_split(session: Session, event: AuditEvent, touched: Sequence[Household]) -> None:
    _back(session, touched[0], event.details["past_id"])
    for one in touched[1:]:
        one.left_on = one.arrived_on
        session.add(one)


def _undo_merge(session: Session, event: AuditEvent, touched: Sequence[Household]) -> None:
    household, into = touched
    there = _last(session, into)
    if there is None:
        raise Invalid(N_("Không quay lại được: hộ kia đã có thay đổi sau đó."))
    _back(session, into, there.details["past_id"])
    _never_joined(session, there.details["joined"])
    household.left_on = household.merged_into_id = None
    session.add(household)
    _open_again(session, event.details["ended"])


def _undo_ending(session: Session, event: AuditEvent, touched: Sequence[Household]) -> None:
    touched[0].left_on = None
    session.add(touched[0])
    _open_again(session, event.details.get("ended", []))


def _undo_reopening(session: Session, event: AuditEvent, touched: Sequence[Household]) -> None:
    touched[0].left_on = date.fromisoformat(event.details["on"])
    session.add(touched[0])


def _undo_joining(session: Session, event: AuditEvent, _touched: Sequence[Household]) -> None:
    _never_joined(session, [event.details["membership_id"]])


def _undo_leaving(session: Session, event: AuditEvent, _touched: Sequence[Household]) -> None:
    _open_again(session, [(event.details["membership_id"], None)])


_Undo = Callable[[Session, AuditEvent, Sequence[Household]], Any]
_UNDO: dict[str, _Undo] = {
    "household.changed_from": _undo_move,
    "household.moved": _undo_move,
    "household.split": _undo_split,
    "household.split_off": _undo_split,  # by way of the household it came from
    "household.merged": _undo_merge,
    "household.merged_from": _undo_merge,  # by way of the household that ended
    "household.ended": _undo_ending,
    "household.reopened": _undo_reopening,
    "household.joined": _undo_joining,
    "household.left": _undo_leaving,
}
