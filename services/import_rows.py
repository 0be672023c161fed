"""From the rows of a list to households; a row with a value that cannot be right is refused whole, with the reason."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from core import clock, phones
from core.errors import Invalid
from core.i18n import N_, translate
from core.text import fold
from services.import_columns import Columns
from services.import_layout import NEEDS, Layout
from services.import_remarks import Remark, Remarks, Why
from services.import_units import Place, UnitFinder
from services.import_values import (
    Tick,
    address_of,
    code_key,
    code_of,
    count_of,
    in_order,
    in_unicode,
    name_of,
    phones_count_of,
    phones_of,
    text_of,
    tick_of,
)
from services.ports import Cell, Sheet

VALUE_SHOWN = 120  # letters of a wrong value that are told
ZALO_BEGAN: Final = date(2012, 1, 1)  # the year of its first version: nobody joined a chat there before
_HEADS = ("chu ho", "chu", "chu nha", "head", "householder", "dai dien")


class Spot(NamedTuple):
    """Where a row stands."""

    sheet: str
    number: int  # the spreadsheet's


@dataclass(slots=True)
class Row:
    """A household as a list gives it; None, or an empty text, where the list says nothing."""

    number: int  # the spreadsheet's
    place: Place
    name: str
    code: str = ""
    address: str = ""
    phones: tuple[str, ...] = ()
    people: int | None = None
    smartphones: int | None = None
    in_group: bool = False
    group_people: int = 0  # 0: not said
    joined_on: date | None = None  # since when in the group, where a sound day says it
    needs: dict[str, bool] | None = None
    sheet: str = ""

    @property
    def people_at_first(self) -> int:
        """The people of a new household. Where the list counts none: those with a smartphone, or in the group, at least one."""
        return max(1, self.smartphones or 0, self.group_people) if self.people is None else self.people


@dataclass(frozen=True)
class Rejected:
    """A row refused whole: where, which value, why; and its cells, to be mended."""

    row: int
    column: str
    value: str
    message: str
    details: Mapping[str, object] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)  # header to text, of the columns we use
    sheet: str = ""

    @property
    def spot(self) -> Spot:
        """Where it stands."""
        return Spot(self.sheet, self.row)

    def reason(self, language: str) -> str:
        """The sentence for a reader of a language."""
        return translate(self.message, language=language).format(**self.details)


class RowReader:
    """Reads the rows below a header, in their order."""

    def __init__(
        self, sheet: Sheet, above: Sequence[Sequence[Cell]], columns: Columns, finder: UnitFinder, remarks: Remarks
    ) -> None:  # fmt: skip
        self.sheet = sheet.name
        above = [[in_unicode(cell, columns.header_letters) for cell in row] for row in above]
        self._layout = Layout(sheet, above, columns, finder)
        self._columns = columns
        self._finder = finder
        self._width = 1 + max(place for places in columns.places.values() for place in places)
        self._one = {name: places[0] for name, places in columns.places.items()}
        self._needs = [(name, self._one[name]) for name in NEEDS if name in self._one]
        self._places: dict[tuple[Cell, Cell, str, str], Place] = {}
        self._last: Row | None = None  # the household whose members may follow
        self._last_number = 0  # the row that said something of it last
        self._is_counted = False  # its people are those the list names
        self._unit = ""  # as it stands there
        self._persons: set[str] = set()  # its head, and whoever stands in the same row
        self._names_persons = not columns.places.keys().isdisjoint(("relation", "member"))
        self._field = ""
        self.refused_codes: dict[tuple[UUID, str], Spot] = {}  # unit and code of refused rows, and where they stand
        self._today = clock.today()
        self._remarks = remarks
        self._said: list[tuple[str, str, str, Why]] = []  # of the row under way: a refused one has said nothing

    def read(self, rows: Iterable[tuple[int, Sequence[Cell]]]) -> Iterator[Row | Rejected]:
        """Households and refusals; whatever is neither is left out. Rows come with the spreadsheet's numbers."""
        blank = [""] * self._width
        for number, given in rows:
            if not given:
                continue
            cells = [*given[: self._width], *blank[len(given) :]] if len(given) != self._width else given
            if self._columns.letters:
                cells = [in_unicode(cell, self._columns.letters) for cell in cells]
            found = self._row(number, cells)
            if found is not None:
                yield found

    def title(self, name: str) -> str:
        """The header's words for a field, as in the file."""
        return self._columns.title(name)

    def refusal(self, row: Row, refusal: Invalid, name: str) -> Rejected:
        """The refusal of a row that was read well, for what only shows beside other rows or stored households."""
        title = self._columns.title(name) or self._columns.title("group")  # a tick may be how many
        cells = self._cells_of(row)
        return Rejected(row.number, title, cells.get(title, ""), refusal.message, refusal.details, cells, row.sheet)

    def _row(self, number: int, cells: Sequence[Cell]) -> Row | Rejected | None:
        heads = self._columns.places["head_name"]
        name = text_of(cells[heads[0]]) if len(heads) == 1 else " ".join(filter(None, (text_of(cells[place]) for place in heads)))
        if not name or self._names_persons:
            is_more, refused = self._goes_on(number, cells, name)
            if is_more:
                self._last_number = number
                return refused
        is_household = self._layout.is_household(number - 1, cells, name)
        if is_household is False:
            return None
        self._field = "head_name"
        try:
            if is_household is None:
                raise Invalid(N_("Thiếu họ tên chủ hộ."))
            row = self._household(number, cells, name)
        except Invalid as refusal:
            self._last, self._said = None, []
            rejected = self._rejected(number, cells, refusal)
            self._keep_code(number, cells)
            return rejected
        self._last, self._last_number = row, number
        self._tell(number)
        self._is_counted = row.people is None or ("relation" in self._one and "people" not in self._one)
        self._persons = {fold(row.name), fold(self._person(cells))} - {""}
        self._unit = text_of(cells[self._one["unit"]]) if "unit" in self._one else ""
        return row

    def _household(self, number: int, cells: Sequence[Cell], name: str) -> Row:
        one, name = self._one, name_of(name)
        if not name:
            raise Invalid(N_("Thiếu họ tên chủ hộ."))
        self._field = "unit"
        row = Row(number, self._place(number - 1, cells), name, sheet=self.sheet)
        if row.place.is_former:
            self._say("unit", cells[one["unit"]] if "unit" in one else self._layout.heading, row.place.label, Why.FORMER_UNIT)
        self._field = "code"
        if "code" in one and (cell := cells[one["code"]]) != "":
            row.code = code_of(cell)
        self._field = "address"
        if "address" in one:
            row.address = self._address(cells)
        self._field = "phone"
        if "phone" in one:
            row.phones = self._phones(cells)
        self._field = "people"
        if "people" in one and (cell := cells[one["people"]]) != "":
            row.people = self._counted("people", cell)
        elif "relation" in one:
            row.people = 1
        self._field = "smartphones"
        if "smartphones" in one and (cell := cells[one["smartphones"]]) != "":
            row.smartphones = phones_count_of(cell)
        self._ticks(row, cells)
        return row

    def _ticks(self, row: Row, cells: Sequence[Cell]) -> None:
        one, ticked = self._one, None
        self._field = "group"
        if "group" in one and (cell := cells[one["group"]]) != "":
            tick = tick_of(cell)
            ticked = tick.is_so
            row.group_people = tick.number if tick.number > 1 else 0  # a 1 is a tick, more is how many
            row.joined_on = self._since(tick, cell)
        self._field = "group_people"
        if "group_people" in one and (cell := cells[one["group_people"]]) != "":
            row.group_people = self._counted("group_people", cell) or row.group_people
        row.in_group = row.group_people > 0 if ticked is None else ticked
        for need, place in self._needs:
            self._field = need
            if (cell := cells[place]) != "" and (is_so := tick_of(cell).is_so) is not None:
                row.needs = (row.needs or {}) | {need: is_so}

    def _since(self, tick: Tick, cell: Cell) -> date | None:
        """The day of joining a cell says, where nobody can doubt it."""
        day = tick.day
        if tick.doubt and not (day and day > self._today):
            self._say("group", cell, f"{day:%d/%m/%Y}" if day else "", Why(tick.doubt.value))
        if day is None or ZALO_BEGAN <= day <= self._today:
            return day
        self._say("group", cell, f"{day:%d/%m/%Y}", Why.DAY_AHEAD if day > self._today else Why.DAY_TOO_EARLY)
        return None

    def _counted(self, name: str, cell: Cell) -> int | None:
        """A number of people; one that stands there in words, or with more in brackets, is told."""
        number = count_of(cell)
        if number is not None and isinstance(cell, str) and ("(" in cell or str(number) not in cell):
            self._say(name, cell, str(number), Why.COUNTED)
        return number

    def _say(self, name: str, cell: Cell, reading: str, why: Why) -> None:
        self._said.append((self._columns.title(name), text_of(cell)[:VALUE_SHOWN], reading, why))

    def _tell(self, number: int) -> None:
        """What was said of a row that stands."""
        for column, value, reading, why in self._said:
            self._remarks.add(Remark(self.sheet, number, column, value, reading, why))
        self._said = []

    def _place(self, index: int, cells: Sequence[Cell]) -> Place:
        one, layout = self._one, self._layout
        unit = layout.filled(index, one["unit"], cells[one["unit"]]) if "unit" in one else ""
        area = layout.filled(index, one["area"], cells[one["area"]]) if "area" in one else ""
        key = (unit, area, layout.heading, layout.area)
        if key not in self._places:
            self._places[key] = self._find(text_of(unit) or layout.heading, text_of(area) or layout.area)
        return self._places[key]

    def _find(self, text: str, area: str) -> Place:
        if text:
            return self._finder.find(text, area)
        if self._finder.only:
            return self._finder.only
        if area and not self._finder.is_area(area) and (place := self._finder.named(area)):
            return place  # the only column of places says the unit itself
        raise Invalid(N_("Thiếu tổ dân phố, thôn của hộ này."))

    def _address(self, cells: Sequence[Cell]) -> str:
        places = self._columns.places["address"]
        if len(places) == 1:
            cell = cells[places[0]]
            return address_of(cell) if cell != "" else ""
        return ", ".join(filter(None, (address_of(cells[place]) for place in places)))

    def _phones(self, cells: Sequence[Cell]) -> tuple[str, ...]:
        places = self._columns.places["phone"]
        if len(places) == 1:
            cell = cells[places[0]]
            return self._numbers(cell) if cell != "" else ()
        return in_order(number for place in places for number in self._numbers(cells[place]))

    def _numbers(self, cell: Cell) -> tuple[str, ...]:
        """The numbers of a cell; what was put right in them, and that there are several, is told."""
        numbers = phones_of(cell)
        for number in numbers:
            if how := phones.mending(cell if isinstance(cell, str) else text_of(cell), number):
                self._say("phone", cell, phones.show(number), Why(how.value))
        if len(numbers) > 1:
            self._say("phone", cell, "; ".join(map(phones.show, numbers)), Why.SEVERAL_NUMBERS)
        return numbers

    def _goes_on(self, number: int, cells: Sequence[Cell], name: str) -> tuple[bool, Rejected | None]:
        """Whether a row is of the household above: a member is counted, a telephone number is one more of it."""
        person, household = self._person(cells), self._last
        relation = fold(text_of(cells[self._one["relation"]])).strip(" .") if "relation" in self._one else ""
        is_member = bool(relation and relation not in _HEADS)
        if name and is_member:  # in a list of persons, wherever it stands
            is_more = True
        elif household is None or number != self._last_number + 1:
            is_more = False
        elif name:
            is_more = bool(person) and self._is_same_head(household, cells, name)
        else:
            has_more = person or is_member or any(text_of(cells[place]) for place in self._columns.places.get("phone", ()))
            is_more = bool(has_more) and self._layout.goes_on(number - 1, cells, person)
        if not is_more or household is None:
            return is_more, None
        if is_member or (person and fold(person) not in self._persons):
            self._count(household)
        return True, None if name and not person else self._call_too(household, number, cells)

    def _person(self, cells: Sequence[Cell]) -> str:
        """Who a row names as one of the household, beside its head."""
        return text_of(cells[self._one["member"]]) if "member" in self._one else ""

    def _is_same_head(self, household: Row, cells: Sequence[Cell], name: str) -> bool:
        """Whether a row repeats the head of household for another of its people."""
        if fold(name) != fold(household.name) or fold(self._person(cells)) in self._persons:
            return False
        code = text_of(cells[self._one["code"]]) if "code" in self._one else ""
        unit = text_of(cells[self._one["unit"]]) if "unit" in self._one else ""
        return unit in ("", self._unit) and (not code or code_key(code) == code_key(household.code))

    def _count(self, household: Row) -> None:
        if self._is_counted:
            household.people = (household.people or len(self._persons)) + 1

    def _call_too(self, household: Row, number: int, cells: Sequence[Cell]) -> Rejected | None:
        """Add the telephone numbers of a row to those of its household; the refusal of what is none, to be mended as a whole."""
        if "phone" not in self._one:
            return None
        try:
            numbers = self._phones(cells)
        except Invalid as refusal:
            self._said = []
            said = self._cells_of(household)
            places = self._columns.places["phone"]
            typed = [text for place in places if (text := text_of(cells[place]))]
            said[self._columns.titles[places[0]]] = "; ".join([*map(phones.show, household.phones), *typed])
            value = " ".join(typed)[:VALUE_SHOWN]
            return Rejected(number, self._columns.title("phone"), value, refusal.message, refusal.details, said, self.sheet)
        self._tell(number)
        if numbers:
            household.phones = in_order([*household.phones, *numbers])
        return None

    def _rejected(self, number: int, cells: Sequence[Cell], refusal: Invalid) -> Rejected:
        titles, field_of = self._columns.titles, self._field
        texts = {titles[place]: text_of(cells[place]) for places in self._columns.places.values() for place in places}
        value = " ".join(filter(None, (text_of(cells[place]) for place in self._columns.places.get(field_of, ()))))
        try:
            unit = self._place(number - 1, cells).label
        except Invalid:
            unit = self._layout.heading
            if field_of == "unit":
                value = value or unit
        return Rejected(
            number,
            self._columns.title(field_of),
            value[:VALUE_SHOWN],
            refusal.message,
            refusal.details,
            self._with_unit(texts, unit),
            self.sheet,
        )

    def _keep_code(self, number: int, cells: Sequence[Cell]) -> None:
        """A refused row has used its code: another row with it is not taken for the same household once this one is mended."""
        try:
            code = code_of(cells[self._one["code"]]) if "code" in self._one else ""
            if code:
                self.refused_codes.setdefault((self._place(number - 1, cells).id, code_key(code)), Spot(self.sheet, number))
        except Invalid:
            return

    def _cells_of(self, row: Row) -> dict[str, str]:
        """The cells of a row that was read, written again from what was understood."""
        said = {
            "head_name": row.name, "code": row.code, "address": row.address,
            "phone": "; ".join(map(phones.show, row.phones)), "people": _number(row.people),
            "smartphones": _number(row.smartphones), "group": _ticked(row),
            "group_people": str(row.group_people or ""), "unit": row.place.label,
        } | {need: "x" if is_ticked else "không" for need, is_ticked in (row.needs or {}).items()}  # fmt: skip
        texts = {self._columns.title(name): text for name, text in said.items() if name in self._columns.places}
        return self._with_unit(texts, row.place.label)

    def _with_unit(self, texts: dict[str, str], unit: str) -> dict[str, str]:
        """The unit a heading said, in a column of its own: alone, a row has no heading above it."""
        title = self._columns.title("unit") or N_("Tổ dân phố")
        return texts | {title: texts.get(title) or unit}


def _ticked(row: Row) -> str:
    """The cell of a row's tick: since when, or how many."""
    if not row.in_group:
        return ""
    return f"{row.joined_on:%d/%m/%Y}" if row.joined_on else str(row.group_people or "x")


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
