"""Tờ đang treo: numbered sheets with their places; those that must come down, until ticked."""

import streamlit as st

from core.db import reading, transaction
from services import access, links, posters
from ui import _, enter, leave_for, number, parts, refusals
from ui import posters as drawing

HERE, LIST = "pages/posters.py", "pages/links.py"
actor = enter(needs=access.WRITERS)
with reading() as session:
    rows = posters.listing(session, actor=actor)
    codes = [row.link for row in links.listing(session, actor=actor, purposes=links.PRINTED) if row.link.is_active]
down = [one for one in rows if one.must_come_down]
hanging = [one for one in rows if not one.must_come_down]
parts.head(_("Tờ đang treo"), _("{n} tờ, {m} tờ phải gỡ", n=number(len(rows)), m=number(len(down))) if rows else "")
if not rows:
    parts.empty(
        _("Chưa ghi tờ nào"), _("Mỗi tờ dán lên được một số. Thay tờ mới thì tờ cũ hiện ở đây, ai gỡ, tới khi gỡ xong."),
    )  # fmt: skip
if down:
    parts.section(_("Phải gỡ xuống"), _("đã thay bằng tờ khác, hoặc mã đã ngừng"))
    ticked = drawing.to_take_down(down)
    if ticked:
        with refusals():
            with transaction() as session:
                posters.take_down(session, actor=actor, poster_id=ticked.poster.id)
            leave_for(HERE, news=_("Đã ghi gỡ tờ số {n}.", n=ticked.poster.number))
filled = drawing.form(codes, numbers=[one.poster.number for one in hanging])
if filled:
    with refusals():
        with transaction() as session:
            made = posters.hang(
                session, actor=actor, link_id=filled.link_id, place=filled.place, replaces=filled.replaces, batch=filled.batch
            )
        leave_for(HERE, news=_("Đã ghi tờ số {n}, treo tại {place}.", n=made.number, place=made.place))
if hanging:
    parts.section(_("Đang treo"), _("{n} tờ", n=number(len(hanging))))
    drawing.table(hanging)
st.page_link(LIST, label=_("Về danh sách mã"), icon=":material/arrow_back:")
