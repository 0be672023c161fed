"""Tổ công nghệ số: who helps, where, with what; whom did we help."""

import streamlit as st

from core import clock
from core.db import reading
from services import access, figures, groups, support_figures, team_members
from services.access import May
from ui import _, day, enter, number, parts, team_figures
from ui import team as drawing

actor = enter(needs=May.SEE_TEAM.roles)
is_staff = access.may(actor, May.KEEP_TEAM)
with reading() as session:
    own = team_members.own(session, actor=actor)
    rows = team_members.listing(session, actor=actor) if is_staff else []
parts.head(_("Tổ công nghệ số"), _("{n} thành viên", n=number(len(rows))) if rows else "")
if own:
    drawing.own_page(own)
if not is_staff:
    if not own:
        parts.empty(
            _("Ông/bà chưa ở trong tổ công nghệ số"), _("Phường thêm ông/bà vào tổ thì ca trực và việc hỗ trợ hiện ở đây.")
        )
    st.stop()
if not rows:
    parts.empty(
        _("Tổ công nghệ số chưa có ai"),
        _("Mỗi thành viên có trang riêng trên điện thoại: ca trực, ghi lượt hỗ trợ, đến nhà bà con."),
        _("Thêm thành viên"), page=drawing.MEMBER,
    )  # fmt: skip
    st.stop()
today = clock.today()
with reading() as session:
    series = support_figures.by_month(session, actor=actor)
month = team_figures.month_choice(series)
with reading() as session:
    days = [*groups.month_ends(today, 12), today]
    growth = figures.growth(session, actor=actor, days=days)
    taught = support_figures.taught(session, actor=actor, month=month)
    helped = support_figures.by_procedure(session, actor=actor, month=month)
    each = support_figures.by_member(session, actor=actor, month=month)
team_figures.figures(month, dict(series)[month], taught, growth[-1][2], growth[0][2])
left, right = st.columns([1.3, 1], gap="medium")
with left:
    title = _("Lượt hỗ trợ, 12 tháng")
    parts.chart(title, team_figures.months(series, parts.look()), _("phần đậm: làm trực tuyến"), key="c_months")
    parts.section(_("Bà con cần giúp thủ tục nào"), _("nhiều nhất đứng trước"))
    if helped:
        team_figures.procedures(helped)
    else:
        parts.hint(_("Tháng này chưa ghi lượt nào. Thành viên ghi trên điện thoại, hai lần chạm."))
with right:
    parts.chart(_("Người có điện thoại thông minh"), team_figures.phones(growth, parts.look()), _("12 tháng"), key="c_phones")
    team_figures.members(each, day(support_figures.shared_from(month)))
with st.container(horizontal=True, vertical_alignment="center"):
    parts.section(_("Thành viên"), _("xếp theo tên"))
    st.page_link(drawing.MEMBER, label=_("Thêm thành viên"), icon=":material/person_add:")
    st.page_link("pages/roster.py", label=_("Lịch trực"), icon=":material/event:")
    st.page_link("pages/lessons.py", label=_("Buổi hướng dẫn"), icon=":material/school:")
drawing.table(rows)
