"""Bảng theo dõi: did it arrive, what now. Live: it redraws itself without a reload."""

from uuid import UUID

import streamlit as st

from core.db import reading, transaction
from models import AnnouncementStatus
from services import access, announcements, follow_ups, forecast, reach, relays, retractions, second_looks
from services.access import Actor, May
from ui import (
    _,
    board_folds,
    board_group,
    board_live,
    enter,
    entered,
    foresight,
    handing,
    leave_for,
    needed,
    refusals,
    second_look,
    stay,
    taking_back,
    withdrawn,
)  # fmt: skip
from ui.compose import asked_for

actor = enter(needs=May.WATCH.roles)
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
    board_live.draw(me, seen, ahead)


@st.fragment(run_every=10)
def live(id_: UUID) -> None:
    """Draw it again every ten seconds."""
    me = stay()
    board_live.live(me, id_, lambda: draw(me, id_))


def here(news: str) -> None:
    """Draw the page again and say what was done."""
    leave_for("pages/announcement.py", id=str(item_id), news=news)


def withdraw() -> None:
    """The question, and what follows from yes."""
    is_sending, also = item.status is AnnouncementStatus.SENDING, taking_back.said(actor, item.id)
    if not withdrawn.asked(sheets, is_sending=is_sending, also=also):
        return
    with refusals():
        with transaction() as session:
            done = announcements.cancel(session, actor=actor, announcement_id=item.id)
        withdrawn.forget()
        here(withdrawn.news_of(done))


with needed(back="pages/announcements.py"):
    to_do = board_live.to_do(actor, item_id)
seen, sheets = to_do.board, to_do.sheets
item = seen.announcement
if item.sent_at is None:
    leave_for("pages/review.py", id=str(item_id))
if item.status is AnnouncementStatus.SENDING:
    handing.draw(item_id)
live(item_id)
board_group.choose(seen)
if to_do.needs_look and (note := second_look.asked()) is not None:
    with refusals():
        with transaction() as session:
            second_looks.look(session, actor=actor, announcement_id=item_id, note=note)
        here(_("Đã ghi việc xem lại."))
taking_back.of(item, actor=actor)
board_folds.of(item, actor=actor)

pressed = foresight.asked(seen, foresight.of(actor, seen), follow_ups=to_do.follow_ups)
if pressed is not None:
    with refusals():
        with transaction() as session:
            made = follow_ups.draft(session, actor=actor, announcement_id=item_id, channels=pressed.channels)
        leave_for("pages/review.py", id=str(made.id), news=_("Đã soạn bản báo lại cho hộ chưa nhận."))
is_withdrawn = item.status is AnnouncementStatus.CANCELLED or seen.correction is not None  # what is posted is to be taken down
said = entered.for_leader(sheets, is_withdrawn=is_withdrawn)
if said is not None:
    with refusals():
        with transaction() as session:
            if is_withdrawn:
                retractions.enter_for(session, actor=actor, relay_id=said.relay_id, is_deleted=said.is_done)
            else:
                relays.enter_for(session, actor=actor, relay_id=said.relay_id, is_posted=said.is_done)
        here(_("Đã ghi."))
with st.container(horizontal=True):
    if st.button(_("Soạn đính chính"), key="b_correct", icon=":material/edit_note:"):
        leave_for("pages/compose.py", corrects=str(item_id))
    board_live.ways_on(actor, item_id)
    may_stop = withdrawn.is_possible(item) and seen.correction is None and access.may(actor, May.APPROVE)
    if may_stop and st.button(_("Thu hồi"), key="b_stop", icon=":material/block:"):
        st.session_state["b_stopping"] = item_id
if may_stop and st.session_state.get("b_stopping") == item_id:
    st.dialog(_("Thu hồi thông báo này"), on_dismiss=withdrawn.forget)(withdraw)()
