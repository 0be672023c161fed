"""A program of its own: reads sheets with calamine and writes them to standard output as lines of JSON.

Run apart because calamine aborts the whole process on a sheet whose cells lie too far apart, and because what a stranger's
file makes it do ends here: memory and processor time are limited. Imports nothing of the house, so that it starts fast.

Lines: {"name", "height", "merged", "others"}, then lists of rows, then {"end": n}, for one sheet or, wished "*", for each that
holds anything; then {"over": true}; or {"error": kind, …}.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any
from unicodedata import normalize

import python_calamine

MEMORY_BYTES = 1024 * 1024 * 1024
PROCESSOR_SECONDS = 90
ROWS_A_LINE = 500
EVERY = "*"  # what no sheet can be called: [MS-OI29500] 2.1.762


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


def with_cells(workbook: python_calamine.CalamineWorkbook, names: list[str]) -> Iterator[python_calamine.CalamineSheet]:
    """The sheets that hold anything, hidden ones too; one at a time, for memory."""
    for name in names:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.start is not None:
            yield sheet


def send(workbook: python_calamine.CalamineWorkbook, sheet: python_calamine.CalamineSheet, most: int) -> None:
    """Tell what the sheet is, then its rows: row 0 is the spreadsheet's row 1, blank cells at the end of a row left out."""
    start, end = sheet.start or (0, 0), sheet.end or (0, 0)
    merged = [(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or []]
    others = [name for name in workbook.sheet_names if name != sheet.name]
    tell({"name": sheet.name, "height": end[0] + 1, "merged": merged, "others": others})
    margin = [""] * start[1]  # calamine's iter_rows leaves out blank columns on the left, but not blank rows above
    rows, count = [], 0
    for row in islice(sheet.iter_rows(), most or None):
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


def main(path: str, wish: str, most: int) -> None:
    """Read the file, `most` rows a sheet (0 for all); whatever is wrong with it is told, not raised."""
    limit()
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        workbook = python_calamine.load_workbook(path)
        names = [name for name in workbook.sheet_names if wish in ("", EVERY) or same(name, wish)]
        if not names:
            tell({"error": "no_sheet", "names": workbook.sheet_names})
            return
        count = 0
        for sheet in islice(with_cells(workbook, names), None if wish == EVERY else 1):
            send(workbook, sheet, most)
            count += 1
        tell({"over": True} if count else {"error": "empty"})
    except python_calamine.PasswordError:
        tell({"error": "locked"})
    except MemoryError:
        tell({"error": "memory"})
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        tell({"error": "damaged", "why": str(error)[:200]})


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
