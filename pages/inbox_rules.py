"""Quy tắc trả lời: by when the ward answers, in which hours, who is asked first, which words are rubbish; how fast it was."""

from datetime import timedelta

import streamlit as st

from core import clock
from core.db import reading, transaction
from services import access, inquiries, inquiry_figures, inquiry_rules, inquiry_work, units
from services.access import May
from ui import _, enter, inbox_rules, leave_for, near, parts, refusals

HERE = "pages/inbox_rules.py"
actor = enter(_("Thời hạn và số liệu trả lời"), needs=May.ANSWER_INQUIRIES.roles)
now = clock.now()
with reading() as session:
    ward = units.commune_for(session, actor=actor)
    rules = inquiry_rules.of(session, ward_id=ward.id)
    people = inquiries.answerers(session, actor=actor)
    blocks = inquiry_work.blocks(session, actor=actor)
    seen = inquiry_figures.of(session, actor=actor, since=now - timedelta(days=30), until=now)
inbox_rules.figures(seen)
for block in blocks:
    with parts.line(f"b_{block.id.hex}", "unknown", _("Đang chặn một người"), _("tới {when}", when=near(block.until))):
        ends = st.button(_("Bỏ chặn"), key=f"unblock_{block.id.hex}")
    if ends:
        with refusals():
            with transaction() as session:
                inquiry_work.unblock(session, actor=actor, block_id=block.id)
            leave_for(HERE, news=_("Đã bỏ chặn."))
if actor.role in access.APPROVERS:
    wanted = inbox_rules.form(rules, people)
    if wanted:
        with refusals():
            with transaction() as session:
                inquiry_rules.write(session, actor=actor, ward_id=ward.id, rules=wanted)
            leave_for(HERE, news=_("Đã ghi lại."))
st.page_link("pages/inbox.py", label=_("Về hộp hỏi đáp"), icon=":material/arrow_back:")
