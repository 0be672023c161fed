"""What stands on the screen that imports households before a file is there."""

from typing import Any

import streamlit as st

from services import uploads
from services.ports import ports
from ui import parts
from ui.forms import name_file_button
from ui.tables import XLSX
from ui.words import _

TEMPLATE = (
    "Mã hộ", "Họ và tên chủ hộ", "Tổ dân phố", "Địa chỉ", "Số điện thoại", "Số nhân khẩu", "Số người có điện thoại thông minh",
    "Đã vào nhóm Zalo", "Cần báo tận nhà",
)  # fmt: skip


def uploader(turn: int) -> Any:
    """The place to drop a file. Streamlit's own word on the button is English: the style sheet writes ours over it."""
    name_file_button()
    label = _("Chọn tệp danh sách hộ, hoặc kéo thả vào đây")
    return st.file_uploader(label, key=f"i_file{turn}", max_upload_size=uploads.BYTES_MAX >> 20)


def promises() -> None:
    """What an import does, and what it never does."""
    parts.facts(
        (_("Xem trước khi ghi"), _("Danh sách được đọc thử, dòng chưa đúng được chỉ ra, rồi ông/bà mới bấm ghi.")),
        (_("Nhập lại không thừa"), _("Hộ đã có thì cập nhật, không ghi thêm. Không xóa hộ nào, không đưa hộ nào ra khỏi nhóm.")),
        (_("Không giữ giấy tờ tùy thân"), _("Cột số căn cước, ngày sinh, dân tộc, tôn giáo bị bỏ ngay khi đọc.")),
    )  # fmt: skip


def template() -> None:
    """An empty list with headers that are all understood."""
    st.download_button(
        _("Tải tệp mẫu (Excel)"), _template_file, "danh-sach-ho-mau.xlsx", XLSX, key="i_template", icon=":material/download:",
        on_click="ignore",
    )  # fmt: skip


def _template_file() -> bytes:
    return ports().tables.xlsx([("Danh sách hộ", TEMPLATE, [])])
