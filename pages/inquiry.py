"""Một câu hỏi: what was said, what is to be done, the answer."""

import streamlit as st

from core import clock
from core.db import reading, transaction
from models import InquiryKind, InquiryStatus
from services import audit_trail, inquiries, inquiry_answers, inquiry_work, public_answers, units
from services.access import May
from ui import (
    _,
    emptied,
    enter,
    history,
    inbox,
    inquiry_acts,
    inquiry_more,
    inquiry_travels,
    leave_for,
    needed,
    parts,
    record_id,
    refusals,
)
from ui import inquiry as drawing

HERE, LIST = "pages/inquiry.py", "pages/inbox.py"
actor = enter(needs=May.ANSWER_INQUIRIES.roles)
with needed(back=LIST):
    id_ = record_id()
    with reading() as session:
        thread = inquiries.thread(session, actor=actor, inquiry_id=id_)
        ways = inquiry_answers.ways(session, inquiry=thread.inquiry)
        ready = inquiry_answers.ready_texts(session, actor=actor, inquiry_id=id_)
        alike = inquiry_answers.alike(session, actor=actor, inquiry_id=id_)
        people = inquiries.answerers(session, actor=actor)
        places = units.residential(session, actor=actor)
        public = public_answers.of_inquiry(session, actor=actor, inquiry_id=id_)
        shelf = inquiries.procedures_of(session, inquiry=thread.inquiry)
        events = audit_trail.of_record(session, actor=actor, kind="inquiry", record=thread.inquiry)
    if not thread.is_looked_at:
        with transaction(counts_only=True) as session:
            inquiry_work.look(session, actor=actor, inquiry_id=id_)
one, now = thread.inquiry, clock.now()


def done(news: str) -> None:
    """Back to this thread with what happened."""
    leave_for(HERE, news=news, id=str(id_))


parts.head(inbox.shortened(one.text, 90) or _("(đã xóa)"), _(one.kind.label), parts.joined(inbox.due(one, now)))
if thread.looking:
    parts.note("waiting", _("Đang có người mở: {who}", who=", ".join(thread.looking)), _("Xin trao đổi trước khi trả lời."))
if one.same_as_id:
    inquiry_acts.apart(actor, one, ways, done)
left, right = st.columns([1.6, 1], gap="medium")
with left:
    drawing.conversation(thread.messages, one.from_name)
    inquiry_travels.of(actor, thread, done)
    if one.status is InquiryStatus.SPAM:
        if st.button(_("Không phải tin rác"), key="unspam"):
            with refusals():
                with transaction() as session:
                    inquiry_work.reopen(session, actor=actor, inquiry_id=id_)
                done(_("Đã đưa lại vào hộp chờ trả lời."))
    else:
        drawing.window(ways, now)
        # What was on the screen when the button was pressed is what this person has read.
        read = st.session_state.setdefault(f"read_{id_}", one.version)
        text, way, pressed = drawing.reply_form(
            thread, ways, ready, is_main=public is not None or one.kind is not InquiryKind.RUMOUR
        )
        with refusals():
            if pressed == "note":
                with transaction() as session:
                    inquiry_work.note(session, actor=actor, inquiry_id=id_, text=text)
                emptied(drawing.written(one))
                done(_("Đã ghi chú, chỉ cán bộ thấy."))
            if pressed in ("send", "close"):
                st.session_state[f"read_{id_}"] = one.version
                with transaction() as session:
                    answered = inquiry_answers.answer(
                        session, actor=actor, inquiry_id=id_, text=text, version=read, way=way, closes=pressed == "close"
                    )
                del st.session_state[f"read_{id_}"]
                emptied(drawing.written(one))
                done(drawing.answered(answered))
        inquiry_more.for_all(actor, thread, ways, public, done)
with right:
    drawing.facts(thread)
    given = drawing.giving(one, people)
    until = drawing.until_chosen(one) if one.due_at else None
    values = None
    with st.expander(_("Sắp xếp lại: việc, tổ, thủ tục, số gọi"), key="sorting"):
        values = drawing.sorting(thread, places=places, procedures=shelf)
    inquiry_acts.together(actor, thread.alike, done)
    put = inquiry_acts.put_together(alike)
    acts = inquiry_acts.last_acts(one)
    history.of(events, key="inquiry_history")
    st.page_link(LIST, label=_("Về hộp hỏi đáp"), icon=":material/arrow_back:")
with refusals():
    inquiry_acts.carry_out(actor, one, given=given, until=until, values=values, acts=acts, put=put, done=done)
