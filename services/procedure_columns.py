"""Which column of a province's list of procedures is what, wherever the header row stands."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import Invalid
from core.i18n import N_
from core.text import fold
from services.import_columns import HEADER_ROWS
from services.import_values import text_of
from services.ports import Cell

FIELDS: dict[str, str] = {
    "code": N_("mã thủ tục"),
    "name": N_("tên thủ tục"),
    "field": N_("lĩnh vực"),
    "level": N_("mức độ trực tuyến"),
    "documents": N_("thành phần hồ sơ"),
    "days": N_("thời hạn giải quyết"),
    "fee": N_("phí, lệ phí"),
    "portal_url": N_("địa chỉ nộp trực tuyến"),
    "desk": N_("nơi tiếp nhận"),
}
# On the folded header without signs and brackets; the first that matches the whole of it wins.
_RULES = tuple(
    (name, re.compile(rule))
    for name, rule in (
        (
            "code",
            r"(?:ma|ma so|so ho so|so hieu)(?: (?:thu tuc(?: hanh chinh)?|tthc|dich vu cong|dvc))*|(?:procedure )?code",
        ),
        (
            "level",
            r"(?:muc do|cap do|muc|hinh thuc|loai)\b.* (?:dvc|dvctt|truc tuyen|dich vu cong)\b.*|muc do|level",
        ),
        ("level", r"(?:dvc|dvctt|dich vu cong)(?: truc tuyen)?|truc tuyen"),
        (
            "portal_url",
            r"(?:duong dan|link|lien ket|dia chi|url|website|trang)\b.*|portal.*|cong (?:dvc|dich vu cong).*",
        ),
        ("portal_url", r"nop (?:ho so )?truc tuyen.*"),
        ("days", r"(?:tong )?thoi (?:han|gian)\b.*|so ngay\b.*|days?|processing time"),
        ("fee", r"(?:muc )?(?:phi|le phi)\b.*|fees?|charge"),
        ("documents", r"(?:thanh phan|so luong)?(?: )?(?:ho so|giay to)\b.*|can (?:chuan bi|mang)\b.*|documents?|what to bring"),
        ("field", r"(?:ten )?linh vuc\b.*|nhom (?:thu tuc|linh vuc).*|field"),
        ("desk", r"(?:quay|noi|dia diem|bo phan|co quan|don vi)\b.*|desk|counter"),
        ("name", r"(?:ten )?(?:cac )?(?:thu tuc(?: hanh chinh)?|tthc|dich vu cong)|ten|(?:procedure )?name|procedure"),
    )
)
_BRACKETS = re.compile(r"[(\[（].*?[)\]）]")
_SIGNS = re.compile(r"[^\w]+|_+")


@dataclass(frozen=True)
class ProcedureColumns:
    """The header found: its row, counted from 0, which column holds which field, and the header's own words."""

    row: int
    places: Mapping[str, int]
    titles: Mapping[str, str]


def recognise(header: str) -> str | None:
    """The field a header names; None for words we do not know."""
    folded = fold(header)
    if (exact := _SIGNS.sub("_", folded).strip("_")) in FIELDS:
        return exact
    words = " ".join(_SIGNS.sub(" ", _BRACKETS.sub(" ", folded)).split())
    return next((name for name, rule in _RULES if words and rule.fullmatch(words)), None)


def find(rows: Sequence[Sequence[Cell]], *, mapping: Mapping[str, str] | None = None) -> ProcedureColumns:
    """The columns of a list from its first rows. `mapping` says of headers, as they stand there, what they are.

    Raises:
        Invalid: no row has a code and a name among its headers, or the mapping names a field that there is not.
    """
    said = {fold(header): name for header, name in (mapping or {}).items()}
    if wrong := [name for name in said.values() if name not in FIELDS]:
        raise Invalid(N_("Không có loại cột “{name}”. Các loại: {names}."), name=wrong[0], names=", ".join(FIELDS))
    for number, row in enumerate(rows[:HEADER_ROWS]):
        places: dict[str, int] = {}
        for place, cell in enumerate(row):
            title = text_of(cell)
            name = said.get(fold(title)) or recognise(title)
            if name:
                places.setdefault(name, place)
        if {"code", "name"} <= places.keys():
            return ProcedureColumns(number, places, {name: text_of(row[place]) for name, place in places.items()})
    raise Invalid(N_("Không thấy dòng tiêu đề có mã thủ tục và tên thủ tục. Xin xem lại tệp."))
