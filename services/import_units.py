"""Which residential unit a list means: "Tổ 13", "TDP số 13", "13", a code, with the former ward where numbers repeat."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from rapidfuzz import process
from sqlmodel import Session, col, select

from core.errors import Invalid
from core.i18n import N_
from core.text import clean, fold, natural_key
from models import Unit, UnitChangeLink, UnitKind, lineage
from services.access import path_range

NAMES_SHOWN = 5
ALIKE_FROM = 75  # per cent of letters in common, below which a name is no suggestion
# Longest first: "tổ dân phố số 13" loses all four words.
_KIND_WORDS = (
    "to dan pho", "to nhan dan", "khu dan cu", "cum dan cu", "to dp", "khu pho", "tdp", "thon", "ban", "xom", "lang", "khom",
    "buon", "bon", "doi", "cum", "khu", "kp", "to", "ap", "t",
)  # fmt: skip
_KIND = re.compile(rf"(?:{'|'.join(_KIND_WORDS)})\b(?: so\b)?|so\b")
_LETTER_DIGIT = re.compile(r"([a-z])(\d)")
_SIGNS = re.compile(r"[^\w]+|_+")
_NUMBER = re.compile(r"\d+[a-z]?")
_FILLERS = frozenset(("phuong", "xa", "cu", "thuoc", "p", "x", "tt", "tinh", "tp"))
# Written out, since "Tô", "Bàn" and "Ấp" are also how names of people begin once their marks are gone.
_LINE_START = re.compile(
    r"(?:tổ dân phố|tổ nhân dân|tổ dp|tdp|tổ|thôn|bản|xóm|làng|ấp|khu phố|khu dân cư|khu|khóm|buôn|bon|cụm dân cư)"
    r"\b(?! trưởng| công nghệ)|(?:to dan pho|tdp|to so|khu pho)\b|(?:to|thon|khu|ap|xom) ?\d+[a-z]?\b"
)
_NUMBERED = re.compile(r"(?:t|to|tdp|kp)?[ .]?\d{1,3}[a-z]?")
_YEAR = re.compile(r"\b(?:nam|thang|quy|ngay|tinh den)\b\W*\d.*")


@dataclass(frozen=True)
class Place:
    """A residential unit households can be filed under."""

    id: UUID
    label: str
    names: frozenset[tuple[str, ...]]  # the words of its name, in every way they may be written
    number: str
    area: tuple[str, ...]
    is_village: bool  # "Thôn 3" and "Tổ 3" of one ward are two places
    is_former: bool = False  # found by the name of a unit that it took over


def starts_like_unit(text: str) -> bool:
    """Whether a text begins as the name of a unit does, with its marks ("Tổ 13"), not as a person's ("Tô Văn Mười")."""
    return bool(_LINE_START.match(text.lower()))


def is_numbered(text: str) -> bool:
    """Whether a text is nothing but the number of a group: "13", "T13", "TDP 2"."""
    return bool(_NUMBERED.fullmatch(fold(text)))


def is_village(text: str) -> bool:
    """Whether a name is that of a village (thôn, bản, …), not of a group in town."""
    return fold(text).startswith(("thon", "ban ", "xom", "lang", "ap ", "buon", "bon ", "khom"))


def within(text: str) -> str | None:
    """The part of a title that names a unit: "TỔ 13 PHƯỜNG SÔNG CẦU" of "DANH SÁCH HỘ TỔ 13 PHƯỜNG SÔNG CẦU NĂM 2026"."""
    lower = text.lower()
    found = next((match for match in re.finditer(r"\b\w", lower) if _LINE_START.match(lower, match.start())), None)
    return text[found.start() :] if found else None


class UnitFinder:
    """Residential units at or below one unit, found by whatever a list calls them."""

    def __init__(self, session: Session, *, unit: Unit, on: date) -> None:
        above = lineage(unit.path)
        self.unit = unit
        self._outer = [
            _words(name) for name in session.exec(select(Unit.name).where(col(Unit.id).in_(above), Unit.id != unit.id))
        ]
        if unit.kind is not UnitKind.RESIDENTIAL:
            self._outer.append(_words(unit.name))
        rows = session.exec(select(Unit).where(path_range(unit.path), Unit.kind == UnitKind.RESIDENTIAL)).all()
        valid = [row for row in rows if row.valid_on(on)]
        self.places = [_place(row) for row in sorted(valid, key=lambda row: natural_key(row.label))]
        self.areas = {place.area for place in self.places if place.area}
        self.only = self.places[0] if unit.kind is UnitKind.RESIDENTIAL and self.places else None
        by_id = {place.id: place for place in self.places}
        self._by_code = {row.code.casefold(): by_id[row.id] for row in valid}
        self._by_number: dict[str, list[Place]] = {}
        for place in self.places:
            self._by_number.setdefault(place.number, []).append(place)
        self._former_by_number: dict[str, list[Place]] = {}
        for place in self._former(session, by_id):
            self._former_by_number.setdefault(place.number, []).append(place)
        self._found: dict[tuple[str, str], Place | Invalid] = {}

    def find(self, text: str, area: str = "") -> Place:
        """The unit a text means; `area` is what another column or a heading says of the former ward.

        Raises:
            Invalid: there is none, or there are several (they are named).
        """
        key = (text, area)
        if key not in self._found:
            self._found[key] = self._look(text, area)
        found = self._found[key]
        if isinstance(found, Invalid):
            raise found
        return found

    def is_area(self, text: str) -> bool:
        """Whether a text is the name of a former ward that tells units apart here, and nothing else."""
        return _words(text) in self.areas

    def named(self, text: str) -> Place | None:
        """The one unit a text means, or None."""
        try:
            return self.find(text)
        except Invalid:
            return None

    def knows(self, text: str) -> bool:
        """Whether a text means a unit, or may mean several."""
        return bool(self._matching(text, ""))

    def _look(self, text: str, area: str) -> Place | Invalid:
        found = self._matching(text, area)
        if len(found) == 1:
            return found[0]
        if not found and self.only and _words(text) in (*self._outer, self.only.area):
            return self.only  # the list says the ward where we know the unit
        if area and not found:
            text = f"{text}, {area}"
        names = "; ".join(place.label for place in (found or self._alike(text))[:NAMES_SHOWN])
        if found:
            return Invalid(N_("“{text}” có ở nhiều nơi: {names}. Ghi rõ thêm phường, xã cũ."), text=text, names=names)
        if self.only:
            return Invalid(N_("Danh sách này nhập cho {unit}, dòng này lại ghi “{text}”."), unit=self.only.label, text=text)
        if names:
            return Invalid(N_("{unit} không có “{text}”. Gần giống: {names}."), unit=self.unit.name, text=text, names=names)
        return Invalid(N_("{unit} không có “{text}”."), unit=self.unit.name, text=text)

    def _matching(self, text: str, area: str) -> list[Place]:
        if place := self._by_code.get(clean(text).casefold()):
            return [place]
        wanted = self._without_outer(_words(area)) if area else ()
        ways, number = _parts(text)
        if any(_without(ways[0], place_area) != ways[0] for place_area in self.areas):
            wanted = ()  # the text says the former ward itself
        for index in (self._by_number, self._former_by_number):
            for words in ways:
                found = self._called(self._without_outer(words), index.get(number, []), is_bare=not number)
                if wanted in self.areas:
                    found = [place for place in found if place.area == wanted]
                if len(found) > 1 and len(ways) > 1:  # the text says the kind
                    found = [place for place in found if place.is_village == is_village(text)] or found
                if found:
                    return list({place.id: place for place in found}.values())
        return []

    def _former(self, session: Session, standing: Mapping[UUID, Place]) -> Iterator[Place]:
        """The units that these took over whole, under their old names: lists on paper go on using them."""
        within = select(Unit.id).where(path_range(self.unit.path))
        links = select(UnitChangeLink, Unit).join(Unit, col(Unit.id) == UnitChangeLink.old_unit_id)
        links = links.where(Unit.kind == UnitKind.RESIDENTIAL, col(UnitChangeLink.is_partial).is_(False))
        found = [(link.new_unit_id, old) for link, old in session.exec(links.where(col(UnitChangeLink.new_unit_id).in_(within)))]
        heirs = {old.id: new_id for new_id, old in found}
        for _, old in found:
            heir, seen = heirs[old.id], {old.id}
            while heir in heirs and heir not in seen:
                seen.add(heir)
                heir = heirs[heir]
            if heir in standing:
                yield replace(_place(old), id=heir, label=standing[heir].label, is_former=True)

    def _called(self, words: tuple[str, ...], candidates: Sequence[Place], *, is_bare: bool) -> list[Place]:
        """Units of this name among those of a number; words that are left over must be the former ward's."""
        if not words and is_bare:
            return []
        plain = [place for place in candidates if words in place.names]
        return plain or [place for place in candidates if (rest := _without(words, place.area)) != words and rest in place.names]

    def _without_outer(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Without the names of the ward and province, where they are added behind."""
        for outer in self._outer:
            if len(words) >= len(outer) and outer not in self.areas:
                words = _without(words, outer)
        return words

    def _alike(self, text: str) -> Sequence[Place]:
        choices = {index: fold(place.label) for index, place in enumerate(self.places) if place.number == _parts(text)[1]}
        found = process.extract(fold(text), choices, limit=2, score_cutoff=ALIKE_FROM)
        return [self.places[index] for _label, _score, index in found]


def _place(unit: Unit) -> Place:
    ways, number = _parts(unit.name)
    area = _words(unit.area)
    names = {*ways, *(_without(words, area) for words in ways if number)}
    return Place(unit.id, unit.label, frozenset(names), number, area, is_village(unit.name))


def _parts(text: str) -> tuple[list[tuple[str, ...]], str]:
    """The words of a unit's name, and its number without zeros in front ("" for none).

    The words in several ways: as they stand, then without one word of kind in front, and so on: "Bản" may be the kind or
    belong to the name.
    """
    rest = _LETTER_DIGIT.sub(r"\1 \2", _SIGNS.sub(" ", _YEAR.sub("", fold(text)))).strip()
    words, number = _words_and_number(rest)
    ways = [words]
    while kind := _KIND.match(rest):
        rest = rest[kind.end() :].strip()
        ways.append(_words_and_number(rest)[0])
    return ways, number


def _words_and_number(rest: str) -> tuple[tuple[str, ...], str]:
    number, words = "", []
    for word in rest.split():
        if not number and _NUMBER.fullmatch(word):
            number = word.lstrip("0") or "0"
        elif word not in _FILLERS and word != "so":
            words.append(word)
    return tuple(words), number


def _words(text: str) -> tuple[str, ...]:
    """The words of an area's name: "Phường Sông Cầu (cũ)" is sông cầu."""
    return tuple(word for word in _SIGNS.sub(" ", fold(text)).split() if word not in _FILLERS)


def _without(words: tuple[str, ...], part: tuple[str, ...]) -> tuple[str, ...]:
    """Words without one run of others, where it is there."""
    size = len(part)
    for start in range(len(words) - size + 1):
        if size and words[start : start + size] == part:
            return words[:start] + words[start + size :]
    return words
