"""Bảng tin tháng: what happens in a month on one sheet for the notice board, looked at and taken away."""

import streamlit as st

from services.access import May
from ui import _, bulletin, codes, enter, parts

actor = enter(needs=May.PRINT.roles)
parts.head(_("Bảng tin tháng"), _("một tờ A3 cho bảng tin; chỉ có việc đã báo cho mọi hộ"))
codes.warn()
left, right = st.columns([1, 1], gap="large")
with left:
    unit_id, month = bulletin.wish(actor)
    chosen = bulletin.contents(actor, unit_id, month)
with right:
    bulletin.preview(actor, unit_id, month, chosen)
st.page_link("pages/print_studio.py", label=_("Về trang in ấn"), icon=":material/arrow_back:")
