"""The part of the board that moves: drawn anew every ten seconds from what was read."""

from uuid import UUID

import streamlit as st

from core import clock
from core.db import reading
from services import calls
from services.access import Actor
from services.foresight import Foresight
from services.reach import Board
from ui import board, calling, copying, doors, drawing, foresight, parts, withdrawn
from ui.words import _, near


def draw(me: Actor, seen: Board, ahead: Foresight) -> None:
    """Figures, what is to be done, the curve and the groups; of what was withdrawn or corrected, what became of it."""
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
        doors.on_board(me, seen.announcement.id)
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


def calls_to_make(me: Actor, announcement_id: UUID) -> None:
    """Who is to be telephoned because nobody has posted, with one tap each."""
    with reading() as session:
        to_call = calls.of_announcement(session, actor=me, announcement_id=announcement_id)
    calling.draw(to_call, actor=me, names_announcement=False, done=st.rerun)


def ways_on(me: Actor, announcement_id: UUID) -> None:
    """To the story, to the screen of the office, and to a new draft with the same words."""
    st.page_link("pages/story.py", label=_("Tổng kết"), icon=":material/summarize:", query_params={"id": str(announcement_id)})
    st.page_link("pages/wall.py", label=_("Màn hình văn phòng"), icon=":material/tv:")
    copying.button(me, announcement_id, key="b_copy")
