"""What is set by hand, not by chance: the 31 groups and villages of the ward, how each differs, who works there."""

from dataclasses import dataclass
from datetime import date

from models import Role

PROVINCE = ("19", "Tỉnh Thái Nguyên")
WARD = ("01843", "Phường Bắc Kạn")
FORMER_PROVINCE = ("06", "Tỉnh Bắc Kạn")
MERGED_ON = date(2025, 7, 1)
PROVINCES_DECISION = "202/2025/QH15"  # Quốc hội, 12/6/2025
COMMUNES_DECISION = "1683/NQ-UBTVQH15"  # Ủy ban Thường vụ Quốc hội, 16/6/2025


@dataclass(frozen=True)
class Area:
    """A former ward or commune, all of whose residential units came to the ward in the merger."""

    code: str
    name: str
    subtype: str
    short: str
    streets: tuple[str, ...]


SONG_CAU = Area("01837", "Phường Sông Cầu", "phuong", "Sông Cầu", (
    "đường Nông Văn Quang", "đường Trần Hưng Đạo", "đường Hùng Vương", "đường Bờ Sông", "đường Thanh Niên",
))  # fmt: skip
PHUNG_CHI_KIEN = Area("01843", "Phường Phùng Chí Kiên", "phuong", "Phùng Chí Kiên", (
    "đường Thành Công", "đường Phùng Chí Kiên", "đường Cầu Treo",
))  # fmt: skip
XUAT_HOA = Area("01855", "Phường Xuất Hóa", "phuong", "Xuất Hóa", ("quốc lộ 3", "đường Bản Đồn", "đường Nà Bia"))
NONG_THUONG = Area("01852", "Xã Nông Thượng", "xa", "Nông Thượng", ())
AREAS = (SONG_CAU, PHUNG_CHI_KIEN, XUAT_HOA, NONG_THUONG)


@dataclass(frozen=True)
class Place:
    """A residential group or village, as it is today."""

    code: str  # "SC13"
    area: Area
    name: str
    short_name: str
    leader: str
    weight: int  # households of 3,000
    coverage: float
    depth: float  # people in the chat for each household in it
    phones: float  # people with a smartphone
    started: date
    midpoint: float  # how far between the start and today half of the households had joined
    habit: float  # minutes in which the leader usually posts

    @property
    def username(self) -> str:
        """What its leader signs in with: the number alone in Sông Cầu, with the area's letters elsewhere."""
        letters, number = self.code.rstrip("0123456789"), int(self.code.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        return f"to{number}" if letters == "SC" else f"{letters.lower()}{number}"

    @property
    def is_village(self) -> bool:
        """Whether it is a thôn, not a tổ dân phố."""
        return self.area.subtype == "xa"

    @property
    def streets(self) -> tuple[str, ...]:
        """Where its houses stand."""
        if self.is_village:
            return (f"thôn {self.name.removeprefix('Thôn ')}",)
        first = int(self.code[-2:]) % len(self.area.streets)
        return self.area.streets[first], self.area.streets[first - 1]


def _group(code: str, area: Area, leader: str, *figures: float, started: date) -> Place:
    number = int(code.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    return _place(code, area, f"Tổ dân phố {number}", f"Tổ {number}, {area.short}", leader, figures, started)


def _village(code: str, name: str, leader: str, *figures: float, started: date) -> Place:
    return _place(code, NONG_THUONG, f"Thôn {name}", f"Thôn {name}", leader, figures, started)


def _place(
    code: str, area: Area, name: str, short_name: str, leader: str, figures: tuple[float, ...], started: date
) -> Place:  # fmt: skip
    weight, coverage, depth, phones, midpoint, habit = figures
    return Place(code, area, name, short_name, leader, int(weight), coverage, depth, phones, started, midpoint, habit)


# households, coverage, depth, smartphones, midpoint of growth, minutes to post. Sông Cầu's group 13 is the one the issue
# tells of; group 9 has phones but rented rooms; Khuổi Cuồng few phones and a diligent head of village.
PLACES = (
    _group("SC01", SONG_CAU, "Nông Thị Hạnh", 102, 0.93, 2.9, 0.75, 0.42, 8, started=date(2020, 3, 22)),
    _group("SC02", SONG_CAU, "Hoàng Văn Sơn", 98, 0.95, 3.0, 0.77, 0.40, 6, started=date(2020, 3, 18)),
    _group("SC03", SONG_CAU, "Lý Thị Mai", 106, 0.88, 2.6, 0.74, 0.48, 12, started=date(2020, 4, 5)),
    _group("SC05", SONG_CAU, "Triệu Văn Phúc", 110, 0.75, 2.4, 0.74, 0.55, 18, started=date(2020, 4, 20)),
    _group("SC07", SONG_CAU, "Bế Thị Lan", 95, 0.91, 2.8, 0.75, 0.45, 9, started=date(2020, 4, 2)),
    _group("SC08", SONG_CAU, "Đinh Quang Tráng", 112, 0.86, 2.5, 0.73, 0.50, 14, started=date(2020, 5, 10)),
    _group("SC09", SONG_CAU, "Ma Thị Huệ", 118, 0.48, 1.8, 0.86, 0.62, 26, started=date(2020, 8, 15)),
    _group("SC10", SONG_CAU, "Hà Văn Khoa", 104, 0.94, 2.9, 0.76, 0.41, 7, started=date(2020, 3, 25)),
    _group("SC11", SONG_CAU, "Nguyễn Thị Thoa", 99, 0.89, 2.6, 0.75, 0.46, 11, started=date(2020, 4, 11)),
    _group("SC12", SONG_CAU, "Lường Văn Ình", 108, 0.965, 3.1, 0.78, 0.38, 6, started=date(2020, 3, 15)),
    _group("SC13", SONG_CAU, "Hà Thị Minh", 124, 0.90, 2.6, 0.72, 0.40, 7, started=date(2020, 2, 9)),
    _group("SC14", SONG_CAU, "Vi Thị Dung", 101, 0.84, 2.5, 0.73, 0.52, 16, started=date(2020, 6, 1)),
    _group("SC15", SONG_CAU, "Lê Quang Tiến", 96, 0.92, 2.8, 0.75, 0.44, 9, started=date(2020, 4, 8)),
    _group("SC17", SONG_CAU, "Trần Thị Liên", 109, 0.79, 2.2, 0.72, 0.54, 19, started=date(2020, 7, 4)),
    _group("PCK01", PHUNG_CHI_KIEN, "Đàm Văn Toản", 103, 0.87, 2.5, 0.75, 0.47, 12, started=date(2020, 5, 3)),
    _group("PCK02", PHUNG_CHI_KIEN, "Phạm Thị Hòa", 109, 0.954, 2.9, 0.77, 0.42, 8, started=date(2020, 4, 14)),
    _group("PCK03", PHUNG_CHI_KIEN, "Lộc Văn Thành", 98, 0.82, 2.4, 0.73, 0.50, 15, started=date(2020, 6, 20)),
    _group("PCK04", PHUNG_CHI_KIEN, "Nguyễn Văn Bắc", 94, 0.76, 2.2, 0.73, 0.56, 20, started=date(2020, 9, 2)),
    _group("PCK05", PHUNG_CHI_KIEN, "Hứa Thị Nga", 96, 0.71, 2.1, 0.72, 0.58, 17, started=date(2020, 9, 19)),
    _group("PCK06", PHUNG_CHI_KIEN, "Mông Văn Tuyên", 105, 0.90, 2.6, 0.75, 0.45, 10, started=date(2020, 5, 24)),
    _group("XH01", XUAT_HOA, "Dương Thị Xuân", 99, 0.80, 2.2, 0.70, 0.55, 16, started=date(2020, 8, 8)),
    _group("XH02", XUAT_HOA, "Chu Văn Đạt", 91, 0.68, 2.0, 0.67, 0.62, 24, started=date(2020, 10, 17)),
    _group("XH03", XUAT_HOA, "Bàn Thị Pham", 104, 0.74, 2.1, 0.68, 0.58, 28, started=date(2020, 9, 26)),
    _group("XH04", XUAT_HOA, "Hoàng Thị Yến", 88, 0.59, 1.9, 0.66, 0.66, 30, started=date(2021, 2, 27)),
    _village("NT01", "Nà Chuông", "La Văn Quý", 92, 0.66, 1.9, 0.62, 0.64, 22, started=date(2020, 11, 8)),
    _village("NT02", "Nà Kẹn", "Đặng Thị Mùi", 74, 0.52, 1.8, 0.58, 0.70, 35, started=date(2021, 3, 13)),
    _village("NT03", "Khuổi Cuồng", "Phùng Văn Kinh", 68, 0.93, 1.2, 0.45, 0.55, 14, started=date(2020, 12, 6)),
    _village("NT04", "Cốc Muổng", "Sằm Văn Thái", 81, 0.44, 1.6, 0.57, 0.72, 40, started=date(2021, 6, 12)),
    _village("NT05", "Tân Thành", "Lò Thị Nhung", 77, 0.61, 1.9, 0.63, 0.66, 25, started=date(2021, 1, 23)),
    _village("NT06", "Nà Bản", "Ngô Văn Cường", 70, 0.39, 1.6, 0.56, 0.74, 48, started=date(2021, 10, 9)),
    _village("NT07", "Khau Cút", "Vũ Thị Thanh", 63, 0.355, 1.5, 0.54, 0.76, 55, started=date(2022, 3, 5)),
)


@dataclass(frozen=True)
class Desk:
    """Someone of the ward's office, or above it."""

    username: str
    name: str
    role: Role
    is_above: bool = False


CHAIR, SECOND, CLERK, OBSERVER = "tu", "trang", "mai", "quansat"
DESKS = (
    Desk("quantri", "Quản trị Cầu Nối", Role.ADMIN),
    Desk(CHAIR, "Đào Minh Tú", Role.OFFICIAL),
    Desk(SECOND, "Hoàng Thu Trang", Role.OFFICIAL),
    Desk(CLERK, "Lò Thị Mai", Role.STAFF),
    Desk(OBSERVER, "Theo dõi cấp tỉnh", Role.VIEWER, is_above=True),
)
# Printed with the sign-ins: the ward is nobody's, and whoever tries it must get in.
DESK_SECRET = "cau-noi-dung-thu"  # noqa: S105
LEADER_SECRET = "to-truong-dung-thu"  # noqa: S105
