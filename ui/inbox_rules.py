"""The parts of the screen for the rules of the inbox: figures of the last month, the form."""

from collections.abc import Sequence
from datetime import date, timedelta

import streamlit as st

from core import clock
from models import InquiryChannel, Topic, User
from services import office_hours
from services.inquiry_figures import Figures, Part, Speed
from services.inquiry_rules import MOST_DAYS, MOST_HOURS, Rules
from ui import parts
from ui.parts import Column, Figure
from ui.words import _, day, number, share, span


def _time(minutes: int | None) -> str:
    return "–" if minutes is None else span(timedelta(minutes=max(1, minutes)))


def figures(seen: Figures) -> None:
    """How fast the ward answered in thirty days; what is open counts as still running."""
    first, solved = seen.first, seen.solved
    parts.figures(
        Figure(_("Trả lời lần đầu, nửa số câu hỏi trong"), _time(first.median), _("giờ làm việc"),
               _("9 trên 10 câu trong {time}", time=_time(first.ninetieth))),
        Figure(_("Theo đồng hồ"), _time(seen.first_by_clock.median), "",
               _("9 trên 10 câu trong {time}", time=_time(seen.first_by_clock.ninetieth))),
        Figure(_("Xong hẳn"), number(solved.answered), _("/ {n} câu hỏi", n=number(solved.asked)),
               _("{n} câu còn mở", n=number(solved.is_open))),
        Figure(_("Tự tìm thấy câu trả lời"), share(seen.share_without_a_person), "",
               _("{n} lượt không phải hỏi", n=number(seen.without_a_person))),
    )  # fmt: skip
    if first.asked:
        with st.expander(_("Theo việc, kênh, tổ, giờ"), key="figures_more"):
            topics = {one.value: _(one.label) for one in Topic}
            channels = {one.value: _(one.label) for one in InquiryChannel}
            _table(_("Việc"), [(topics[one.name], one.speed) for one in seen.by_topic])
            _table(_("Qua"), [(channels[one.name], one.speed) for one in seen.by_channel])
            _table(_("Tổ, thôn"), _named(seen.by_unit))
            _table(_("Giờ hỏi"), _named(seen.by_hour))


def _named(some: Sequence[Part]) -> list[tuple[str, Speed]]:
    return [(one.name, one.speed) for one in some]


def _table(head: str, rows: Sequence[tuple[str, Speed]]) -> None:
    heads = (head, Column(_("Đã hỏi"), "num"), Column(_("Còn mở"), "num"), Column(_("Nửa số câu trong"), "num"),
             Column(_("9/10 câu trong"), "num desk"))  # fmt: skip
    parts.table(
        heads,
        [(name, number(one.asked), number(one.is_open), _time(one.median), _time(one.ninetieth)) for name, one in rows],
        shown=8, more=_("Xem cả"),
    )  # fmt: skip


def form(rules: Rules, people: Sequence[User]) -> Rules | None:
    """The rules to be set; what was filled in when saved."""
    ids = [str(user.id) for user in people]
    named = {str(user.id): user.display_name for user in people}
    parts.section(_("Thời hạn trả lời"), _("tính trong giờ làm việc, trừ ngày lễ"))
    with st.form("rules"):
        with st.container(horizontal=True):
            hours = st.number_input(_("Việc khẩn, giờ"), 1, MOST_HOURS, rules.urgent_hours, key="r_hours", width=160)
            days = st.number_input(_("Thủ tục, ngày"), 1, MOST_DAYS, rules.procedure_days, key="r_days", width=160)
            others = st.number_input(_("Việc khác, ngày"), 1, MOST_DAYS, rules.other_days, key="r_others", width=160)
        opens = st.text_input(_("Giờ làm việc, thứ Hai đến thứ Sáu"), rules.opens, key="r_opens")
        known = ", ".join(day(one, weekday=False) for one in office_hours.coming_holidays(clock.today()))
        free = st.text_input(
            _("Ngày nghỉ thêm"), _written(rules.free_days), key="r_free", placeholder="24/12/2026",
            help=_("Ngày lễ đã tính sẵn: {days}.", days=known),
        )  # fmt: skip
        work = st.text_input(
            _("Ngày đi làm bù, hoặc ngày lễ vẫn làm"), _written(rules.work_days), key="r_work", placeholder="22/08/2026"
        )
        duty = {}
        for topic in Topic:
            asked = rules.duty.get(topic.value)
            duty[topic.value] = st.selectbox(
                _("Hỏi trước về: {topic}", topic=_(topic.label)), ids, ids.index(asked) if asked in ids else None,
                key=f"r_{topic.value}", format_func=named.__getitem__, placeholder=_("chưa giao"),
            )  # fmt: skip
        words = st.text_area(_("Từ của tin rác, mỗi dòng một từ"), "\n".join(rules.blocked_words), key="r_words", height=90)
        if not st.form_submit_button(_("Ghi lại"), type="primary", key="r_save"):
            return None
    return Rules(
        int(hours), int(days), int(others), opens, _days(free), _days(work),
        {topic: user for topic, user in duty.items() if user}, words.split("\n"),
    )  # fmt: skip


def _written(days: Sequence[str]) -> str:
    return ", ".join(day(date.fromisoformat(one), weekday=False) for one in days)


def _days(typed: str) -> list[str]:
    return [day for part in typed.split(",") if (day := part.strip())]
