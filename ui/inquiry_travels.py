"""How a thread's answers travel: one that has not left is stopped, one of which nobody knows is settled by a person."""

from collections.abc import Callable
from uuid import UUID

import streamlit as st

from core.db import transaction
from services import inquiry_replies
from services.access import Actor
from services.batches import WAITING
from services.inquiries import Thread
from ui import parts, refusals
from ui.inbox import shortened
from ui.inquiry import unknown_ones
from ui.words import _


def of(actor: Actor, thread: Thread, done: Callable[[str], None]) -> None:
    """The lines that ask for a person; carries out what is pressed."""
    for said, delivery_id in unknown_ones(thread.messages):
        with parts.line(f"u_{delivery_id.hex}", "unknown", _("Chưa rõ tin đã tới chưa"), shortened(said.message.text, 60)):
            arrived = st.button(_("Đã tới"), key=f"yes_{delivery_id.hex}")
            again = st.button(_("Gửi lại"), key=f"no_{delivery_id.hex}")
        if arrived or again:
            with refusals():
                with transaction() as session:
                    inquiry_replies.settle(session, actor=actor, delivery_id=delivery_id, has_arrived=arrived)
                done(_("Đã ghi."))
    for said in thread.messages:
        if any(one.status in WAITING for one in said.deliveries):
            id_ = said.message.id
            with parts.line(f"w_{id_.hex}", "waiting", _("Tin chưa rời phường"), shortened(said.message.text, 60)):
                is_stopped = st.button(_("Dừng gửi"), key=f"stop_{id_.hex}")
            if is_stopped:
                _stop(actor, said.message.id, done)


def _stop(actor: Actor, message_id: UUID, done: Callable[[str], None]) -> None:
    with refusals():
        with transaction() as session:
            stopped = inquiry_replies.stop(session, actor=actor, message_id=message_id)
        done(_("Đã dừng. Nếu vẫn phải trả lời, xin bấm Mở lại.") if stopped else _("Tin này vừa đi rồi, không dừng được nữa."))
