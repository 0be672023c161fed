"""Households of the book that may be one, found when somebody asks: by name and address in a unit, by telephone across units."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select
from sqlmodel import Session, col

from core import clock
from core.bulk import BulkInsert
from core.errors import Invalid
from core.i18n import N_
from core.ids import new_id
from models import Household, Likeness, Unit, UnitKind
from services import access, audit, resemblance
from services.access import Actor, May, path_range, unit_for
from services.presence import lives_here
from services.resemblance import PAIRS_MOST, SHARED_MOST, Face, Neighbours, Resemblance

_LIKENESSES: Table = Likeness.metadata.tables["likeness"]
_COLUMNS = ("id", "created_at", "household_id", "other_id", "score", "has_same_phone")
Found = tuple[UUID, UUID, Resemblance]  # the one that came later, the other, how alike


def find(session: Session, *, actor: Actor, unit_id: UUID) -> int:
    """Put the pairs of a ward, or of a residential unit, on the review page; how many are new there.

    A pair that stands there already is left alone, answered or not.

    Raises:
        Invalid: the unit is a province or more: too much at once.
        NotAllowed: the actor is not of the ward's staff.
        NotFound: the unit lies outside the actor's sight.
    """
    access.require(actor, May.WRITE_HOUSEHOLDS)
    unit = unit_for(session, actor=actor, unit_id=unit_id)
    if unit.kind not in (UnitKind.COMMUNE, UnitKind.RESIDENTIAL):
        raise Invalid(N_("Xin chọn một phường, xã hoặc một tổ, thôn."), field="unit_id")
    faces = _faces(session, unit)
    known = _known(session, unit)
    found = [one for one in _alike(faces) if frozenset(one[:2]) not in known]
    write(session, found)
    audit.record(session, actor=actor, action="likeness.searched", subject_kind="unit", subject_id=unit.id, found=len(found))
    return len(found)


def _faces(session: Session, unit: Unit) -> list[Face]:
    """Who lives there today, the oldest record first."""
    columns = [col(getattr(Household, name)) for name in resemblance.READ]
    query = select(*columns).join(Unit, col(Unit.id) == col(Household.unit_id))
    query = query.where(path_range(unit.path), lives_here(clock.today())).order_by(col(Household.created_at), col(Household.id))
    return [resemblance.face_of(row) for row in session.execute(query)]


def _known(session: Session, unit: Unit) -> set[frozenset[UUID]]:
    homes = select(col(Household.id)).join(Unit, col(Unit.id) == col(Household.unit_id)).where(path_range(unit.path))
    query = select(col(Likeness.household_id), col(Likeness.other_id)).where(col(Likeness.household_id).in_(homes))
    return {frozenset((row[0], row[1])) for row in session.execute(query)}


def _alike(faces: Sequence[Face]) -> Iterable[Found]:
    order = {one.who: place for place, one in enumerate(faces)}
    units: defaultdict[UUID, Neighbours] = defaultdict(Neighbours)
    called: defaultdict[str, list[Face]] = defaultdict(list)
    for one in faces:
        units[one.unit_id].add(one)
        for phone in one.phones:
            called[phone].append(one)
    for unit in units.values():
        unit.index()
    for one in faces:
        near: dict[Any, Resemblance] = {}
        for other in units[one.unit_id].alike(one):
            if order[other.who] < order[one.who] and (like := resemblance.by_name(one, other)):
                near[other.who] = like
        near |= _called(one, called, order)
        for who, like in sorted(near.items(), key=lambda item: -item[1].weight)[:PAIRS_MOST]:
            yield _id(one.who), _id(who), like


def _called(one: Face, called: Mapping[str, Sequence[Face]], order: Mapping[Any, int]) -> dict[Any, Resemblance]:
    """Those before it that few others share a number with."""
    return {
        other.who: like
        for phone in one.phones
        if len(called[phone]) <= SHARED_MOST
        for other in called[phone]
        if order[other.who] < order[one.who] and (like := resemblance.by_phone(one, other))
    }


def _id(who: UUID | int) -> UUID:
    if not isinstance(who, UUID):
        raise TypeError(who)
    return who


def write(session: Session, found: Sequence[Found]) -> None:
    """Put pairs on the review page."""
    bulk = BulkInsert(session, _LIKENESSES, _COLUMNS)
    encode, now = bulk.encode, bulk.encode("created_at", clock.now())
    bulk.write(
        [
            {
                "id": encode("id", new_id()), "created_at": now, "household_id": encode("household_id", later),
                "other_id": encode("other_id", other), "score": like.score,
                "has_same_phone": encode("has_same_phone", like.has_same_phone),
            }
            for later, other, like in found
        ]
    )  # fmt: skip
