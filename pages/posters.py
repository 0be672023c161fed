"""Tờ đang treo: numbered sheets with their places; those that must come down, until ticked."""

import streamlit as st

from core.db import reading, transaction
from services import links, posters
from services.access import May
from ui import _, enter, leave_for, number, parts, refusals
from ui import posters as drawing

HERE, LIST = "pages/posters.py", "pages/links.py"
actor = enter(needs=May.KEEP_LINKS.roles)
with reading() as session:
    rows = posters.listing(session, actor=actor)
    people = posters.takers(session, actor=actor)
    done = posters.taken_down(session, actor=actor)
    beneath = posters.numbers_beneath(session, actor=actor)
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
filled = drawing.form(codes, numbers=[one.poster.number for one in hanging], beneath=beneath)
if filled:
    with refusals():
        with transaction() as session:
            made = [
                posters.hang(
                    session, actor=actor, link_id=link_id, place=filled.place, replaces=filled.replaces, batch=filled.batch
                )
                for link_id in filled.link_ids
            ]  # fmt: skip
        one = made[0]
        news = _("Đã ghi tờ số {n}, treo tại {place}.", n=one.number, place=one.place)
        if len(made) > 1:
            news = _("Đã ghi {n} tờ, từ số {first}.", n=number(len(made)), first=one.number)
        leave_for(HERE, news=news)
asked = drawing.ask(rows, people) if rows else None
if asked:
    with refusals():
        with transaction() as session:
            count = posters.ask_down(session, actor=actor, poster_ids=asked.poster_ids, by_id=asked.by_id)
        leave_for(HERE, news=_("Đã giao gỡ {n} tờ.", n=number(count)))
if hanging:
    parts.section(_("Đang treo"), _("{n} tờ", n=number(len(hanging))))
    drawing.table(hanging)
back = drawing.taken_down(done)
if back:
    with refusals():
        with transaction() as session:
            posters.take_down(session, actor=actor, poster_id=back.poster.id, is_down=False)
        leave_for(HERE, news=_("Tờ số {n} lại ở trong danh sách phải gỡ.", n=back.poster.number))
st.page_link(LIST, label=_("Về danh sách mã"), icon=":material/arrow_back:")
