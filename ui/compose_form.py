"""The parts of the composing form: what is said, and by when it is sent and must arrive."""

from dataclasses import dataclass
from datetime import date, time

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from models import FACT_LABELS
from services import drafts
from ui.words import _


@dataclass(frozen=True)
class Told:
    """The words as they were typed."""

    title: str
    body: str
    group_text: str
    facts: dict[str, str]


@dataclass(frozen=True)
class Times:
    """Days and hours as they were chosen; half of one may be missing."""

    must_day: date | None
    must_hour: time | None
    is_scheduled: bool
    send_day: date | None
    send_hour: time | None


def ask_words(slots: dict[str, DeltaGenerator]) -> Told:
    """The two texts of an announcement and its facts. `slots` gains the places under them where flaws are said."""
    title = st.text_input(
        _("Tiêu đề"), key="c_title", max_chars=drafts.TITLE_MAX, placeholder=_("Khám sàng lọc miễn phí sáng mai")
    )
    slots["title"] = st.empty()
    body = st.text_area(_("Nội dung đầy đủ, hiện ở trang của bà con"), key="c_body", height=170, max_chars=drafts.BODY_MAX)
    slots["body"] = st.empty()
    group_text = st.text_area(
        _("Lời nhắn ngắn để tổ trưởng dán vào nhóm (bỏ trống: dùng nội dung đầy đủ)"), key="c_group_text", height=110,
        max_chars=drafts.GROUP_TEXT_MAX, help=_("Nên dưới năm dòng: việc gì, khi nào, ở đâu, mang gì, hỏi ai."),
    )  # fmt: skip
    with st.expander(_("Khi nào, ở đâu, ai nên đi, mang gì"), expanded=any(st.session_state.get(f"c_{n}") for n in drafts.FACTS)):
        facts = {name: st.text_input(_(label), key=f"c_{name}", max_chars=drafts.FACT_MAX) for name, label in FACT_LABELS.items()}
    return Told(title, body, group_text, facts)


def ask_times(slots: dict[str, DeltaGenerator]) -> Times:
    """By when it must reach every household, and when it leaves. `slots` as for `ask_words`."""
    one, two = st.columns(2)
    must_day = one.date_input(_("Phải tới mọi hộ trước ngày"), key="c_must_day", value=None, format="DD/MM/YYYY")
    must_hour = two.time_input(_("lúc"), key="c_must_hour", value=None, step=900)
    slots["must_reach_by"] = st.empty()
    later = st.toggle(_("Hẹn giờ gửi"), key="c_later", help=_("Tắt: gửi ngay khi được duyệt."))
    send_day = send_hour = None
    if later:
        one, two = st.columns(2)
        send_day = one.date_input(_("Gửi ngày"), key="c_send_day", value=None, format="DD/MM/YYYY")
        send_hour = two.time_input(_("lúc"), key="c_send_hour", value=None, step=900)
    slots["send_at"] = st.empty()
    return Times(must_day, must_hour, later, send_day, send_hour)
