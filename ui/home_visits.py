"""Visits at home on screen: who waits, who goes where, the form of a new one."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import streamlit as st

from core import clock, phones
from core.db import transaction
from models import HomeVisit, Household, TeamMember, Unit, VisitStatus
from services import home_visits
from services.access import Actor
from services.home_visits import Row, Wish
from ui import emptied, leave_for, parts, refusals
from ui.forms import Slots
from ui.parts import Column, Tone
from ui.words import _, day, near, number

PAGE = "pages/home_visits.py"
TONES: dict[VisitStatus, Tone] = {
    VisitStatus.ASKED: "waiting", VisitStatus.PLANNED: "arrived", VisitStatus.CLOSED: "arrived",
    VisitStatus.CALLED_OFF: "unknown",
}  # fmt: skip


def on_today(waiting: int) -> None:
    """The line of the first screen; nothing where nobody waits."""
    if waiting:
        parts.action(
            "visits", "waiting", _("{n} người chờ được đến nhà giúp", n=number(waiting)),
            _("Chọn ai đi, ngày nào; người ấy thấy trên điện thoại của mình."), _("Xếp người"), page=PAGE,
        )  # fmt: skip


def title(row: Row) -> str:
    """Who and where."""
    return f"{row.visit.name} · {row.visit.address}"


def detail(row: Row) -> str:
    """Which group, what for, who asked, who goes there."""
    one = row.visit
    goes = _("{name} đến {day}", name=row.member, day=day(one.visit_on)) if one.visit_on else ""
    again = _("đã đến {n} lần không gặp", n=number(one.put_off)) if one.put_off else ""
    asked = _("{who} hẹn {at}", who=_(one.asked_by.label), at=near(one.created_at))
    return ", ".join(filter(None, (row.unit_label, one.words, one.wish, asked, again, goes)))


def line(row: Row) -> bool:
    """One visit with the number to call; True when it is to be called off."""
    one = row.visit
    with parts.line(f"v_{one.id.hex}", TONES[one.status], title(row), detail(row)):
        if one.phone:
            st.link_button(_("Gọi"), f"tel:{one.phone}", icon=":material/call:")
        return st.button(_("Thôi hẹn"), key=f"off_{one.id.hex}")


def plan(rows: Sequence[Row], members: Sequence[TeamMember]) -> tuple[list[UUID], UUID, date] | None:
    """Which visits, who, on which day; None until it was pressed. The visits stand as one walks."""
    titles = {row.visit.id: f"{title(row)}, {row.unit_label}" for row in rows}
    names = {one.id: one.name for one in members}
    with st.form("v_plan"):
        chosen = st.multiselect(
            _("Những nhà nào, theo thứ tự đường đi"), list(titles), format_func=titles.__getitem__, key="v_which",
            placeholder=_("Chọn một hay nhiều nhà gần nhau"),
        )  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="bottom"):
            who = st.selectbox(_("Ai đến"), list(names), format_func=names.__getitem__, key="v_who", width=260)
            on = st.date_input(_("Ngày nào"), clock.today(), key="v_day", format="DD/MM/YYYY", width=170)
            is_set = st.form_submit_button(_("Xếp"), type="primary", key="v_plan_ok")
    if not (is_set and chosen and who and isinstance(on, date)):
        if is_set:
            st.error(_("Hãy chọn ít nhất một nhà, ai đến và ngày nào."))
        return None
    return chosen, who, on


WRITTEN = {"v_name": "", "v_phone": "", "v_address": "", "v_words": "", "v_wish": ""}  # its fields, once it is noted


def form(places: Sequence[Unit]) -> tuple[Wish, Slots] | None:
    """A visit that someone asked for by telephone or at the desk."""
    labels = {unit.id: unit.label for unit in places}
    slots: dict[str, st.delta_generator.DeltaGenerator] = {}
    with st.form("v_new", border=False):
        name = st.text_input(_("Họ tên người cần giúp"), key="v_name", max_chars=home_visits.NAME_MAX)
        slots["name"] = st.empty()
        phone = st.text_input(_("Số điện thoại để gọi hẹn"), key="v_phone", max_chars=20)
        slots["phone"] = st.empty()
        unit_id = st.selectbox(_("Ở tổ, thôn nào"), list(labels), format_func=labels.__getitem__, key="v_unit")
        address = st.text_input(_("Số nhà, ngõ, đường"), key="v_address", max_chars=home_visits.ADDRESS_MAX)
        slots["address"] = st.empty()
        words = st.text_input(_("Cần giúp việc gì"), key="v_words", max_chars=home_visits.WORDS_MAX)
        wish = st.text_input(_("Lúc nào tiện"), key="v_wish", max_chars=home_visits.WORDS_MAX)
        is_sent = st.form_submit_button(_("Ghi lời hẹn"), key="v_new_ok")
    if not is_sent:
        return None
    return Wish(name or "", address or "", phone or "", words or "", wish or "", unit_id), slots


def of_household(home: Household, *, actor: Actor, page: str) -> None:
    """For whoever sees a household, its leader too: ask that a member goes there."""
    if home.left_on is not None:
        return
    with st.expander(_("Xin tổ công nghệ số đến nhà giúp"), key="v_home"):
        with st.form("v_home_form", border=False):
            words = st.text_input(_("Cần giúp việc gì"), key="v_home_words", max_chars=home_visits.WORDS_MAX)
            wish = st.text_input(_("Lúc nào tiện"), key="v_home_wish", max_chars=home_visits.WORDS_MAX)
            is_sent = st.form_submit_button(_("Ghi lời hẹn"), key="v_home_ok")
        if is_sent:
            asked = Wish(home.head_name, home.address or "–", phones.show(home.phone), words or "", wish or "")
            with refusals():
                with transaction() as session:
                    home_visits.ask_for(session, actor=actor, wish=asked, household_id=home.id)
                emptied({"v_home_words": "", "v_home_wish": ""})
                leave_for(page, news=_("Đã ghi lời hẹn. Bộ phận một cửa xếp người đến."), id=str(home.id))


def past(rows: Sequence[Row]) -> None:
    """What has ended lately; names go after ninety days."""
    heads: list[Column | str] = [
        _("Ai, ở đâu"),
        Column(_("Kết quả"), "state"),
        Column(_("Ai đến"), "desk"),
        Column(_("Ghi thêm"), "wide"),
    ]
    cells = [
        (parts.cell(row.visit.name, row.unit_label), _outcome(row.visit), row.member or "–", row.visit.note or "–")
        for row in rows
    ]
    parts.table(heads, cells, shown=10, more=_("Xem cả {n} lần", n=number(len(cells))))


def _outcome(one: HomeVisit) -> parts.Text:
    return parts.badge(TONES[one.status], _(one.outcome.label) if one.outcome else _(one.status.label))
