"""Bảng theo dõi: did it arrive, what now. Live: it redraws itself without a reload."""

from uuid import UUID

import streamlit as st

from core import clock
from core.db import reading, transaction
from services import access, announcements, drafts, reach, relays
from services.access import Actor
from ui import _, board, confirmed_by_count, drawing, enter, leave_for, near, needed, number, parts, refusals, stay
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
    board.figures(seen, now=now)
    left, right = st.columns([1.12, 1], gap="medium")
    with left, st.container(gap=None):
        board.things_to_do(seen)
    with right:
        parts.chart(_("Tỷ lệ hộ đã nhận"), drawing.reach(seen, now=now), _("cập nhật {at}", at=near(now)))
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


with needed(back="pages/announcements.py"), reading() as session:
    item = drafts.get(session, actor=actor, announcement_id=item_id)
    sheets = relays.of_announcement(session, actor=actor, announcement_id=item_id)
if item.sent_at is None:
    leave_for("pages/review.py", id=str(item_id))
live(item_id)

parts.section(_("Ghi thay và sửa sai"))
if actor.role in access.WRITERS:
    by_id = {row.relay_id: row for row in sheets}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            _("Tổ trưởng báo qua điện thoại"), list(by_id), index=None, key="b_relay", width=340,
            format_func=lambda id_: f"{by_id[id_].unit_label}: {_('đã đăng') if by_id[id_].posted_at else _('chưa đăng')}",
            placeholder=_("Chọn tổ"),
        )  # fmt: skip
        is_posted = chosen is not None and by_id[chosen].posted_at is None
        words = _("Ghi đã đăng") if is_posted or chosen is None else _("Ghi chưa đăng")
        if st.button(words, key="b_enter", disabled=chosen is None) and chosen is not None:
            with refusals():
                with transaction() as session:
                    relays.enter_for(session, actor=actor, relay_id=chosen, is_posted=is_posted)
                leave_for("pages/announcement.py", id=str(item_id), news=_("Đã ghi."))
    with st.container(horizontal=True):
        if st.button(_("Soạn đính chính"), key="b_correct", icon=":material/edit_note:"):
            leave_for("pages/compose.py", corrects=str(item_id))
        may_stop = board.is_running(item, sheets) and actor.role in access.APPROVERS
        if may_stop and st.button(_("Thu hồi"), key="b_stop", icon=":material/block:"):
            st.session_state["b_stopping"] = item_id
if st.session_state.get("b_stopping") == item_id:
    waiting = sum(row.posted_at is None for row in sheets)
    words = _(
        "Thu hồi: {waiting} tổ chưa đăng sẽ dừng, {posted} tổ đã đăng sẽ thấy lời nhờ xóa. Gõ số {all} để chắc chắn.",
        waiting=number(waiting), posted=number(len(sheets) - waiting), all=number(len(sheets)),
    )  # fmt: skip
    if confirmed_by_count(len(sheets), words, key="b_count") and st.button(
        _("Thu hồi thông báo"), key="b_stop_ok", type="primary"
    ):
        with refusals():
            with transaction() as session:
                done = announcements.cancel(session, actor=actor, announcement_id=item_id)
            st.session_state.pop("b_stopping")
            news = _("Đã dừng {n} tổ; {sent} tổ đã đăng từ trước.", n=number(done.cancelled), sent=number(done.already_sent))
            leave_for("pages/announcement.py", id=str(item_id), news=news)
