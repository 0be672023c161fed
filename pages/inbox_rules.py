"""Quy tắc trả lời: by when the ward answers, in which hours, who is asked first, which words are rubbish; how fast it was."""

from datetime import timedelta

import streamlit as st

from core import clock
from core.db import reading, transaction
from services import access, inquiries, inquiry_figures, inquiry_rules, inquiry_work, units
from services.access import May
from ui import _, enter, inbox_rules, leave_for, near, parts, refusals
from ui.inbox import shortened

HERE, SPAN = "pages/inbox_rules.py", timedelta(days=30)
actor = enter(_("Thời hạn và số liệu trả lời"), needs=May.ANSWER_INQUIRIES.roles)
now = clock.now()
with reading() as session:
    ward = units.commune_for(session, actor=actor)
    rules = inquiry_rules.of(session, ward_id=ward.id)
    people = inquiries.answerers(session, actor=actor)
    blocks = inquiry_work.blocks(session, actor=actor)
    seen = inquiry_figures.of(session, actor=actor, since=now - SPAN, until=now)
    each = inquiry_figures.messages_by_person(session, actor=actor, since=now - SPAN)
    places = units.residential(session, actor=actor)
inbox_rules.figures(seen)
inbox_rules.people(each)
if blocks:
    parts.section(_("Đang chặn"), _("tin của những người này vào tin rác"))
for row in blocks:
    id_ = row.block.id
    said = ", ".join(filter(None, (row.name, _("qua {channel}", channel=_(row.block.channel.label)), shortened(row.text, 80))))
    with parts.line(f"b_{id_.hex}", "unknown", _("Tới {when}", when=near(row.block.until)), said):
        ends = st.button(_("Bỏ chặn"), key=f"unblock_{id_.hex}")
    if ends:
        with refusals():
            with transaction() as session:
                inquiry_work.unblock(session, actor=actor, block_id=id_)
            leave_for(HERE, news=_("Đã bỏ chặn."))
if access.may(actor, May.KEEP_WARD) and ward.path.startswith(actor.unit_path):
    with refusals():
        if wanted := inbox_rules.form(rules, people, places):
            with transaction() as session:
                inquiry_rules.write(session, actor=actor, ward_id=ward.id, rules=wanted)
            leave_for(HERE, news=_("Đã ghi lại."))
st.page_link("pages/inbox.py", label=_("Về hộp hỏi đáp"), icon=":material/arrow_back:")
