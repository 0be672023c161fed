"""Kênh gửi: what is connected, what is left of it, what it costs."""

import streamlit as st

from core.db import reading
from services import channel_usage, training
from services.access import May
from ui import _, channels, enter, parts, places

actor = enter(needs=May.KEEP_CHANNELS.roles)
top = st.container()
here = places.ward(actor)
with reading() as session:
    cards = channel_usage.listing(session, actor=actor, unit_id=here.id)
    is_practising = training.is_on(session, unit=here)
with top:
    parts.head(_("Kênh gửi"), here.name)
if not cards:
    parts.empty(
        _("Chưa có tài khoản nào, phường vẫn làm việc được"),
        _("Tổ trưởng đăng tay vào nhóm, loa đọc, giấy phát, người gõ cửa. Mỗi tài khoản thêm vào chỉ làm cho nhanh hơn."),
    )
else:
    waiting = channel_usage.waiting_for(cards)
    channels.figures(cards, waiting)
    ordered = channel_usage.worst_first(cards)
    for place in range(0, len(ordered), 2):  # row by row, so that a phone keeps the order
        for column, card in zip(st.columns(2, gap="small"), ordered[place : place + 2], strict=False):
            with column:
                channels.draw_card(card)
if left := channel_usage.channels_left([card for card in cards if card.account.unit_id == here.id]):
    channels.offers(left, ward=here.code)
parts.section(_("Tập huấn"), _("tập cho cán bộ và tổ trưởng, không làm phiền bà con"))
said = _("Đang tập huấn: không gì gửi ra ngoài.") if is_practising else _("Mọi việc làm như thật nhưng không gì gửi ra ngoài.")
tone: parts.Tone = "waiting" if is_practising else "unknown"
parts.action("training", tone, here.name, said, _("Mở trang Phường"), page="pages/our_ward.py", xa=here.code)
