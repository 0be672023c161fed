"""What is held about somebody as a file: JSON for machines, pages for the person, both in one PDF's company."""

import json
from datetime import datetime
from typing import Any

from core.i18n import translate
from core.plainly import plainly
from services.ports import PaperTable, RegisterPaper
from services.subject_files import LABELS, SubjectFile, flat

LANGUAGE = "vi"  # of the ward's papers
FIELDS = {  # how a value is named on paper
    "code": "mã hộ", "head_name": "chủ hộ", "address": "địa chỉ", "phone": "điện thoại", "other_phones": "số khác",
    "people": "số người", "smartphones": "máy thông minh", "zalo_user_id": "tài khoản Zalo", "needs": "hoàn cảnh",
    "arrived_on": "ở đây từ", "left_on": "rời ngày", "created_at": "ghi lúc", "unit": "tổ, thôn", "group": "nhóm",
    "joined_on": "vào ngày", "source": "do", "started_on": "từ ngày", "ended_on": "đến ngày", "cause": "vì",
    "extra": "về việc", "is_given": "đồng ý", "wording": "bản lời", "way": "cách nói", "said_by": "người nói",
    "evidence": "giấy ở", "said_at": "nói lúc", "ended_at": "hết lúc", "channel": "kênh", "recipient": "số, tài khoản",
    "recipient_id": "số, tài khoản", "since": "từ lúc", "consent": "bản lời", "untied_at": "gỡ lúc",
    "announcement": "thông báo", "how": "cách biết", "told_at": "lúc", "path": "đường", "is_first": "đường chính",
    "asked_at": "hỏi lúc", "has_place": "có chỗ", "arrived": "đã vào", "knocked_at": "gõ lúc", "outcome": "kết quả",
    "note": "ghi chú", "status": "trạng thái", "sent_at": "gửi lúc", "delivered_at": "tới lúc", "read_at": "xem lúc",
    "kind": "loại", "from_name": "tên", "from_phone": "số", "text": "lời", "place": "chỗ", "topic": "lĩnh vực",
    "photos": "số ảnh", "at": "lúc", "voice": "ai nói", "name": "tên", "answered_at": "trả lời lúc",
    "is_accepted": "được nhận", "words": "lời", "wish": "muốn giờ", "visit_on": "ngày đến", "helped_at": "lúc",
    "minutes": "số phút", "result": "kết quả", "list": "danh sách", "guardian": "người nhà", "phones": "điện thoại",
    "settled_at": "báo lúc", "asked_by": "người yêu cầu", "asked_on": "ngày yêu cầu", "due_on": "hạn", "who": "người làm",
    "what": "việc",
}  # fmt: skip


def as_json(file: SubjectFile) -> bytes:
    """One document a machine reads; instants with their offset."""
    told = {
        "made_at": file.made_at,
        "households": list(file.about),
        "units": list(file.units),
        "rows": file.rows,
        "data": file.parts,
    }
    return json.dumps(told, ensure_ascii=False, indent=1, default=_plain).encode()


def on_paper(file: SubjectFile, *, ward: str) -> RegisterPaper:
    """The same to read: a table for each kind, what it is on the left."""
    tables = [
        PaperTable(translate(LABELS[name], language=LANGUAGE).capitalize(), (1, 3.2), ("", ""), _rows(rows))
        for name, rows in file.parts.items()
    ]
    units = ", ".join(dict.fromkeys(file.units))
    sub = f"Mã hộ: {', '.join(file.about)}. {units}. " if file.about else ""
    return RegisterPaper(
        title="Dữ liệu cá nhân phường đang giữ", ward=ward, foot=f"In lúc {datetime.fromisoformat(file.made_at):%H:%M %d/%m/%Y}",
        sub=f"{sub}Bản cấp theo yêu cầu của người có dữ liệu, Luật 91/2025/QH15. Chỉ giao cho người ấy.", tables=tables,
    )  # fmt: skip


def _rows(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    lines = []
    for place, row in enumerate(rows):
        if place:
            lines.append(("", ""))
        lines += [(FIELDS.get(name, name), words) for name, words in flat([row])]
    return lines


def _plain(value: Any) -> Any:
    told = plainly(value)
    return repr(value) if told is value else told
