"""Lượt quét: where, when and with what people scan; which codes nobody scans."""

import streamlit as st

from core.db import reading
from services import scan_figures
from services.access import May
from ui import _, enter, number, parts, scans

LIST = "pages/links.py"
actor = enter(needs=May.STUDY_FIGURES.roles)
with reading() as session:
    seen = scan_figures.of(session, actor=actor)
parts.head(_("Lượt quét"), _("{n} ngày qua, không tính máy dò tự động", n=number(seen.days)))
if not seen.places:
    parts.empty(
        _("Chưa có mã nào"), _("Làm mã, dán lên rồi xem ở đây nơi nào có người quét."), _("Làm mã"), page="pages/new_link.py"
    )
    st.stop()

scans.figures(seen)
left, right = st.columns([1, 1.1], gap="medium")
with left:
    parts.section(_("Theo nơi treo"), _("đông nhất trước"))
    scans.places(seen.places)
with right:
    parts.chart(_("Theo giờ và ngày trong tuần"), scans.grid(seen, look=parts.look()), _("càng đậm càng đông"), key="grid")
parts.section(_("Các nơi treo trong phường"), _("đậm: nhiều người quét, viền đứt: chưa ai quét"))
scans.places_as_tiles(seen)
parts.section(_("Mã không ai quét 30 ngày qua"), _("{n} mã", n=number(len(seen.silent))))
if seen.silent:
    scans.silent(seen.silent)
    parts.hint(_("Xem lại nơi treo: tờ có bị che, bị dán đè, quá cao hay trong tối không."))
else:
    parts.hint(_("Mã nào cũng có người quét."))
st.page_link(LIST, label=_("Về danh sách mã"), icon=":material/arrow_back:")
