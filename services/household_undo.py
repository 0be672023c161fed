"""Taking back the last that was done to a household, while nothing later depends on it.

The audit tells what was done, on which version; one raised by anything else (an import, a reorganisation) stands between.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid
from core.i18n import N_
from models import AuditEvent, Household, HouseholdPast, Membership, Unit
from services import access, rollups
from services.access import Actor, May
from services.household_search import in_sight
from services.household_values import values_of
from services.household_writes import events_of, fill_in, locked, note, only, require_home, units_since
from services.household_writes import one as one_of


def last_act(session: Session, *, actor: Actor, household_id: UUID) -> AuditEvent | None:
    """What `undo_last` would take back; None where the last thing done is none of these, or something depends on it.

    Raises:
        NotAllowed: the actor is not of the ward's staff.
        NotFound: it lies outside the actor's sight.
    """
    access.require(actor, May.WRITE_HOUSEHOLDS)
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
    access.require(actor, May.WRITE_HOUSEHOLDS)
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
        require_home(session.get_one(Unit, one.unit_id), clock.today())
        note(session, actor=actor, action="household.undone", household=one, on=on.isoformat(), undone=event.action)
        units |= units_since(session, one, on)
    rollups.refresh(session, unit_ids=units, since=on)
    return event


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
    fill_in(session, household, unit, wanted)
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
