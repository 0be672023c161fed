"""Đề nghị của tổ trưởng: what waits, the oldest first, before beside after; take over, decline, take the answer back."""

import streamlit as st

from core.db import reading, transaction
from models import Role
from services import proposals
from services.access import May
from ui import _, enter, leave_for, number, parts, refusals
from ui import proposals as shown

HERE = "pages/proposals.py"
actor = enter(_("Đề nghị của tổ trưởng"), needs=May.PROPOSE.roles)
is_staff = actor.role is not Role.LEAD
with reading() as session:
    waiting = proposals.waiting(session, actor=actor) if is_staff else []
    answered = proposals.answered(session, actor=actor)

# What was beside each proposal when a button was pressed is what its reader has seen.
now = {one.proposal.id: one.version for one in waiting}
read = st.session_state.get("p_read", now)
st.session_state["p_read"] = now

if not waiting and not answered:
    words = _("Tổ trưởng đề nghị thêm hộ, hộ chuyển đi hay chuyển tổ thì đề nghị hiện ở đây.")
    mine = _("Đề nghị của ông/bà được phường trả lời thì hiện ở đây.")
    parts.empty(_("Không có đề nghị nào"), words if is_staff else mine)
    st.stop()

if waiting:
    parts.section(_("{n} đề nghị đang chờ", n=number(len(waiting))), _("cũ nhất đứng trước"))
chosen = []
for one in waiting:
    key = one.proposal.id.hex
    with st.container(border=True, key=f"p_{key}"):
        if st.checkbox(shown.title(one), key=f"p_on_{key}"):
            chosen.append(one.proposal.id)
        parts.hint(shown.who(one))
        shown.sides(one)
        with st.popover(_("Không nhận"), key=f"p_no_{key}"):
            reason = st.text_input(_("Lý do, tổ trưởng sẽ thấy"), key=f"p_why_{key}", max_chars=proposals.NOTE_MOST)
            if st.button(_("Trả lời không nhận"), key=f"p_decline_{key}"):
                with refusals():
                    with transaction() as session:
                        proposals.decline(session, actor=actor, proposal_id=one.proposal.id, reason=reason)
                    leave_for(HERE, news=_("Đã trả lời, kèm lý do."))
if waiting:
    with parts.action_bar():
        is_sent = st.button(
            _("Nhận {n} đề nghị đã chọn", n=number(len(chosen))), key="p_accept", type="primary", disabled=not chosen
        )
    if is_sent:
        with refusals():
            with transaction() as session:
                proposals.accept(session, actor=actor, seen={id_: read.get(id_) for id_ in chosen})
            leave_for(HERE, news=_("Đã nhận {n} đề nghị.", n=number(len(chosen))))

if answered:
    parts.section(_("Đã trả lời"))
    for place, one in enumerate(answered):
        with parts.line(f"p_done_{one.proposal.id.hex}", "unknown", shown.title(one), shown.answer(one)):
            is_back = is_staff and place == 0 and st.button(_("Quay lại"), key="p_undo", icon=":material/undo:")
        if is_back:
            with refusals():
                with transaction() as session:
                    proposals.undo(session, actor=actor, proposal_id=one.proposal.id)
                leave_for(HERE, news=_("Đã quay lại, đề nghị lại đang chờ."))
st.page_link("pages/households.py", label=_("Về danh sách"), icon=":material/arrow_back:")
