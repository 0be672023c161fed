"""Ghi câu hỏi: what came by telephone, at the desk or through a leader, typed in ten seconds."""

import streamlit as st

from core.db import reading, transaction
from models import InquiryChannel, InquiryKind
from services import inquiry_intake, units
from services.access import May
from services.inquiry_intake import Asked
from ui import _, enter, leave_for, parts, refusals

CHANNELS = (InquiryChannel.PHONE, InquiryChannel.DESK, InquiryChannel.LEADER)
actor = enter(_("Ghi câu hỏi"), needs=May.ANSWER_INQUIRIES.roles)
with reading() as session:
    ward = units.commune_for(session, actor=actor)
with st.form("ask", border=False):
    channel = st.segmented_control(
        _("Hỏi qua"), [one.value for one in CHANNELS], default=InquiryChannel.PHONE.value, key="ask_channel", required=True,
        format_func=lambda value: _(InquiryChannel(value).label),
    )  # fmt: skip
    text = st.text_area(_("Hỏi gì, báo gì"), key="ask_text", height=120, max_chars=inquiry_intake.TEXT_MAX)
    kind = st.segmented_control(
        _("Loại"), [one.value for one in InquiryKind], default=InquiryKind.QUESTION.value, key="ask_kind", required=True,
        format_func=lambda value: _(InquiryKind(value).label),
    )  # fmt: skip
    with st.container(horizontal=True):
        name = st.text_input(_("Tên người hỏi"), key="ask_name", max_chars=inquiry_intake.NAME_MAX, width=260)
        phone = st.text_input(_("Số điện thoại để trả lời"), key="ask_phone", max_chars=20, width=220)
        place = st.text_input(_("Chỗ (nếu báo hỏng)"), key="ask_place", max_chars=inquiry_intake.PLACE_MAX, width=300)
    saved = st.form_submit_button(_("Ghi và mở ra trả lời"), type="primary", key="ask_save")
parts.hint(_("Khiếu nại, tố cáo có thủ tục riêng: không ghi ở đây, mời người dân tới Bộ phận tiếp công dân."))
if saved:
    asked = Asked(
        text, InquiryChannel(channel), kind=InquiryKind(kind), name=name, phone=phone, place=place
    )  # fmt: skip
    with refusals():
        with transaction() as session:
            made = inquiry_intake.type_in(session, actor=actor, ward_id=ward.id, asked=asked)
        leave_for("pages/inquiry.py", news=_("Đã ghi câu hỏi."), id=str(made.id))
