"""Báo cáo: what goes upward each month and quarter; kept, numbered, one beside another."""

import streamlit as st

from core.db import reading
from services import access
from services import reports as kept
from services.access import May
from ui import _, enter, needed, parts, places, record_id, reports

actor = enter(needs=May.SEE_FIGURES.roles)
may_make = access.may(actor, May.MAKE_REPORTS)
with reading() as session:
    rows = kept.listing(session, actor=actor)
if "so" in st.query_params and may_make:
    with needed("pages/reports.py"), reading() as session:
        report = kept.get(session, actor=actor, report_id=record_id("so"))
    parts.head(reports.name_of(report), next(row.unit.name for row in rows if row.report.id == report.id))
    reports.one(actor, report, rows)
    st.page_link("pages/reports.py", label=_("Tất cả báo cáo"), icon=":material/arrow_back:")
    st.stop()
parts.head(_("Báo cáo"), _("lập vào ngày làm việc đầu tháng, giữ lại như lúc lập"))
if may_make and actor.unit_id:
    reports.make(actor, places.ward(actor).id)
if rows:
    reports.listing(rows, opens=may_make)
else:
    parts.empty(
        _("Chưa có báo cáo nào"),
        _("Vào ngày làm việc đầu tháng, báo cáo của tháng trước tự lập ở đây, thành văn bản và bảng tính cùng số liệu."),
    )
