"""The messy lists: how each is written, and what must come out of it in the ward of `tests.services.bac_kan`."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from services.ports import Cell
from tests.lists import builders

Came = tuple[str, str, str, int]  # unit, head of household, telephone numbers, people
TO12, TO13, PO, THON3 = "Tổ 12, Sông Cầu", "Tổ 13, Sông Cầu", "Thôn Bản Pò", "Thôn 3"


@dataclass(frozen=True)
class Messy:
    """One list."""

    name: str
    file: str
    write: Callable[[Path], Path]
    came: tuple[Came, ...]
    refused: tuple[tuple[int, str], ...] = ()  # row and column
    dropped: tuple[str, ...] = ()
    letters: str = ""  # what they were seen to be, where it is not ours
    joined: int = 0
    repeated: tuple[tuple[int, int], ...] = ()  # row, and the row whose household it is


def _written(letters: str, rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[builders.in_font(text, letters) for text in row] for row in rows]


WARD: list[list[str]] = [
    ["Danh sách hộ gia đình", "", "", "", "", ""],
    ["Mã hộ", "Họ và tên chủ hộ", "Tổ dân phố", "Địa chỉ", "Điện thoại", "Số khẩu"],
    ["H01", "Nguyễn Thị Phượng", "Tổ 12", "Số 5 đường Võ Nguyên Giáp", "0912345678", "4"],
    ["H02", "Triệu Quý Đường", "Thôn Bản Pò", "Ngõ 3 phố Lý Thường Kiệt", "0987654321", "hai nhân khẩu"],
]
WARD_CAME: tuple[Came, ...] = (
    (TO12, "Nguyễn Thị Phượng", "0912 345 678", 4), (PO, "Triệu Quý Đường", "0987 654 321", 2),
)  # fmt: skip

PHONES: list[list[Cell]] = [
    ["Chủ hộ", "Tổ", "Số điện thoại", "Nhân khẩu"],
    ["Lý Thị Một", "Tổ 12", "Lan 0912.345.678, con trai 0978 123 456", "2 khẩu"],
    ["Lý Thị Hai", "Tổ 12", 1623456789, "02 nhân khẩu (1 nữ)"],
    ["Lý Thị Ba", "Tổ 12", "+84 (0) 912-345-670", "hai khẩu"],
    ["Lý Thị Bốn", "Tổ 12", 912345671, "Khẩu: 3"],
    ["Lý Thị Năm", "Tổ 12", "01692345678/ 02093870123", "bốn người"],
    ["Lý Thị Sáu", "Tổ 12", "0912345672 con gái: 978123457", "mười hai khẩu"],
    ["Lý Thị Bảy", "Tổ 12", "Nhà: 02093870124; con 2: 0912345673", 5],
    ["Lý Thị Tám", "Tổ 12", "không có", ""],
    ["Lý Thị Chín", "Tổ 12", "0912345", 1],
    ["Lý Thị Mười", "Tổ 12", "+1 650 253 0000", 1],
]

PERSONS: list[list[Cell]] = [
    ["STT", "Mã hộ", "Chủ hộ", "Họ tên thành viên", "Năm sinh", "Tổ", "SĐT"],
    [1, "H01", "Bàn Văn Páo", "Bàn Văn Páo", 1970, "Tổ 12", "0912345678"],
    ["", "", "", "Triệu Thị Mẩy", 1972, "", "0912345679"],
    ["", "", "", "Bàn Văn Sếnh", 2001, "", ""],
    [2, "H02", "Đặng Thị Ghển", "Đặng Thị Ghển", 1950, "Tổ 13 Sông Cầu", ""],
    [3, "H03", "Hà Văn Nam", "Hà Văn Nam", 1980, "Thôn 3", ""],
    [3, "H03", "Hà Văn Nam", "Hà Thị Nữ", 1982, "Thôn 3", "0912345670"],
    [4, "", "", "", "", "Thôn 3", "0912345671"],
    ["", "", "", "Người lập biểu", "", "", ""],
]

MERGED: list[list[Cell]] = [
    ["Tổ", "Chủ hộ", "Địa chỉ", "Người trong hộ", "Điện thoại"],
    ["Tổ 12", "Nông Văn Một", "Số 1", "Nông Văn Một", "0912345678"],
    ["", "", "Số 1", "Hoàng Thị Lan", "0912345679"],
    ["", "", "", "Nông Văn Con", ""],
    ["Tổ 12", "Nông Văn Hai", "Số 2", "Nông Văn Hai", "0912345670"],
]

GROUPS: dict[str, list[list[Cell]]] = {
    "Tổng hợp": [["Tổ", "Số hộ", "Số khẩu"], ["Tổ 12", 2, 5]],
    "Tổ 12": [["Mã hộ", "Họ tên chủ hộ", "Dân tộc", "SĐT", "Số khẩu"], ["1", "Lường Văn An", "Tày", 912345678, 3]],
    "TDP 13 (Sông Cầu)": [["TT", "Chủ hộ", "CCCD", "Điện thoại"], [1, "Hứa Thị Bé", "006080000001", "0912345679"]],
    "Thôn 3": [["HỌ VÀ TÊN CHỦ HỘ"], ["Vi Văn Ba"]],
}

NEVER: list[list[Cell]] = [
    ["Họ tên chủ hộ", "Ngày sinh", "Giới tính", "Số CCCD/CMND", "Dân tộc", "Tôn giáo", "Tổ", "Ngày cấp", "Ngày vào nhóm Zalo"],
    ["Ma Thị Hoa", datetime.date(1980, 2, 1), "Nữ", "006180000001", "Tày", "Không", "Tổ 12", "01/01/2022", "12/03/2025"],
    ["Ma Văn Hùng", 29_252, "Nam", 6_080_000_001, "Nùng", "", "Tổ 12", 44_562, 45_728],
    ["Ma Văn Dũng", "1981", "Nam", "", "Kinh", "", "Tổ 12", "", datetime.date(2025, 5, 1)],
    ["Ma Văn Lâm", "1981", "Nam", "", "Kinh", "", "Tổ 12", "", "không"],
]

TWICE: list[list[Cell]] = [
    ["Họ tên chủ hộ", "Tổ", "SĐT", "Số khẩu"],
    ["Lộc Văn Bình", "Tổ 12", "0912345678", 4],
    ["LỘC VĂN BÌNH", "12", "+84912345678 / 0987654321", ""],
    ["Lộc Văn Bình", "Tổ 13 Sông Cầu", "0912345678", 4],
    ["Lộc Văn Bình", "Tổ 12", "0912345678", 6],
    ["Lộc Văn Bình", "Tổ 12", "0978123456", 2],
]


def _csv(letters: str, sign: str) -> Callable[[Path], Path]:
    return partial(builders.text_file, rows=WARD, letters=letters, sign=sign)


def _one(write: Callable[..., Path], rows: Sequence[Sequence[Cell]], **merged: object) -> Callable[[Path], Path]:
    return lambda path: write(path, {"Sheet1": rows}, *({"Sheet1": areas} for areas in merged.values()))


LISTS = (
    Messy("UTF-8 with its mark, commas", "a.csv", _csv("utf-8-sig", ","), WARD_CAME),
    Messy("UTF-8 without, semicolons", "a.csv", _csv("utf-8", ";"), WARD_CAME),
    Messy("Excel's Unicode text", "a.txt", _csv("utf-16", "\t"), WARD_CAME),
    Messy("UTF-16 the other way round, no mark", "a.csv", _csv("utf-16-be", ";"), WARD_CAME),
    Messy("Windows-1258", "a.csv", _csv("cp1258", ";"), WARD_CAME, letters="cp1258"),
    Messy("TCVN3", "a.csv", _csv("tcvn3", ","), WARD_CAME, letters="tcvn3"),
    Messy("VNI", "a.tsv", _csv("vni", "\t"), WARD_CAME, letters="vni"),
    Messy("a workbook typed for .VnTime", "a.xls", _one(builders.xls, _written("tcvn3", WARD)), WARD_CAME, letters="tcvn3"),
    Messy("a workbook typed for VNI-Times", "a.ods", _one(builders.ods, _written("vni", WARD)), WARD_CAME, letters="vni"),
    Messy("headers in ours, rows typed for .VnTime", "a.xlsx", _one(builders.xlsx, WARD[1:2] + _written("tcvn3", WARD[2:])),
          WARD_CAME, letters="tcvn3"),
    Messy(
        "telephone numbers of every age and shape", "a.xls", _one(builders.xls, PHONES),
        (
            (TO12, "Lý Thị Một", "0912 345 678, 0978 123 456", 2), (TO12, "Lý Thị Hai", "0323 456 789", 2),
            (TO12, "Lý Thị Ba", "0912 345 670", 2), (TO12, "Lý Thị Bốn", "0912 345 671", 3),
            (TO12, "Lý Thị Năm", "0392 345 678, 0209 387 0123", 4), (TO12, "Lý Thị Sáu", "0912 345 672, 0978 123 457", 12),
            (TO12, "Lý Thị Bảy", "0912 345 673, 0209 387 0124", 5), (TO12, "Lý Thị Tám", "", 1),
        ),
        refused=((10, "Số điện thoại"), (11, "Số điện thoại")),
    ),
    Messy(
        "a household over several rows, its people named", "a.xlsx", _one(builders.xlsx, PERSONS),
        (
            (TO12, "Bàn Văn Páo", "0912 345 678, 0912 345 679", 3), (TO13, "Đặng Thị Ghển", "", 1),
            (THON3, "Hà Văn Nam", "0912 345 670", 2),
        ),
        refused=((8, "Chủ hộ"),), dropped=("Năm sinh",),
    ),
    Messy(
        "a household over joined rows", "a.xls", _one(builders.xls, MERGED, areas=[(1, 1, 3, 1), (1, 0, 3, 0)]),
        ((TO12, "Nông Văn Một", "0912 345 678, 0912 345 679", 3), (TO12, "Nông Văn Hai", "0912 345 670", 1)),
    ),
    Messy(
        "a sheet a residential group", "a.ods", partial(builders.ods, sheets=GROUPS),
        ((TO12, "Lường Văn An", "0912 345 678", 3), (TO13, "Hứa Thị Bé", "0912 345 679", 1), (THON3, "Vi Văn Ba", "", 1)),
        dropped=("Dân tộc", "CCCD"),
    ),
    Messy(
        "what is never held, and days", "a.xlsx", _one(builders.xlsx, NEVER),
        tuple((TO12, f"Ma {name}", "", 1) for name in ("Thị Hoa", "Văn Hùng", "Văn Dũng", "Văn Lâm")),
        dropped=("Ngày sinh", "Số CCCD/CMND", "Dân tộc", "Tôn giáo", "Ngày cấp"), joined=3,
    ),
    Messy(
        "a head of household named twice", "a.ods", _one(builders.ods, TWICE),
        (
            (TO12, "Lộc Văn Bình", "0912 345 678, 0987 654 321", 4), (TO13, "Lộc Văn Bình", "0912 345 678", 4),
            (TO12, "Lộc Văn Bình", "0978 123 456", 2),
        ),
        refused=((5, "Số khẩu"),), repeated=((3, 2),),
    ),
)  # fmt: skip
