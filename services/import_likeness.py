"""Which new households of a list may be one that stands in the book already, or stands in the list a second time.

Nobody is taken for another because of it: the row is written as new, and a person looks at both.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import String, cast, select
from sqlmodel import Session, col

from core import clock
from core.bulk import batches
from models import Household, Unit
from services import likeness_search, resemblance
from services.access import Actor, path_range
from services.import_matching import Plan, Stored, living
from services.import_rows import Row
from services.presence import lives_here
from services.resemblance import PAIRS_MOST, SHARED_MOST, Face, Neighbours, Other, Resemblance

PHONES_AT_A_TIME = 5_000
_OTHER_PHONES = cast(col(Household.other_phones), String)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two households that may be one."""

    new: int  # the place in the plan's new households
    other: Other
    like: Resemblance


def foresee(session: Session, plan: Plan, *, actor: Actor) -> list[Pair]:
    """The pairs to ask a person about: three at most a new household, those first that look most alike."""
    if not plan.new:
        return []
    coded = {one.household_id for one in plan.known if one.row.code}
    numbers = Counter(number for row, _code in plan.new for number in row.phones)
    called = _called(session, plan, numbers, coded, actor)
    places: dict[UUID, list[int]] = {}
    for place, (row, _code) in enumerate(plan.new):
        places.setdefault(row.place.id, []).append(place)
    found: list[Pair] = []
    for unit_id, some in places.items():
        found += _of_unit(plan, some, living(session, [unit_id], on=clock.today()), coded, called)
    return found


def write(session: Session, pairs: Sequence[Pair], new_ids: Sequence[UUID]) -> None:
    """Put the pairs on the review page."""
    ids = [new_ids[pair.other] if isinstance(pair.other, int) else pair.other for pair in pairs]
    likeness_search.write(session, [(new_ids[pair.new], other, pair.like) for pair, other in zip(pairs, ids, strict=True)])


def _of_unit(
    plan: Plan, places: Sequence[int], households: Iterable[Stored], coded: set[UUID], called: Mapping[str, list[Face]]
) -> Iterator[Pair]:  # fmt: skip
    unit = Neighbours()
    stored = list(households)
    if not stored and all(plan.new[place][0].code for place in places):  # nothing to compare but telephone numbers
        places = [place for place in places if any(number in called for number in plan.new[place][0].phones)]
    for household in stored:
        unit.add(resemblance.face_of(household, is_coded=household.id in coded))
    unit.index()
    for place in places:
        face = _new_face(place, plan.new[place][0])
        found = {other.who: like for other in unit.alike(face) if (like := _like(face, other))}
        for number in face.phones:
            for other in called.get(number, ()):
                if _comes_before(other, place) and (like := resemblance.by_phone(face, other)):
                    found[other.who] = like
        yield from _most_alike(place, found)
        unit.add(face)


def _like(new: Face, other: Face) -> Resemblance | None:
    """By name and address; a head of household whom the list names twice is asked about with other numbers too."""
    return resemblance.by_name(new, other) or (resemblance.named_twice(new, other) if isinstance(other.who, int) else None)


def _most_alike(place: int, found: Mapping[Other, Resemblance]) -> Iterator[Pair]:
    for who, like in sorted(found.items(), key=lambda item: -item[1].weight)[:PAIRS_MOST]:
        yield Pair(place, who, like)


def _comes_before(other: Face, place: int) -> bool:
    return not isinstance(other.who, int) or other.who < place


def _called(
    session: Session, plan: Plan, numbers: Counter[str], coded: set[UUID], actor: Actor
) -> dict[str, list[Face]]:  # fmt: skip
    """The households that one of these numbers reaches, new ones among them where several share it."""
    found: dict[str, list[Face]] = {}
    units = {row.place.id for row, _code in plan.new}
    for household in living(session, units, on=clock.today()):
        for number in (household.phone, *household.other_phones):
            if number in numbers:
                face = resemblance.face_of(household, is_coded=household.id in coded)
                found.setdefault(number, []).append(face)
    for household in _elsewhere(session, numbers, units, actor):
        face = resemblance.face_of(household, is_coded=household.id in coded)
        for number in face.phones:
            if number in numbers:
                found.setdefault(number, []).append(face)
    shared = {number for number, many in numbers.items() if many > 1}
    for place, (row, _code) in enumerate(plan.new if shared else ()):
        for number in shared.intersection(row.phones):
            found.setdefault(number, []).append(_new_face(place, row))
    return {number: faces for number, faces in found.items() if len(faces) <= SHARED_MOST}


def _elsewhere(session: Session, numbers: Collection[str], unit_ids: set[UUID], actor: Actor) -> Iterator[Stored]:
    """The households in sight beyond these units that one of the numbers may reach: each once."""
    columns = [col(getattr(Household, name)) for name in resemblance.READ]
    query = select(*columns).join(Unit, col(Unit.id) == col(Household.unit_id)).where(
        path_range(actor.unit_path), lives_here(clock.today()), col(Household.unit_id).not_in(unit_ids)
    )  # fmt: skip
    if not numbers:
        return
    several = query.where(_OTHER_PHONES != "[]").execution_options(yield_per=PHONES_AT_A_TIME)
    yield from (one for one in session.execute(several) if any(number in numbers for number in (one.phone, *one.other_phones)))
    for some in batches(numbers, PHONES_AT_A_TIME):
        yield from session.execute(query.where(_OTHER_PHONES == "[]", col(Household.phone).in_(some)))


def _new_face(place: int, row: Row) -> Face:
    return resemblance.face(place, row.place.id, row.name, row.address, row.phones, is_coded=bool(row.code))
