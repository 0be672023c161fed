"""Reading a province's list: rows that are procedures, headings that name the field of those below, and rows refused."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from core.errors import Invalid
from core.i18n import N_
from services import procedure_values as values
from services.import_columns import HEADER_ROWS
from services.import_rows import Rejected
from services.import_values import text_of
from services.ports import Cell, Sheet
from services.procedure_columns import ProcedureColumns, find
from services.procedure_values import ProcedureText

ROWS_MAX = 20_000  # a country's whole list is a third of it
_LEAD = re.compile(r"(?:[ivx]+|[a-z]|\d+)\s*[.)/-]+\s*", re.IGNORECASE)
_FIELD_WORD = re.compile(r"(?:thủ tục hành chính )?(?:thuộc )?(?:lĩnh vực|nhóm)\s*:?\s*", re.IGNORECASE)
_NUMBERING = 4  # letters of a running number: "12", "III."


@dataclass
class ProcedureList:
    """What a list holds: texts by code in its order, the rows they stand in, and what was refused."""

    columns: dict[str, str]  # field to header, as in the file
    texts: dict[str, ProcedureText] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)  # code to the spreadsheet's row
    rejected: list[Rejected] = field(default_factory=list)

    @property
    def said(self) -> set[str]:
        """Fields the list has a column for; of others it says nothing."""
        return set(self.columns)


def read(sheet: Sheet, *, mapping: Mapping[str, str] | None = None) -> ProcedureList:
    """Read a whole list.

    Raises:
        Invalid: no header is found, or there are more rows than any list of procedures has.
    """
    rows = iter(sheet.rows)
    first = list(islice(rows, HEADER_ROWS))
    columns = find(first, mapping=mapping)
    found = ProcedureList({name: columns.titles[name] for name in sorted(columns.places, key=columns.places.__getitem__)})
    reader = _Reader(columns, found)
    for number, row in enumerate(_chained(first[columns.row + 1 :], rows), columns.row + 2):
        if number > ROWS_MAX:
            raise Invalid(N_("Danh mục dài quá {most} dòng. Xin tách thành nhiều tệp."), most=ROWS_MAX)
        reader.take(number, row)
    return found


def _chained(first: Sequence[Sequence[Cell]], rows: Iterator[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    yield from first
    yield from rows


class _Reader:
    """Takes the rows below the header, one after the other."""

    def __init__(self, columns: ProcedureColumns, found: ProcedureList) -> None:
        self._places, self._titles, self._found = columns.places, columns.titles, found
        self._heading = ""

    def take(self, number: int, row: Sequence[Cell]) -> None:
        cells = {name: row[place] if place < len(row) else "" for name, place in self._places.items()}
        texts = [text for cell in row if (text := text_of(cell))]
        if not texts or all(text_of(cells[name]) == self._titles[name] for name in ("code", "name")):
            return
        code_text, is_lone = text_of(cells["code"]), len([text for text in texts if len(text) > _NUMBERING]) <= 1
        if is_lone and not (code_text and (text_of(cells["name"]) or values.CODE.match(code_text))):
            self._heading = self._field_of(texts)
            return
        at = "code"
        try:
            code = values.code_of(cells["code"])
            if code in self._found.texts:
                raise Invalid(N_("Mã {code} đã có ở dòng {row}."), code=code, row=self._found.rows[code])
            said: dict[str, object] = {}
            for at in self._places:
                said |= self._read(at, cells[at])
        except Invalid as refusal:
            self._refuse(number, at, cells, refusal)
            return
        said["field"] = said.get("field") or self._heading
        self._found.texts[code] = ProcedureText(**said)  # type: ignore[arg-type]
        self._found.rows[code] = number

    def _read(self, name: str, cell: Cell) -> dict[str, object]:
        if name == "code":
            return {}
        if name == "name":
            if not text_of(cell):
                raise Invalid(N_("Thiếu tên thủ tục."))
            return {"name": values.short_of(cell, values.NAME_MAX)}
        if name in ("days", "fee"):
            amount, words = values.days_of(cell) if name == "days" else values.fee_of(cell)
            return {name: amount, f"{name}_text": words}
        readers = {"level": values.level_of, "portal_url": values.url_of, "documents": values.long_of, "desk": values.long_of}
        return {name: readers.get(name, values.short_of)(cell)}

    def _field_of(self, texts: Sequence[str]) -> str:
        title = max(texts, key=len)
        title = _FIELD_WORD.sub("", _LEAD.sub("", title, count=1), count=1).strip(" :.")
        return (title[:1].upper() + title[1:].lower() if title.isupper() else title)[: values.SHORT_MAX]

    def _refuse(self, number: int, at: str, cells: Mapping[str, Cell], refusal: Invalid) -> None:
        shown = {self._titles[name]: text_of(cell)[:300] for name, cell in cells.items() if text_of(cell)}
        value = text_of(cells[at])[:300]
        self._found.rejected.append(
            Rejected(number, self._titles[at], value, refusal.message, refusal.details, shown)
        )  # fmt: skip
