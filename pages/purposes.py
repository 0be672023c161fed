"""Sổ ghi hoạt động xử lý: for what, on what ground, which data, who sees it, how long; changed and printed here."""

import streamlit as st

from core.db import reading, transaction
from services import access, privacy_purposes, units
from services.access import May
from ui import _, enter, leave_for, number, parts, privacy, purposes, refusals, registers

actor = enter(_("Sổ ghi hoạt động xử lý dữ liệu"), needs=May.KEEP_PRIVACY.roles)
decides = access.may(actor, May.DECIDE_PRIVACY)
with reading() as session:
    ward = units.commune_for(session, actor=actor)
    found = privacy_purposes.listing(session, actor=actor, ward_id=ward.id)
    heads, lines = privacy_purposes.rows(found)
ward_id = ward.id
standing = [one for one in found if one.ended_on is None]
if not found:
    if parts.empty(
        _("Chưa ghi mục đích nào"), _("Bắt đầu bằng những việc phường vẫn làm với máy này, rồi sửa cho đúng."),
        _("Lấy sổ mẫu") if decides else "", key="pp_usual",
    ):  # fmt: skip
        with refusals():
            with transaction() as session:
                many = privacy_purposes.take_usual(session, actor=actor, ward_id=ward.id)
            leave_for(purposes.HERE, news=_("Đã lấy {n} mục đích. Xin đọc lại từng dòng.", n=number(many)))
else:
    purposes.table(found)
    with st.container(horizontal=True):
        registers.paper(
            actor, lambda session, who: privacy_purposes.on_paper(session, actor=who, ward_id=ward_id), label=_("Tải sổ (PDF)"),
            name="so-xu-ly-du-lieu", key="pp_pdf",
        )  # fmt: skip
        privacy.workbook(_("Sổ"), heads, lines, label=_("Tải sổ (Excel)"), key="pp_xlsx", file_name="so-xu-ly-du-lieu")
if decides:
    parts.section(_("Sửa sổ"))
    with st.expander(_("Thêm mục đích"), key="pp_add"):
        purposes.form(actor, ward.id, None)
    if standing:
        names = {one.name: one for one in standing}
        chosen = st.selectbox(
            _("Sửa dòng"), list(names), index=None, key="pp_which", placeholder=_("Chọn một mục đích"), width=420
        )
        if chosen:
            purposes.form(actor, ward.id, names[chosen])
            if st.button(_("Thôi mục đích này"), key="pp_end"):
                with refusals():
                    with transaction() as session:
                        privacy_purposes.end(session, actor=actor, ward_id=ward.id, purpose_id=names[chosen].id)
                    leave_for(purposes.HERE, news=_("Đã ghi. Dòng này ở lại trong sổ với ngày thôi."))
st.page_link("pages/personal_data.py", label=_("Dữ liệu cá nhân"), icon=":material/arrow_back:")
