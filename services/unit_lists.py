"""Lists of units that people made: which column is what, at which level each row stands, its code with its zeros."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from core.errors import Invalid
from core.i18n import N_
from core.text import clean, fold
from models import UnitKind
from services import gazetteer
from services.import_values import text_of
from services.ports import Cell, Sheet

HEADER_ROWS = 20
CODE_MOST, NAME_MOST = 30, 200
LEVELS = (UnitKind.PROVINCE, UnitKind.COMMUNE, UnitKind.RESIDENTIAL, UnitKind.ASSOCIATION, UnitKind.OFFICE)
DIGITS = {UnitKind.PROVINCE: 2, UnitKind.COMMUNE: 5}  # of an official code (Quyết định 19/2025/QĐ-TTg)

_HEADERS: dict[str, tuple[str, ...]] = {
    "code": ("code", "unit code", "ma", "ma so", "ma don vi", "ma dvhc"),
    "name": ("name", "unit name", "ten", "ten goi", "ten don vi"),
    "kind": ("kind", "type", "level", "cap", "loai", "cap don vi", "loai don vi"),
    "parent_code": ("parent code", "parent", "ma cap tren", "ma don vi cap tren", "don vi cap tren", "cap tren", "truc thuoc"),
    "subtype": ("subtype", "loai hinh"),
    "short_name": ("short name", "ten ngan", "ten tat", "ten goi tat"),
    "area": ("area", "khu vuc", "don vi cu", "phuong cu", "phuong xa cu"),
    "valid_from": ("valid from", "hieu luc tu", "tu ngay", "thanh lap"),
}
_KINDS: dict[UnitKind, tuple[str, ...]] = {
    UnitKind.PROVINCE: ("thanh pho truc thuoc trung uong", "thanh pho", "tinh", "tp", "province", "city"),
    UnitKind.COMMUNE: ("dac khu", "phuong", "xa", "ward", "commune", "special zone"),
    UnitKind.RESIDENTIAL: (
        "to dan pho", "khu pho", "tdp", "thon", "ban", "buon", "bon", "lang", "khom", "xom", "ap", "to", "village",
        "residential group", "residential",
    ),
    UnitKind.ASSOCIATION: ("doan the", "hoi", "association"),
    UnitKind.OFFICE: ("co quan", "phong", "trung tam", "office"),
}  # fmt: skip
_ENGLISH = (
    "province", "city", "ward", "commune", "special zone", "village", "residential group", "residential", "association", "office",
)  # fmt: skip
_SUBTYPES = {"tdp": "to_dan_pho", "to": "to_dan_pho", "tp": "thanh_pho", "thanh pho truc thuoc trung uong": "thanh_pho"}


@dataclass(frozen=True)
class UnitRow:
    """A unit as a list gives it; "" where it says nothing."""

    row: int  # the spreadsheet's number
    code: str
    name: str
    kind: UnitKind
    parent_code: str = ""
    subtype: str = ""
    short_name: str = ""
    area: str = ""
    valid_from: date | None = None


@dataclass(frozen=True)
class UnitTable:
    """A list of units: its rows by field, each with its number, and the headers the fields stand under."""

    columns: dict[str, str]
    rows: list[dict[str, Any]]


def read(sheet: Sheet) -> UnitTable:
    """Find the header within the first rows, and the rows below it; blank rows are none.

    Raises:
        Invalid: no row names both a code and a name.
    """
    rows = enumerate(sheet.rows, start=1)
    for _, cells in islice(rows, HEADER_ROWS):
        places = _places(cells)
        if {"code", "name"} <= places.keys():
            break
    else:
        raise Invalid(N_("Không thấy hàng tiêu đề có cột mã và cột tên đơn vị."))
    columns = {field: text_of(cells[place]) for field, place in places.items()}
    found = [
        {"row": number} | {field: cells[place] for field, place in places.items() if place < len(cells)}
        for number, cells in rows
        if any(text_of(cell) for cell in cells)
    ]
    return UnitTable(columns, found)


def only(table: UnitTable, *, words: str) -> UnitTable:
    """The list with one commune and its province alone; `words` is its code, or a name it has or had.

    Raises:
        Invalid: it is not in the list.
        NotFound: the name means no commune, or several (they are named).
    """
    text = clean(words)
    code = text.zfill(DIGITS[UnitKind.COMMUNE]) if text.isdecimal() else gazetteer.one(text).code
    known = {text_of(row.get("code")).zfill(DIGITS[UnitKind.COMMUNE]): row for row in table.rows}
    provinces = {text_of(row.get("code")).zfill(DIGITS[UnitKind.PROVINCE]): row for row in table.rows}
    if code not in known:
        raise Invalid(N_("Danh sách này không có đơn vị mã {code}."), code=code)
    above = provinces.get(text_of(known[code].get("parent_code")).zfill(DIGITS[UnitKind.PROVINCE]))
    return UnitTable(table.columns, [row for row in (above, known[code]) if row is not None])


def _places(cells: Sequence[Cell]) -> dict[str, int]:
    titles = [re.sub(r"[\W_]+", " ", fold(text_of(cell))).strip() for cell in cells]
    return {
        field: next(place for place, title in enumerate(titles) if title in names)
        for field, names in _HEADERS.items()
        if any(title in names for title in titles)
    }


def parse(row: Mapping[str, Any], *, number: int) -> UnitRow:
    """A row with its values checked one by one.

    Raises:
        Invalid: a value is missing or cannot be right; `details` holds its `field` and `value`.
    """
    texts = {field: clean(text_of(row.get(field))) for field in _HEADERS}
    if not texts["name"]:
        raise Invalid(N_("Thiếu tên đơn vị."), field="name", value="")
    if len(texts["name"]) > NAME_MOST:
        raise Invalid(N_("Dài quá {longest} chữ."), longest=NAME_MOST, field="name", value=texts["name"])
    kind, subtype = kind_of(texts["kind"], name=texts["name"])
    return UnitRow(
        number, padded(texts["code"], kind=kind), texts["name"], kind, texts["parent_code"], texts["subtype"] or subtype,
        texts["short_name"], texts["area"], _day(row.get("valid_from"), texts["valid_from"]),
    )  # fmt: skip


def kind_of(text: str, *, name: str) -> tuple[UnitKind, str]:
    """The level a word means ("phường", "commune"), and the subtype ("phuong"); without a word, what the name begins with.

    Raises:
        Invalid: neither says it.
    """
    said, called = fold(text.replace("_", " ")), fold(name)
    for kind, words in _KINDS.items():
        if said in words or (not said and called.startswith(tuple(f"{word} " for word in words))):
            word = said if said and said not in _ENGLISH else next((word for word in words if called.startswith(f"{word} ")), "")
            return kind, _SUBTYPES.get(word, word.replace(" ", "_"))
    raise Invalid(
        N_("Không rõ cấp của đơn vị. Ghi một trong: tỉnh, phường, xã, tổ dân phố, thôn, đoàn thể, cơ quan."),
        field="kind", value=text,
    )  # fmt: skip


def padded(code: str, *, kind: UnitKind) -> str:
    """A code with the zeros a spreadsheet took from it: 5 digits of a commune, 2 of a province.

    Raises:
        Invalid: there is none, or it is longer than such a code.
    """
    longest = DIGITS.get(kind, CODE_MOST) if code.isdecimal() else CODE_MOST
    if not code:
        raise Invalid(N_("Thiếu mã đơn vị."), field="code", value="")
    if len(code) > longest:
        raise Invalid(N_("Mã này dài quá {longest} ký tự."), longest=longest, field="code", value=code)
    return code.zfill(DIGITS.get(kind, 0)) if code.isdecimal() else code


def _day(cell: Cell, text: str) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  # a day of the calendar has no zone
        except ValueError:
            continue
    if text:
        raise Invalid(N_("Đây không phải ngày. Ghi như 01/07/2025."), field="valid_from", value=text)
    return None
