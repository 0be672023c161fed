"""Sửa nhanh: the households of one residential unit, edited like a spreadsheet."""

import streamlit as st

from core.db import reading
from services import household_sheet, households
from services.access import May
from ui import _, addressed, enter, number, parts
from ui import household_sheet as sheet
from ui.paging import asked, first, turn

actor = enter(_("Sửa nhanh"), needs=May.WRITE_HOUSEHOLDS.roles)
with reading() as session:
    places = {unit.code: unit for unit in households.places(session, actor=actor)}
if not places:
    parts.empty(_("Chưa có tổ dân phố, thôn nào"), _("Quản trị nhập danh sách tổ, thôn của phường trước; rồi đến hộ dân."))
    st.stop()
with st.container(horizontal=True, vertical_alignment="bottom"):
    names = {code: unit.label for code, unit in places.items()}
    place = addressed.always(_("Tổ, thôn"), names, key="to", width=320, on_change=first)
    st.page_link("pages/households.py", label=_("Danh sách hộ"), icon=":material/arrow_back:")
with reading() as session:
    seen = household_sheet.page(session, actor=actor, unit_id=places[place].id, page=asked())
if not seen.rows:
    parts.empty(
        _("Chưa có hộ nào"), _("Nhập danh sách hộ của tổ, thôn này từ bảng tính, hoặc thêm từng hộ."), _("Thêm hộ"),
        page="pages/new_household.py",
    )  # fmt: skip
    st.stop()
draft = sheet.draft_of(seen.unit.id)
sheet.troubles(draft, actor)
parts.section(_("{n} hộ", n=number(seen.total)), _("bấm đúp vào ô để sửa; chỉ ghi khi bấm nút ghi"))
sheet.draw(draft, seen)
turn(seen.pages)
parts.hint(_("Số điện thoại hiện che bớt. Để nguyên thì giữ số cũ, gõ số mới thì thay, xóa trắng thì bỏ số."))
sheet.buttons(draft, actor)
