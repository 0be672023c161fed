"""Tables as workbooks that Excel opens, in which nothing can be taken for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter

from adapters import report_book
from core import clock
from core.i18n import N_
from core.safe_text import safe as safe
from services.period_facts import PeriodFacts
from services.ports import SheetToWrite, Shown

NAME_LETTERS_MAX = 31  # Excel takes no longer name of a sheet, nor these signs in it
WIDTH_MIN, WIDTH_MAX = 8, 60
WIDTHS_FROM_ROWS = 300
_NAME_SIGNS = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


class Workbooks:
    """Implements `services.ports.TableFiles`."""

    def xlsx(self, sheets: Sequence[SheetToWrite]) -> bytes:
        """A workbook: bold headers that stay in sight, numbers and days as such, every text as text."""
        file = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        with xlsxwriter.Workbook(file, options) as book:
            head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
            day = book.add_format({"num_format": "dd/mm/yyyy", "align": "left"})
            moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm", "align": "left"})
            names: list[str] = []
            for title, headers, rows in sheets:
                names.append(_name(title, names))
                sheet = book.add_worksheet(names[-1])
                sheet.freeze_panes(1, 0)
                for place, width in enumerate(_widths(headers, rows)):
                    sheet.set_column(place, place, width)
                for place, header in enumerate(headers):
                    sheet.write_string(0, place, safe(header), head)
                for number, row in enumerate(rows, start=1):
                    for place, value in enumerate(row):
                        _write(sheet, number, place, value, moment if isinstance(value, datetime) else day)
        return file.getvalue()

    def report(self, facts: PeriodFacts, *, title: str) -> bytes:
        """A period as a workbook whose figures are live formulas over its data sheets."""
        return report_book.written(facts, title=title)

    def csv(self, headers: Sequence[str], rows: Sequence[Sequence[Shown]]) -> bytes:
        """Commas between, a line a row; instants by the clocks of this place."""
        file = io.StringIO(newline="")
        writer = csv.writer(file)
        writer.writerows([_plain(value) for value in row] for row in [headers, *rows])
        return file.getvalue().encode("utf-8-sig")


def _plain(value: Shown) -> str:
    if isinstance(value, datetime):
        return f"{clock.local(value):%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, int | float):
        return str(value)
    return safe(str(value or ""))


def _write(sheet: Any, row: int, place: int, value: Shown, when: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        value = clock.local(value).replace(tzinfo=None)  # a spreadsheet knows no zones: the hour of this place
    if isinstance(value, date):
        sheet.write_datetime(row, place, value, when)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, place, value)
    else:
        sheet.write_string(row, place, safe(str(value)))


def _name(title: str, taken: Iterable[str]) -> str:
    """A name Excel takes for a sheet, different from those before it (letter case apart)."""
    known = {name.casefold() for name in taken}
    base = _NAME_SIGNS.sub(" ", title).strip(" '")[:NAME_LETTERS_MAX].strip(" '") or N_("Bảng")
    name, number = base, 1
    while name.casefold() in known:
        number += 1
        tail = f" {number}"
        name = base[: NAME_LETTERS_MAX - len(tail)] + tail
    return name


def _widths(headers: Sequence[str], rows: Sequence[Sequence[Shown]]) -> list[int]:
    """As wide as what stands in the column, within reason."""
    longest = [len(header) // 2 + 2 for header in headers]
    for row in rows[:WIDTHS_FROM_ROWS]:
        for place, value in enumerate(row[: len(longest)]):
            longest[place] = max(longest[place], len(str(value or "")) + 1)
    return [min(max(width, WIDTH_MIN), WIDTH_MAX) for width in longest]
