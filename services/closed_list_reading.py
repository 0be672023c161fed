"""Reading a list of persons that another office sends: who, where, whom to call. All else of it is left in the file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice
from uuid import UUID

from core.errors import Invalid
from core.i18n import N_
from core.letters import TURN
from core.text import fold
from services.import_units import UnitFinder
from services.import_values import address_of, in_unicode, name_of, phones_of, text_of
from services.ports import Cell, Sheet

HEADER_ROWS = 20
# Tried in this order on the folded header; the first that is found in it wins.
_RULES = (
    ("guardian", re.compile(r"\b(bo|me|cha|phu huynh|giam ho|chu ho|nguoi nha)\b")),
    ("phone", re.compile(r"\b(dien thoai|sdt|so dt|dt|phone)\b")),
    ("address", re.compile(r"\b(dia chi|noi o|cho o|address)\b")),
    ("name", re.compile(r"^(ho va ten|ho ten|ten)\b")),
    ("unit", re.compile(r"^(to|tdp|thon|to dan pho|ban|xom|khu)\b")),
)
_UNTOLD = re.compile(r"\b(sinh|tuoi|cccd|cmnd|can cuoc|dinh danh)\b")


@dataclass(frozen=True)
class Person:
    """Somebody of the list."""

    name: str
    guardian: str
    unit_id: UUID
    address: str
    phones: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str, UUID, str]:
        """What makes two rows the same person."""
        return fold(self.name), fold(self.guardian), self.unit_id, fold(self.address)


@dataclass(frozen=True)
class Doubt:
    """A row that says something nobody can use, by the spreadsheet's number; where it has no person, it is left out."""

    row: int
    reason: Invalid
    is_left_out: bool


@dataclass(frozen=True)
class Read:
    """What is in the file."""

    people: list[Person]
    doubts: list[Doubt]
    repeats: list[int]  # rows that say a person again
    dropped: list[str]  # headers that are not taken over


def read(sheet: Sheet, *, units: UnitFinder) -> Read:
    """The persons of a sheet, each once.

    Raises:
        Invalid: no row names a column of names and one of residential units, or nobody stands below it.
    """
    rows = iter(sheet.rows)
    top = list(islice(rows, HEADER_ROWS))
    header, letters, columns = _header(top)
    found: dict[tuple[str, str, UUID, str], Person] = {}
    doubts: list[Doubt] = []
    repeats: list[int] = []
    for number, row in enumerate(chain(top[header + 1 :], rows), header + 2):
        cells = {field: in_unicode(row[place], letters) if place < len(row) else None for field, place in columns.items()}
        if not text_of(cells["name"]):
            continue
        try:
            person = _person(cells, units, number, doubts)
        except Invalid as refusal:
            doubts.append(Doubt(number, refusal, is_left_out=True))
            continue
        if person.key in found:
            repeats.append(number)
        else:
            found[person.key] = person
    if not found and not doubts:
        raise Invalid(N_("Danh sách không có dòng nào dưới hàng tiêu đề."))
    headers = [text_of(in_unicode(cell, letters)) for cell in top[header]]
    dropped = [text for place, text in enumerate(headers) if text and place not in columns.values()]
    return Read(list(found.values()), doubts, repeats, dropped)


def _header(top: Sequence[Sequence[Cell]]) -> tuple[int, str, dict[str, int]]:
    """The row of headers, in whatever letters it says most, and the place of each column."""
    best: tuple[int, int, str, dict[str, int]] | None = None
    for letters in ("", *TURN):
        for number, row in enumerate(top):
            columns = _columns([fold(text_of(in_unicode(cell, letters))) for cell in row])
            if {"name", "unit"} <= columns.keys() and (best is None or len(columns) > best[0]):
                best = len(columns), number, letters, columns
    if best is None:
        raise Invalid(N_("Không thấy hàng tiêu đề có cột họ tên và cột tổ, thôn. Xin thêm hai cột này rồi đưa lên lại."))
    return best[1:]


def _columns(headers: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, header in enumerate(headers):
        field = next((field for field, rule in _RULES if rule.search(header)), None)
        if field and not _UNTOLD.search(header):
            found.setdefault(field, place)
    return found


def _person(cells: dict[str, Cell], units: UnitFinder, number: int, doubts: list[Doubt]) -> Person:
    """A row as a person; a telephone that is none is a doubt, and the person stays."""
    unit = units.find(text_of(cells["unit"]))
    try:
        phones = phones_of(cells.get("phone"))
    except Invalid as refusal:
        phones = ()
        doubts.append(Doubt(number, refusal, is_left_out=False))
    return Person(name_of(cells["name"]), name_of(cells.get("guardian")), unit.id, address_of(cells.get("address")), phones)
