"""What the screen that imports households asks and says before anything is read: the file, and what the list is for."""

from typing import Any
from uuid import UUID

import streamlit as st

from core.db import reading
from services import privacy_purposes, uploads
from services.access import Actor
from services.ports import ports
from ui import parts
from ui.forms import name_file_button
from ui.tables import XLSX
from ui.words import _, plain

TEMPLATE = (
    "Mã hộ", "Họ và tên chủ hộ", "Tổ dân phố", "Địa chỉ", "Số điện thoại", "Số nhân khẩu", "Số người có điện thoại thông minh",
    "Đã vào nhóm Zalo", "Cần báo tận nhà",
)  # fmt: skip


def uploader(turn: int) -> Any:
    """The place to drop a file. Streamlit's own word on the button is English: the style sheet writes ours over it."""
    name_file_button()
    label = _("Chọn tệp danh sách hộ, hoặc kéo thả vào đây")
    return st.file_uploader(label, key=f"i_file{turn}", max_upload_size=uploads.BYTES_MAX >> 20)


def purpose(actor: Actor, unit_id: UUID) -> str:
    """What the list is for, of the ward's record of processing; "" until it is said: nothing is chosen beforehand."""
    with reading() as session:
        names = privacy_purposes.names(session, actor=actor, unit_id=unit_id)
    chosen = st.selectbox(
        _("Danh sách này dùng để làm gì"), names, index=None, key="i_for", placeholder=_("Chọn một mục đích"), width=420,
        format_func=plain, help=_("Theo sổ ghi hoạt động xử lý của phường. Lần nhập nào cũng được ghi kèm mục đích."),
    )  # fmt: skip
    return str(chosen or "")


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
