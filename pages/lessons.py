"""Buổi hướng dẫn nhỏ: what is shown to whom, when and where, and how many came."""

import streamlit as st

from core.db import reading, transaction
from services import lessons, team_members, units
from services.access import May
from ui import _, emptied, enter, leave_for, parts, refusals, team
from ui import lessons as drawing
from ui.forms import refusals_at

HERE = "pages/lessons.py"
actor = enter(_("Buổi hướng dẫn"), needs=May.KEEP_TEAM.roles, lines=(_("người hướng dẫn ghi số người dự trên điện thoại"),))
with reading() as session:
    ward = units.commune_for(session, actor=actor)
    rows = lessons.listing(session, actor=actor)
    members = team_members.of_ward(session, actor=actor, ward=ward)
    places = team_members.places(session, actor=actor, ward=ward)
left, right = st.columns([1.3, 1], gap="medium")
with left:
    for row in rows:
        if drawing.line(row):
            with refusals():
                with transaction() as session:
                    lessons.call_off(session, actor=actor, lesson_id=row.lesson.id)
                leave_for(HERE, news=_("Đã bỏ buổi này."))
    if not rows:
        parts.empty(_("Chưa có buổi nào"), _("Mỗi buổi vài người, một việc: cài VNeID, nộp hồ sơ, tránh lừa đảo."))
with right:
    parts.section(_("Thêm buổi"))
    if not members:
        team.needed_first()
    elif filled := drawing.form(places, members):
        form, slots = filled
        with refusals_at(slots):
            with transaction() as session:
                lessons.plan(session, actor=actor, form=form)
            emptied({"l_place": ""})
            leave_for(HERE, news=_("Đã thêm. Người hướng dẫn thấy trên điện thoại của mình."))
