"""Small lessons on screen: those to come and those held, the form of a new one."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import streamlit as st

from core import clock
from models import Skill, TeamMember, Unit
from services.lessons import LONGEST, PLACE_MAX, SHORTEST, LessonForm, LessonRow
from ui import parts
from ui.forms import Slots
from ui.words import _, beginning, moment, number


def line(row: LessonRow) -> bool:
    """One lesson; True when it is to be called off."""
    one = row.lesson
    if one.people is not None:
        held = _("{n} người dự, {first} người làm lần đầu", n=number(one.people), first=number(one.first_timers))
    else:
        held = _("sắp mở") if one.starts_at > clock.now() else _("chưa ghi số người dự")
    cards = _("{n} hộ quét thẻ", n=number(row.cards)) if row.cards else ""
    where = "" if row.unit_label in one.place else row.unit_label
    detail = ", ".join(filter(None, (moment(one.starts_at), one.place, where, row.member, held, cards)))
    tone: parts.Tone = "arrived" if one.people is not None else "waiting"
    with parts.line(f"l_{one.id.hex}", tone, beginning(_(one.topic.label)), detail):
        return one.people is None and st.button(_("Bỏ buổi này"), key=f"l_off_{one.id.hex}")


def form(places: Sequence[Unit], members: Sequence[TeamMember]) -> tuple[LessonForm, Slots] | None:
    """A new lesson: what, where, when, by whom."""
    labels = {unit.id: unit.label for unit in places}
    names = {one.id: one.name for one in members}
    slots: dict[str, st.delta_generator.DeltaGenerator] = {}
    with st.form("l_new", border=False):
        topic = st.selectbox(_("Hướng dẫn gì"), list(Skill), format_func=lambda one: _(one.label), key="l_topic")
        unit_id = st.selectbox(_("Cho tổ, thôn nào"), list(labels), format_func=labels.__getitem__, key="l_unit")
        place = st.text_input(_("Ở đâu"), key="l_place", max_chars=PLACE_MAX, placeholder=_("Nhà văn hóa tổ 9"))
        slots["place"] = st.empty()
        with st.container(horizontal=True):
            on = st.date_input(_("Ngày"), clock.today() + timedelta(days=1), key="l_day", format="DD/MM/YYYY", width=170)
            at = st.time_input(_("Giờ"), time(19, 30), key="l_hour", step=900, width=140)
            minutes = st.number_input(_("Mấy phút"), SHORTEST, LONGEST, 90, step=10, key="l_minutes", width=140)
        slots["starts_at"] = slots["minutes"] = st.empty()
        who = st.selectbox(_("Ai hướng dẫn"), list(names), format_func=names.__getitem__, key="l_who")
        slots["member_id"] = st.empty()
        is_sent = st.form_submit_button(_("Thêm buổi"), type="primary", key="l_new_ok")
    if not (is_sent and topic and unit_id and who and isinstance(on, date)):
        return None
    starts_at = datetime.combine(on, at, clock.zone())
    return LessonForm(unit_id, who, topic, place or "", starts_at, int(minutes)), slots
