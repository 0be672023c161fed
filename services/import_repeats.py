"""Rows of one list that are one household: those of one unit, one name and one telephone number.

What a later row says more is taken over. A row that says something else is refused for a person to see: nothing is lost silently.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from core.errors import Invalid
from core.fulltext import terms
from core.i18n import N_
from services.import_rows import Row, Spot
from services.import_values import code_key, in_order

CodeKey = tuple[UUID, str]
PersonKey = tuple[UUID, str, str]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row that gives a household another row of the list gives too."""

    spot: Spot
    of: Spot
    name: str


@dataclass
class Sifted:
    """The rows of a list, one a household."""

    rows: list[Row] = field(default_factory=list)  # in their order, with what the others say of the same household
    repeats: list[Repeat] = field(default_factory=list)
    refused: list[tuple[Row, str, Invalid]] = field(default_factory=list)  # and the column in which each cannot be right
    codes: dict[CodeKey, Row | Spot] = field(default_factory=dict)  # all that are used, by refused rows too


def sift(rows: Sequence[Row], refused_codes: Mapping[CodeKey, Spot]) -> Sifted:
    """Put together the rows of one household: the first of them stays, or the one that has a code.

    Two codes are two households, and no code is used twice (contracts/cli.md). A row that may be of two others, or says something
    else than the one it repeats, is refused.
    """
    found = Sifted(codes=dict(refused_codes))
    left_out = {id(row) for row in rows if row.code and not _is_first_of_code(found, row)}
    if not all(row.code for row in rows):
        persons = _Persons([row for row in rows if row.code and id(row) not in left_out])
        left_out |= {id(row) for row in rows if not row.code and not persons.is_first(found, row)}
    found.rows = [row for row in rows if id(row) not in left_out]
    return found


def person_keys(row: Row) -> list[PersonKey]:
    """By what a row without a code is known: its unit and name, with each of its telephone numbers."""
    name = row.name.casefold()
    return [(row.place.id, name, number) for number in row.phones]


def _is_first_of_code(found: Sifted, row: Row) -> bool:
    first = found.codes.setdefault((row.place.id, code_key(row.code)), row)
    if first is row:
        return True
    elsewhere, here = N_("Mã hộ này đã dùng ở dòng {row}, trang “{sheet}”."), N_("Mã hộ này đã dùng ở dòng {row}.")
    found.refused.append((row, "code", _why(row, first, elsewhere, here)))
    return False


class _Persons:
    """Who the list has given so far, by name and number; those with a code come first."""

    def __init__(self, coded: Sequence[Row]) -> None:
        self._first: dict[PersonKey, Row] = {}
        self._shared: dict[PersonKey, Row] = {}  # of two codes: whose row it is nobody can tell
        for row in coded:
            for key in person_keys(row):
                if self._first.setdefault(key, row) is not row:
                    self._shared[key] = row

    def is_first(self, found: Sifted, row: Row) -> bool:
        """Whether a row without a code is the first of its household."""
        keys = person_keys(row)
        known = {id(one): one for key in keys for one in (self._first.get(key), self._shared.get(key)) if one is not None}
        first = next(iter(known.values()), row)
        if len(known) > 1:
            words = N_("Cùng tên và số điện thoại với nhiều dòng: {rows}. Ghi thêm mã hộ.")
            rows = ", ".join(_place(one, row) for one in known.values())
            found.refused.append((row, "head_name", Invalid(words, rows=rows)))
        elif first is not row and (other := _otherwise(first, row)) is not None:
            column, value = other
            elsewhere = N_("Dòng {row}, trang “{sheet}” cũng là hộ này, nhưng ghi “{value}”. Sửa cho khớp.")
            here = N_("Dòng {row} cũng là hộ này, nhưng ghi “{value}”. Sửa cho khớp.")
            found.refused.append((row, column, _why(row, first, elsewhere, here, value=value)))
        else:
            if first is not row:
                _put_together(found, first, row)
            self._first |= dict.fromkeys(keys, first)
            return first is row
        return False


def _otherwise(first: Row, row: Row) -> tuple[str, str] | None:
    """The column in which a row says something else of the same household, and what the first says there."""
    if not _is_one_address(first.address, row.address):
        return "address", first.address
    for name in ("people", "smartphones"):
        said = getattr(first, name)
        if said is not None and getattr(row, name) not in (None, said):
            return name, str(said)
    if first.group_people and row.group_people not in (0, first.group_people):
        return "group_people", str(first.group_people)
    needs = first.needs or {}
    other = next((need for need, is_so in (row.needs or {}).items() if needs.get(need, is_so) is not is_so), None)
    return (other, "x" if needs[other] else "không") if other else _too_many(first, row)


def _is_one_address(one: str, other: str) -> bool:
    """Whether neither says anything that the other does not."""
    words, others = set(terms(one).split()), set(terms(other).split())
    return words <= others or others <= words


def _too_many(first: Row, row: Row) -> tuple[str, str] | None:
    """The count by which a row gives the household more smartphones, or more people in the chat, than it has people."""
    people = row.people if first.people is None else first.people
    for name in ("smartphones", "group_people"):
        count = getattr(first, name) or getattr(row, name) or 0
        is_own = first.people is not None and getattr(first, name)  # then the first is told so itself
        if people is not None and count > max(people, 1) and not is_own:
            return (name, str(people)) if getattr(row, name) else ("people", str(count))
    return None


def _put_together(found: Sifted, first: Row, row: Row) -> None:
    first.phones = in_order([*first.phones, *row.phones])
    first.address = max(first.address, row.address, key=len)
    first.people = row.people if first.people is None else first.people
    first.smartphones = row.smartphones if first.smartphones is None else first.smartphones
    first.in_group, first.group_people = first.in_group or row.in_group, first.group_people or row.group_people
    first.joined_on = min((day for day in (first.joined_on, row.joined_on) if day), default=None)
    first.needs = {**(first.needs or {}), **(row.needs or {})} or None
    found.repeats.append(Repeat(Spot(row.sheet, row.number), Spot(first.sheet, first.number), row.name))


def _why(row: Row, first: Row | Spot, elsewhere: str, here: str, **more: object) -> Invalid:
    if first.sheet != row.sheet:
        return Invalid(elsewhere, row=first.number, sheet=first.sheet, **more)
    return Invalid(here, row=first.number, **more)


def _place(one: Row, row: Row) -> str:
    return str(one.number) if one.sheet == row.sheet else f"{one.number} ({one.sheet})"
