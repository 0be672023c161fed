"""Thêm hộ: where it lives, how it is reached; its groups are chosen on its own page."""

import streamlit as st

from core.db import reading, transaction
from models import Role
from services import households, proposals
from services.access import May
from services.households import HouseholdValues
from ui import _, enter, leave_for
from ui.forms import refusals_at
from ui.household_form import ask, is_still_new

WARNED = "n_warned"  # what was typed when households like it were shown
actor = enter(_("Thêm hộ"), needs=May.PROPOSE.roles, lines=[_("Ghi xong, chọn nhóm của hộ ở màn hình sau.")])
with reading() as session:
    places = {unit.id: unit for unit in households.places(session, actor=actor)}
ids = list(places)
asked = next((place for place, unit in enumerate(places.values()) if unit.code == st.query_params.get("unit")), None)

with st.form("new_household", width=640):
    unit_id = st.selectbox(
        _("Tổ, thôn"), ids, index=0 if len(ids) == 1 else asked, format_func=lambda one: places[one].label,
        key="n_unit", placeholder=_("Chọn tổ hoặc thôn"),
    )  # fmt: skip
    unit_slot = st.empty()
    values, slots = ask(HouseholdValues(""), key="n")
    sent = st.form_submit_button(_("Thêm hộ"), key="n_add", type="primary")
if sent and unit_id is None:
    unit_slot.error(_("Xin chọn tổ hoặc thôn của hộ."))
elif unit_id and (sent or st.session_state.get(WARNED) == (unit_id, values)):
    with reading() as session:
        found = households.alike(session, actor=actor, unit_id=unit_id, values=values)
    st.session_state[WARNED] = (unit_id, values) if found else None
    if not found or is_still_new(found, actor=actor):
        with refusals_at(dict(slots) | {"unit_id": unit_slot}):
            if actor.role is Role.LEAD:
                with transaction() as session:
                    proposals.add(session, actor=actor, unit_id=unit_id, values=values)
                del st.session_state[WARNED]
                leave_for("pages/households.py", news=_("Đã đề nghị phường thêm hộ {name}.", name=values.head_name))
            with transaction() as session:
                made = households.add(session, actor=actor, unit_id=unit_id, values=values)
            del st.session_state[WARNED]
            news = _("Đã thêm hộ {name}, mã {code}.", name=made.head_name, code=made.code)
            leave_for("pages/household.py", news=news, id=str(made.id))
st.page_link("pages/households.py", label=_("Về danh sách"), icon=":material/arrow_back:")
