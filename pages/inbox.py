"""Hỏi đáp: who waits for an answer."""

import streamlit as st

from core import clock
from core.db import reading
from services import inquiries, inquiry_rules, units
from services.access import May
from services.inquiries import Box, Filters
from ui import _, enter, inbox, number, paging, parts
from ui import narrowed as narrowing

actor = enter(needs=May.ANSWER_INQUIRIES.roles)
page = paging.asked()
with reading() as session:
    counts = inquiries.counts(session, actor=actor)
    rules = inquiry_rules.of(session, ward_id=units.commune_for(session, actor=actor).id)
    places = units.residential(session, actor=actor)
parts.head(_("Hỏi đáp"), _("{n} câu hỏi chờ trả lời", n=number(counts.waiting)))
inbox.figures(counts)
with st.container(horizontal=True):
    st.page_link("pages/new_inquiry.py", label=_("Ghi câu hỏi"), icon=":material/add:")
    st.page_link("pages/public_answers.py", label=_("Câu trả lời chung"), icon=":material/public:")
    st.page_link("pages/inbox_rules.py", label=_("Thời hạn, số liệu"), icon=":material/speed:")
inbox.closed_now(rules.hours, clock.now())
chosen = inbox.filters(places)
with reading() as session:
    rows, has_more = inquiries.listing(session, actor=actor, filters=chosen, page=page)
if rows:
    inbox.table(rows, clock.now())
    if page > 1 or has_more:
        paging.turn(page + has_more)
elif chosen == Filters(Box.WAITING):
    parts.empty(
        _("Không câu hỏi nào chờ trả lời"),
        _("Câu hỏi gửi qua Zalo OA, fanpage, SMS, trang hỏi của phường, hay ghi tại quầy đều vào đây, có hạn trả lời."),
    )
else:
    narrowing.nothing(
        _("Không câu hỏi nào khớp"), _("Thử gõ ít chữ hơn, không cần dấu, hoặc xem ngăn Tất cả."), ngan=Box.WAITING.value,
        tim="", viec=None, kenh=None, loai=None, to=None,
    )  # fmt: skip
