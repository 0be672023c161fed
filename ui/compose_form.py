"""The parts of the composing form: what is said, and by when it is sent and must arrive."""

from dataclasses import dataclass
from datetime import date, datetime, time

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import clock
from models import FACT_LABELS
from services import drafts, quiet_hours
from ui import parts
from ui.words import _, moment


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


def ask_times(slots: dict[str, DeltaGenerator], *, is_emergency: bool = False) -> Times:
    """By when it must reach every household, and when it leaves. `slots` as for `ask_words`.

    Below an hour of the night stands the button that takes the morning after it instead; an emergency may leave at night.
    """
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
        if send_day and send_hour and not is_emergency:
            _propose_morning(datetime.combine(send_day, send_hour, clock.zone()))
    slots["send_at"] = st.empty()
    return Times(must_day, must_hour, later, send_day, send_hour)


def _propose_morning(at: datetime) -> None:
    if not quiet_hours.is_quiet(at):
        return
    morning = clock.local(quiet_hours.after(at))
    with st.container(horizontal=True, vertical_alignment="center"):
        parts.hint(_("Từ 21 giờ đến 6 giờ là giờ nghỉ của bà con."))
        st.button(
            _("Hẹn {at}", at=moment(morning)), key="c_morning", icon=":material/wb_twilight:", on_click=_take, args=(morning,)
        )


def _take(at: datetime) -> None:
    st.session_state["c_send_day"], st.session_state["c_send_hour"] = at.date(), at.time()
