"""Nơi trực và giờ trực: where the digital team stands, at which hours of the week, on which days nobody does."""

from datetime import date

import streamlit as st

from core import clock
from core.db import reading, transaction
from services import duty_patterns, team_members, units
from services.access import May
from ui import _, emptied, enter, leave_for, parts, refusals
from ui import roster as drawing
from ui.forms import refusals_at

HERE = "pages/duty_posts.py"
actor = enter(
    _("Nơi trực và giờ trực"), needs=May.KEEP_TEAM.roles, lines=(_("bà con thấy giờ này ở trang thủ tục, không thấy tên ai"),)
)
with reading() as session:
    ward = units.commune_for(session, actor=actor)
    rows = duty_patterns.posts(session, actor=actor)
    members = team_members.of_ward(session, actor=actor, ward=ward)
    places = team_members.places(session, actor=actor, ward=ward)
    off = duty_patterns.days_off(session, actor=actor)

left, right = st.columns([1.3, 1], gap="medium")
with left:
    for row in rows:
        parts.section(row.post.name, ", ".join(filter(None, (row.unit_label, row.post.address))))
        if not row.patterns:
            parts.hint(_("Chưa có giờ trực nào."))
        with st.container(gap=None):
            pressed = [pattern.pattern.id for pattern in row.patterns if drawing.pattern(pattern)]
        for pattern_id in pressed:
            with refusals():
                with transaction() as session:
                    duty_patterns.end(session, actor=actor, pattern_id=pattern_id)
                leave_for(HERE, news=_("Từ hôm nay thôi giờ trực này. Các ca sắp tới đã bỏ."))
        with st.expander(_("Đóng nơi trực này"), key=f"close_{row.post.id.hex}"):
            parts.hint(_("Mọi giờ trực ở đây thôi từ hôm nay; trang của bà con không còn nơi này."))
            if st.button(_("Đóng {name}", name=row.post.name), key=f"close_ok_{row.post.id.hex}"):
                with refusals():
                    with transaction() as session:
                        duty_patterns.close_post(session, actor=actor, post_id=row.post.id)
                    leave_for(HERE, news=_("Đã đóng nơi trực."))
    if not rows:
        parts.empty(_("Chưa có nơi trực nào"), _("Thêm Bộ phận Một cửa trước, rồi nhà văn hóa của các tổ, thôn."))
with right:
    if rows:
        parts.section(_("Thêm giờ trực"))
        if filled := drawing.pattern_form(rows, members):
            form, slots = filled
            with refusals_at(slots):
                with transaction() as session:
                    duty_patterns.add(session, actor=actor, form=form)
                emptied({"p_days": [], "p_who": []})
                leave_for(HERE, news=_("Đã thêm. Ca của sáu tuần tới đã có trên lịch trực."))
    parts.section(_("Thêm nơi trực"))
    if post := drawing.post_form(places):
        unit_id, name, address = post
        with refusals():
            with transaction() as session:
                duty_patterns.add_post(session, actor=actor, unit_id=unit_id, name=name, address=address)
            emptied({"p_name": "", "p_address": ""})
            leave_for(HERE, news=_("Đã thêm nơi trực."))
    parts.section(_("Ngày nghỉ"), _("không ai trực, không tính là thiếu"))
    drawing.days_off(off)
    with st.form("p_off", border=False):
        on = st.date_input(_("Ngày nghỉ"), clock.today(), key="p_off_day", format="DD/MM/YYYY", width=170)
        note = st.text_input(
            _("Vì sao"), key="p_off_note", max_chars=duty_patterns.NOTE_MAX, placeholder=_("Tết, bão, họp toàn phường…")
        )
        is_off = st.form_submit_button(_("Ghi ngày nghỉ"), key="p_off_ok")
    if is_off and isinstance(on, date):
        with refusals():
            with transaction() as session:
                duty_patterns.take_off(session, actor=actor, day=on, note=note or "")
            emptied({"p_off_note": ""})
            leave_for(HERE, news=_("Đã ghi ngày nghỉ."))
st.page_link("pages/roster.py", label=_("Về lịch trực"), icon=":material/arrow_back:")
