"""The parts of the screen for the rules of the inbox: figures of the last month, the form."""

from collections.abc import Mapping, Sequence
from datetime import date

import streamlit as st

from core import clock
from core.errors import Invalid
from core.i18n import N_
from models import InquiryChannel, Topic, Unit, User
from services import office_hours
from services.drawing_words import Words
from services.inquiry_figures import Figures, Part, Speed
from services.inquiry_rules import MOST_DAYS, MOST_HOURS, Rules
from ui import asked_days, parts
from ui.parts import Column, Figure
from ui.words import _, beginning, day, language, number, share


def _time(minutes: int | None, *, runs: bool) -> str:
    if minutes is None:
        return "–"
    return Words(language()).so_far(max(1, minutes), is_running=runs)


def _half_of(one: Speed) -> str:
    return _time(one.median, runs=one.median_runs)


def figures(seen: Figures) -> None:
    """How fast the ward answered in thirty days; what is open counts as still running."""
    first, solved = seen.first, seen.solved
    parts.figures(
        Figure(_("Trả lời lần đầu, nửa số câu hỏi trong"), _half_of(first), _("giờ làm việc") if first.median else "",
               _nine_of_ten(first), about="answer_median"),
        Figure(_("Theo đồng hồ"), _half_of(seen.first_by_clock), "", _nine_of_ten(seen.first_by_clock), about="answer_clock"),
        Figure(_("Xong hẳn"), number(solved.answered), _("/ {n} câu hỏi", n=number(solved.asked)), _half(solved)),
        Figure(_("Tự tìm thấy câu trả lời"), share(seen.share_without_a_person), "",
               _("{n} lượt không phải hỏi", n=number(seen.without_a_person)), about="found_alone"),
        of_what=asked_days.last(30),
    )  # fmt: skip
    if first.asked:
        with st.expander(_("Theo việc, kênh, tổ, giờ"), key="figures_more"):
            topics = {one.value: _(one.label) for one in Topic}
            channels = {one.value: _(one.label) for one in InquiryChannel}
            _table(_("Việc"), [(topics[one.name], one.speed) for one in seen.by_topic])
            _table(_("Qua"), [(channels[one.name], one.speed) for one in seen.by_channel])
            _table(_("Tổ, thôn"), _named(seen.by_unit))
            _table(_("Giờ hỏi"), _named(seen.by_hour))


def _nine_of_ten(one: Speed) -> str:
    if one.ninetieth is None:
        return _("{n} / {all} câu đã trả lời", n=number(one.answered), all=number(one.asked))
    return _("9 trên 10 câu trong {time}", time=_time(one.ninetieth, runs=one.ninetieth_runs))


def _half(one: Speed) -> str:
    still_open = _("{n} câu còn mở", n=number(one.is_open))
    if one.median is None:
        return still_open
    return _("{n}, nửa số câu xong trong {time}", n=still_open, time=_half_of(one))


def people(rows: Sequence[tuple[str, int]]) -> None:
    """Who wrote how many answers, by name, so that the work can be shared."""
    if rows:
        parts.section(_("Ai trả lời, 30 ngày"), _("xếp theo tên, để chia việc cho đều"))
        parts.table((_("Ai trả lời"), Column(_("Số lần trả lời"), "num")), [(name, number(n)) for name, n in rows], shown=20,
                    more=_("Xem cả {n} người", n=number(len(rows))))  # fmt: skip


def _named(some: Sequence[Part]) -> list[tuple[str, Speed]]:
    return [(one.name, one.speed) for one in some]


def _table(head: str, rows: Sequence[tuple[str, Speed]]) -> None:
    heads = (head, Column(_("Đã hỏi"), "num"), Column(_("Còn mở"), "num"), Column(_("Nửa số câu trong"), "num"),
             Column(_("9/10 câu trong"), "num desk"))  # fmt: skip
    parts.table(
        heads,
        [
            (name, number(one.asked), number(one.is_open), _half_of(one), _time(one.ninetieth, runs=one.ninetieth_runs))
            for name, one in rows
        ],
        shown=8, more=_("Xem cả"), fold=False,
    )  # fmt: skip


def form(rules: Rules, people: Sequence[User], places: Sequence[Unit]) -> Rules | None:
    """The rules to be set; what was filled in when saved.

    Raises:
        Invalid: two people were given the same group.
    """
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
        parts.section(_("Ai trả lời trước"), _("việc khẩn theo việc; việc khác theo tổ, rồi theo việc; thủ tục theo ca trực"))
        duty = {}
        with st.container(horizontal=True):
            for topic in Topic:
                asked = rules.duty.get(topic.value)
                duty[topic.value] = st.selectbox(
                    beginning(_(topic.label)), ids, ids.index(asked) if asked in ids else None, key=f"r_{topic.value}",
                    format_func=named.__getitem__, placeholder=_("chưa giao"), width=260,
                )  # fmt: skip
        given = _places(rules, named, places)
        words = st.text_area(_("Từ của tin rác, mỗi dòng một từ"), "\n".join(rules.blocked_words), key="r_words", height=90)
        if not st.form_submit_button(_("Ghi lại"), type="primary", key="r_save"):
            return None
    return Rules(
        int(hours), int(days), int(others), opens, _days(free), _days(work),
        {topic: user for topic, user in duty.items() if user}, _by_place(given), words.split("\n"),
    )  # fmt: skip


def _written(days: Sequence[str]) -> str:
    return ", ".join(day(date.fromisoformat(one), weekday=False) for one in days)


def _places(rules: Rules, named: Mapping[str, str], places: Sequence[Unit]) -> dict[str, list[str]]:
    """The groups each person looks after."""
    labels = {str(unit.id): unit.label for unit in places}
    given = {}
    with st.expander(_("Tổ, thôn của từng người"), key="r_places"):
        for user, name in named.items():
            own = [place for place, whose in rules.places.items() if whose == user and place in labels]
            given[user] = st.multiselect(
                name, list(labels), own, key=f"r_of_{user}", format_func=labels.__getitem__, placeholder=_("Chọn tổ, thôn")
            )
    return given


def _by_place(given: Mapping[str, Sequence[str]]) -> dict[str, str]:
    whose: dict[str, str] = {}
    for user, places in given.items():
        for place in places:
            if place in whose:
                raise Invalid(N_("Mỗi tổ, thôn chỉ giao cho một người."))
            whose[place] = user
    return whose


def _days(typed: str) -> list[str]:
    return [day for part in typed.split(",") if (day := part.strip())]
