"""Một nhóm: who of its households is in, who leads it, by which address one joins."""

import streamlit as st

from core.db import reading, transaction
from models import GroupKind
from services import access, audit_trail, cascade, figures, group_leaders, groups, links
from services.access import May
from services.households import KINDS
from ui import (
    _,
    addressed,
    asked_what,
    community,
    day,
    drawing,
    enter,
    group_form,
    history,
    joining,
    leading,
    leave_for,
    needed,
    number,
    paging,
    parts,
    record_id,
)  # fmt: skip
from ui.forms import refusals_at

HERE, LIST, SIZE = "pages/group.py", "pages/groups.py", 12
STATES = {"out": False, "in": True, "all": None}
actor = enter(needs=May.SEE_GROUPS.roles)
can_write, sees_people = access.may(actor, May.KEEP_GROUPS), access.may(actor, May.SEE_PEOPLE)
with needed(back=LIST):
    group_id = record_id()
    with reading() as session:
        group = groups.get(session, actor=actor, group_id=group_id)
is_home, key = group.kind is GroupKind.HOUSEHOLD, group.id.hex
has_list = sees_people and group.kind in KINDS

top = st.container()
left, right = st.columns([1.3, 1], gap="medium")
words, state = "", None
with left:
    if has_list:
        listed = st.container()
        names = {"out": _("Chưa vào nhóm"), "in": _("Đã vào nhóm"), "all": _("Tất cả")}
        with st.container(horizontal=True, vertical_alignment="bottom"):
            state = addressed.segments(
                _("Hộ"), names, key="tt", usual="out" if is_home else "in", on_change=paging.first, label_visibility="collapsed"
            )
            words = st.text_input(
                _("Tìm hộ"), key="find", type="search", live=True, icon=":material/search:", on_change=paging.first, width=260,
                placeholder=_("Tìm tên, địa chỉ, số"), label_visibility="collapsed",
            )  # fmt: skip
with needed(back=LIST), reading() as session:
    seen = groups.group_overview(
        session, actor=actor, group_id=group_id, is_joined=STATES.get(state or "all"), words=words or "", page=paging.asked(),
        size=SIZE,
    )  # fmt: skip
    leader = group_leaders.leader_of(session, actor=actor, group=group)
    link = links.find_join_link(session, group_id=group_id)
    events = audit_trail.of_record(session, actor=actor, kind="group", record=group) if sees_people else []
    able = group_leaders.may_lead(session, actor=actor, unit_id=seen.unit.id) if can_write else []
    feeders = cascade.feeders(session, actor=actor, unit_id=seen.unit.id, but=group.id) if can_write else {}

with top:
    leads = _("phụ trách: {name}", name=leader.name) if leader else _("chưa có người phụ trách") if sees_people else ""
    shut = parts.badge("unknown", _("đã đóng {day}", day=day(group.closed_on, weekday=False))) if group.closed_on else ""
    parts.head(group.name, shut, _(group.kind.label), seen.unit.label, leads)
    counted = seen.coverage.households if is_home else seen.members
    is_hidden = figures.is_few(counted) and not access.may(actor, May.SEE_SMALL_COUNTS)
    if is_hidden:
        parts.hint(community.hidden_words())
    else:
        community.group_figures(seen, of_what=asked_what.place(actor, seen.unit))
with left:
    if has_list:
        with listed:
            parts.section(_("{n} hộ", n=number(seen.households.total)), _("bấm tên để mở hộ"))
        joining.begin(actor=actor, group=group)
        if not seen.households.rows:
            community.nothing_listed(state=state or "all", usual="out" if is_home else "in", words=words or "")
        with st.container(gap=None, key="records"):
            joining.list_of(seen.households.rows, actor=actor, group=group, with_unit=not is_home, shows=state == "all")
        paging.turn(seen.households.pages)
    elif is_home and not is_hidden:
        parts.chart(_("Hai năm qua"), drawing.growth(seen.growth, columns=1), key="growth")

with right:
    if sees_people:
        leading.heads(group, actor=actor, unit=seen.unit)
    if is_home and group.closed_on is None:
        if link is None:
            with transaction() as session:
                link = links.join_link(session, group_id=group.id)
        community.door(link_url=links.public_url(link), join_url=group.join_url, can_write=can_write)
    if has_list and is_home:
        parts.chart(_("Hai năm qua"), drawing.growth(seen.growth, columns=1), key="growth")
    if can_write and group.closed_on is None:
        leading.hand_over(group, able=able, actor=actor, page=HERE)
        with st.expander(_("Sửa nhóm"), key="g_edit"), st.form("group", border=False):
            values, slots = group_form.ask(groups.values_of(group), key=key, feeders=feeders)
            is_saved = st.form_submit_button(_("Ghi lại"), key="g_save", type="primary")
            if is_saved:
                with refusals_at(slots):
                    with transaction() as session:
                        groups.change(session, actor=actor, group_id=group.id, values=values)
                    leave_for(HERE, news=_("Đã ghi."), id=str(group.id))
        group_form.close(group, members=seen.members, actor=actor, page=HERE)
    history.of(events, key="g_history")
st.page_link(LIST, label=_("Về danh sách nhóm"), icon=":material/arrow_back:")
