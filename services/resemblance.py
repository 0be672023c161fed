"""How much two households look like one: names by their spelling without marks, addresses by their numbers first, then phones.

A telephone number that few share counts wherever it is found. Nobody is taken for another because of it: a person looks at both.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from rapidfuzz import fuzz, process
from sqlalchemy import Row

from core.fulltext import terms
from core.text import fold

PAIRS_MOST = 3  # that one household is asked about
SHARED_MOST = 5  # a number that more households have says nothing of any: the leader's own, as a rule
NAME_FROM = 90  # of 100: one wrong letter in a name of ten
ADDRESS_FROM = 70  # of 100, where the numbers are the same
WITHOUT_ADDRESS = 75  # the score of one name twice, where an address is missing
NAMED_TWICE = 60  # and of one name twice in one list, with other telephone numbers
CANDIDATES_MOST = 50  # of one name and number; beyond that the name says nothing
PHONE_WEIGHT = 20
_NUMBERS = re.compile(r"\d+[a-z]?")
READ = ("id", "unit_id", "head_name", "address", "phone", "other_phones")  # of a household of the book, for its face
Other = UUID | int  # a stored household, or the place of a new one in a list


@dataclass(frozen=True, slots=True)
class Resemblance:
    """How alike two are."""

    score: int  # 100: the same name and address
    has_same_phone: bool

    @property
    def weight(self) -> int:
        """What is asked first."""
        return self.score + PHONE_WEIGHT * self.has_same_phone


@dataclass(frozen=True, slots=True)
class Face:
    """What one household looks like to be compared."""

    who: Other
    unit_id: UUID
    name: str
    place: str  # the address as terms
    numbers: tuple[str, ...]
    phones: tuple[str, ...]
    is_coded: bool  # the list gives it a code of its own: beside another that it gives one, it means to be another

    def has_phone_of(self, other: "Face") -> bool:
        """Whether they are called at the same number."""
        return any(number in other.phones for number in self.phones)


def face(who: Other, unit_id: UUID, name: str, address: str, phones: tuple[str, ...], *, is_coded: bool = False) -> Face:
    """A household made ready to be compared; `phones` in E.164."""
    place = terms(address)
    return Face(who, unit_id, fold(name), place, tuple(_NUMBERS.findall(place)), phones, is_coded)


def face_of(household: Row[Any], *, is_coded: bool = False) -> Face:
    """A household of the book made ready to be compared."""
    phones = tuple(number for number in (household.phone, *household.other_phones) if number)
    return face(household.id, household.unit_id, household.head_name, household.address, phones, is_coded=is_coded)


@dataclass
class Neighbours:
    """The households of one unit by name, then by the numbers of their address."""

    by_name: dict[str, dict[tuple[str, ...], list[Face]]] = field(default_factory=dict)
    by_last_word: dict[str, list[str]] = field(default_factory=dict)
    _near: dict[str, list[str]] = field(default_factory=dict)

    def add(self, one: Face) -> None:
        """One more."""
        self.by_name.setdefault(one.name, {}).setdefault(one.numbers, []).append(one)

    def alike(self, one: Face) -> Iterator[Face]:
        """Those that could be alike by name and address."""
        for name in self._names_near(one.name):
            by_numbers = self.by_name.get(name, {})
            wanted = {one.numbers: None, (): None} if one.numbers else by_numbers
            for numbers in wanted:
                yield from islice(by_numbers.get(numbers, ()), CANDIDATES_MOST)

    def index(self) -> None:
        """Those so far are looked at for names a letter away, of the same given name."""
        for name in self.by_name:
            self.by_last_word.setdefault(_last(name), []).append(name)

    def _names_near(self, name: str) -> list[str]:
        if name not in self._near:
            others = self.by_last_word.get(_last(name), ())
            found = process.extract(name, others, scorer=fuzz.ratio, score_cutoff=NAME_FROM, limit=None)
            self._near[name] = list(dict.fromkeys([name, *(one[0] for one in found)]))
        return self._near[name]


def by_name(one: Face, other: Face) -> Resemblance | None:
    """Two of one unit that may be one by name and address; None where something speaks against it."""
    if _is_meant_apart(one, other):
        return None
    has_same_phone = one.has_phone_of(other)
    name = fuzz.ratio(one.name, other.name)
    if one.numbers and other.numbers:
        address = fuzz.token_set_ratio(one.place, other.place)
        if one.numbers != other.numbers or address < ADDRESS_FROM:
            return None
        return Resemblance(_sum(name, address), has_same_phone)
    if name < 100 or (one.phones and other.phones and not has_same_phone):
        return None
    return Resemblance(90 if one.place and one.place == other.place else WITHOUT_ADDRESS, has_same_phone)


def named_twice(one: Face, other: Face) -> Resemblance | None:
    """Two of one unit and of one list that have one name and other numbers; None where their addresses tell them apart."""
    is_apart = one.place and other.place and (one.numbers != other.numbers or one.place != other.place)
    if one.name != other.name or is_apart or _is_meant_apart(one, other):
        return None
    return Resemblance(NAMED_TWICE, one.has_phone_of(other))


def by_phone(one: Face, other: Face) -> Resemblance | None:
    """Two that are called at one number, wherever they live; None where something speaks against it."""
    if _is_meant_apart(one, other):
        return None
    address = fuzz.token_set_ratio(one.place, other.place) if one.place and other.place else 0.0
    return Resemblance(_sum(fuzz.ratio(one.name, other.name), address), has_same_phone=True)


def _is_meant_apart(one: Face, other: Face) -> bool:
    """Whether one list gives both a code in one unit: then whoever wrote it meant two."""
    return one.is_coded and other.is_coded and one.unit_id == other.unit_id


def _sum(name: float, address: float) -> int:
    return round(0.6 * name + 0.4 * address)


def _last(name: str) -> str:
    return name.rpartition(" ")[2]
