"""Hỗ trợ tại nhà: who cannot come and waits, who goes there on which day, what came of it."""

import streamlit as st

from core.db import reading, transaction
from models import VisitStatus
from services import home_visits, team_members, units
from services.access import May
from ui import _, emptied, enter, leave_for, number, parts, refusals
from ui import home_visits as drawing
from ui.forms import refusals_at

HERE = "pages/home_visits.py"
actor = enter(needs=May.KEEP_TEAM.roles)
with reading() as session:
    ward = units.commune_for(session, actor=actor)
    rows = home_visits.listing(session, actor=actor)
    ended = home_visits.listing(session, actor=actor, which=(VisitStatus.CLOSED, VisitStatus.CALLED_OFF), limit=50)
    members = team_members.of_ward(session, actor=actor, ward=ward)
    places = team_members.places(session, actor=actor, ward=ward)
waiting = sum(row.visit.status is VisitStatus.ASKED for row in rows)
parts.head(_("Hỗ trợ tại nhà"), _("{n} người chờ xếp", n=number(waiting)) if waiting else _("không ai đang chờ"))
left, right = st.columns([1.5, 1], gap="medium")
with left:
    if not rows:
        parts.empty(
            _("Chưa có lời hẹn nào"),
            _("Người không đi được tự hẹn ở trang /visit, tổ trưởng hẹn ở trang của hộ, hoặc ghi giúp ở bên cạnh."),
        )
    with st.container(gap=None):
        pressed = [row.visit.id for row in rows if drawing.line(row)]
    for visit_id in pressed:
        with refusals():
            with transaction() as session:
                home_visits.call_off(session, actor=actor, visit_id=visit_id)
            leave_for(HERE, news=_("Đã thôi lời hẹn này."))
    if rows and members:
        parts.section(_("Xếp người đến"), _("người ấy thấy trên điện thoại của mình"))
        if planned := drawing.plan(rows, members):
            chosen, member_id, on = planned
            with refusals():
                with transaction() as session:
                    home_visits.plan(session, actor=actor, visit_ids=chosen, member_id=member_id, visit_on=on)
                emptied({"v_which": []})
                leave_for(HERE, news=_("Đã xếp. Người ấy thấy ngay trên trang của mình."))
    if ended:
        parts.section(_("Đã xong"), _("tên và địa chỉ xóa sau 90 ngày"))
        drawing.past(ended)
with right:
    parts.section(_("Ghi lời hẹn"), _("qua điện thoại, tại quầy"))
    if filled := drawing.form(places):
        wish, slots = filled
        with refusals_at(slots):
            with transaction() as session:
                home_visits.ask_for(session, actor=actor, wish=wish)
            emptied(drawing.WRITTEN)
            leave_for(HERE, news=_("Đã ghi lời hẹn."))
