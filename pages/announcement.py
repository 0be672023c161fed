"""Bảng theo dõi: did it arrive, what now. Live: it redraws itself without a reload."""

from uuid import UUID

import streamlit as st

from core import clock
from core.db import reading, transaction
from models import AnnouncementStatus
from services import access, announcements, drafts, reach, relays, retractions
from services.access import Actor
from ui import _, board, doors, drawing, enter, leave_for, near, needed, number, parts, refusals, stay, withdrawn
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
    now = clock.now()
    board.head(seen)
    if seen.is_withdrawn:
        withdrawn.draw(seen)
        board.words(seen)
        return
    board.figures(seen, now=now)
    left, right = st.columns([1.12, 1], gap="medium")
    with left, st.container(gap=None):
        board.things_to_do(seen)
        doors.on_board(me, id_)
        board.words(seen)
    with right:
        title = _("Tỷ lệ hộ đã nhận") if seen.counts_known else _("Tỷ lệ hộ, ước tính theo số máy đã mở")
        parts.chart(title, drawing.reach(seen, now=now), _("cập nhật {at}", at=near(now)))
    if seen.correction:  # how fast the old text was posted matters no more
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
if item.sent_at is None:
    leave_for("pages/review.py", id=str(item_id))
live(item_id)

is_withdrawn = item.status is AnnouncementStatus.CANCELLED
by_id = {row.relay_id: row for row in sheets if row.posted_at or not is_withdrawn}
parts.section(_("Ghi thay và sửa sai"))
if by_id:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            _("Tổ trưởng báo qua điện thoại"), list(by_id), index=None, key="b_relay", width=340, placeholder=_("Chọn tổ"),
            format_func=lambda id_: withdrawn.named(by_id[id_]) if is_withdrawn else board.named(by_id[id_]),
        )  # fmt: skip
        row = by_id[chosen] if chosen else None
        if is_withdrawn:
            is_done = row is None or row.deleted_at is None
            label = _("Ghi đã gỡ bài") if is_done else _("Ghi chưa gỡ bài")
        else:
            is_done = row is None or row.posted_at is None
            label = _("Ghi đã đăng") if is_done else _("Ghi chưa đăng")
        if st.button(label, key="b_enter", disabled=row is None) and row is not None:
            with refusals():
                with transaction() as session:
                    if is_withdrawn:
                        retractions.enter_for(session, actor=actor, relay_id=row.relay_id, is_deleted=is_done)
                    else:
                        relays.enter_for(session, actor=actor, relay_id=row.relay_id, is_posted=is_done)
                leave_for("pages/announcement.py", id=str(item_id), news=_("Đã ghi."))
with st.container(horizontal=True):
    if st.button(_("Soạn đính chính"), key="b_correct", icon=":material/edit_note:"):
        leave_for("pages/compose.py", corrects=str(item_id))
    may_stop = withdrawn.is_possible(item, sheets) and actor.role in access.APPROVERS
    if may_stop and st.button(_("Thu hồi"), key="b_stop", icon=":material/block:"):
        st.session_state["b_stopping"] = item_id
if may_stop and st.session_state.get("b_stopping") == item_id:
    st.dialog(_("Thu hồi thông báo này"), on_dismiss=withdrawn.forget)(withdraw)()
