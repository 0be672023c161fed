"""What a file must be before anything parses it: how large, and that its content is what its name says."""

import zipfile
import zlib
from pathlib import Path
from stat import S_ISLNK
from typing import Literal

from core.errors import Invalid
from core.i18n import N_

BYTES_MAX = 50 * 1024 * 1024
UNPACKED_BYTES_MAX = 768 * 1024 * 1024
PARTS_MAX = 5_000
RATIO_MAX = 250  # a sheet of blank rows with formats is packed about a hundred times
RATIO_COUNTS_FROM_BYTES = 8 * 1024 * 1024
PROLOG_BYTES = 64 * 1024

Kind = Literal["workbook", "text"]
What = Literal["xlsx", "xlsb", "ods", "xls", "text", "word", "pdf", "image", "program", "page", "archive", "locked", "unknown"]

_EXPECTED: dict[str, What] = {
    ".xlsx": "xlsx", ".xlsm": "xlsx", ".xlsb": "xlsb", ".ods": "ods", ".xls": "xls",
    ".csv": "text", ".tsv": "text", ".txt": "text",
}  # fmt: skip
SUFFIXES = tuple(_EXPECTED)
_BEGINNINGS: tuple[tuple[bytes, What], ...] = (
    (b"\x7fELF", "program"), (b"%PDF", "pdf"), (b"\x89PNG", "image"), (b"\xff\xd8\xff", "image"), (b"GIF8", "image"),
    (b"II*\x00", "image"), (b"MM\x00*", "image"), (b"Rar!", "archive"), (b"7z\xbc\xaf", "archive"), (b"\x1f\x8b", "archive"),
    (b"{\\rtf", "word"),
)  # fmt: skip
_SHORT_BEGINNINGS: dict[bytes, What] = {b"MZ": "program", b"BM": "image"}  # two letters could begin a text as well
# What reading an archive raises that is damaged, cut short, or packed in a way nobody packs workbooks.
BROKEN_ARCHIVE = (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError, zlib.error)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB] 2.2
_PAGE_MARKS = (b"<!doctype html", b"<html", b"<table", b"<?xml", b"<head", b"<body", b"<style", b"<script", b"<meta")


def check(path: Path) -> Kind:
    """The way to read a file, after everything that can be seen without parsing it.

    Raises:
        Invalid: it is missing, empty, larger than 50 MB, of no kind we read, not what its name says, encrypted,
            damaged, or would unpack to more than fits.
    """
    if not path.is_file():
        raise Invalid(N_("Không thấy tệp {name}."), name=path.name)
    size = path.stat().st_size
    if size > BYTES_MAX:
        raise Invalid(N_("Tệp lớn hơn 50 MB. Hãy tách thành nhiều tệp nhỏ hơn rồi nhập từng tệp."))
    if size == 0:
        raise Invalid(N_("Tệp trống, không có nội dung nào."))
    suffix = path.suffix.lower()
    if suffix not in _EXPECTED:
        raise Invalid(N_("Tệp này không phải bảng tính. Chỉ nhập được tệp .xlsx, .xls, .ods hoặc .csv."))
    what = _what(path)
    if what != _EXPECTED[suffix]:
        raise Invalid(_DISAGREES[what], suffix=suffix)
    return "text" if what == "text" else "workbook"


_DISAGREES: dict[What, str] = {
    "xlsx": N_("Tệp có đuôi {suffix} nhưng bên trong là Excel (.xlsx). Hãy đổi đuôi tệp thành .xlsx rồi nhập lại."),
    "xlsb": N_("Tệp có đuôi {suffix} nhưng bên trong là Excel nhị phân (.xlsb). Hãy lưu lại thành .xlsx rồi nhập lại."),
    "ods": N_("Tệp có đuôi {suffix} nhưng bên trong là bảng tính OpenDocument (.ods). Hãy lưu lại thành .xlsx rồi nhập lại."),
    "xls": N_(
        "Tệp có đuôi {suffix} nhưng bên trong là Excel đời cũ (.xls). Hãy mở bằng Excel, lưu lại thành .xlsx rồi nhập lại."
    ),
    "text": N_("Tệp có đuôi {suffix} nhưng bên trong chỉ là chữ. Hãy mở bằng Excel, lưu lại thành .xlsx rồi nhập lại."),
    "word": N_("Tệp này là văn bản, không phải bảng tính. Hãy chép bảng sang Excel, lưu thành .xlsx rồi nhập lại."),
    "pdf": N_("Tệp này là PDF, không phải bảng tính. Hãy xin tệp Excel gốc rồi nhập lại."),
    "image": N_("Tệp này là hình ảnh, không phải bảng tính. Hãy gõ danh sách vào Excel rồi nhập lại."),
    "program": N_("Tệp này là chương trình chạy được, không phải bảng tính. Không mở tệp này; hãy báo người quản trị."),
    "page": N_("Tệp có đuôi {suffix} nhưng bên trong là trang web (HTML). Hãy mở bằng Excel, lưu lại thành .xlsx rồi nhập lại."),
    "archive": N_("Tệp này là tệp nén, không phải bảng tính. Hãy giải nén rồi nhập tệp .xlsx bên trong."),
    "locked": N_("Tệp này đặt mật khẩu. Hãy mở bằng Excel, bỏ mật khẩu, lưu lại rồi nhập lại."),
    "unknown": N_("Tệp có đuôi {suffix} nhưng bên trong không phải bảng tính. Hãy lưu lại thành .xlsx rồi nhập lại."),
}


def _what(path: Path) -> What:
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(b"PK"):
        return _what_zip(path)
    if start.startswith(_OLE):
        return _what_ole(path)
    for beginning, what in _BEGINNINGS:
        if start.startswith(beginning):
            return what
    plain = start.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n").lower()
    if plain.startswith(_PAGE_MARKS):
        return "page"
    if _is_text(start):
        return "text"
    return _SHORT_BEGINNINGS.get(start[:2], "unknown")


def _is_text(start: bytes) -> bool:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    zeros = start.count(b"\0")
    if zeros:  # UTF-16 of mostly Latin letters has a zero in nearly every pair, always on the same side
        return zeros >= len(start) // 4 and 0 in (start[0::2].count(b"\0"), start[1::2].count(b"\0"))
    strange = sum(byte < 32 and byte not in b"\t\r\n\f\v\x1a" for byte in start)
    return strange == 0


def _what_ole(path: Path) -> What:
    names = path.read_bytes()
    if _named(b"EncryptedPackage", names) or _named(b"EncryptionInfo", names):
        return "locked"
    if _named(b"WordDocument", names):
        return "word"
    return "xls" if _named(b"Workbook", names) or _named(b"Book", names) else "unknown"


def _named(name: bytes, content: bytes) -> bool:
    return name.decode().encode("utf-16-le") in content


def _what_zip(path: Path) -> What:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _refuse_bombs(parts)
            names = {part.filename.lower() for part in parts}
            if any(part.flag_bits & 1 for part in parts):
                return "locked"
            _refuse_entities(archive, parts)
            return _what_parts(archive, names)
    except BROKEN_ARCHIVE as error:
        raise damaged() from error


def _what_parts(archive: zipfile.ZipFile, names: set[str]) -> What:
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "word/document.xml" in names:
        return "word"
    if "content.xml" in names and "mimetype" in names and b"spreadsheet" in archive.read("mimetype")[:200]:
        with archive.open("META-INF/manifest.xml") as manifest:
            return "locked" if b"encryption-data" in manifest.read(PROLOG_BYTES) else "ods"
    return "archive"


def _refuse_bombs(parts: list[zipfile.ZipInfo]) -> None:
    total = sum(part.file_size for part in parts)
    swollen = any(
        part.file_size > RATIO_COUNTS_FROM_BYTES and part.file_size > RATIO_MAX * max(1, part.compress_size) for part in parts
    )
    links = any(S_ISLNK(part.external_attr >> 16) for part in parts)
    if len(parts) > PARTS_MAX or total > UNPACKED_BYTES_MAX or swollen or links:
        raise Invalid(N_("Tệp phình ra quá lớn khi mở, không đọc được. Hãy chép riêng bảng hộ dân sang tệp mới rồi nhập lại."))


def _refuse_entities(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """No part of a workbook has a document type: one that has was made to harm (ECMA-376 part 2, 8.1.4)."""
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels")):
            with archive.open(part) as file:
                start = file.read(PROLOG_BYTES).replace(b"\0", b"").upper()
            if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                raise Invalid(N_("Tệp có chứa phần lạ không thuộc bảng tính. Hãy chép bảng sang tệp Excel mới rồi nhập lại."))


def damaged() -> Invalid:
    """The refusal of a file that should be a workbook and cannot be read as one."""
    return Invalid(N_("Tệp bị hỏng hoặc tải lên chưa trọn. Hãy mở thử bằng Excel, lưu lại rồi nhập lại."))
