"""A shelf of procedures. Names and codes of the two best known are public; the other codes begin with 9 and are invented, as are
all fees, days and documents: the true ones come from the province's list."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session

from models import Procedure, ProcedureLevel
from services.demo.links import BIRTH, STAY
from services.demo.stage import Stage, at, write
from services.demo.ward import Ward
from services.procedure_values import ProcedureText, first_words, search_terms

READ_ON = date(2025, 9, 1)
FULL, PARTIAL, OFFLINE = ProcedureLevel.FULL, ProcedureLevel.PARTIAL, ProcedureLevel.OFFLINE
SHELF = {
    "1.001193": ProcedureText("Đăng ký khai sinh", "Hộ tịch", FULL, "Tờ khai\nGiấy chứng sinh", 0, "", 0, "", BIRTH, "Quầy 1"),
    "1.004194": ProcedureText(
        "Đăng ký tạm trú", "Cư trú", FULL, "Tờ khai mẫu CT01\nGiấy tờ về chỗ ở\nCăn cước hoặc VNeID mức 2", 3, "", None,
        "7.000 đồng nộp trực tuyến\n15.000 đồng nộp tại quầy", STAY, "Quầy 3 (Công an phường)",
    ),
    "9.000001": ProcedureText(
        "Cấp Giấy xác nhận tình trạng hôn nhân", "Hộ tịch", PARTIAL, "Tờ khai", 3, "", 15_000, desk="Quầy 1"
    ),
    "9.000002": ProcedureText("Đăng ký kết hôn", "Hộ tịch", PARTIAL, "Tờ khai\nGiấy xác nhận tình trạng hôn nhân", 0, "", 0,
                              desk="Quầy 1"),
    "9.000003": ProcedureText("Đăng ký khai tử", "Hộ tịch", FULL, "Tờ khai\nGiấy báo tử", 0, "", 0, desk="Quầy 1"),
    "9.000004": ProcedureText("Chứng thực bản sao từ bản chính", "Chứng thực", OFFLINE, "Bản chính\nBản sao", 0, "", 2_000,
                              desk="Quầy 2"),
    "9.000005": ProcedureText(
        "Đăng ký biến động chuyển nhượng quyền sử dụng đất", "Đất đai", PARTIAL, "Hợp đồng đã công chứng\nGiấy chứng nhận", 10,
        desk="Quầy 4",
    ),
    "9.000006": ProcedureText("Đăng ký thành lập hộ kinh doanh", "Kinh doanh", FULL, "Giấy đề nghị", 3, "", 100_000),
    "9.000007": ProcedureText("Trợ cấp hưu trí xã hội", "Bảo trợ xã hội", PARTIAL, "Tờ khai", 10, "", 0, desk="Quầy 2"),
}  # fmt: skip
WRITTEN: dict[str, dict[str, Any]] = {
    "1.004194": {
        "summary": "Dành cho người đến ở từ 30 ngày trở lên tại nơi không phải thường trú của mình.",
        "steps": [
            "Đăng nhập bằng VNeID.", "Điền tờ khai, chụp giấy tờ về chỗ ở, nộp lệ phí.",
            "Giữ mã hồ sơ. Kết quả báo qua tin nhắn và VNeID.",
        ],
    },
}  # fmt: skip


def fill(session: Session, stage: Stage, ward: Ward) -> dict[str, UUID]:
    """Write the shelf; the procedures' ids by name."""
    keys, made = stage.keys("procedure"), {}
    rows = []
    for code, text in SHELF.items():
        events, called = first_words(text.name)
        one = Procedure(
            id=keys.next(), created_at=at(READ_ON, 9), unit_id=ward.unit.id, code=code, stands_since=READ_ON, source=text.told(),
            events=events, also_called=called, **text.told(), **WRITTEN.get(code, {}),
        )  # fmt: skip
        one.search = search_terms(one)
        rows.append(one.model_dump())
        made[text.name] = one.id
    write(session, "procedure", rows)
    return made
