"""The survey of smartphones on screen: how far each has come, who asks whom, the form of a new one."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import streamlit as st

from core import clock
from models import TeamMember, Unit
from services.phone_surveys import TITLE_MAX, Share, SurveyForm, SurveyRow
from ui import parts
from ui.forms import Slots
from ui.parts import Column, Figure
from ui.words import _, day, number, share, signed

PAGE = "pages/phone_survey.py"


def line(row: SurveyRow) -> None:
    """One survey of the list."""
    one = row.survey
    detail = _("{n} / {all} hộ đã hỏi, đến {day}", n=number(row.answered), all=number(row.homes), day=day(one.ends_on))
    with parts.line(f"s_{one.id.hex}", "waiting" if one.runs_on(clock.today()) else "arrived", one.title, detail):
        st.page_link(PAGE, label=_("Mở"), query_params={"id": str(one.id)})


def figures(row: SurveyRow) -> None:
    """How many were asked, and what it changed."""
    parts.figures(
        Figure(
            _("Đã hỏi"), number(row.answered), _("/ {n} hộ", n=number(row.homes)),
            share(row.answered / row.homes if row.homes else None), known=row.answered / row.homes if row.homes else 0.0,
        ),
        Figure(_("Vắng nhà, phải quay lại"), number(row.not_home), _("hộ")),
        Figure(
            _("Người có điện thoại thông minh"), number(row.smartphones), _("người"),
            _("{n} so với trước khi hỏi, cùng những hộ ấy", n=signed(row.smartphones - row.before)),
        ),
    )  # fmt: skip


def shares(rows: Sequence[Share]) -> None:
    """Who asks how many of which group: the plan, and how far it has come."""
    heads: list[Column | str] = [_("Ai đi hỏi"), Column(_("Đã xong"), "num")]
    cells = [
        (
            parts.cell(row.member or parts.badge("overdue", _("chưa có ai")), row.unit_label),
            f"{number(row.done)} / {number(row.homes)}",
        )
        for row in rows
    ]
    parts.table(heads, cells, shown=40, more=_("Xem cả {n} dòng", n=number(len(cells))))


def hand_over(rows: Sequence[Share], members: Sequence[TeamMember]) -> tuple[UUID | None, UUID] | None:
    """Whose part goes to whom; None until it was pressed."""
    have = {row.member_id: row.member or _("chưa có ai") for row in rows}
    names = {one.id: one.name for one in members}
    with st.form("s_hand", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        place = st.selectbox(
            _("Phần chưa hỏi của"), range(len(have)), format_func=lambda n: list(have.values())[n], key="s_from", width=240
        )
        to_id = st.selectbox(_("giao cho"), list(names), format_func=names.__getitem__, key="s_to", width=240)
        is_set = st.form_submit_button(_("Giao"), key="s_hand_ok")
    return (list(have)[place], to_id) if is_set and place is not None and to_id else None


def form(places: Sequence[Unit], members: Sequence[TeamMember]) -> tuple[SurveyForm, Slots] | None:
    """A new survey: which groups, who, until when."""
    labels = {unit.id: unit.label for unit in places}
    names = {one.id: one.name for one in members}
    slots: dict[str, st.delta_generator.DeltaGenerator] = {}
    with st.form("s_new", border=False):
        title = st.text_input(
            _("Tên đợt"),
            _("Điện thoại thông minh {m}/{y}", m=clock.today().month, y=clock.today().year),
            key="s_title",
            max_chars=TITLE_MAX,
        )
        slots["title"] = st.empty()
        where = st.multiselect(
            _("Tổ, thôn nào"), list(labels), format_func=labels.__getitem__, key="s_units", placeholder=_("Chọn tổ, thôn")
        )
        slots["units"] = st.empty()
        who = st.multiselect(
            _("Ai đi hỏi"), list(names), format_func=names.__getitem__, key="s_members", placeholder=_("Chọn thành viên"),
            help=_("Tổ, thôn có thành viên của mình thì người ấy đi; nơi khác chia đều, mỗi người một đoạn đường liền nhau."),
        )  # fmt: skip
        slots["members"] = st.empty()
        ends_on = st.date_input(
            _("Hỏi đến hết ngày"), clock.today() + timedelta(days=30), key="s_until", format="DD/MM/YYYY", width=170
        )
        slots["ends_on"] = st.empty()
        only = st.toggle(_("Chỉ hỏi hộ chưa ghi ai có máy"), key="s_only")
        is_sent = st.form_submit_button(_("Chia hộ và bắt đầu"), type="primary", key="s_new_ok")
    if not (is_sent and isinstance(ends_on, date)):
        return None
    return SurveyForm(title or "", tuple(where), tuple(who), ends_on, only), slots
