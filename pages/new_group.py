"""Lập nhóm: a unit, a name, the chat's address; who leads it is chosen on its own page."""

import streamlit as st

from core.db import reading, transaction
from models import GroupKind
from services import groups, units
from services.access import May
from services.groups import GroupValues
from ui import _, enter, group_form, leave_for
from ui.forms import refusals_at

actor = enter(
    _("Lập nhóm"), needs=May.KEEP_GROUPS.roles, lines=[_("Nhóm Zalo của một tổ, một thôn, hoặc nhóm chung của phường.")]
)
with reading() as session:
    ward = units.commune_for(session, actor=actor)
    homes = units.residential(session, actor=actor)
    rows = groups.listing(session, actor=actor)
names = {unit.id: unit.label for unit in homes} | {ward.id: _("Cả {ward}", ward=ward.name)}
asked = next((unit.id for unit in homes if unit.code == st.query_params.get("unit")), None)
leaders = next((row.id for row in rows if row.kind is GroupKind.LEADERS), None)
unit_id = st.selectbox(
    _("Của tổ, thôn"), list(names), index=list(names).index(asked) if asked else None, format_func=names.__getitem__,
    key="g_unit", placeholder=_("Chọn tổ hoặc thôn"), width=560,
)  # fmt: skip
if unit_id is None:
    st.page_link("pages/groups.py", label=_("Về danh sách nhóm"), icon=":material/arrow_back:")
    st.stop()
if any(row.unit_id == unit_id and row.kind is GroupKind.HOUSEHOLD for row in rows):
    st.info(_("{unit} đã có nhóm hộ dân. Nhóm thứ hai vẫn lập được, hộ ở nhóm nào cũng tính là trong nhóm.", unit=names[unit_id]))
kind = GroupKind.ASSOCIATION if unit_id == ward.id else GroupKind.HOUSEHOLD
name = _("Bà con {unit}", unit=names[unit_id]) if kind is GroupKind.HOUSEHOLD else ""
with st.form("group", width=560):
    values, slots = group_form.ask(GroupValues(name, kind, parent_id=leaders), key=unit_id.hex)
    if st.form_submit_button(_("Lập nhóm"), key="g_create", type="primary"):
        with refusals_at(slots):
            with transaction() as session:
                made = groups.create(session, actor=actor, unit_id=unit_id, values=values)
            leave_for("pages/group.py", news=_("Đã lập nhóm {name}. Chọn người phụ trách.", name=made.name), id=str(made.id))
st.page_link("pages/groups.py", label=_("Về danh sách nhóm"), icon=":material/arrow_back:")
