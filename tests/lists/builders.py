"""Files of every kind a list comes in, written byte by byte where no library of ours writes them."""

import struct
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl

from services.ports import Cell

Rows = Sequence[Sequence[Cell]]
Area = tuple[int, int, int, int]  # joined cells: first row and column, last row and column, from 0
_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def xlsx(path: Path, sheets: Mapping[str, Rows], merged: Mapping[str, Sequence[str]] | None = None) -> Path:
    """A workbook of Excel 2007 and later."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for area in (merged or {}).get(name, ()):
            sheet.merge_cells(area)
    book.save(path)
    return path


def ods(path: Path, sheets: Mapping[str, Rows]) -> Path:
    """A workbook of LibreOffice (OpenDocument 1.3 part 3, 9)."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}">{"".join(map(_ods_row, rows))}</table:table>' for name, rows in sheets.items()
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.3"'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest manifest:version="1.3"'
        ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return path


def _ods_row(row: Sequence[Cell]) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>"


def _ods_cell(cell: Cell) -> str:
    if cell in ("", None):
        return "<table:table-cell/>"
    if isinstance(cell, (int, float)):
        return f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="string"><text:p>{escape(str(cell))}</text:p></table:table-cell>'


def xls(path: Path, sheets: Mapping[str, Rows], merged: Mapping[str, Sequence[Area]] | None = None) -> Path:
    """A workbook of Excel 97 to 2003 ([MS-XLS] in [MS-CFB])."""
    bodies = [_xls_sheet(rows, (merged or {}).get(name, ())) for name, rows in sheets.items()]
    names = [_xls_short(name) for name in sheets]
    begin, end = _record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0x0DBB, 0x07CC, 0, 6)), _record(0x000A, b"")
    place = len(begin) + sum(4 + 6 + len(name) for name in names) + len(end)
    bounds = b""
    for name, body in zip(names, bodies, strict=True):
        bounds += _record(0x0085, struct.pack("<IBB", place, 0, 0) + name)
        place += len(body)
    path.write_bytes(_compound(begin + bounds + end + b"".join(bodies)))
    return path


def _xls_sheet(rows: Rows, merged: Sequence[Area]) -> bytes:
    body = _record(0x0809, struct.pack("<HHHHII", 0x0600, 16, 0x0DBB, 0x07CC, 0, 6))
    width = max(map(len, rows))
    body += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            at = struct.pack("<HHH", y, x, 0)
            if isinstance(cell, (int, float)):
                body += _record(0x0203, at + struct.pack("<d", cell))
            elif cell:
                text = str(cell).encode("utf-16-le")
                body += _record(0x0204, at + struct.pack("<HB", len(text) // 2, 1) + text)
    if merged:
        areas = b"".join(struct.pack("<HHHH", top, bottom, left, right) for top, left, bottom, right in merged)
        body += _record(0x00E5, struct.pack("<H", len(merged)) + areas)
    return body + _record(0x000A, b"")


def _xls_short(name: str) -> bytes:
    text = name.encode("utf-16-le")
    return struct.pack("<BB", len(text) // 2, 1) + text


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _compound(stream: bytes) -> bytes:
    """A compound file with one stream, "Workbook": the header, one sector of FAT, one of the directory, the stream."""
    sectors = max(8, -(-len(stream) // _SECTOR))  # below 4,096 bytes it would lie in the small stream
    fat = [_FAT, _END, *range(3, 2 + sectors), _END]
    assert len(fat) <= _SECTOR // 4, "one sector of FAT holds no more"
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0) + struct.pack("<109I", 0, *[_FREE] * 108)
    table = struct.pack(f"<{_SECTOR // 4}I", *fat, *[_FREE] * (_SECTOR // 4 - len(fat)))
    directory = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, sectors * _SECTOR)
    return header + table + directory + bytes(2 * 128) + stream.ljust(sectors * _SECTOR, b"\0")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(text) + 2, kind, 1, _FREE, _FREE, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def text_file(path: Path, rows: Rows, *, letters: str, sign: str = ",") -> Path:
    """A text file in any letters: a codec's name, "cp1258" with its marks apart, "tcvn3" or "vni"."""
    text = "\r\n".join(sign.join("" if cell is None else str(cell) for cell in row) for row in rows) + "\r\n"
    path.write_bytes(written(text, letters))
    return path


def written(text: str, letters: str) -> bytes:
    """A text in some letters."""
    if letters == "cp1258":
        return _marks_apart(text).encode("cp1258")
    if letters in ("tcvn3", "vni"):
        pairs = TCVN3 if letters == "tcvn3" else VNI
        return "".join(pairs.get(letter, letter) for letter in text).encode("latin-1")
    return text.encode(letters)


def in_font(text: str, letters: str) -> str:
    """A text as one sees it that was typed for an old typeface and is shown without it."""
    return written(text, letters).decode("latin-1")


def _marks_apart(text: str) -> str:
    parts = []
    for letter in unicodedata.normalize("NFC", text):
        taken = unicodedata.normalize("NFD", letter)
        tones = "".join(mark for mark in taken if mark in _TONES)
        parts.append(unicodedata.normalize("NFC", "".join(mark for mark in taken if mark not in _TONES)) + tones)
    return "".join(parts)


TCVN3 = dict(
    zip(
        "àảãáạăằẳẵắặâầẩẫấậèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵđĂÂÊÔƠƯĐ",
        "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊËÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ®¡¢£¤¥¦§",
        strict=True,
    )
)
# As a VNI keyboard types: the letter, then one sign for its hat and tone (the words of domain.md §5 come out right).
_LETTERS = (
    "á à ả ã ạ â ấ ầ ẩ ẫ ậ ă ắ ằ ẳ ẵ ặ é è ẻ ẽ ẹ ê ế ề ể ễ ệ í ì ỉ ĩ ị ó ò ỏ õ ọ ô ố ồ ổ ỗ ộ ơ ớ ờ ở ỡ ợ"
    " ú ù ủ ũ ụ ư ứ ừ ử ữ ự ý ỳ ỷ ỹ ỵ đ"
)
_SIGNS = (
    "aù aø aû aõ aï aâ aá aà aå aã aä aê aé aè aú aü aë eù eø eû eõ eï eâ eá eà eå eã eä í ì æ ó ò"
    " où oø oû oõ oï oâ oá oà oå oã oä ô ôù ôø ôû ôõ ôï uù uø uû uõ uï ö öù öø öû öõ öï yù yø yû yõ î ñ"
)
VNI = dict(zip(_LETTERS.split(), _SIGNS.split(), strict=True))
VNI |= {letter.upper(): signs.upper() for letter, signs in VNI.items()}
