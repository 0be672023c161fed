"""Households and their memberships pass from old units and groups to new ones on the day: many rows, few statements."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, case, insert, literal, select, update
from sqlmodel import Session, col

from core import clock
from core.bulk import batches
from core.ids import new_id
from models import Group, GroupKind, Model, PastCause, Unit
from services.household_values import search_text
from services.import_values import CODE_MAX, code_key
from services.presence import lasts
from services.reorganisations.drafts import Fate
from services.reorganisations.hanging import Hanging
from services.reorganisations.heirs import Heirs
from services.reorganisations.sorting import Stay

_TABLES = Model.metadata.tables
_HOUSEHOLD, _PAST, _SPELL = _TABLES["household"], _TABLES["householdpast"], _TABLES["membership"]
AT_A_TIME = 10_000


def households(session: Session, *, found: Sequence[Stay], heirs: Heirs) -> set[UUID]:
    """Each stay goes on in the new unit from the day; what lies before the day becomes a past in the old one.

    A household keeps its code where the new unit has none like it, else the old unit's sign is put before it. Returns the units
    in which any of these households lives or lived.
    """
    codes = _codes(session, found, heirs)
    now = [stay for stay in found if stay.past_id is None]
    then = [stay for stay in found if stay.past_id is not None]
    pasts = [_past(stay, heirs, PastCause.REORGANISED) for stay in now if stay.started_on < heirs.day]
    moved = update(_HOUSEHOLD).where(_HOUSEHOLD.c.id == bindparam("this")).values(
        unit_id=bindparam("to_unit"), code=bindparam("to_code"), version=_HOUSEHOLD.c.version + 1,
        arrived_on=case((_HOUSEHOLD.c.arrived_on < heirs.day, heirs.day), else_=_HOUSEHOLD.c.arrived_on),
    )  # fmt: skip
    rows = [
        {"this": stay.household_id, "to_unit": heirs.of(stay.unit_id, stay.part).id, "to_code": codes[stay.household_id]}
        for stay in now
    ]
    _many(session, moved, rows)
    pasts += _earlier(session, then, heirs)
    _many(session, insert(_PAST), pasts)
    _search_again(session, [stay.household_id for stay in now if codes[stay.household_id] != stay.code])
    return {stay.unit_id for stay in found}


def memberships(
    session: Session, *, things: Hanging, into: Mapping[UUID, UUID], found: Sequence[Stay], heirs: Heirs
) -> set[UUID]:  # fmt: skip
    """Memberships of merged groups go on in the group that stays; those of a divided unit's group end for the other parts.

    Returns the units of all households concerned, wherever they live.
    """
    touched: set[UUID] = set()
    for thing in things.of("group"):
        if thing.decision.fate is Fate.MERGED:
            _pass_on(session, thing.id, into[thing.id], heirs)
        if thing.decision.fate is not Fate.MOVED:
            touched |= _homes(session, thing.id, heirs)
            _end(session, thing.id, heirs)
        elif thing.unit_id is not None and len(heirs.units[thing.unit_id]) > 1:
            touched |= _part_company(session, thing.id, heirs.of(thing.unit_id, thing.decision.part), found, heirs)
    return touched


def _past(stay: Stay, heirs: Heirs, cause: PastCause) -> dict[str, Any]:
    return {
        "id": new_id(), "created_at": clock.now(), "household_id": stay.household_id, "unit_id": stay.unit_id, "code": stay.code,
        "head_name": stay.head_name, "address": stay.address, "people": stay.people, "smartphones": stay.smartphones,
        "started_on": stay.started_on, "ended_on": heirs.day, "cause": cause,
    }  # fmt: skip


def _earlier(session: Session, then: Sequence[Stay], heirs: Heirs) -> list[dict[str, Any]]:
    """For a day in the past: stays that have ended meanwhile were in the new unit from the day too. Returns the first halves."""
    later = update(_PAST).where(_PAST.c.id == bindparam("this")).values(
        unit_id=bindparam("to_unit"), started_on=case((_PAST.c.started_on < heirs.day, heirs.day), else_=_PAST.c.started_on)
    )  # fmt: skip
    rows = [{"this": stay.past_id, "to_unit": heirs.of(stay.unit_id, stay.part).id} for stay in then]
    _many(session, later, rows)
    return [_past(stay, heirs, PastCause.REORGANISED) for stay in then if stay.started_on < heirs.day]


def _codes(session: Session, found: Sequence[Stay], heirs: Heirs) -> dict[UUID, str]:
    targets = {unit.id for some in heirs.units.values() for unit in some}
    taken: dict[UUID, set[str]] = {id_: set() for id_ in targets}
    there = select(_HOUSEHOLD.c.unit_id, _HOUSEHOLD.c.code).where(_HOUSEHOLD.c.unit_id.in_(targets))
    for unit_id, code in session.execute(there):
        taken[unit_id].add(code_key(code))
    signs = _signs(session, heirs.units)
    codes: dict[UUID, str] = {}
    for stay in found:
        if stay.past_id is None:
            here = taken[heirs.of(stay.unit_id, stay.part).id]
            codes[stay.household_id] = _free(stay.code, signs[stay.unit_id], here)
            here.add(code_key(codes[stay.household_id]))
    return codes


def _signs(session: Session, unit_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What tells an old unit's household codes apart: the end of its own code, "SC13" of "01843-SC13"."""
    rows = session.execute(select(Unit.id, Unit.code).where(col(Unit.id).in_(list(unit_ids))))  # type: ignore[call-overload]
    return {row[0]: row[1].rsplit("-", 1)[-1] for row in rows}


def _free(code: str, sign: str, taken: set[str]) -> str:
    if code_key(code) not in taken:
        return code
    wanted = f"{sign}-{code}"[:CODE_MAX]
    number = 2
    while code_key(wanted) in taken:
        wanted, number = f"{sign}-{code}"[: CODE_MAX - 4] + f"-{number}", number + 1
    return wanted


def _search_again(session: Session, household_ids: Sequence[UUID]) -> None:
    """A code that changed is found again."""
    fields = [_HOUSEHOLD.c[name] for name in ("id", "head_name", "address", "code", "phone", "other_phones")]
    found = update(_HOUSEHOLD).where(_HOUSEHOLD.c.id == bindparam("this")).values(search=bindparam("terms"))
    for ids in batches(household_ids, AT_A_TIME):
        some = select(*fields).where(_HOUSEHOLD.c.id.in_(ids))
        rows = [
            {"this": id_, "terms": search_text(name, address, code, phone, *others)}
            for id_, name, address, code, phone, others in session.execute(some)
        ]
        _many(session, found, rows)


def _later(group_id: UUID, heirs: Heirs) -> Any:
    """Memberships in a group that last beyond the day."""
    return (_SPELL.c.group_id == group_id) & lasts(_SPELL.c.left_on, heirs.day)


def _pass_on(session: Session, group_id: UUID, into: UUID, heirs: Heirs) -> None:
    """What lasts beyond the day goes on in another group, but for the days on which the household is in that one anyway."""
    fields = select(_SPELL.c.household_id, _SPELL.c.joined_on, _SPELL.c.left_on, _SPELL.c.people, _SPELL.c.source)
    there: dict[UUID, list[tuple[date, date]]] = {}
    leaving = select(_SPELL.c.household_id).where(_later(group_id, heirs))
    both = fields.where(_later(into, heirs), _SPELL.c.household_id.in_(leaving))
    for row in session.execute(both.order_by(_SPELL.c.joined_on)):
        there.setdefault(row.household_id, []).append((row.joined_on, row.left_on or date.max))
    new = [
        {
            "id": new_id(), "created_at": clock.now(), "household_id": row.household_id, "group_id": into, "people": row.people,
            "joined_on": start, "left_on": None if end == date.max else end, "source": row.source,
        }
        for row in session.execute(fields.where(_later(group_id, heirs)))
        for start, end in _free_days(
            max(row.joined_on, heirs.day), row.left_on or date.max, there.get(row.household_id, ())
        )
    ]  # fmt: skip
    _many(session, insert(_SPELL), new)


def _free_days(start: date, end: date, taken: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """The days from `start` until before `end` without those of other spans, which are in order and do not overlap."""
    free = []
    for first, last in taken:
        if first > start:
            free.append((start, min(first, end)))
        start = max(start, last)
    free.append((start, end))
    return [(one, other) for one, other in free if one < other]


def _end(session: Session, group_id: UUID, heirs: Heirs, household_ids: Sequence[UUID] | None = None) -> None:
    ended = case((_SPELL.c.joined_on > heirs.day, _SPELL.c.joined_on), else_=literal(heirs.day))
    end = update(_SPELL).where(_later(group_id, heirs)).values(left_on=ended)
    if household_ids is None:
        session.execute(end)
        return
    for ids in batches(household_ids, AT_A_TIME):
        session.execute(end.where(_SPELL.c.household_id.in_(ids)))


def _part_company(session: Session, group_id: UUID, home: Unit, found: Sequence[Stay], heirs: Heirs) -> set[UUID]:
    """The household group of a divided unit stays with one part: the households of the others leave it that day."""
    group = session.get_one(Group, group_id)
    if group.kind is not GroupKind.HOUSEHOLD:
        return set()
    gone = {stay.household_id for stay in found if heirs.of(stay.unit_id, stay.part).id != home.id}
    _end(session, group_id, heirs, sorted(gone))
    return set()


def _homes(session: Session, group_id: UUID, heirs: Heirs) -> set[UUID]:
    members = select(_SPELL.c.household_id).where(_later(group_id, heirs))
    return set(
        session.execute(
            select(_HOUSEHOLD.c.unit_id).where(_HOUSEHOLD.c.id.in_(members))
            .union(select(_PAST.c.unit_id).where(_PAST.c.household_id.in_(members), _PAST.c.ended_on > heirs.day))
        ).scalars()
    )  # fmt: skip


def _many(session: Session, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.execute(statement, list(rows))
