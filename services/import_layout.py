"""What each row of a list is: a household, or a title, heading, repeated header, total, footer, blank; and what headings say.

A list made for a printer says things by where they stand: "Tổ 13" in a row of its own, or joined down the side, or in the title.
"""

import re
from collections.abc import Sequence

from core.text import fold
from services.import_columns import Columns
from services.import_units import UnitFinder, is_numbered, starts_like_unit, within
from services.import_values import text_of
from services.ports import Cell, Sheet

COUNTS = ("people", "smartphones", "group_people", "group")
NEEDS = ("door", "elderly_alone", "disabled", "no_phone", "other_language")  # ticks that are also values of models.Need
FACTS = ("code", "address", "phone", *COUNTS, *NEEDS)  # what a household has beside its name and unit
RUNNING_SIGNS = 4  # letters of a running number: "12", "III."
WIDE_ROWS_MAX = 200  # a title joined over more rows than this is none

# With their marks, since "Tống", "Công" and "Danh" are names of families too; without, only where nothing else follows.
_TOTAL = re.compile(
    r"(?:tổng|cộng)\b|tong (?:cong|so)\b|(?:tong|cong|sum)\s*(?:[:\d(]|$)|cong trang\b|(?:sub|grand )?\s?total\b"
    r"|l[uũ][yỹ] kế\b|(?:mang|chuyển) sang\b|trong đó\b"
)
_SUSPECT = re.compile(
    rf"{_TOTAL.pattern}|\(?\d|\(?\w\)?$|tổ|tdp|to ?\d|to dan pho|thôn|bản|xóm|làng|ấp|khu|khóm|buôn|bon|cụm|(?:thon|ap|xom) ?\d"
)
_TITLE = re.compile(
    r"danh sach\b|bieu (?:so|mau)\b|mau so\b|phu luc\b|uy ban nhan dan|ubnd\b|hdnd\b|cong hoa xa hoi|doc lap\b.*tu do"
    r"|trang \d|page \d|don vi tinh|ghi chu\b|luu y\b|bao cao\b|tong hop\b|thong ke\b"
)
_FOOTER = re.compile(
    r"(?:.*\b)?ngay\b.{0,12}\bthang\b.{0,12}\bnam\b|nguoi (?:lap|ke khai|tong hop|viet|kiem tra)\b|(?:tm|t/m|kt|tl|tuq)\. "
    r"|xac nhan\b|.*\(ky\b|ky,? ghi ro|(?:to|khu) truong\b|truong (?:thon|ban|khu|xom)\b|(?:pho )?chu tich\b|bi thu\b"
    r"|can bo\b|thu ky\b|cong chuc\b|noi nhan\b|danh sach (?:nay|tren|gom|co)\b|an dinh\b"
)
_PLACE_NUMBER = re.compile(r"\(?\d{1,2}\)?|\(?[A-Za-z]\)?")  # the line "(1) (2) (3)" below a header


class Layout:
    """Reads the rows of one list in their order, and remembers the headings above the row it is at."""

    def __init__(self, sheet: Sheet, above: Sequence[Sequence[Cell]], columns: Columns, finder: UnitFinder) -> None:
        self._columns = columns
        self._finder = finder
        self._facts = [place for name in FACTS for place in columns.places.get(name, ())]
        self._counts = {place for name in COUNTS for place in columns.places.get(name, ())}
        self._head = columns.places["head_name"]
        self._header_words = {text_of(cell).lower() for row in above[-columns.depth :] for cell in row if text_of(cell)}
        self._is_in_footer = False
        self._wide = {row for area in sheet.merged if self._is_wide(area) for row in range(area[0], area[2] + 1)}
        units = [place for name in ("unit", "area") for place in columns.places.get(name, ())]
        self._units = units
        self._joined = {place: _Joined(place, sheet) for place in (*units, self._head[0])}
        self.area = ""
        headings = [found for rows in (above, [[sheet.name]]) if (found := self._of_title(rows))]
        self.heading = next(filter(finder.named, headings), headings[0] if headings else self._of_number(sheet))

    def filled(self, index: int, place: int, cell: Cell) -> Cell:
        """A cell of a unit or area column: the one joined with it above, where it is blank."""
        return self._joined[place].at(index, cell)

    def goes_on(self, index: int, cells: Sequence[Cell], person: str) -> bool:
        """Whether a row without a name says more of the household right above it: its name is joined, or nothing of it is new.

        New are a number or code in front of the name, a unit, an address, counts and ticks: whoever has those is a household
        whose name is missing. `person` is who stands there as one of the household.
        """
        if person and self._is_odd_person(person):
            return False
        if self._joined[self._head[0]].continues(index, ""):
            return True
        own = {*range(self._head[0]), *self._facts, *self._units} - set(self._columns.places.get("phone", ()))
        own -= set(self._columns.places.get("member", ())) | set(self._columns.places.get("relation", ()))
        return not any(text_of(cells[place]) for place in own)

    def _is_odd_person(self, person: str) -> bool:
        flat = fold(person)
        return bool(_SUSPECT.match(person.lower()) or _FOOTER.match(flat) or _TITLE.match(flat))

    def is_household(self, index: int, cells: Sequence[Cell], name: str) -> bool | None:
        """Whether a row is a household; None where it gives facts of one, but no name.

        `index` counts from 0. Headings on the way are remembered.
        """
        has_facts = any(cells[place] not in ("", None) for place in self._facts)
        continues = self._joined[self._head[0]].continues(index, name)
        if name and has_facts and not self._is_in_footer and index not in self._wide and not self._looks_odd(name, cells):
            return True
        texts = [text for cell in cells if isinstance(cell, str) and (text := text_of(cell))]
        if not name:
            return self._nameless(cells, texts, continues=continues)
        if index in self._wide or self._is_no_name(name, cells, texts):
            self._hear(texts)
            return False
        if self._is_heading(name, cells) or (self._is_in_footer and not self._has_digits(cells)):
            return False
        self._is_in_footer = False
        return True

    def _looks_odd(self, name: str, cells: Sequence[Cell]) -> bool:
        lower = name.lower()
        if _SUSPECT.match(lower) or lower in self._header_words:
            return True
        first = cells[0]
        return isinstance(first, str) and len(first) > 2 and bool(_TOTAL.match(text_of(first).lower()))

    def _is_no_name(self, name: str, cells: Sequence[Cell], texts: Sequence[str]) -> bool:
        """Whether what stands in the name's column is a total, a repeated header, a numbering, a title or a signature."""
        if any(_TOTAL.match(text.lower()) for text in (name, *texts[:1])):
            return True
        if name.lower() in self._header_words and (len(texts) == 1 or self._repeats_header(texts)):
            return True
        if _PLACE_NUMBER.fullmatch(name) and _is_numbering([text for cell in cells if (text := text_of(cell))]):
            return True
        flat = fold(name)
        is_footer = bool(_FOOTER.match(flat))
        if not (is_footer or _TITLE.match(flat)) or self._has_digits(cells):
            return False
        self._is_in_footer = self._is_in_footer or is_footer
        return True

    def _nameless(self, cells: Sequence[Cell], texts: Sequence[str], *, continues: bool) -> bool | None:
        """A row without a name: a refusal only where it says something of a household."""
        if continues or self._repeats_header(texts) or any(_TOTAL.match(text.lower()) for text in texts):
            return False
        given = {place for place, cell in enumerate(cells) if text_of(cell)}
        facts = given.intersection(self._facts)
        if any(_FOOTER.match(fold(text)) for text in texts) and not self._has_digits(cells):
            self._is_in_footer = True
            return False
        if self._is_lone_heading(cells, given) or not facts or given <= self._counts:
            self._hear(texts)
            return False
        return False if self._is_in_footer and not self._has_digits(cells) else None

    def _has_digits(self, cells: Sequence[Cell]) -> bool:
        """Whether a row says anything of a household that can be counted or dialled; the day in a footer is none of that."""
        texts = (text_of(cells[place]) for place in self._facts)
        return any(any(map(str.isdecimal, text)) and not _FOOTER.match(fold(text)) for text in texts)

    def _repeats_header(self, texts: Sequence[str]) -> bool:
        return sum(text.lower() in self._header_words for text in texts) > 1

    def _is_heading(self, name: str, cells: Sequence[Cell]) -> bool:
        """A unit's name in the column of names, with counts at most beside it: the heading of the rows below."""
        has_more = any(cells[place] not in ("", None) for place in self._facts if place not in self._counts)
        return not has_more and self._hear([name])

    def _is_lone_heading(self, cells: Sequence[Cell], given: set[int]) -> bool:
        """A unit's or former ward's name in any column, with a running number before it and counts behind it at most."""
        lone = [text for place in given - self._counts if len(text := text_of(cells[place])) > RUNNING_SIGNS]
        return len(lone) == 1 and (self._finder.is_area(lone[0]) or starts_like_unit(lone[0]))

    def _hear(self, texts: Sequence[str]) -> bool:
        """Take a heading that names a unit, or a former ward, as said of the rows below."""
        for text in texts:
            if self._finder.is_area(text):
                self.area, self.heading = text, ""
                return True
            if starts_like_unit(text) and (any(map(str.isdecimal, text)) or self._finder.named(text)):
                self.heading = text
                return True
        return False

    def _of_title(self, rows: Sequence[Sequence[Cell]]) -> str:
        """What the lines above the header say of the unit, where it can be told."""
        lines = [" ".join(filter(None, map(text_of, row))) for row in rows]
        for line in lines:
            if self._finder.is_area(line):
                self.area = line
            part = within(line)
            if part and self._finder.knows(part):
                return part
        return ""

    def _of_number(self, sheet: Sheet) -> str:
        """The sheet's name where it is nothing but a group's number, "13" or "T13", as are those of its neighbours."""
        is_so = is_numbered(sheet.name) and any(map(is_numbered, sheet.others))
        return sheet.name if is_so and self._finder.named(sheet.name) else ""

    def _is_wide(self, area: tuple[int, int, int, int]) -> bool:
        """Whether joined cells below the header run across the name and beyond: a title, no household."""
        top, left, bottom, right = area
        is_across = left <= self._head[0] and right >= self._head[-1] and right - left >= len(self._head)
        return is_across and top >= self._columns.row and bottom - top < WIDE_ROWS_MAX


def _is_numbering(texts: Sequence[str]) -> bool:
    """Whether a row counts the columns: "A B 1 2 3", "(1) (2) (3)"."""
    if not all(map(_PLACE_NUMBER.fullmatch, texts)):
        return False
    numbers = [int(text.strip("()")) for text in texts if text.strip("()").isdecimal()]
    return len(texts) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else len(texts) > 1


class _Joined:
    """Cells of one column joined downwards, read row by row."""

    def __init__(self, place: int, sheet: Sheet) -> None:
        self._ends = {top: bottom for top, left, bottom, right in sheet.merged if left <= place <= right and bottom > top}
        self._until = -1
        self._cell: Cell = ""

    def at(self, index: int, cell: Cell) -> Cell:
        if index in self._ends:
            self._until, self._cell = self._ends[index], cell
        return self._cell if cell in ("", None) and index <= self._until else cell

    def continues(self, index: int, name: str) -> bool:
        """Whether a blank name belongs to the one joined with it above."""
        return bool(self.at(index, name)) and not name
