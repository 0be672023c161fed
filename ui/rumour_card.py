"""The ward's word on a doubtful message, for staff: the text, the chats it is to be posted in, and where it stands already."""

from collections.abc import Callable
from uuid import UUID

import streamlit as st

from core.db import reading, transaction
from services import rumour_relays, rumours
from services.access import Actor
from services.rumour_relays import Row
from ui import parts, refusals
from ui.words import _, near, number

SHOWN = 30


def shown(actor: Actor, answer_id: UUID, done: Callable[[str], None]) -> None:
    """The card; carries out what is pressed."""
    with reading() as session:
        card = rumours.card_of(session, actor=actor, answer_id=answer_id)
        rows = rumour_relays.listing(session, actor=actor, answer_id=answer_id)
    posted = sum(row.posted_at is not None for row in rows)
    parts.section(_("Tin để chuyển vào nhóm"), _("{n} trên {all} nhóm đã đăng", n=number(posted), all=number(len(rows))))
    st.code(card.text, language=None, wrap_lines=True)
    if (new := len(card.groups) - len(rows)) > 0:
        _ask_leaders(actor, answer_id, new, done)
    for row in rows[:SHOWN]:
        _line(actor, row, done)
    if len(rows) > SHOWN:
        parts.hint(_("Và {n} nhóm nữa.", n=number(len(rows) - SHOWN)))


def _ask_leaders(actor: Actor, answer_id: UUID, new: int, done: Callable[[str], None]) -> None:
    if st.button(_("Nhờ {n} tổ trưởng đăng", n=number(new)), key="ask_leaders"):
        with refusals():
            with transaction() as session:
                asked = rumour_relays.begin(session, actor=actor, answer_id=answer_id)
            done(_("Đã nhờ {n} tổ trưởng: tin hiện ở trang của từng người.", n=number(asked)))


def _line(actor: Actor, row: Row, done: Callable[[str], None]) -> None:
    stands = _("đã đăng lúc {when}", when=near(row.posted_at)) if row.posted_at else _("chưa đăng")
    heading = f"{row.unit_label}: {row.leader}" if row.leader else row.unit_label
    tone: parts.Tone = "arrived" if row.posted_at else "waiting"
    with parts.line(f"c_{row.relay_id.hex}", tone, heading, stands):
        if row.posted_at is None:
            st.link_button(_("Trang của tổ trưởng"), row.url, key=f"open_{row.relay_id.hex}")
        pressed = st.button(_("Chưa đăng") if row.posted_at else _("Đã đăng"), key=f"posted_{row.relay_id.hex}")
    if pressed:
        with refusals():
            with transaction() as session:
                rumour_relays.enter_for(session, actor=actor, relay_id=row.relay_id, is_posted=row.posted_at is None)
            done(_("Đã ghi."))
