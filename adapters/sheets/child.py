"""A program of its own: reads one sheet with calamine and writes it to standard output as lines of JSON.

Run apart because calamine aborts the whole process on a sheet whose cells lie too far apart, and because what a stranger's
file makes it do ends here: memory and processor time are limited. Imports nothing of the house, so that it starts fast.

Lines: {"name", "height", "merged", "others"}, then lists of rows, then {"end": n}; or {"error": kind, …}.
"""

import json
import sys
from datetime import date, datetime, time, timedelta
from typing import Any
from unicodedata import normalize

import python_calamine

MEMORY_BYTES = 1024 * 1024 * 1024
PROCESSOR_SECONDS = 90
ROWS_A_LINE = 500


def limit() -> None:
    """Let the system end this process rather than let it take the machine."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def tell(message: Any) -> None:
    """One line to the parent."""
    sys.stdout.write(json.dumps(message, ensure_ascii=False, default=as_json, separators=(",", ":")) + "\n")


def as_json(value: object) -> object:
    """Days and hours, which JSON lacks, as one-key objects the parent turns back."""
    if isinstance(value, (datetime, date)):
        return {"day": value.isoformat()}
    if isinstance(value, (time, timedelta)):
        return {"hour": str(value)}
    raise TypeError(type(value).__name__)


def same(name: str, wish: str) -> bool:
    """Whether a person means this sheet: case and Unicode form aside."""
    return normalize("NFC", name).strip().casefold() == normalize("NFC", wish).strip().casefold()


def first_with_cells(workbook: python_calamine.CalamineWorkbook, names: list[str]) -> python_calamine.CalamineSheet | None:
    """The first of the sheets that holds anything, hidden ones too; None where none does."""
    sheets = (workbook.get_sheet_by_name(name) for name in names)
    return next((sheet for sheet in sheets if sheet.start is not None), None)


def send(workbook: python_calamine.CalamineWorkbook, sheet: python_calamine.CalamineSheet) -> None:
    """Tell what the sheet is, then its rows: row 0 is the spreadsheet's row 1, blank cells at the end of a row left out."""
    start, end = sheet.start or (0, 0), sheet.end or (0, 0)
    merged = [(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or []]
    others = [name for name in workbook.sheet_names if name != sheet.name]
    tell({"name": sheet.name, "height": end[0] + 1, "merged": merged, "others": others})
    margin = [""] * start[1]  # calamine's iter_rows leaves out blank columns on the left, but not blank rows above
    rows, count = [], 0
    for row in sheet.iter_rows():
        if row and row[-1] == "":
            while row and row[-1] == "":
                row.pop()
        rows.append(margin + row if margin and row else row)
        count += 1
        if len(rows) == ROWS_A_LINE:
            tell(rows)
            rows = []
    tell(rows)
    tell({"end": count})


def main(path: str, wish: str) -> None:
    """Read the file; whatever is wrong with it is told, not raised."""
    limit()
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        workbook = python_calamine.load_workbook(path)
        names = [name for name in workbook.sheet_names if not wish or same(name, wish)]
        if not names:
            tell({"error": "no_sheet", "names": workbook.sheet_names})
            return
        sheet = first_with_cells(workbook, names)
        if sheet is None:
            tell({"error": "empty"})
            return
        send(workbook, sheet)
    except python_calamine.PasswordError:
        tell({"error": "locked"})
    except MemoryError:
        tell({"error": "memory"})
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        tell({"error": "damaged", "why": str(error)[:200]})


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
