"""Printed codes: at the desk, on walls, at every community house; how often they were scanned, one of them dead."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlmodel import Session

from models import Purpose, ShortLink
from services import links, scans
from services.demo import places
from services.demo.openings import Readers, Rows
from services.demo.stage import Slugs, Stage, at, digest, write
from services.demo.ward import Ward

PORTAL = "https://dichvucong.gov.vn/"
# Addresses as people copy them from the portal; how its numbers are built is the portal's affair.
STAY = "https://dichvucong.gov.vn/p/home/dvc-chi-tiet-thu-tuc-hanh-chinh.html?ma_thu_tuc=1.004194"
BIRTH = "https://dichvucong.gov.vn/p/home/dvc-chi-tiet-thu-tuc-hanh-chinh.html?ma_thu_tuc=1.001193"
VNEID = "https://vneid.gov.vn/"
DESK, BOARD, STATION, MARKET = "Bộ phận Một cửa", "Bảng tin Ủy ban nhân dân phường", "Trạm Y tế phường", "Chợ Bắc Kạn"

# Scans at an hour of the day, against the busiest.
HOURS = (
    0.02, 0.01, 0.01, 0.01, 0.04, 0.3, 0.7, 0.75, 0.5, 0.45, 0.5, 0.85,
    0.8, 0.5, 0.4, 0.4, 0.5, 0.8, 0.95, 1.0, 0.95, 0.6, 0.2, 0.05,
)  # fmt: skip


@dataclass(frozen=True)
class Printed:
    """A code that hangs somewhere."""

    title: str
    place: str
    target: str
    weekly: float  # scans in an ordinary week
    hung_on: date = date(2025, 9, 1)
    status: int | None = 200
    is_active: bool = True


PRINTED = (
    Printed("Đăng ký khai sinh", DESK, BIRTH, 8, status=404),
    Printed("Đăng ký tạm trú", DESK, STAY, 11),
    Printed("Đăng ký tạm trú", "Nhà văn hóa Tổ 5, Sông Cầu", STAY, 4),
    Printed("Đăng ký tạm trú", "Nhà trọ Thành Đạt, Tổ 9, Sông Cầu", STAY, 6, date(2026, 2, 2)),
    Printed("Đăng ký tạm trú", "Nhà trọ Hoa Ban, Tổ 9, Sông Cầu", STAY, 3, date(2026, 2, 2)),
    Printed("Đăng ký tạm trú", "Nhà trọ Sao Mai, Tổ 9, Sông Cầu", STAY, 2, date(2026, 2, 3)),
    Printed("Cổng Dịch vụ công Quốc gia", DESK, PORTAL, 24),
    Printed("Cổng Dịch vụ công Quốc gia", BOARD, PORTAL, 5),
    Printed("Cổng Dịch vụ công Quốc gia", "Bưu điện Bắc Kạn", PORTAL, 4, date(2025, 11, 10)),
    Printed("Cổng Dịch vụ công Quốc gia", MARKET, PORTAL, 2, date(2026, 1, 12)),
    Printed("Tra cứu kết quả hồ sơ", DESK, "https://dichvucong.gov.vn/p/home/dvc-tra-cuu-ho-so.html", 13),
    Printed("Tra cứu kết quả hồ sơ", BOARD, "https://dichvucong.gov.vn/p/home/dvc-tra-cuu-ho-so.html", 2),
    Printed("Thanh toán trực tuyến phí, lệ phí", DESK, "https://dichvucong.gov.vn/p/home/dvc-thanh-toan-truc-tuyen.html", 5),
    Printed("Định danh điện tử VNeID", DESK, VNEID, 9),
    Printed("Định danh điện tử VNeID", "Công an phường Bắc Kạn", VNEID, 7),
    Printed("Định danh điện tử VNeID", "Nhà văn hóa Tổ 13, Sông Cầu", VNEID, 3, date(2025, 10, 6)),
    Printed("Định danh điện tử VNeID", "Nhà văn hóa thôn Nà Kẹn", VNEID, 0, date(2025, 10, 6)),
    Printed("Gửi phản ánh, kiến nghị", DESK, "https://dichvucong.gov.vn/p/phananhkiennghi/pakn-gui-pakn.html", 2),
    Printed("Gửi phản ánh, kiến nghị", BOARD, "https://dichvucong.gov.vn/p/phananhkiennghi/pakn-gui-pakn.html", 1),
    Printed("Văn bản của tỉnh Thái Nguyên", BOARD, "https://thainguyen.gov.vn/", 1),
    Printed("Cổng thông tin tỉnh Thái Nguyên", DESK, "https://thainguyen.gov.vn/", 2),
    Printed("Lịch tiêm chủng", STATION, "https://moh.gov.vn/", 6),
    Printed("Hướng dẫn phòng sốt xuất huyết", STATION, "https://moh.gov.vn/", 2, date(2026, 7, 6)),
    Printed("Bảo hiểm y tế hộ gia đình", STATION, "https://baohiemxahoi.gov.vn/", 4),
    Printed("Bảo hiểm y tế hộ gia đình", "Bưu điện Bắc Kạn", "https://baohiemxahoi.gov.vn/", 2, date(2025, 11, 10)),
    Printed("Tra cứu thuế đất", DESK, "https://gdt.gov.vn/", 1, date(2026, 3, 9)),
    Printed("Báo hỏng ống nước", "Nhà văn hóa Tổ 2, Phùng Chí Kiên", "https://thainguyen.gov.vn/", 0, date(2026, 5, 4), None),
    Printed("Tuyển sinh lớp 1", "Trường Tiểu học Sông Cầu", "https://thainguyen.gov.vn/", 3, date(2026, 6, 1), is_active=False),
    Printed("Đăng ký nghĩa vụ quân sự", BOARD, PORTAL, 0, date(2026, 3, 30)),
)  # fmt: skip


def hang(
    session: Session, stage: Stage, ward: Ward, slugs: Slugs, readers: Readers, shelf: Mapping[str, UUID]
) -> int:  # fmt: skip
    """Write the printed codes and their scans; how many there are. Those called as a procedure of the shelf are its codes."""
    dice, keys = stage.dice("links"), stage.keys("printed")
    made: list[tuple[dict[str, Any], float, date]] = [
        (
            _pointing(keys.next(), stage, printed, slugs, ward) | {"procedure_id": shelf.get(printed.title)},
            printed.weekly,
            printed.hung_on,
        )
        for printed in PRINTED
    ]
    for number, home in enumerate(ward.homes):
        hung = date(2025, 8, 4) + timedelta(days=3 * number)
        made.append((
            _link(keys.next(), stage, hung, slugs.next(links.LONG_SLUG), Purpose.JOIN, home.group.name)
            | {"group_id": home.group.id, "unit_id": home.unit.id, "place": f"Nhà văn hóa {home.within_a_sentence}"},
            5.0 if home.place.code == "SC09" else dice.uniform(0, 1.4) * (number % 9 != 7), hung,
        ))  # fmt: skip
    rows: Rows = {"shortlink": [], "scanhour": [], "scan": []}
    for link, weekly, hung in made:
        link["scans"] = _scan(dice, readers, stage, link["id"], weekly, hung, rows)
        rows["shortlink"].append(link)
    for name, table_rows in rows.items():
        write(session, name, table_rows)
    return len(made)


def _link(id_: UUID, stage: Stage, hung: date, slug: str, purpose: Purpose, title: str) -> dict[str, Any]:
    made = min(at(hung, 9), stage.now)
    return ShortLink(id=id_, created_at=made, slug=slug, purpose=purpose, title=title).model_dump()


def _pointing(id_: UUID, stage: Stage, printed: Printed, slugs: Slugs, ward: Ward) -> dict[str, Any]:
    link = _link(id_, stage, printed.hung_on, slugs.next(links.PRINTED_SLUG), Purpose.URL, printed.title)
    return link | {
        "target_url": printed.target, "place": printed.place, "unit_id": ward.unit.id, "is_active": printed.is_active,
        "last_status": printed.status, "last_checked_at": at(stage.today, 6) if printed.status else None,
    }  # fmt: skip


def _scan(
    dice: Random, readers: Readers, stage: Stage, link_id: UUID, weekly: float, hung: date, rows: Rows
) -> int:  # fmt: skip
    """Scans of every day since it was hung, by day: most at noon and in the evening; how many."""
    total = 0
    first = max(hung, places.MERGED_ON)
    for number in range((stage.today - first).days):
        day = first + timedelta(days=number)
        mean = weekly / 7 * (1.25 if day.weekday() < 5 else 0.4)
        scans_of_day = int(mean * dice.expovariate(1.0) + dice.random()) if weekly else 0
        hours = sorted(dice.choices(range(24), HOURS, k=scans_of_day))
        for hour in sorted(set(hours)):
            instant = at(day, hour)
            count = hours.count(hour)
            firsts = sum(dice.random() < 0.8 for _ in range(count))
            rows["scanhour"].append(readers.hour(link_id, instant, count, firsts))
            if stage.now - instant < scans.KEPT:
                _raw(dice, readers, link_id, instant, (count, firsts), rows)
            total += count
    return total


def _raw(
    dice: Random, readers: Readers, link_id: UUID, hour: datetime, counts: tuple[int, int], rows: Rows
) -> None:  # fmt: skip
    count, firsts = counts
    for place in range(count):
        moment = hour + timedelta(seconds=dice.randrange(3600))
        rows["scan"].append(readers.scan(link_id, moment, digest(dice), is_first=place < firsts))
