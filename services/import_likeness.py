"""Which new households of a list may be one that stands in the book already, or stands in the list a second time.

Nobody is taken for another because of it: the row is written as new, and a person looks at both. Names are compared by their
spelling without marks, addresses by their numbers first, and a telephone number that few share counts wherever it is found.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from rapidfuzz import fuzz, process
from sqlalchemy import Table, select
from sqlmodel import Session, col

from core import clock
from core.bulk import BulkInsert
from core.fulltext import terms
from core.ids import new_id
from core.text import fold
from models import Household, Likeness, Unit
from services.access import Actor, path_range
from services.import_matching import Plan, Stored, living
from services.import_rows import Row
from services.presence import lives_here

PAIRS_MOST = 3  # that one row is asked about
SHARED_MOST = 5  # a number that more households have says nothing of any: the leader's own, as a rule
NAME_FROM = 90  # of 100: one wrong letter in a name of ten
ADDRESS_FROM = 70  # of 100, where the numbers are the same
WITHOUT_ADDRESS = 75  # the score of one name twice, where an address is missing
CANDIDATES_MOST = 50  # of one name and number; beyond that the name says nothing
PHONE_WEIGHT = 20
PHONES_AT_A_TIME = 5_000
_LIKENESSES: Table = Likeness.metadata.tables["likeness"]
_COLUMNS = ("id", "created_at", "household_id", "other_id", "score", "has_same_phone")
_NUMBERS = re.compile(r"\d+[a-z]?")
Other = UUID | int  # a stored household, or the place of an earlier new one


@dataclass(frozen=True, slots=True)
class Pair:
    """Two households that may be one."""

    new: int  # the place in the plan's new households
    other: Other
    score: int  # 100: the same name and address
    has_same_phone: bool

    @property
    def weight(self) -> int:
        """What is asked first."""
        return self.score + PHONE_WEIGHT * self.has_same_phone


@dataclass(frozen=True, slots=True)
class _Face:
    """What one household looks like to be compared."""

    who: Other
    unit_id: UUID
    name: str
    place: str  # the address as terms
    numbers: tuple[str, ...]
    phones: tuple[str, ...]
    is_coded: bool  # the list gives it a code of its own: beside another that it gives one, it means to be another

    def has_phone_of(self, other: "_Face") -> bool:
        """Whether they are called at the same number."""
        return any(number in other.phones for number in self.phones)


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
    bulk = BulkInsert(session, _LIKENESSES, _COLUMNS)
    encode, now = bulk.encode, bulk.encode("created_at", clock.now())
    bulk.write(
        [
            {
                "id": encode("id", new_id()), "created_at": now, "household_id": encode("household_id", new_ids[pair.new]),
                "other_id": encode("other_id", new_ids[pair.other] if isinstance(pair.other, int) else pair.other),
                "score": pair.score, "has_same_phone": encode("has_same_phone", pair.has_same_phone),
            }
            for pair in pairs
        ]
    )  # fmt: skip


@dataclass
class _Unit:
    """The households of one unit by name, then by the numbers of their address."""

    by_name: dict[str, dict[tuple[str, ...], list[_Face]]] = field(default_factory=dict)
    by_last_word: dict[str, list[str]] = field(default_factory=dict)
    _near: dict[str, list[str]] = field(default_factory=dict)

    def add(self, face: _Face) -> None:
        """One more."""
        self.by_name.setdefault(face.name, {}).setdefault(face.numbers, []).append(face)

    def alike(self, face: _Face) -> Iterator[_Face]:
        """Those that could be alike by name and address."""
        for name in self._names_near(face.name):
            by_numbers = self.by_name.get(name, {})
            wanted = {face.numbers: None, (): None} if face.numbers else by_numbers
            for numbers in wanted:
                yield from islice(by_numbers.get(numbers, ()), CANDIDATES_MOST)

    def index(self) -> None:
        """Those so far are the stored ones: names a letter away are looked for among them, of the same given name."""
        for name in self.by_name:
            self.by_last_word.setdefault(_last(name), []).append(name)

    def _names_near(self, name: str) -> list[str]:
        if name not in self._near:
            others = self.by_last_word.get(_last(name), ())
            found = process.extract(name, others, scorer=fuzz.ratio, score_cutoff=NAME_FROM, limit=None)
            self._near[name] = list(dict.fromkeys([name, *(one[0] for one in found)]))
        return self._near[name]


def _of_unit(
    plan: Plan, places: Sequence[int], households: Iterable[Stored], coded: set[UUID], called: Mapping[str, list[_Face]]
) -> Iterator[Pair]:  # fmt: skip
    unit = _Unit()
    stored = list(households)
    if not stored and all(plan.new[place][0].code for place in places):  # nothing to compare but telephone numbers
        places = [place for place in places if any(number in called for number in plan.new[place][0].phones)]
    for household in stored:
        unit.add(_stored_face(household, household.unit_id, is_coded=household.id in coded))
    unit.index()
    for place in places:
        face = _new_face(place, plan.new[place][0])
        pairs = {other.who: pair for other in unit.alike(face) if (pair := _by_name(face, other))}
        for number in face.phones:
            for other in called.get(number, ()):
                if _comes_before(other, place) and not _is_meant_apart(face, other):
                    pairs[other.who] = Pair(place, other.who, _score(face, other), has_same_phone=True)
        yield from sorted(pairs.values(), key=lambda pair: -pair.weight)[:PAIRS_MOST]
        unit.add(face)


def _by_name(face: _Face, other: _Face) -> Pair | None:
    """Two of one unit that may be one by name and address; None where something speaks against it."""
    if _is_meant_apart(face, other):
        return None
    has_same_phone = face.has_phone_of(other)
    name = fuzz.ratio(face.name, other.name)
    if face.numbers and other.numbers:
        address = fuzz.token_set_ratio(face.place, other.place)
        if face.numbers != other.numbers or address < ADDRESS_FROM:
            return None
        return Pair(int(face.who), other.who, _sum(name, address), has_same_phone)
    if name < 100 or (face.phones and other.phones and not has_same_phone):
        return None
    score = 90 if face.place and face.place == other.place else WITHOUT_ADDRESS
    return Pair(int(face.who), other.who, score, has_same_phone)


def _is_meant_apart(face: _Face, other: _Face) -> bool:
    """Whether one list gives both a code in one unit: then whoever wrote it meant two."""
    return face.is_coded and other.is_coded and face.unit_id == other.unit_id


def _score(face: _Face, other: _Face) -> int:
    address = fuzz.token_set_ratio(face.place, other.place) if face.place and other.place else 0.0
    return _sum(fuzz.ratio(face.name, other.name), address)


def _sum(name: float, address: float) -> int:
    return round(0.6 * name + 0.4 * address)


def _comes_before(other: _Face, place: int) -> bool:
    return not isinstance(other.who, int) or other.who < place


def _called(
    session: Session, plan: Plan, numbers: Counter[str], coded: set[UUID], actor: Actor
) -> dict[str, list[_Face]]:  # fmt: skip
    """The households that one of these numbers reaches, new ones among them where several share it."""
    found: dict[str, list[_Face]] = {}
    units = {row.place.id for row, _code in plan.new}
    for household in living(session, units, on=clock.today()):
        for number in (household.phone, *household.other_phones):
            if number in numbers:
                face = _stored_face(household, household.unit_id, is_coded=household.id in coded)
                found.setdefault(number, []).append(face)
    for household in _elsewhere(session, numbers, units, actor):
        face = _stored_face(household, household.unit_id, is_coded=household.id in coded)
        found.setdefault(household.phone, []).append(face)
    shared = {number for number, many in numbers.items() if many > 1}
    for place, (row, _code) in enumerate(plan.new if shared else ()):
        for number in shared.intersection(row.phones):
            found.setdefault(number, []).append(_new_face(place, row))
    return {number: faces for number, faces in found.items() if len(faces) <= SHARED_MOST}


def _elsewhere(session: Session, numbers: Iterable[str], unit_ids: set[UUID], actor: Actor) -> Iterator[Stored]:
    columns = [col(getattr(Household, name)) for name in ("id", "unit_id", "head_name", "address", "phone", "other_phones")]
    query = select(*columns).join(Unit, col(Unit.id) == col(Household.unit_id)).where(
        path_range(actor.unit_path), lives_here(clock.today()), col(Household.unit_id).not_in(unit_ids)
    )  # fmt: skip
    remaining = iter(numbers)
    while some := list(islice(remaining, PHONES_AT_A_TIME)):
        yield from session.execute(query.where(col(Household.phone).in_(some)))


def _stored_face(household: Stored, unit_id: UUID, *, is_coded: bool) -> _Face:
    phones = tuple(number for number in (household.phone, *household.other_phones) if number)
    return _face(household.id, unit_id, household.head_name, household.address, phones, is_coded=is_coded)


def _new_face(place: int, row: Row) -> _Face:
    return _face(place, row.place.id, row.name, row.address, row.phones, is_coded=bool(row.code))


def _face(who: Other, unit_id: UUID, name: str, address: str, phones: tuple[str, ...], *, is_coded: bool) -> _Face:
    place = terms(address)
    return _Face(who, unit_id, fold(name), place, tuple(_NUMBERS.findall(place)), phones, is_coded)


def _last(name: str) -> str:
    return name.rpartition(" ")[2]
