"""Lịch trực: who of the digital team stands where in a week, where somebody is missing, one slot to fill."""

from datetime import date, timedelta

import streamlit as st

from core.db import reading, transaction
from core.errors import NotFound
from services import duty_absences, roster, team_members
from services.access import May
from ui import N_, _, day, enter, leave_for, needed, number, parts, record_id, refusals
from ui import roster as drawing

HERE = "pages/roster.py"
actor = enter(needs=May.KEEP_TEAM.roles)

if "ca" in st.query_params:
    with needed(back=HERE):
        try:
            on = date.fromisoformat(st.query_params.get("ngay", ""))
        except ValueError:
            raise NotFound(N_("Địa chỉ này không dẫn tới đâu. Xin mở lại từ danh sách.")) from None
        with reading() as session:
            slot = roster.slot(session, actor=actor, pattern_id=record_id("ca"), day=on)
            free = roster.free_members(session, actor=actor, slot=slot)
    missing = parts.badge(drawing.tone(slot), _("thiếu {n} người", n=number(slot.missing))) if slot.missing else ""
    parts.head(slot.post.name, missing, drawing.hours(slot), slot.post.address)
    query = {"ca": str(slot.pattern_id), "ngay": on.isoformat()}
    if not slot.on_duty:
        parts.hint(_("Chưa có ai trực ca này."))
    for one in slot.on_duty:
        asks = _("đang nhờ người thay") if one.asks_to_swap else ""
        with parts.line(f"on_{one.shift_id.hex}", "waiting" if one.asks_to_swap else "arrived", one.name, asks):
            if not slot.is_over and st.button(_("Bỏ khỏi ca"), key=f"out_{one.shift_id.hex}"):
                with refusals():
                    with transaction() as session:
                        roster.take_out(session, actor=actor, shift_id=one.shift_id)
                    leave_for(HERE, news=_("Đã bỏ {name} khỏi ca này.", name=one.name), **query)
    if not slot.is_over and (chosen := drawing.place(free, slot)):
        with refusals():
            with transaction() as session:
                roster.assign(session, actor=actor, pattern_id=slot.pattern_id, day=on, member_id=chosen)
            leave_for(HERE, news=_("Đã xếp vào ca."), **query)
    st.page_link(HERE, label=_("Về lịch trực"), icon=":material/arrow_back:", query_params={"tuan": on.isoformat()})
    st.stop()

monday = drawing.week_asked()
with reading() as session:
    slots = roster.slots(session, actor=actor, first=monday, last=monday + timedelta(days=6))
    gaps = roster.gaps(session, actor=actor)
    away = duty_absences.absences(session, actor=actor)
    members = [row.member for row in team_members.listing(session, actor=actor)]
parts.head(
    _("Lịch trực"),
    _("tuần {first} – {last}", first=day(monday, weekday=False), last=day(monday + timedelta(days=6), weekday=False)),
)
if not members:
    parts.empty(
        _("Tổ công nghệ số chưa có ai"), _("Thêm thành viên trước, rồi chọn nơi trực và giờ trực trong tuần."),
        _("Thêm thành viên"), page="pages/member.py",
    )  # fmt: skip
    st.stop()
drawing.figures(slots, gaps, away)
left, right = st.columns([1.5, 1], gap="medium")
with left:
    if gaps:
        parts.section(_("Còn thiếu người"), _("7 ngày tới, gần nhất đứng trước"))
        with st.container(gap=None):
            for gap in gaps[: drawing.GAPS_SHOWN]:
                drawing.gap(gap)
    with st.container(gap=None):
        drawing.weeks(monday)
        drawing.week(slots)
    if not slots:
        parts.empty(
            _("Tuần này chưa có ca nào"), _("Chọn nơi trực và giờ trực trong tuần, máy tự lập ca sáu tuần tới."),
            _("Nơi trực và giờ trực"), page=drawing.POSTS,
        )  # fmt: skip
with right:
    st.page_link(drawing.POSTS, label=_("Nơi trực và giờ trực"), icon=":material/event_repeat:")
    drawing.absences(away, members, actor)
