"""CSV as programs write it: any of the encodings met in wards, with commas, semicolons, tabs or bars."""

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from core.errors import Invalid
from core.i18n import N_
from services.ports import Cell, Sheet

DELIMITERS = ";\t,|"
SAMPLE_CHARACTERS = 64 * 1024
LINE_CHARACTERS_MAX = 256 * 1024
BLOCK_BYTES = 1 << 20
# UTF-8 of Vietnamese letters, read as single bytes: á» áº Ä‘ Æ° Ã¡
_BROKEN = ("á»", "áº", "Ä‘", "Æ°", "Ã¡", "Ãª", "Ã´")


def read(path: Path, _wish: str | None = None) -> Sheet:
    """The table of a text file; its rows arrive while they are used.

    Raises:
        Invalid: its letters are of no known encoding or of several, it is blank, or a line never ends.
    """
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(SAMPLE_CHARACTERS)
    if not sample.strip():
        raise Invalid(N_("Tệp trống, không có ô nào ghi chữ hay số."))
    return Sheet(name=path.stem, rows=_rows(path, encoding, _delimiter(sample)))


def _rows(path: Path, encoding: str, delimiter: str) -> Iterator[list[Cell]]:
    with path.open(encoding=encoding, newline="") as file:
        try:
            yield from csv.reader(_lines(file), delimiter=delimiter)
        except csv.Error as error:
            raise _unending() from error


def _lines(file: IO[str]) -> Iterator[str]:
    while line := file.readline(LINE_CHARACTERS_MAX):
        if len(line) >= LINE_CHARACTERS_MAX:
            raise _unending()
        yield line


def _unending() -> Invalid:
    return Invalid(
        N_("Tệp CSV có một dòng dài bất thường, có thể do thiếu dấu nháy kép. Hãy mở bằng Excel, lưu lại thành .xlsx.")
    )


def _encoding(path: Path) -> str:
    """UTF-8, UTF-16 or Windows-1258: the first that reads the whole file."""
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _sure(path, "utf-16")
    if b"\0" in start:
        return _sure(path, "utf-16-le" if start[1::2].count(b"\0") else "utf-16-be")
    if _reads(path, "utf-8-sig"):
        return "utf-8-sig"
    return _sure(path, "cp1258")


def _sure(path: Path, encoding: str) -> str:
    if not _reads(path, encoding):
        raise Invalid(
            N_("Không nhận ra bảng mã chữ của tệp. Hãy mở bằng Excel, lưu lại thành .xlsx hoặc CSV UTF-8 rồi nhập lại.")
        )
    return encoding


def _reads(path: Path, encoding: str) -> bool:
    """Whether every byte is a letter of the encoding, and the text does not look like another one's."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                text = decoder.decode(block)
                if encoding == "cp1258" and any(mark in text for mark in _BROKEN):
                    return False
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(sample: str) -> str:
    """The sign that cuts most lines of the sample into the same number of cells, more than one."""
    complete = sample if len(sample) < SAMPLE_CHARACTERS else sample[: sample.rfind("\n") + 1] or sample
    return max(DELIMITERS, key=lambda sign: _regularity(complete, sign))


def _regularity(sample: str, delimiter: str) -> tuple[int, int]:
    try:
        widths = Counter(len(row) for row in csv.reader(sample.splitlines(keepends=True), delimiter=delimiter) if len(row) > 1)
    except csv.Error:
        return 0, 0
    width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return times, width
