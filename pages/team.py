"""Tổ công nghệ số: who helps, where, with what."""

import streamlit as st

from core.db import reading
from services import access, team_members
from ui import _, enter, number, parts
from ui import team as drawing

actor = enter(needs=access.SEES_PEOPLE)
is_staff = actor.role in access.WRITERS
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
with st.container(horizontal=True, vertical_alignment="center"):
    parts.section(_("Thành viên"), _("xếp theo tên"))
    st.page_link(drawing.MEMBER, label=_("Thêm thành viên"), icon=":material/person_add:")
    st.page_link("pages/roster.py", label=_("Lịch trực"), icon=":material/event:")
drawing.table(rows)
