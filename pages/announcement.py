"""Bảng theo dõi: did it arrive, what now. Live: it redraws itself without a reload."""

from uuid import UUID

import streamlit as st

from core import clock
from core.db import reading, transaction
from models import AnnouncementStatus
from services import (
    access,
    announcements,
    calls,
    corrections,
    drafts,
    follow_ups,
    forecast,
    reach,
    relays,
    retractions,
    second_looks,
)
from services.access import Actor
from ui import (
    _,
    attendance,
    board,
    calling,
    copying,
    doors,
    drawing,
    enter,
    entered,
    foresight,
    leave_for,
    near,
    needed,
    number,
    parts,
    refusals,
    second_look,
    stay,
    withdrawn,
)
from ui.compose import asked_for
from ui.kept import kept, seen_by

actor = enter(needs=access.WRITERS)
item_id = asked_for("id")
if item_id is None:
    leave_for("pages/announcements.py")


def draw(me: Actor, id_: UUID) -> None:
    """Everything that moves."""
    with reading() as session:
        seen = reach.board(session, actor=me, announcement_id=id_)
        is_due = forecast.is_due(session, announcement=seen.announcement)
    ahead = foresight.of(me, seen)
    if is_due and ahead.expected is not None:
        with transaction() as session:
            forecast.keep(session, announcement_id=id_)
    now = clock.now()
    board.head(seen)
    if seen.is_withdrawn:
        withdrawn.draw(seen)
        board.words(seen)
        return
    board.figures(seen, now=now)
    left, right = st.columns([1.12, 1], gap="medium")
    with left, st.container(gap=None):
        foresight.line(seen, ahead)
        board.things_to_do(seen, ahead)
        doors.on_board(me, id_)
        board.words(seen)
    with right:
        title = _("Tỷ lệ hộ đã nhận") if seen.counts_known else _("Tỷ lệ hộ, ước tính theo số máy đã mở")
        parts.chart(title, drawing.reach(seen, now=now, ahead=ahead), _("cập nhật {at}", at=near(now)))
    if seen.correction:  # how fast the old text was posted matters no more
        withdrawn.replaced(seen)
        board.groups(seen, now=now)
        return
    left, right = st.columns([1.6, 1], gap="medium")
    with left:
        board.groups(seen, now=now)
    with right:
        parts.chart(_("Tổ trưởng đăng nhanh hay chậm"), drawing.relay_times(seen, now=now), _("mỗi chấm một tổ"))


@st.fragment(run_every=10)
def live(id_: UUID) -> None:
    """Draw it again every ten seconds; many who look share one drawing."""
    me = stay()
    kept("board", seen_by(me, id_), lambda: draw(me, id_))
    with reading() as session:
        to_call = calls.of_announcement(session, actor=me, announcement_id=id_)
    calling.draw(to_call, actor=me, names_announcement=False, done=st.rerun)


def withdraw() -> None:
    """The question, and what follows from yes."""
    if not withdrawn.asked(sheets):
        return
    with refusals():
        with transaction() as session:
            done = announcements.cancel(session, actor=actor, announcement_id=item.id)
        withdrawn.forget()
        news = _("Đã dừng {n} tổ; {sent} tổ đã đăng từ trước.", n=number(done.cancelled), sent=number(done.already_sent))
        leave_for("pages/announcement.py", id=str(item.id), news=news)


with needed(back="pages/announcements.py"), reading() as session:
    item = drafts.get(session, actor=actor, announcement_id=item_id)
    sheets = relays.of_announcement(session, actor=actor, announcement_id=item_id)
    seen = reach.board(session, actor=actor, announcement_id=item_id)
    followed = follow_ups.of(session, actor=actor, announcement_id=item_id)
    needs_look = item.id in [one.id for one in second_looks.waiting(session, actor=actor)]
    is_corrected = corrections.standing_for(session, item_id) is not None
if item.sent_at is None:
    leave_for("pages/review.py", id=str(item_id))
live(item_id)
if needs_look and (note := second_look.asked()) is not None:
    with refusals():
        with transaction() as session:
            second_looks.look(session, actor=actor, announcement_id=item_id, note=note)
        leave_for("pages/announcement.py", id=str(item_id), news=_("Đã ghi việc xem lại."))
attendance.of(item, actor=actor)

pressed = foresight.asked(seen, foresight.of(actor, seen), follow_ups=followed)
if pressed is not None:
    with refusals():
        with transaction() as session:
            channels = [pressed.channel] if pressed.channel else []
            made = follow_ups.draft(session, actor=actor, announcement_id=item_id, channels=channels)
        leave_for("pages/review.py", id=str(made.id), news=_("Đã soạn bản báo lại cho hộ chưa nhận."))
is_withdrawn = item.status is AnnouncementStatus.CANCELLED or is_corrected  # what is posted is to be taken down
said = entered.for_leader(sheets, is_withdrawn=is_withdrawn)
if said is not None:
    with refusals():
        with transaction() as session:
            if is_withdrawn:
                retractions.enter_for(session, actor=actor, relay_id=said.relay_id, is_deleted=said.is_done)
            else:
                relays.enter_for(session, actor=actor, relay_id=said.relay_id, is_posted=said.is_done)
        leave_for("pages/announcement.py", id=str(item_id), news=_("Đã ghi."))
with st.container(horizontal=True):
    if st.button(_("Soạn đính chính"), key="b_correct", icon=":material/edit_note:"):
        leave_for("pages/compose.py", corrects=str(item_id))
    st.page_link("pages/story.py", label=_("Tổng kết"), icon=":material/summarize:", query_params={"id": str(item_id)})
    st.page_link("pages/wall.py", label=_("Màn hình văn phòng"), icon=":material/tv:")
    copying.button(actor, item.id, key="b_copy")
    may_stop = withdrawn.is_possible(item, sheets) and not is_corrected and actor.role in access.APPROVERS
    if may_stop and st.button(_("Thu hồi"), key="b_stop", icon=":material/block:"):
        st.session_state["b_stopping"] = item_id
if may_stop and st.session_state.get("b_stopping") == item_id:
    st.dialog(_("Thu hồi thông báo này"), on_dismiss=withdrawn.forget)(withdraw)()
