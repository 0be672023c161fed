"""Reading the sheets of a list: one, or several of a workbook that each hold the households of one residential group."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from uuid import UUID

from core.errors import Invalid
from core.i18n import N_
from core.letters import TURN
from core.text import fold
from services.import_columns import HEADER_ROWS, Columns, find
from services.import_remarks import Remark, Remarks, Why
from services.import_rows import Rejected, Row, RowReader, Spot
from services.import_units import UnitFinder, is_numbered, starts_like_unit
from services.import_values import in_unicode, text_of
from services.ports import Cell, Sheet, ports

EVERY = "*"  # in place of a sheet's name, which it cannot be: all the sheets that hold a list
SAMPLE_ROWS = 20
OF_WORKBOOKS = ("unicode", *TURN)  # the letters a workbook may be typed in
ROWS_LOOKED_AT = HEADER_ROWS + SAMPLE_ROWS
LEAST_SAMPLES = 2  # of each sheet
PROGRESS_EVERY = 1_000
STEPS = 10_000  # of reading several sheets, of which nobody knows the rows before
OTHERS_NAMED = 10
Tables = Sheet | Iterable[Sheet]
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Prepared:
    """What a list looks like before anything is read in: for a person to agree with, or to put right."""

    sheet: str
    header_row: int  # the spreadsheet's number
    columns: dict[str, str]  # field to header, as in the file
    dropped: tuple[str, ...]  # headers of what is never held
    ignored: tuple[str, ...]  # headers of what we have no place for
    headers: tuple[str, ...]  # all of them, in order: what `mapping` may name
    samples: list[tuple[int, dict[str, str]]] = field(default_factory=list)  # number, and header to text, dropped ones left out
    others: tuple[str, ...] = ()  # the workbook's sheets that are not read
    sheets: tuple[str, ...] = ()  # those that are
    fields: dict[str, str] = field(default_factory=dict)  # header to field, of every sheet
    sample_sheets: tuple[str, ...] = ()  # whose the samples are
    letters: str = ""  # as `Sheet.letters`, or those of before Unicode that were found
    other_letters: tuple[str, ...] = ()  # that a person may choose instead


def names_unit(name: str) -> bool:
    """Whether a sheet is called as a residential group is: "Tổ 13", "TDP 2", "13", "Thôn Bản Pò"."""
    return starts_like_unit(name) or is_numbered(name)


def is_one_a_unit(sheet: Sheet) -> bool:
    """Whether the sheets of this one's workbook are called by residential groups, two at least: they make one list."""
    return sum(map(names_unit, (sheet.name, *sheet.others))) > 1


def tables(path: Path, *, sheet: str = "", rows: int | None = None, letters: str = "") -> Tables:
    """What of a file makes the list: the sheet named, or `EVERY`; in the letters named, or the likeliest.

    Without a name those that are called by residential groups, where there are two; else the first that holds anything.

    Raises:
        Invalid: it is no table we can read.
    """
    if sheet != EVERY:
        first = ports().sheets.read(path, sheet=sheet or None, letters=letters)
        if sheet or not is_one_a_unit(first):
            return first
        let_go(iter(first.rows))
    return ports().sheets.read_all(path, rows=rows, letters=letters)


def prepare(sheet: Tables, *, mapping: Mapping[str, str] | None = None) -> Prepared:
    """Look at the first rows of a list; the rest of it is not read.

    Raises:
        Invalid: no row looks like a header, or the mapping names what is not there.
    """
    reading = _Lists(sheet, mapping)
    found = [_prepared(one, first, columns, rows) for one, first, columns, rows in reading.lists(ROWS_LOOKED_AT)]
    reading.require_read()
    columns = _merged([one.columns for one in found])
    share = max(LEAST_SAMPLES, SAMPLE_ROWS // len(found))
    rows = [(one.sheet, number, _retitled(one, columns, texts)) for one in found for number, texts in one.samples[:share]]
    return replace(
        found[0], columns=columns, samples=[(number, texts) for _sheet, number, texts in rows[:SAMPLE_ROWS]],
        sample_sheets=tuple(name for name, *_rest in rows[:SAMPLE_ROWS]), fields=_merged([one.fields for one in found]),
        dropped=_all(one.dropped for one in found), ignored=_all(one.ignored for one in found),
        headers=_all(one.headers for one in found), others=tuple(reading.others), sheets=tuple(one.sheet for one in found),
    )  # fmt: skip


def _prepared(sheet: Sheet, first: Sequence[Sequence[Cell]], columns: Columns, _rows: Iterator[list[Cell]]) -> Prepared:
    seen = {place: title for place, title in columns.titles.items() if title not in columns.dropped}
    samples = []
    for number, row in enumerate(first[columns.row :], columns.row + 1):
        cells = [in_unicode(cell, columns.letters) for cell in row] if columns.letters else row
        texts = {title: text_of(cells[place]) for place, title in seen.items() if place < len(cells)}
        if any(texts.values()):
            samples.append((number, texts))
    fields = {columns.titles[place]: name for name, places in columns.places.items() for place in places}
    return Prepared(
        sheet.name, columns.row, columns.said(), columns.dropped, columns.ignored, tuple(columns.titles.values()),
        samples[:SAMPLE_ROWS], fields=fields, letters=sheet.letters or columns.letters, other_letters=_others(sheet, columns),
    )  # fmt: skip


def _others(sheet: Sheet, columns: Columns) -> tuple[str, ...]:
    own = sheet.letters or columns.letters
    if sheet.other_letters or own not in (*OF_WORKBOOKS, ""):
        return tuple(sheet.other_letters)
    return tuple(letters for letters in OF_WORKBOOKS if letters != own) if own else ()


def _retitled(one: Prepared, columns: Mapping[str, str], texts: dict[str, str]) -> dict[str, str]:
    """The texts of a sample under the headers of the first sheet, where its own say the same in other words."""
    said: dict[str, str] = {}
    for name, title in one.columns.items():
        if title != columns[name]:
            said[columns[name].split(" + ")[0]] = " ".join(filter(None, (texts.get(part, "") for part in title.split(" + "))))
    return texts | said


def _merged(some: Sequence[Mapping[str, str]]) -> dict[str, str]:
    merged: dict[str, str] = {}
    for one in reversed(some):
        merged |= one
    return {key: merged[key] for key in dict.fromkeys(key for one in some for key in one)}


def _all(some: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(some)))


class Reading:
    """The rows of a list, of one sheet or of several, and what was refused of them."""

    def __init__(self, sheet: Tables, mapping: Mapping[str, str] | None, finder: UnitFinder, pace: "Pace") -> None:
        """Read it to its end.

        Raises:
            Invalid: it is no list of households.
        """
        self.rows: list[Row] = []
        self.rejected: list[Rejected] = []
        self.refused_codes: dict[tuple[UUID, str], Spot] = {}  # unit and code of refused rows, and where they stand
        self.remarks = Remarks()
        self._readers: dict[str, RowReader] = {}
        lists = _Lists(sheet, mapping)
        found: list[Columns] = []
        with closing(lists.lists(HEADER_ROWS)) as some:
            for one, first, columns, remaining in some:
                require_head(columns)
                found.append(columns)
                numbered = enumerate(chain(first[columns.row :], remaining), columns.row + 1)
                self._read(
                    RowReader(one, first[: columns.row], columns, finder, self.remarks),
                    pace.over(one, numbered, alone=lists.is_one),
                )
        lists.require_read()
        self.columns = _merged([columns.said() for columns in found])
        self.dropped = _all(columns.dropped for columns in found)
        self.sheets, self.others = tuple(self._readers), tuple(lists.others)

    def refusal(self, row: Row, refusal: Invalid, name: str) -> Rejected:
        """The refusal of a row that was read well, for what only shows beside other rows or stored households."""
        return self._readers[row.sheet].refusal(row, refusal, name)

    def remark(self, row: Row, name: str, value: str, why: Why) -> None:
        """Tell of a value that was read well, and cannot be so beside what is stored."""
        self.remarks.add(Remark(row.sheet, row.number, self._readers[row.sheet].title(name), value, "", why))

    def _read(self, reader: RowReader, numbered: Iterable[tuple[int, Sequence[Cell]]]) -> None:
        self._readers[reader.sheet] = reader
        for found in reader.read(numbered):
            if isinstance(found, Row):
                self.rows.append(found)
            else:
                self.rejected.append(found)
        for key, spot in reader.refused_codes.items():
            self.refused_codes.setdefault(key, spot)


class _Lists:
    """The sheets that hold a list of households, one after the other; the names of the others are kept."""

    def __init__(self, sheet: Tables, mapping: Mapping[str, str] | None) -> None:
        self.is_one = isinstance(sheet, Sheet)
        self.others: list[str] = []
        self._sheets = iter((sheet,)) if isinstance(sheet, Sheet) else iter(sheet)
        self._mapping = dict(mapping or {})
        self._unknown: dict[str, str] | None = None  # what the mapping names and no sheet has so far
        self._seen: list[str] = []
        self._count = 0

    def lists(self, most: int) -> Generator[tuple[Sheet, list[list[Cell]], Columns, Iterator[list[Cell]]]]:
        """Each list with its first rows, its columns, and the rows to come."""
        try:
            for sheet in self._wanted():
                rows = iter(sheet.rows)
                try:
                    first = list(islice(rows, most))
                    columns = self._alone(sheet, first) if self.is_one else self._among(sheet, first)
                    if columns is None:
                        self.others.append(sheet.name)
                        continue
                    self._count += 1
                    yield sheet, first, columns, rows
                finally:
                    let_go(rows)
        finally:
            let_go(self._sheets)

    def require_read(self) -> None:
        """Refuse when nothing was a list, or the mapping names what stands in no sheet.

        Raises:
            Invalid: so it is.
        """
        if not self._count:
            raise _no_list()
        for header in self._unknown or {}:
            raise Invalid(N_("Không thấy cột “{header}”. Các cột trong tệp: {headers}."), header=header,
                          headers=", ".join(f"“{title}”" for title in dict.fromkeys(self._seen)))  # fmt: skip

    def _wanted(self) -> Iterator[Sheet]:
        """All; only those called by a residential group where two at least are."""
        for sheet in self._sheets:
            if self.is_one:
                self.others = list(sheet.others)
            elif is_one_a_unit(sheet) and not names_unit(sheet.name):
                self.others.append(sheet.name)
                continue
            yield sheet

    def _alone(self, sheet: Sheet, first: Sequence[Sequence[Cell]]) -> Columns:
        columns = find(first, merged=sheet.merged, mapping=self._mapping, letters=sheet.letters)
        if columns is None:
            others = ", ".join(f"“{name}”" for name in sheet.others[:OTHERS_NAMED])
            if others:
                raise Invalid(
                    N_("Trang “{sheet}” không có dòng tiêu đề với cột họ tên chủ hộ. Tệp còn các trang: {others}."),
                    sheet=sheet.name, others=others,
                )  # fmt: skip
            raise _no_list()
        return columns

    def _among(self, sheet: Sheet, first: Sequence[Sequence[Cell]]) -> Columns | None:
        """The columns of one of several sheets: the mapping holds for the headers that it has."""
        columns = find(first, merged=sheet.merged, letters=sheet.letters)
        if not self._mapping:
            return columns if columns and "head_name" in columns.places else None
        texts = columns.titles.values() if columns else (text_of(cell) for row in first for cell in row)
        titles = {fold(text) for text in texts}
        known = {header: wish for header, wish in self._mapping.items() if fold(header) in titles}
        self._unknown = {h: w for h, w in (self._mapping if self._unknown is None else self._unknown).items() if h not in known}
        columns = find(first, merged=sheet.merged, mapping=known, letters=sheet.letters)
        self._seen += columns.titles.values() if columns else ()
        return columns if columns and "head_name" in columns.places else None


def require_head(columns: Columns) -> None:
    """Refuse a list in which no column is the name of the head of household.

    Raises:
        Invalid: so it is; the columns are named.
    """
    if "head_name" not in columns.places:
        titles = ", ".join(f"“{title}”" for title in columns.titles.values())
        raise Invalid(N_("Không thấy cột họ tên chủ hộ. Hãy chỉ rõ cột nào: {columns}."), columns=titles)


def _no_list() -> Invalid:
    return Invalid(N_("Không thấy dòng tiêu đề có cột họ tên chủ hộ. Tệp này không phải danh sách hộ dân."))


def let_go(rows: Iterator[object]) -> None:
    """End the reader of a file that is not read to its end."""
    close = getattr(rows, "close", None)
    if close:
        close()


class Pace:
    """Tells how far an import is: reading is the first half, writing the second."""

    def __init__(self, tell: Told | None) -> None:
        self._tell = tell
        self._height = 0  # of the reading, in rows or, of several sheets, in steps; 0 is not known
        self._sheets = 0  # begun, of several

    def over(
        self, sheet: Sheet, rows: Iterable[tuple[int, Sequence[Cell]]], *, alone: bool
    ) -> Iterable[tuple[int, Sequence[Cell]]]:
        """The same rows, told now and then."""
        if not self._tell:
            return rows
        height = sheet.height or (len(sheet.rows) if isinstance(sheet.rows, Sequence) else 0)
        if alone:
            self._height = height
            return self._told(rows, lambda number: number)
        self._height, all_sheets, before = STEPS, 1 + len(sheet.others), self._sheets
        self._sheets += 1
        return self._told(rows, lambda number: int(STEPS * (before + min(1.0, number / (height or number))) / all_sheets))

    def written(self, rows: int, of: int) -> None:
        """So many households are written."""
        if self._tell:
            self._tell(self._height + (STEPS * rows // max(1, of) if self._sheets else rows), self._height * 2)

    def _told(
        self, rows: Iterable[tuple[int, Sequence[Cell]]], step: Callable[[int], int]
    ) -> Iterator[tuple[int, Sequence[Cell]]]:  # fmt: skip
        for number, row in rows:
            if number % PROGRESS_EVERY == 0 and self._tell:
                self._tell(step(number), self._height * 2)
            yield number, row
