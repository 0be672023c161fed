"""Excel and OpenDocument workbooks, read by calamine in a process of its own."""

import json
import re
import subprocess
import sys
import zipfile
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, NoReturn

from adapters.sheets.limits import BROKEN_ARCHIVE, damaged
from core.errors import Invalid
from core.i18n import N_
from services.ports import Cell, Sheet

CHILD = Path(__file__).with_name("child.py")
EVERY = "*"  # the child's word for all sheets
NAMES_SHOWN = 12
CELLS_MAX = 30_000_000  # calamine lays out every cell of the rectangle around those that hold something
_CELL = re.compile(rb'<c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')


def read(path: Path, wish: str | None) -> Sheet:
    """The sheet wished for, or the first that holds anything; its rows arrive while they are used.

    Raises:
        Invalid: nothing in it, no such sheet, encrypted, damaged, or too large to lay out.
    """
    lines = _lines(path, "" if wish in (None, EVERY) else wish, 0)
    return _sheet(_head(lines, path), _rows_alone(lines, path))


def read_all(path: Path, *, rows: int | None = None) -> Iterator[Sheet]:
    """Every sheet that holds anything, one after the other; asking for the next lets go what is left of the one before.

    Raises:
        Invalid: as `read`.
    """
    lines = _lines(path, EVERY, rows or 0)
    try:
        head = _head(lines, path)
        while "over" not in head:
            part = _Part(lines)
            yield _sheet(head, _rows(part, path))
            deque(part, maxlen=0)
            head = _head(lines, path)
    finally:
        lines.close()


def _head(lines: Generator[Any], path: Path) -> dict[str, Any]:
    head: dict[str, Any] = next(lines)
    if "error" in head:
        lines.close()
        _refuse(head, path)
    return head


def _sheet(head: dict[str, Any], rows: Iterator[list[Cell]]) -> Sheet:
    return Sheet(
        name=head["name"], rows=rows, merged=[tuple(area) for area in head["merged"]], height=head["height"],
        others=head["others"],
    )  # fmt: skip


def _lines(path: Path, wish: str, most: int) -> Generator[Any]:
    """What the child tells, line by line; when it dies before its last line, why. Ends the child when no longer wanted."""
    process = subprocess.Popen(  # noqa: S603 - our own program, and the file as one argument
        [sys.executable, "-I", str(CHILD), str(path.resolve()), wish or "", str(most)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    output: IO[bytes] = process.stdout  # type: ignore[assignment]
    try:
        for line in output:
            told = json.loads(line, object_hook=_value)
            yield told
            if isinstance(told, dict) and "over" in told:
                return
        _refuse_crash(path)
    finally:
        process.kill()
        output.close()
        process.wait()


class _Part:
    """What the child tells of one sheet, to its end; what one reader leaves another can take up."""

    def __init__(self, lines: Iterator[Any]) -> None:
        self._lines = lines
        self._is_over = False

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        told = None if self._is_over else next(self._lines)
        if told is None or (isinstance(told, dict) and "end" in told):
            self._is_over = True
            raise StopIteration
        return told


def _rows_alone(lines: Generator[Any], path: Path) -> Iterator[list[Cell]]:
    try:
        yield from _rows(_Part(lines), path)
    finally:
        lines.close()


def _rows(part: _Part, path: Path) -> Iterator[list[Cell]]:
    for told in part:
        if isinstance(told, dict):
            _refuse(told, path)
        yield from told


def _value(found: dict[str, Any]) -> Any:
    if len(found) != 1:
        return found
    if "day" in found:
        return datetime.fromisoformat(found["day"]) if "T" in found["day"] else date.fromisoformat(found["day"])
    return found.get("hour", found)


def _refuse(told: dict[str, Any], path: Path) -> NoReturn:
    match told["error"]:
        case "locked":
            raise Invalid(N_("Tệp này đặt mật khẩu. Hãy mở bằng Excel, bỏ mật khẩu, lưu lại rồi nhập lại."))
        case "empty":
            raise Invalid(N_("Tệp trống, không có ô nào ghi chữ hay số."))
        case "no_sheet":
            names = ", ".join(told["names"][:NAMES_SHOWN])
            raise Invalid(N_("Tệp không có trang tính tên đó. Các trang tính trong tệp: {names}."), names=names)
        case "memory":
            _refuse_crash(path)
        case _:
            raise damaged()


def _refuse_crash(path: Path) -> NoReturn:
    """Say why the reader was ended by the system: most often one stray cell far from the table."""
    cell = None
    with suppress(*BROKEN_ARCHIVE):
        cell = _far_cell(path)
    if cell:
        raise Invalid(
            N_("Ô {cell} nằm rất xa bảng nên không đọc được tệp. Hãy xóa ô đó, lưu lại rồi nhập lại."),
            cell=cell,
        )
    raise Invalid(N_("Không đọc được tệp này: bảng quá lớn hoặc tệp bị hỏng. Hãy chép riêng bảng hộ dân sang tệp mới."))


def _far_cell(path: Path) -> str | None:
    """The cell that makes the rectangle of a sheet too large, where there is one; looked for only after a failure."""
    if not zipfile.is_zipfile(path):
        return None
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                with archive.open(part) as file:
                    cell = _corner(file)
                if cell:
                    return cell
    return None


def _corner(file: IO[bytes]) -> str | None:
    lowest, rightmost = (0, 0), (0, 0)
    rest = b""
    while block := file.read(1 << 20):
        text = rest + block
        rest = text[-200:]
        for letters, digits in _CELL.findall(text):
            row, column = int(digits), _column(letters)
            lowest = max(lowest, (row, column))
            rightmost = max(rightmost, (column, row))
    if lowest[0] * rightmost[0] <= CELLS_MAX:
        return None
    row, column = lowest if lowest[1] > 256 or lowest[0] > 500_000 else (rightmost[1], rightmost[0])
    return _name(row, column)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _name(row: int, column: int) -> str:
    letters = ""
    while column:
        column, place = divmod(column - 1, 26)
        letters = chr(65 + place) + letters
    return f"{letters}{row}"
