"""The part of the board that moves: drawn anew every ten seconds from what was read."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import streamlit as st

from core import clock
from core.db import reading
from models import Announcement
from services import calls, follow_ups, reach, relays, second_looks
from services.access import Actor
from services.calls import Calls
from services.foresight import Foresight
from services.reach import Board
from services.relays import RelayRow
from ui import asked_what, board, calling, copying, doors, drawing, foresight, parts, withdrawn
from ui.kept import kept, read_once, seen_by
from ui.words import _, near


def live(me: Actor, announcement_id: UUID, draw: Callable[[], None]) -> None:
    """What is to be done, whom to call for it right below, then group by group. Many who look share the drawings."""
    key = seen_by(me, announcement_id)
    kept("board", key, draw)
    calls_to_make(me, announcement_id)
    kept("board.groups", key, partial(_groups, me, announcement_id))


def draw(me: Actor, seen: Board, ahead: Foresight) -> None:
    """Figures, what is to be done and the curve; of what was withdrawn or corrected, what became of it."""
    now = clock.now()
    board.head(seen)
    if seen.is_withdrawn:
        withdrawn.draw(seen)
        board.words(seen)
        return
    board.figures(seen, now=now, of_what=asked_what.of_announcement(me, seen.announcement))
    left, right = st.columns([1.12, 1], gap="medium")
    with left, st.container(gap=None):
        foresight.line(seen, ahead)
        board.things_to_do(seen, ahead)
        doors.on_board(me, seen.announcement.id)
        board.words(seen)
    with right:
        title = _("Tỷ lệ hộ đã nhận") if seen.counts_known else _("Tỷ lệ hộ, ước tính theo số máy đã mở")
        parts.chart(title, drawing.reach(seen, now=now, ahead=ahead), _("cập nhật {at}", at=near(now)))


def _groups(me: Actor, announcement_id: UUID) -> None:
    """How each group stands; of what was withdrawn that is drawn with the rest of it."""
    seen, now = to_do(me, announcement_id).board, clock.now()
    if seen.is_withdrawn:
        return
    if seen.correction:  # how fast the old text was posted matters no more
        withdrawn.replaced(seen)
        board.groups(seen, now=now)
        return
    left, right = st.columns([1.6, 1], gap="medium")
    with left:
        board.groups(seen, now=now)
    with right:
        parts.chart(_("Tổ trưởng đăng nhanh hay chậm"), drawing.relay_times(seen, now=now), _("mỗi chấm một tổ"))


@dataclass(frozen=True)
class ToDo:
    """What the parts with something to press stand on."""

    board: Board
    sheets: list[RelayRow]
    follow_ups: list[Announcement]
    needs_look: bool  # a second look at an emergency


def to_do(me: Actor, announcement_id: UUID) -> ToDo:
    """As it was seconds ago at most; whatever is done on a screen shows at once.

    Raises:
        NotFound: there is no such announcement in the actor's sight.
    """

    def read() -> ToDo:
        with reading() as session:
            return ToDo(
                reach.board(session, actor=me, announcement_id=announcement_id),
                relays.of_announcement(session, actor=me, announcement_id=announcement_id),
                follow_ups.of(session, actor=me, announcement_id=announcement_id),
                announcement_id in [one.id for one in second_looks.waiting(session, actor=me)],
            )

    return read_once("board.to_do", seen_by(me, announcement_id), read)


def calls_to_make(me: Actor, announcement_id: UUID) -> None:
    """Who is to be telephoned because nobody has posted, with one tap each."""

    def read() -> Calls:
        with reading() as session:
            return calls.of_announcement(session, actor=me, announcement_id=announcement_id)

    to_call = read_once("board.calls", seen_by(me, announcement_id), read)
    calling.draw(to_call, actor=me, names_announcement=False, done=st.rerun)


def ways_on(me: Actor, announcement_id: UUID) -> None:
    """To the story, the loudspeakers, the screen of the office, and to a new draft with the same words."""
    st.page_link("pages/story.py", label=_("Tổng kết"), icon=":material/summarize:", query_params={"id": str(announcement_id)})
    st.page_link(
        "pages/loudspeaker.py", label=_("Đọc loa"), icon=":material/campaign:", query_params={"tb": str(announcement_id)}
    )
    st.page_link("pages/wall.py", label=_("Màn hình văn phòng"), icon=":material/tv:")
    copying.button(me, announcement_id, key="b_copy")
