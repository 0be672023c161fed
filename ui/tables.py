"""The rows behind a chart: read on the screen, or taken away as a workbook; the same rows both times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Literal

import streamlit as st

from services.ports import SheetToWrite, Shown, ports
from ui import folds, parts
from ui.parts import Column, Text
from ui.words import _, day, near, number, share

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
SHOWN_ROWS = 24
Kind = Literal["text", "count", "share", "day", "month", "moment"]


@dataclass(frozen=True)
class Field:
    """A column: its head, what its values are; whether a phone leaves it out; a shorter head for the screen.

    A share is a part of 1, a month its first day.
    """

    head: str
    kind: Kind = "text"
    on_phone: bool = True
    short: str = ""


@dataclass(frozen=True)
class Table:
    """Rows under a name; None where there is nothing to say."""

    name: str
    fields: Sequence[Field]
    rows: Sequence[Sequence[Shown]]
    note: str = ""


def draw(table: Table) -> None:
    """The rows to read."""
    heads: list[Column | str] = [Column(one.short or one.head, _fold(one)) for one in table.fields]
    rows = [[_cell(value, field.kind) for value, field in zip(row, table.fields, strict=True)] for row in table.rows]
    if table.note:
        parts.hint(table.note)
    parts.table(heads, rows, shown=SHOWN_ROWS, more=_("Xem cả {n} dòng", n=number(len(rows))), fold=False)


def behind(table: Table, *, key: str, file_name: str) -> None:
    """Closed under its chart; opened, the rows and the button that takes them away. Nothing is drawn while it is closed."""
    if box := folds.opened(_("Bảng số liệu"), key=key, icon=":material/table_rows:"):
        with box:
            draw(table)
            download([table], label=_("Tải bảng này (Excel)"), key=f"{key}_xlsx", file_name=file_name)


def download(tables: Sequence[Table], *, label: str, key: str, file_name: str) -> None:
    """A button that makes the workbook when it is pressed, not before. The name is ours, in plain letters."""
    st.download_button(
        label, partial(_workbook, tuple(tables)), f"{file_name}.xlsx", XLSX, key=key, icon=":material/download:",
        on_click="ignore",
    )  # fmt: skip


def download_csv(table: Table, *, label: str, key: str, file_name: str) -> None:
    """The same for one table as a text that every program reads."""
    st.download_button(
        label, partial(_text, table), f"{file_name}.csv", CSV, key=key, icon=":material/download:", on_click="ignore"
    )  # fmt: skip


def _text(table: Table) -> bytes:
    _name, headers, rows = sheet(table)
    return ports().tables.csv(headers, rows)


def _workbook(tables: Sequence[Table]) -> bytes:
    return ports().tables.xlsx([sheet(table) for table in tables])


def sheet(table: Table) -> SheetToWrite:
    """As it is written: shares as per cents, so that a spreadsheet can count with them."""
    headers = [f"{one.head} (%)" if one.kind == "share" else one.head for one in table.fields]
    rows = [[_value(value, field.kind) for value, field in zip(row, table.fields, strict=True)] for row in table.rows]
    return table.name, headers, rows


def _value(value: Shown, kind: Kind) -> Shown:
    if kind == "month" and isinstance(value, date):
        return _month(value)
    return round(value * 100, 1) if kind == "share" and isinstance(value, int | float) else value


def _fold(field: Field) -> Literal["", "num", "desk", "num desk"]:
    if field.kind in ("count", "share"):
        return "num" if field.on_phone else "num desk"
    return "" if field.on_phone else "desk"


def _cell(value: Shown, kind: Kind) -> Text:
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return near(value)
    if isinstance(value, date):
        return _month(value) if kind == "month" else day(value, weekday=False)
    if isinstance(value, int | float):
        return share(value) if kind == "share" else number(value)
    return value


def _month(first: date) -> str:
    return f"{first.month}/{first.year}"
