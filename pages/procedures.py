"""Thủ tục: what the ward offers, what the province's list says otherwise, how far each page is filled."""

from typing import Literal

import streamlit as st

from core.db import reading, transaction
from services import procedure_differences, procedure_search, procedures, units
from services.access import May
from ui import _, enter, leave_for, number, parts, refusals
from ui import procedures as drawing

HERE, IMPORT = "pages/procedures.py", "pages/import_procedures.py"
actor = enter(needs=May.KEEP_PROCEDURES.roles)
with reading() as session:
    ward = units.commune_for(session, actor=actor)
    rows = procedures.listing(session, actor=actor, unit_id=ward.id)
    waiting = procedure_differences.waiting(session, actor=actor, unit_id=ward.id)
parts.head(_("Thủ tục"), ward.name)
if not rows:
    parts.empty(
        _("Chưa có thủ tục nào"),
        _("Nhập danh mục tỉnh gửi (Excel). Mỗi thủ tục có một trang dễ đọc cho bà con, tìm được bằng lời thường ngày."),
        _("Nhập danh mục"), page=IMPORT,
    )  # fmt: skip
    st.stop()

drawing.figures(rows, len(waiting))
if waiting:
    parts.section(_("Danh mục của tỉnh đã khác"), _("nhận thì dùng từ hôm nay, bản cũ vẫn giữ ngày"))
    for place, one in enumerate(waiting[: drawing.DIFFERENCES_SHOWN]):
        with st.container(border=True, key=f"df_{one.difference.id.hex}"):
            parts.html(parts.joined(parts.link(one.procedure.name, "procedure", ma=one.procedure.code), " ", one.procedure.code))
            drawing.difference(one)
            with st.container(horizontal=True):
                kind: Literal["primary", "secondary"] = "secondary" if place else "primary"
                takes = st.button(_("Nhận bản mới"), key=f"df_yes_{one.difference.id.hex}", type=kind)
                leaves = st.button(_("Giữ bản đang dùng"), key=f"df_no_{one.difference.id.hex}")
        if takes or leaves:
            answer = procedure_differences.accept if takes else procedure_differences.decline
            with refusals():
                with transaction() as session:
                    answer(session, actor=actor, difference_id=one.difference.id)
                leave_for(HERE, news=_("Đã nhận bản mới.") if takes else _("Đã giữ bản đang dùng."))
    if (more := len(waiting) - drawing.DIFFERENCES_SHOWN) > 0:
        parts.hint(_("Còn {n} thay đổi nữa, hiện khi trả lời xong các thay đổi trên.", n=number(more)))

with st.container(horizontal=True, vertical_alignment="bottom"):
    words = st.text_input(
        _("Tìm tên, mã, cách gọi"), key="tim", type="search", live=True, icon=":material/search:", width=358,
        placeholder=_("ví dụ: giay doc than, 1.004194"), bind="query-params",
    )  # fmt: skip
    narrowed = drawing.narrowed(rows)
    st.page_link(IMPORT, label=_("Nhập danh mục"), icon=":material/upload_file:")
    st.page_link("pages/new_link.py", label=_("Làm mã cho thủ tục"), icon=":material/qr_code:")
found = procedure_search.matching(narrowed, words or "")
if found:
    parts.section(_("Các thủ tục"), _("{n} thủ tục", n=number(len(found))))
    drawing.table(found)
else:
    parts.empty(
        _("Không có thủ tục nào khớp"), _("Thử viết ít chữ hơn. Bà con gọi khác thì ghi thêm cách gọi ở trang của thủ tục.")
    )
