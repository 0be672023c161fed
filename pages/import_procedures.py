"""Nhập danh mục thủ tục: what is in the file, what would happen, then write it."""

import streamlit as st

from services import uploads
from services.access import May
from services.procedure_columns import FIELDS
from ui import _, enter, importing_procedures, leave_for, number, parts, refusals
from ui import procedures as drawing
from ui.forms import name_file_button

HERE, LIST = "pages/import_procedures.py", "pages/procedures.py"
actor = enter(
    _("Nhập danh mục thủ tục"), needs=May.KEEP_PROCEDURES.roles, lines=[_("bảng tỉnh gửi: Excel hoặc CSV, tối đa 50 MB")]
)
mine = importing_procedures.hand(actor)
if mine is None:
    name_file_button()
    label = _("Chọn tệp danh mục, hoặc kéo thả vào đây")
    given = st.file_uploader(label, key="pi_file", max_upload_size=uploads.BYTES_MAX >> 20)
    parts.facts(
        (_("Xem trước khi ghi"), _("Danh mục được đọc thử, dòng chưa đúng được chỉ ra, rồi ông/bà mới bấm ghi.")),
        (_("Bản đang dùng không tự đổi"), _("Chỗ tỉnh đổi hiện cạnh bản đang dùng, phường nhận rồi mới thay. Bản cũ giữ ngày.")),
        (_("Lời phường ghi không mất"), _("Quầy, giờ, các bước, cách gọi của bà con ở lại qua mọi lần nhập.")),
    )  # fmt: skip
    if given:
        with refusals():
            importing_procedures.take(actor, given, name=given.name, size=given.size)
            st.rerun()
    st.page_link(LIST, label=_("Về danh sách thủ tục"), icon=":material/arrow_back:")
    st.stop()

whole = st.toggle(
    _("Tệp này là cả danh mục của phường"), key="pi_whole",
    help=_("Bật thì thủ tục không có trong tệp được báo là đã bỏ, chờ phường nhận."),
)  # fmt: skip
result = None
with refusals():
    result = importing_procedures.tried(actor, mine, is_whole=whole)
if result:
    parts.section(_("Nếu ghi, danh mục này sẽ"), _("chưa ghi gì cả"))
    drawing.outcome(result)
    parts.section(_("Đã nhận ra các cột"), mine.upload.name)
    drawing.columns(result, FIELDS)
with parts.action_bar():
    if st.button(_("Chọn tệp khác"), key="pi_drop"):
        importing_procedures.drop(mine)
        st.rerun()
    count = result.created + result.updated + result.gone if result else 0
    label = _("Ghi {n} thủ tục", n=number(count)) if count else _("Không có gì mới để ghi")
    if st.button(label, key="pi_write", type="primary", disabled=not count):
        with refusals():
            done = importing_procedures.write(actor, mine, is_whole=whole)
            importing_procedures.drop(mine)
            news = _("Đã ghi {n} thủ tục mới, {m} thay đổi chờ nhận.", n=number(done.created), m=number(done.updated + done.gone))
            leave_for(LIST, news=news)
