"""Phường: what the ward decides for itself, and what residents read of it."""

from dataclasses import replace
from functools import partial

import streamlit as st

from core import phones
from core.db import reading, transaction
from services import reach_rules, training, units
from services.access import May
from services.units import WardSettings
from ui import _, emblem, enter, leave_for, parts, places, refusals, training_switch
from ui import reach_rules as rules_form
from ui.forms import refusals_at

LONGEST = 120
actor = enter(needs=May.KEEP_WARD.roles)
top = st.container()
ward = places.ward(actor)
again = partial(leave_for, "pages/our_ward.py", **places.kept())
with top:
    parts.head(_("Phường"), ward.name)

key = ward.id.hex
now = WardSettings(ward.target_percent, phones.show(ward.phone), ward.address, ward.office_hours, ward.allows_self_approval)
with st.form("ward", width=560):
    phone = st.text_input(_("Điện thoại"), now.phone, key=f"{key}_phone", max_chars=20)
    slots = {"phone": st.empty()}
    address = st.text_input(_("Địa chỉ"), now.address, key=f"{key}_address", max_chars=LONGEST)
    hours = st.text_input(_("Giờ làm việc"), now.office_hours, key=f"{key}_hours", max_chars=LONGEST)
    percent = st.number_input(
        _("Mục tiêu hộ trong nhóm (%)"), min_value=0, max_value=100, value=now.target_percent, key=f"{key}_target", width=220
    )
    slots["target_percent"] = st.empty()
    alone = st.toggle(_("Lãnh đạo được duyệt bản do chính mình soạn"), now.allows_self_approval, key=f"{key}_alone")
    is_saved = st.form_submit_button(_("Ghi lại"), type="primary", key="w_save")
if is_saved:
    values = replace(
        now, phone=phone, address=address, office_hours=hours, target_percent=percent, allows_self_approval=alone
    )  # fmt: skip
    with refusals_at(slots):
        with transaction() as session:
            units.change_settings(session, actor=actor, unit_id=ward.id, values=values)
        again(news=_("Đã ghi."))

with reading() as session:
    rules, ways = reach_rules.of(session, ward=ward), reach_rules.accounts(session, ward=ward)
rules_form.accounts(ways)
parts.section(_("Quy tắc đưa tin tới từng hộ"))
if filled := rules_form.form(rules, key=key):
    with refusals_at(filled.slots):
        with transaction() as session:
            rules = reach_rules.change(session, actor=actor, unit_id=ward.id, version=filled.version, values=filled.values)
        rules_form.written(rules, key=key)
        again(news=_("Đã ghi quy tắc đưa tin."))
if news := emblem.section(ward.id, actor=actor):
    again(news=news)
with reading() as session:
    is_practising = training.is_on(session, unit=ward)
turned = training_switch.asked(ward, is_practising=is_practising)
if turned is not None:
    with refusals():
        with transaction() as session:
            training.switch(session, actor=actor, unit_id=ward.id, is_on=turned)
        again(news=training_switch.news_of(turned=turned))
st.page_link("pages/reorganise.py", label=_("Sắp xếp tổ, thôn, phường"), icon=":material/account_tree:")
