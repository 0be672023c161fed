"""Which row of a list is which stored household, and what it changes.

Households are one when their code within the unit is the same, or unit, name and telephone number together: never because a
name or a number alone is. What a list leaves blank stays as it is stored.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row as StoredRow
from sqlalchemy import func, select
from sqlmodel import Session, col

from core.bulk import batches
from core.errors import Invalid
from core.i18n import N_
from models import Household
from services.households import search_text
from services.import_reading import Reading
from services.import_repeats import CodeKey, PersonKey, Repeat, person_keys, sift
from services.import_rows import Rejected, Row, Spot
from services.import_values import code_key

Stored = StoredRow[Any]
UNITS_AT_A_TIME = 500
ROWS_AT_A_TIME = 2_000
ROWS_MATCHED = 5_000  # at a time, or a unit's where it has more
_NOTHING: dict[str, Any] = {}  # one for all that do not change
_COLUMNS = (
    "id", "unit_id", "code", "head_name", "address", "phone", "other_phones", "people", "smartphones", "needs", "arrived_on",
    "left_on", "merged_into_id", "version",
)  # fmt: skip


@dataclass(slots=True)
class Known:
    """A row that is a stored household, the version it was matched with, and what changes of it."""

    row: Row
    household_id: UUID
    version: int
    before: dict[str, Any]
    after: dict[str, Any]  # empty when the row says nothing new


@dataclass
class Plan:
    """What a list does to the households: nothing of it is written yet."""

    new: list[tuple[Row, str]] = field(default_factory=list)  # with the code each will have
    known: list[Known] = field(default_factory=list)
    settled: int = 0  # rows of households that a person joined to another as duplicates: the answer stands, they say nothing
    repeats: list[Repeat] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def stored_households(session: Session, unit_ids: Iterable[UUID]) -> Iterator[Stored]:
    """The households of the units, ended ones too, the oldest first; read in parts, for memory."""
    columns = [col(getattr(Household, name)) for name in _COLUMNS]
    order = (col(Household.created_at), func.length(Household.code), col(Household.code))
    for ids in batches(sorted(unit_ids), UNITS_AT_A_TIME):
        query = select(*columns).where(col(Household.unit_id).in_(ids)).order_by(*order)
        yield from session.execute(query.execution_options(yield_per=ROWS_AT_A_TIME))


def living(session: Session, unit_ids: Iterable[UUID], *, on: date) -> Iterator[Stored]:
    """The households of the units that live there on a day."""
    return (household for household in stored_households(session, unit_ids) if not _has_left(household, on))


def match(session: Session, rows: Sequence[Row], *, reader: Reading, on: date) -> Plan:
    """Match every row with at most one household, and every household with one row, once those that repeat it are put together.

    Units are taken a few at a time, for memory: what stands in one says nothing of another.
    """
    by_unit: dict[UUID, list[Row]] = {}
    for row in rows:
        by_unit.setdefault(row.place.id, []).append(row)
    codes: dict[UUID, dict[CodeKey, Spot]] = {}
    for key, spot in reader.refused_codes.items():
        codes.setdefault(key[0], {})[key] = spot
    plan = Plan()
    batch: list[Row] = []
    refused: dict[CodeKey, Spot] = {}
    for place, (unit_id, some) in enumerate(by_unit.items(), 1):
        batch += some
        refused |= codes.get(unit_id, {})
        if len(batch) >= ROWS_MATCHED or place == len(by_unit):
            _match(session, plan, batch, refused, reader=reader, on=on)
            batch, refused = [], {}
    if len(by_unit) > 1:
        order = {name: place for place, name in enumerate(reader.sheets)}
        plan.new.sort(key=lambda one: (order[one[0].sheet], one[0].number))
        plan.known.sort(key=lambda one: (order[one.row.sheet], one.row.number))
        plan.repeats.sort(key=lambda one: (order[one.spot.sheet], one.spot.number))
    return plan


def _match(
    session: Session, plan: Plan, rows: Sequence[Row], refused_codes: dict[CodeKey, Spot], *, reader: Reading, on: date
) -> None:  # fmt: skip
    sifted = sift(rows, refused_codes)
    plan.repeats += sifted.repeats
    plan.rejected += [reader.refusal(row, why, column) for row, column, why in sifted.refused]
    matcher = _Matcher(sifted.rows, sifted.codes, stored_households(session, {row.place.id for row in sifted.rows}), on)
    new: list[Row] = []
    for row in sifted.rows:
        try:
            household = matcher.household_of(row)
            if household is None:
                _require_fitting(row, row.people_at_first)
                new.append(row)
            elif _was_joined(household):
                plan.settled += 1
            else:
                plan.known.append(_known(row, household))
        except _Refused as refused:
            plan.rejected.append(reader.refusal(row, refused.why, refused.column))
    plan.new += [(row, row.code or matcher.next_code(row)) for row in new]


def _known(row: Row, household: Stored) -> Known:
    after = changes(row, household) or _NOTHING
    before = {name: getattr(household, name) for name in after if name != "search"} if after else _NOTHING
    return Known(row, household.id, household.version, before, after)


def _has_left(household: Stored, on: date) -> bool:
    return household.left_on is not None and bool(household.left_on <= on)


def _was_joined(household: Stored) -> bool:
    """Whether it was found to be another one, and so never was."""
    return household.merged_into_id is not None and bool(household.left_on == household.arrived_on)


def changes(row: Row, household: Stored) -> dict[str, Any]:
    """The columns of a household a row changes; empty when it says nothing new.

    Raises:
        _Refused: what the row gives does not fit what is stored.
    """
    wanted: dict[str, Any] = {"head_name": row.name}
    if row.code and code_key(row.code) != code_key(household.code):  # known as a person: the list's own code stays
        wanted["code"] = row.code
    if row.address:
        wanted["address"] = row.address
    if row.phones:
        wanted["phone"] = row.phones[0]
        wanted["other_phones"] = list(row.phones[1:]) or _kept_numbers(household, row.phones[0])
    people = household.people if row.people is None else row.people
    _require_fitting(row, people)
    if row.people is not None:
        wanted |= {"people": people, "smartphones": min(household.smartphones, people)}
    if row.smartphones is not None:
        wanted["smartphones"] = row.smartphones
    if row.needs:
        kept_needs = [need for need in household.needs if row.needs.get(need, True)]
        wanted["needs"] = kept_needs + [need for need, is_so in row.needs.items() if is_so and need not in kept_needs]
    changed = {name: value for name, value in wanted.items() if value != getattr(household, name)}
    if changed.keys() & {"code", "head_name", "address", "phone", "other_phones"}:
        final = household._asdict() | changed
        changed["search"] = search_text(
            final["head_name"], final["address"], final["code"], final["phone"], *final["other_phones"]
        )
    return changed


def _kept_numbers(household: Stored, number: str) -> list[str]:
    """The other numbers of a household that is now called at `number`: all it had where that was one of them."""
    known = [household.phone, *household.other_phones] if number in household.other_phones else household.other_phones
    return [one for one in known if one and one != number]


def _require_fitting(row: Row, people: int) -> None:
    if (row.smartphones or 0) > people:
        raise _Refused("smartphones", N_("Nhiều hơn số nhân khẩu của hộ."))
    if row.group_people > max(people, 1):
        raise _Refused("group_people", N_("Nhiều hơn số nhân khẩu của hộ."))


class _Refused(Exception):
    """A row that cannot be right beside the others, or beside what is stored."""

    def __init__(self, column: str, message: str, **details: object) -> None:
        super().__init__(message)
        self.column = column
        self.why = Invalid(message, **details)


class _Matcher:
    """Finds the household of each row, in two ways: by its code, and by unit, name and telephone number."""

    def __init__(self, rows: Sequence[Row], codes: Collection[CodeKey], stored: Iterable[Stored], on: date) -> None:
        self._on = on
        self._codes = codes  # that the list uses
        coded = [row for row in rows if row.code]
        self._by_code: dict[CodeKey, list[Stored]] = {}
        self._by_person: dict[PersonKey, list[Stored]] = {}
        self._last_numbers: Counter[UUID] = Counter()  # at first the households there are
        self._index(stored, {row.place.id: row.place.id for row in rows})
        self._taken = {known.id for row in coded if (known := self._coded(row))}

    def _index(self, stored: Iterable[Stored], unit_ids: dict[UUID, UUID]) -> None:
        for household in stored:
            unit_id = unit_ids[household.unit_id]  # one object a unit, instead of one a household
            self._last_numbers[unit_id] += 1
            self._by_code.setdefault((unit_id, code_key(household.code)), []).append(household)
            for number in (household.phone or "", *household.other_phones):
                self._by_person.setdefault((unit_id, household.head_name.casefold(), number), []).append(household)

    def household_of(self, row: Row) -> Stored | None:
        """The stored household a row means; None for one that is new.

        Raises:
            _Refused: several could be meant, or it has ended.
        """
        household = (self._coded(row) or self._renamed(row)) if row.code else self._of_person(row)
        if household is not None and _has_left(household, self._on) and not _was_joined(household):
            raise _Refused(
                "code" if row.code else "head_name", N_("Hộ này đã chuyển đi ngày {day}. Mở lại hộ trước khi nhập."),
                day=f"{household.left_on:%d/%m/%Y}",
            )  # fmt: skip
        return household

    def next_code(self, row: Row) -> str:
        """The next running number no household of the unit, and no row of the list, has as its code."""
        unit_id = row.place.id
        number = self._last_numbers[unit_id] + 1
        while (unit_id, str(number)) in self._by_code or (unit_id, str(number)) in self._codes:
            number += 1
        self._last_numbers[unit_id] = number
        return f"{number:03d}"

    def _coded(self, row: Row) -> Stored | None:
        found = self._by_code.get((row.place.id, code_key(row.code)), [])
        same = [household for household in found if household.code == row.code] or found
        return same[0] if len(same) == 1 else None

    def _renamed(self, row: Row) -> Stored | None:
        """One that had another code until now, such as the number it was given where a first list had none.

        Unit, name and number are its own, and its code is nobody's in this list.
        """
        if (row.place.id, code_key(row.code)) in self._by_code:
            return None
        candidates = {household.id: household for key in person_keys(row) for household in self._by_person.get(key, [])}
        free = [
            household for household in candidates.values()
            if household.id not in self._taken and not _has_left(household, self._on)
            and (row.place.id, code_key(household.code)) not in self._codes
        ]  # fmt: skip
        if len(free) != 1:
            return None
        self._taken.add(free[0].id)
        return free[0]

    def _of_person(self, row: Row) -> Stored | None:
        keys = person_keys(row) or [(row.place.id, row.name.casefold(), "")]
        candidates = {household.id: household for key in keys for household in self._by_person.get(key, [])}
        free = [
            household
            for household in candidates.values()
            if household.id not in self._taken and household.merged_into_id not in candidates
        ]
        if not row.phones:
            # the oldest: the same lines find the same households, however often they come
            free = [household for household in free if _says_the_same(row, household)][:1]
        if len(free) > 1:
            raise _Refused("head_name", N_("Có {n} hộ cùng tên và số điện thoại. Ghi thêm mã hộ."), n=len(free))
        self._taken |= {household.id for household in free}
        return free[0] if free else None


def _says_the_same(row: Row, household: Stored) -> bool:
    """Without code and number, a row is a stored household only when it is the same line once more, not by its name."""
    return (
        household.phone is None
        and household.address.casefold() == row.address.casefold()
        and row.people in (None, household.people)
        and row.smartphones in (None, household.smartphones)
    )
