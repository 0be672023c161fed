"""Two records of one household become one: the later one ends on its first day, so that it never counted.

The earlier one keeps its id and its days. It may take over what the other says of it; a unit that differs is then a move, on the
day from which the other stood. All of it is a change set, taken back whole while neither household has changed since.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlmodel import Session, col

from core import clock
from core.errors import Invalid
from core.i18n import N_
from models import (
    Change,
    ChangeSet,
    ChangeSetKind,
    Group,
    GroupKind,
    Household,
    HouseholdPast,
    HouseholdToken,
    Membership,
    Need,
    PastCause,
    PhoneTie,
    Unit,
)  # fmt: skip
from services import access, audit, change_sets, consents, rollups
from services.access import Actor, May
from services.change_sets import Entry
from services.household_values import values_of
from services.household_writes import fill_in, keep_past, locked, note, pasts, require_home

_KEPT = (
    "unit_id", "code", "head_name", "address", "phone", "other_phones", "people", "smartphones", "zalo_user_id", "needs",
    "arrived_on", "left_on", "merged_into_id",
)  # fmt: skip
_PAST = (
    "id", "created_at", "unit_id", "code", "head_name", "address", "people", "smartphones", "started_on", "ended_on", "cause",
)  # fmt: skip
Days = tuple[date, date | None]  # from, and until: the first day on which no longer
_FOLLOWING: tuple[Any, ...] = (HouseholdToken, PhoneTie)  # a card and a phone go on to mean the household


def first_day(session: Session, household: Household) -> date:
    """Since when a household stands in the book."""
    earlier = pasts(session, household.id)
    return earlier[0].started_on if earlier else household.arrived_on


def unite(
    session: Session, *, actor: Actor, ids: tuple[UUID, UUID], keep_id: UUID, versions: Mapping[UUID, int] | None = None
) -> tuple[Household, ChangeSet]:
    """Two records are one household; the one that stays, and the change set by which it can be taken back.

    The one that has stood longer stays. `keep_id` says whose name, address, numbers, people, code and unit hold; a blank is
    filled from the other, a telephone number that would be lost is kept beside, needs of both are kept. It was in every group on
    the days on which either was: no day past loses a household that was in a chat.

    Raises:
        Invalid: one has left, both are the same, or one is no longer the version seen.
        NotAllowed: the actor is not of the ward's staff.
        NotFound: one lies outside the actor's sight.
    """
    access.require(actor, May.WRITE_HOUSEHOLDS)
    if ids[0] == ids[1] or keep_id not in ids:
        raise Invalid(N_("Xin chọn giữ thông tin của một trong hai hộ."), field="keep_id")
    seen = versions or {}
    both = [locked(session, actor=actor, household_id=id_, version=seen.get(id_)) for id_ in sorted(ids)]
    for household, _unit in both:
        if household.left_on is not None:
            raise Invalid(N_("Hộ {name} đã không còn ở đây."), name=household.head_name)
    (into, _home), (other, place) = sorted(
        both, key=lambda one: (first_day(session, one[0]), one[0].created_at, one[0].id)
    )  # fmt: skip
    change_set = change_sets.begin(session, actor=actor, kind=ChangeSetKind.JOIN, unit_id=into.unit_id, updated=2)
    since = min(first_day(session, into), first_day(session, other))
    units = {into.unit_id, other.unit_id, *(past.unit_id for past in (*pasts(session, into.id), *pasts(session, other.id)))}
    before = {one.id: _state(one) for one in (into, other)}
    before[other.id] |= _end(session, other, into)
    if keep_id == other.id:
        before[into.id] |= _take_values(session, into, other, place)
    _fill_blanks(session, into, other)
    stays = _take_over(session, into, other, change_set)
    before[other.id] |= {"followed": _follow(session, other.id, into.id)}
    consents.carry_over(session, from_id=other.id, to_id=into.id)
    session.flush()
    for one, action in ((other, "household.was_duplicate"), (into, "household.united")):
        second = into if one is other else other
        note(session, actor=actor, action=action, household=one, other=str(second.id), change_set_id=str(change_set.id))
    entries = [Entry(one.id, one.version, *_changed(before[one.id], _state(one))) for one in (into, other)]
    versions_now = {one.id: one.version for one in (into, other)}
    entries += [replace(stay, version=versions_now[stay.household_id]) for stay in stays]
    change_sets.note(session, change_set, entries)
    session.flush()
    rollups.refresh(session, unit_ids=units | {into.unit_id}, since=since)
    return into, change_set


def separate(session: Session, *, actor: Actor, change_set_id: UUID) -> None:
    """They were two after all: both as they were before `unite`.

    Raises:
        Invalid: it is taken back already, or one of them has changed since.
        NotAllowed, NotFound: as `unite`.
    """
    change_set = change_sets.get(session, actor=actor, change_set_id=change_set_id).change_set
    noted = select(Change).where(col(Change.change_set_id) == change_set.id, col(Change.membership_id).is_(None))
    said = {change.household_id: change.before for change in session.execute(noted).scalars()}
    change_sets.undo(session, actor=actor, change_set_id=change_set.id)
    units = {UUID(before["unit_id"]) for before in said.values() if "unit_id" in before}
    for id_, before in said.items():
        household, unit = locked(session, actor=actor, household_id=id_)
        require_home(unit, clock.today())
        _pasts_back(session, household, before)
        units |= {unit.id, *(past.unit_id for past in pasts(session, id_))}
        for model, ids in zip(_FOLLOWING, before.get("followed", []), strict=False):
            _point(session, model, id_, col(model.id).in_([UUID(one) for one in ids]))
        audit.record(
            session, actor=actor, action="household.undone", subject_kind="household", subject_id=id_,
            version=household.version, undone="household.united",
        )  # fmt: skip
    session.flush()
    rollups.refresh(session, unit_ids=units)


def change_set_of(session: Session, *, ids: tuple[UUID, UUID]) -> UUID | None:
    """The change set in which two were made one, where it stands."""
    noted = select(col(Change.change_set_id)).where(col(Change.household_id).in_(ids))
    query = select(col(ChangeSet.id)).where(
        col(ChangeSet.kind) == ChangeSetKind.JOIN, col(ChangeSet.undone_at).is_(None), col(ChangeSet.id).in_(noted)
    )
    found: UUID | None = session.execute(query.order_by(col(ChangeSet.created_at).desc()).limit(1)).scalar_one_or_none()
    return found


# ---- what uniting does


def _state(household: Household) -> dict[str, Any]:
    return {name: getattr(household, name) for name in _KEPT}


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only what differs; what is no column of the household stays beside what was before."""
    names = [name for name in before if name not in after or before[name] != after[name]]
    return {name: before[name] for name in names}, {name: after[name] for name in names if name in after}


def _end(session: Session, other: Household, into: Household) -> dict[str, Any]:
    """It ends on its first day and its pasts go; what is needed to bring them back."""
    gone = pasts(session, other.id)
    kept = [{name: _plain(getattr(past, name)) for name in _PAST} for past in gone]
    first = gone[0].started_on if gone else other.arrived_on
    session.execute(delete(HouseholdPast).where(col(HouseholdPast.household_id) == other.id))
    other.arrived_on = other.left_on = first
    other.merged_into_id = into.id
    session.add(other)
    session.flush()
    return {"pasts": kept} if kept else {}


def _take_values(session: Session, into: Household, other: Household, place: Unit) -> dict[str, Any]:
    """It takes over what the other says; codes are exchanged, so that a list which gives the other's finds this one."""
    made: dict[str, Any] = {}
    needs = tuple(Need(need) for need in {*into.needs, *other.needs})
    values = replace(values_of(other), arrived_on=into.arrived_on, needs=needs)
    own = into.code
    into.zalo_user_id = other.zalo_user_id or into.zalo_user_id
    is_moving = into.unit_id != place.id
    if is_moving:
        if other.arrived_on > into.arrived_on:
            made["past_id"] = str(keep_past(session, into, other.arrived_on, PastCause.MOVED).id)
            values = replace(values, arrived_on=other.arrived_on)
        into.unit_id = place.id
    into.other_phones = [*other.other_phones, *([into.phone] if into.phone else []), *into.other_phones]
    into.code, other.code = (f"~{one.id.hex}" for one in (into, other))
    session.flush()
    kept = replace(values, address=values.address or into.address, phone=values.phone or values_of(into).phone)
    fill_in(session, into, place, kept)
    session.flush()
    other.code = ""
    fill_in(session, other, place, replace(values_of(other), code="" if is_moving else own))
    session.flush()
    return made


def _fill_blanks(session: Session, into: Household, other: Household) -> None:
    """What only the other knows: a number, an address, a need."""
    numbers = [number for number in (into.phone, other.phone, *into.other_phones, *other.other_phones) if number]
    unique = list(dict.fromkeys(numbers))
    into.phone, into.other_phones = (unique[0], unique[1:]) if unique else (None, [])
    into.needs = [*into.needs, *(need for need in other.needs if need not in into.needs)]
    into.address = into.address or other.address
    fill_in(session, into, session.get_one(Unit, into.unit_id), values_of(into))  # also what it is found by


def _take_over(session: Session, into: Household, other: Household, change_set: ChangeSet) -> list[Entry]:
    """It was in the groups that the other was in, on the days on which it was not itself; the other never was in any."""
    began, own = max(first_day(session, into), other.arrived_on), _days_in_groups(session, into.id)
    entries = []
    for stay in _stays(session, other.id):
        for since, until in _between(max(stay.joined_on, began), _end_of(session, stay, into), own.get(stay.group_id, [])):
            kept = Membership(
                household_id=into.id, group_id=stay.group_id, people=stay.people, joined_on=since, left_on=until,
                source=stay.source, change_set_id=change_set.id,
            )  # fmt: skip
            session.add(kept)
            if until is not None:  # that it has ended is no later change
                entries.append(Entry(into.id, 0, {"left_on": until}, {"left_on": until}, kept.id))
        before = {"left_on": stay.left_on}
        stay.left_on = stay.joined_on
        session.add(stay)
        entries.append(Entry(other.id, 0, before, {"left_on": stay.left_on}, stay.id))
    return entries


def _days_in_groups(session: Session, household_id: UUID) -> dict[UUID, list[Days]]:
    """From which day until which it was in each group, in order."""
    found: dict[UUID, list[Days]] = {}
    for stay in sorted(_stays(session, household_id), key=lambda one: one.joined_on):
        found.setdefault(stay.group_id, []).append((stay.joined_on, stay.left_on))
    return found


def _between(since: date, until: date | None, taken: Iterable[Days]) -> Iterator[Days]:
    """What is left of some days without those taken, which are in order."""
    for start, end in taken:
        if since < start and (until is None or since < until):
            yield since, start if until is None else min(start, until)
        if end is None:
            return
        since = max(since, end)
    if until is None or since < until:
        yield since, until


def _stays(session: Session, household_id: UUID) -> list[Membership]:
    """Every stay that lasted a day or lasts."""
    lasted = col(Membership.left_on).is_(None) | (col(Membership.left_on) > col(Membership.joined_on))
    return list(session.execute(select(Membership).where(col(Membership.household_id) == household_id, lasted)).scalars())


def _end_of(session: Session, stay: Membership, into: Household) -> date | None:
    """The end of a stay as the household takes it over: in a household group of a unit it does not live in it stays no longer."""
    group = session.get_one(Group, stay.group_id)
    if stay.left_on is not None or group.closed_on is not None:
        return stay.left_on or group.closed_on
    is_elsewhere = group.kind is GroupKind.HOUSEHOLD and group.unit_id != into.unit_id
    return clock.today() if is_elsewhere else None


def _follow(session: Session, from_id: UUID, to_id: UUID) -> list[list[str]]:
    """What means the one household means the other; what it was, to bring back."""
    found = []
    for model in _FOLLOWING:
        ids = list(session.execute(select(col(model.id)).where(col(model.household_id) == from_id)).scalars())
        _point(session, model, to_id, col(model.id).in_(ids))
        found.append([str(id_) for id_ in ids])
    return found


def _point(session: Session, model: Any, household_id: UUID, which: ColumnElement[bool]) -> None:
    session.execute(update(model).where(which).values(household_id=household_id))


# ---- and what separating brings back


def _pasts_back(session: Session, household: Household, before: Mapping[str, Any]) -> None:
    """Its pasts as they were, the same records."""
    if made := before.get("past_id"):
        session.execute(delete(HouseholdPast).where(col(HouseholdPast.id) == UUID(made)))
    for said in before.get("pasts", []):
        days = {name: date.fromisoformat(said[name]) for name in ("started_on", "ended_on")}
        ids = {name: UUID(said[name]) for name in ("id", "unit_id") if name in said}
        made_at = {"created_at": datetime.fromisoformat(said["created_at"])} if "created_at" in said else {}
        values = said | days | ids | made_at | {"cause": PastCause(said["cause"])}
        session.add(HouseholdPast(**values, household_id=household.id))
    session.flush()


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value.isoformat() if isinstance(value, date) else value
