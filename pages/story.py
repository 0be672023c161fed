"""Tổng kết: a finished announcement on one page, on the screen and on paper."""

import streamlit as st

from core.db import reading
from services import story
from services.access import May
from services.ports import ports
from ui import _, asked_what, enter, needed, record_id
from ui import story as told

actor = enter(needs=May.WATCH.roles)
with needed(back="pages/announcements.py"), reading() as session:
    seen = story.of(session, actor=actor, announcement_id=record_id())


def paper() -> bytes:
    """Made when the button is pressed, not before."""
    return ports().paper.story(told.page(seen, url=seen.board.general_url))


told.draw(seen, of_what=asked_what.of_announcement(actor, seen.announcement))
with st.container(horizontal=True):
    st.download_button(
        _("Tải trang tổng kết (PDF)"), paper, "tong-ket.pdf", "application/pdf", key="story_pdf",
        icon=":material/picture_as_pdf:",
        on_click="ignore",
    )  # fmt: skip
    st.page_link(
        "pages/announcement.py", label=_("Bảng theo dõi"), icon=":material/monitoring:",
        query_params={"id": str(seen.announcement.id)},
    )  # fmt: skip
