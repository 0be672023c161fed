"""Làm nhiều mã: one for each group and procedure, or one for each row of a list."""

import streamlit as st

from core.db import reading, transaction
from services import link_making, procedures, units, uploads
from services.access import May
from ui import _, addressed, enter, leave_for, link_moves, making_links, number, parts, refusals
from ui.forms import name_file_button

HERE, LIST, DONE = "pages/new_links.py", "pages/links.py", "new_links_done"
actor = enter(
    _("Làm nhiều mã"), needs=May.KEEP_LINKS.roles, lines=[_("mỗi nơi treo một mã riêng thì biết nơi nào có người quét")]
)
if done := st.session_state.pop(DONE, None):
    link_moves.made(done)
    st.page_link(LIST, label=_("In các mã này"), icon=":material/print:")
    st.stop()

ways = {"each": _("Mỗi tổ một mã cho mỗi thủ tục"), "sheet": _("Từ bảng tính")}
way = addressed.segments(_("Cách làm"), ways, key="cach", usual="each")
batch = st.text_input(_("Đợt in"), key="nl_batch", max_chars=120, width=420, placeholder=_("ví dụ: 10 ngày cao điểm tháng 11"))
if way == "each":
    with reading() as session:
        homes = {unit.id: unit.label for unit in units.residential(session, actor=actor)}
        shelf = {one.id: f"{one.name} ({one.code})" for one in procedures.listing(session, actor=actor, is_active=True)}
    if not shelf:
        parts.empty(
            _("Chưa có thủ tục nào"), _("Nhập danh mục của tỉnh trước, rồi làm mã cho từng thủ tục."), _("Nhập danh mục"),
            page="pages/import_procedures.py",
        )  # fmt: skip
        st.stop()
    everywhere = st.toggle(_("Mọi tổ, thôn"), value=True, key="nl_all")
    chosen_homes = list(homes)
    if not everywhere:
        chosen_homes = st.multiselect(
            _("Tổ, thôn"), list(homes), format_func=homes.__getitem__, key="nl_units", placeholder=_("Chọn tổ, thôn")
        )
    chosen = st.multiselect(
        _("Thủ tục"), list(shelf), format_func=shelf.__getitem__, key="nl_procedures", placeholder=_("Chọn thủ tục")
    )
    plan = None
    if chosen_homes and chosen:
        with refusals(), reading() as session:
            plan = link_making.planned(session, actor=actor, unit_ids=chosen_homes, procedure_ids=chosen, batch=batch)
    if plan:
        making_links.planned(plan)
    count = len(plan.pairs) if plan else 0
    if st.button(_("Làm {n} mã", n=number(count)), key="nl_make", type="primary", disabled=not count):
        with refusals():
            with transaction() as session:
                st.session_state[DONE] = link_making.for_each(
                    session, actor=actor, unit_ids=chosen_homes, procedure_ids=chosen, batch=batch
                )
            leave_for(HERE)
else:
    name_file_button()
    given = st.file_uploader(_("Chọn bảng tính, hoặc kéo thả vào đây"), key="nl_file", max_upload_size=uploads.BYTES_MAX >> 20)
    parts.hint(_("Cần cột “Nơi treo”, và “Mã thủ tục” hoặc “Đường dẫn”. Có thể thêm “Tên” và “Đơn vị” (mã tổ)."))
    trial = None
    if given:
        with refusals():
            trial = making_links.try_sheet(actor, given)
    if trial:
        making_links.show(trial)
    if trial and st.button(_("Làm {n} mã", n=number(len(trial.rows))), key="nl_read", type="primary", disabled=not trial.rows):
        with refusals():
            st.session_state[DONE] = making_links.make(actor, given, batch=batch)
            leave_for(HERE)
st.page_link(LIST, label=_("Về danh sách mã"), icon=":material/arrow_back:")
