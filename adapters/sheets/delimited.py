"""CSV as programs write it: any of the letters met in wards, with commas, semicolons, tabs or bars."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from unicodedata import normalize

from core.errors import Invalid
from core.i18n import N_
from core.letters import TURN, vietnamese
from services.ports import Cell, Sheet

DELIMITERS = ";\t,|"
SAMPLE_CHARACTERS = 64 * 1024
LINE_CHARACTERS_MAX = 256 * 1024
BLOCK_BYTES = 1 << 20
# UTF-8 of Vietnamese letters among letters of one byte: á» áº Ä‘ Æ° Ã¡ Ãª Ã´. No old letters stand together like this.
_TWO_ENCODINGS = re.compile(rb"\xe1[\xba\xbb]|\xc4\x91|\xc6\xb0|\xc3[\xa1\xaa\xb4]")
_ONE_BYTE = ("cp1258", *TURN)


@dataclass(frozen=True)
class _Way:
    """One way to read the bytes of a file as text."""

    letters: str  # as `Sheet.letters`
    codec: str

    def turned(self, text: str) -> str:
        """The text in Unicode, each letter one sign."""
        turn = TURN.get(self.letters)
        return normalize("NFC", turn(text) if turn else text)


def read(path: Path, *, letters: str = "") -> Sheet:
    """The table of a text file; its rows arrive while they are used. `letters` is what a person says of them.

    Raises:
        Invalid: its letters are none we know or of several kinds, it is blank, or a line never ends.
    """
    ways = _ways(path)
    samples = {way: way.turned(_sample(path, way.codec)) for way in ways}
    if not any(sample.strip() for sample in samples.values()):
        raise Invalid(N_("Tệp trống, không có ô nào ghi chữ hay số."))
    best = max(ways, key=lambda way: vietnamese(samples[way]))  # the first of equals
    if vietnamese(samples[best]) < 0 and best.letters in _ONE_BYTE and not letters:
        raise _unknown()
    way = next((way for way in ways if way.letters == letters), best)
    others = () if samples[best].isascii() else tuple(one.letters for one in ways if one != way)
    return Sheet(
        name=path.stem, rows=_rows(path, way, _delimiter(samples[way])), letters=way.letters, other_letters=others
    )  # fmt: skip


def _sample(path: Path, codec: str) -> str:
    with path.open(encoding=codec, newline="") as file:
        return file.read(SAMPLE_CHARACTERS)


def _rows(path: Path, way: _Way, delimiter: str) -> Iterator[list[Cell]]:
    with path.open(encoding=way.codec, newline="") as file:
        try:
            yield from csv.reader(map(way.turned, _lines(file)), delimiter=delimiter)
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


def _ways(path: Path) -> list[_Way]:
    """The ways that read the whole file, the likeliest first: letters of Unicode, or of one byte.

    In Unicode, too, stand texts of the old letters: typed for their typefaces, then written out by a spreadsheet.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        way = _Way("utf-16", "utf-16")
    elif b"\0" in start:
        way = _Way("utf-16", "utf-16-le" if start[1::2].count(b"\0") else "utf-16-be")
    else:
        way = _Way("utf-8", "utf-8-sig")
    if _reads(path, way.codec):
        return [way, *(_Way(letters, way.codec) for letters in TURN)]
    if way.letters == "utf-16" or _holds_utf8(path):
        raise _unknown()
    old = [_Way(letters, "latin-1") for letters in TURN]
    return [_Way("cp1258", "cp1258"), *old] if _reads(path, "cp1258") else old


def _unknown() -> Invalid:
    return Invalid(N_("Không nhận ra bảng mã chữ của tệp. Hãy mở bằng Excel, lưu lại thành .xlsx hoặc CSV UTF-8 rồi nhập lại."))


def _reads(path: Path, codec: str) -> bool:
    """Whether every byte is a letter of the codec."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _holds_utf8(path: Path) -> bool:
    with path.open("rb") as file:
        return any(_TWO_ENCODINGS.search(line) for line in iter(lambda: file.readline(BLOCK_BYTES), b""))


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
