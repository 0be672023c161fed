"""Một thành viên tổ công nghệ số: what is known of them, their addresses, the end of it; or a new one."""

import streamlit as st

from core.db import reading, transaction
from services import audit_trail, duty_absences, team_members, units
from services.access import May
from ui import _, enter, history, leave_for, needed, parts, record_id, refusals
from ui import team as drawing
from ui.forms import refusals_at

HERE, LIST = "pages/member.py", "pages/team.py"
actor = enter(needs=May.KEEP_TEAM.roles)
with needed(back=LIST), reading() as session:
    ward = units.commune_for(session, actor=actor)
    places = team_members.places(session, actor=actor, ward=ward)
    row = team_members.row(session, actor=actor, member_id=record_id()) if "id" in st.query_params else None
    member = row.member if row else None
    events = audit_trail.of_record(session, actor=actor, kind="team_member", record=member) if member else []

if row is None or member is None:
    parts.head(_("Thêm thành viên"), ward.label)
    with st.container(width=640):
        if filled := drawing.form(None, places):
            values, slots = filled
            with refusals_at(slots):
                with transaction() as session:
                    made = team_members.add(session, actor=actor, values=values)
                leave_for(HERE, news=_("Đã thêm. Xin gửi đường dẫn cho {name}.", name=made.name), id=str(made.id))
    st.page_link(LIST, label=_("Về danh sách"), icon=":material/arrow_back:")
    st.stop()

parts.head(member.name, _("tổ trưởng") if member.is_head else "", drawing.skills(member))
left, right = st.columns([1.1, 1], gap="medium")
with left:
    if filled := drawing.form(member, places, username=row.username):
        values, slots = filled
        with refusals_at(slots):
            with transaction() as session:
                team_members.change(session, actor=actor, member_id=member.id, values=values)
            leave_for(HERE, news=_("Đã ghi."), id=str(member.id))
with right:
    drawing.addresses(member, actor)
    with st.expander(_("Thôi tham gia tổ"), key="m_leave"):
        parts.hint(_("Các ca sắp tới bỏ trống, đường dẫn hết dùng ngay. Việc đã làm vẫn còn tên."))
        if st.button(_("{name} thôi từ hôm nay", name=member.name), key="m_leave_ok"):
            with refusals():
                with transaction() as session:
                    duty_absences.leave(session, actor=actor, member_id=member.id)
                leave_for(LIST, news=_("Đã ghi. Ca bỏ trống hiện ở lịch trực."))
    history.of(events, key="m_history")
st.page_link(LIST, label=_("Về danh sách"), icon=":material/arrow_back:")
