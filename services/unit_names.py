"""How well words that someone types fit the names of units: without marks, with their kind ("phường") or without."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Generic, TypeVar

from rapidfuzz import fuzz

from core.text import clean, fold, natural_key

Of = TypeVar("Of", bound=Hashable)

ALIKE_FROM = 85  # per cent of letters in common, below which a name is another one
_KINDS = {
    "thanh pho": "tp", "thi tran": "tt", "thi xa": "tx", "dac khu": "dk", "phuong": "p", "huyen": "h", "quan": "q", "tinh": "t",
    "to dan pho so": "to", "to dan pho": "to", "tdp": "to", "to so": "to", "to": "to", "khu pho": "kp", "thon": "thon",
    "ban": "thon", "xa": "x", "tp": "tp", "tt": "tt", "tx": "tx", "p": "p", "x": "x", "q": "q", "h": "h",
}  # fmt: skip
_PREFIXES = sorted(_KINDS, key=len, reverse=True)


class Fit(IntEnum):
    """How a name was found, the surest first."""

    WHOLE = 0  # with its kind
    NAME = 1  # the name alone
    OTHER_KIND = 2  # the name, with another kind before it: "thị trấn" of what is a commune now
    BEGINNING = 3
    WORDS = 4
    ALIKE = 5


@dataclass(frozen=True, slots=True)
class Name:
    """A name, folded, with and without its kind."""

    whole: str
    kind: str
    bare: str


@dataclass(frozen=True, slots=True)
class Entry(Generic[Of]):
    """One name under which something may be looked for."""

    of: Of
    title: str  # by which equals are put in order
    name: Name
    around: str = ""  # where it lies and lay, folded
    said: str = ""  # the name, where it is one of before
    age: int = 0  # 0 its own, 1 of a unit it took over, 2 of that one's district
    is_partial: bool = False  # the unit of that name went to several


@dataclass(frozen=True)
class Wanted:
    """What someone looks for: a name, and behind commas where it lies."""

    name: Name
    within: tuple[str, ...]

    def lies_in(self, folded: str) -> bool:
        """Whether every place named behind the commas is among these folded words."""
        return all(f" {part} " in f" {folded} " for part in self.within)


def parse(text: str) -> Name:
    """A name as it is compared: "Phường Sông Cầu" is "song cau", a p(hường)."""
    whole = fold(text.replace(".", " ").replace("-", " "))
    for prefix in _PREFIXES:
        if whole.startswith(f"{prefix} "):
            return Name(whole, _KINDS[prefix], whole[len(prefix) + 1 :])
    return Name(whole, "", whole)


def matching(words: str, entries: Iterable[Entry[Of]]) -> list[Entry[Of]]:
    """The entries that fit, the surest first, each thing once; slips of the pen only where nothing else fits.

    "Sông Cầu, Bắc Kạn" asks for a Sông Cầu that lies or lay in Bắc Kạn.
    """
    look = wanted(clean(words))
    if not look.name.bare:
        return []
    near = [entry for entry in entries if look.lies_in(entry.around)]
    hits = [(found, entry) for entry in near if (found := fit(look.name, entry.name)) is not None]
    hits = hits or [(Fit.ALIKE, entry) for entry in near if alike(look.name, entry.name)]
    hits.sort(key=lambda hit: (hit[0], hit[1].age, hit[1].is_partial, natural_key(hit[1].title)))
    best: dict[Of, Entry[Of]] = {}
    for _fit, entry in hits:
        best.setdefault(entry.of, entry)
    return list(best.values())


def wanted(words: str) -> Wanted:
    """What a search says: a name, and behind commas where that lies."""
    first, *rest = [part for part in words.split(",") if part.strip()] or [""]
    return Wanted(parse(first), tuple(parse(part).bare for part in rest))


def fit(look: Name, name: Name) -> Fit | None:
    """How well a name fits, None for not at all."""
    if look.whole == name.whole or (look.kind and look.kind == name.kind and look.bare == name.bare):
        return Fit.WHOLE
    if look.whole == name.bare or (look.bare == name.bare and not look.kind):
        return Fit.NAME
    if look.bare == name.bare:
        return Fit.OTHER_KIND
    if look.bare[-1:].isdigit():  # "1" is not the beginning of "10"
        return Fit.BEGINNING if name.bare.startswith(f"{look.bare} ") else None
    if name.bare.startswith(look.bare):
        return Fit.BEGINNING
    return Fit.WORDS if f" {look.bare}" in f" {name.bare}" else None


def alike(look: Name, name: Name) -> bool:
    """Whether only a slip of the pen lies between them."""
    return len(look.bare) > 3 and fuzz.ratio(look.bare, name.bare) >= ALIKE_FROM
