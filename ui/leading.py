"""Who leads a chat group: leader and deputy, who it was before, and the form that hands the group over."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import clock
from core.db import reading, transaction
from models import Group, GroupKind, Part, Unit
from services import group_leaders, handover, terms
from services.access import Actor
from services.group_leaders import Leader
from services.handover import Handover, Revoked
from services.terms import Spell
from ui import comparing, leave_for, parts
from ui.forms import refusals_at
from ui.words import _, day, number


def heads(group: Group, *, actor: Actor, unit: Unit) -> None:
    """Leader and deputy with their numbers, everyone who held either office, and the way to before and after the last change."""
    with reading() as session:
        leader = group_leaders.leader_of(session, actor=actor, group=group)
        deputy = group_leaders.deputy_of(session, actor=actor, group=group)
        spells = terms.history(session, actor=actor, group=group)
    who = _named(leader) if leader else _("Chưa có ai. Chọn ở mục Chọn người phụ trách.")
    rows = [(_("Người phụ trách"), who), (_("Gọi"), (parts.call(leader.phone) if leader else "") or "–")]
    rows += [(_("Phó"), parts.joined(_named(deputy), " ", parts.call(deputy.phone)))] if deputy else []
    parts.facts(*rows)
    if any(one.ended_on for one in spells):
        with st.expander(_("Các kỳ phụ trách"), key="g_terms"):
            for one in spells:
                until = day(one.ended_on, weekday=False) if one.ended_on else _("nay")
                since = day(one.started_on, weekday=False)
                parts.lines(parts.joined(one.name, ", ", _(one.part.label), ", ", parts.soft(f"{since} – {until}")))
    if group.kind is GroupKind.HOUSEHOLD:
        comparing.way(actor, unit, on=_changed_on(spells))


def _changed_on(spells: Sequence[Spell]) -> date | None:
    """The day on which who leads now followed somebody else."""
    leaders = [one for one in spells if one.part is Part.LEADER]
    now = next((one.started_on for one in leaders if one.ended_on is None), None)
    return now if any(one.ended_on for one in leaders) else None


def _named(one: Leader) -> str:
    return f"{one.name}, {one.unit_label}"


def hand_over(group: Group, *, able: Sequence[Leader], actor: Actor, page: str) -> None:
    """The form of a handover; what it will end is said by count before it is pressed."""
    key, is_change = group.id.hex, group.leader_id is not None
    seen_id = st.session_state.setdefault(f"{key}_before", group.leader_id)  # who led when the form was opened
    with reading() as session:
        ends = handover.would_revoke(session, actor=actor, group_id=group.id)
        before = group_leaders.leader_of(session, actor=actor, group=group)
    title = _("Bàn giao, đổi phó") if is_change else _("Chọn người phụ trách")
    slots: dict[str, DeltaGenerator] = {}
    with st.expander(title, key="g_hand"), st.form("handover", border=False):
        people = {one.id: one for one in able}
        leader_id = ask_person(_("Người phụ trách"), people, chosen=group.leader_id, key=f"{key}_leader")
        slots["leader_id"] = st.empty()
        parts.hint(_("Người mới chưa có tài khoản: ghi tên và số điện thoại, tài khoản được lập luôn."))
        name = st.text_input(_("Họ và tên người mới"), key=f"{key}_new_name", max_chars=120)
        slots["name"] = st.empty()
        phone = st.text_input(_("Số điện thoại người mới"), key=f"{key}_new_phone", max_chars=30, placeholder="0912 345 678")
        slots["phone"] = st.empty()
        deputy_id = ask_person(_("Phó"), people, chosen=group.deputy_id, key=f"{key}_deputy")
        slots["deputy_id"] = st.empty()
        on = st.date_input(
            _("Từ ngày"), clock.today(), min_value=group.started_on, max_value=clock.today(), key=f"{key}_on", format="DD/MM/YYYY"
        )
        slots["on"] = st.empty()
        locks = False
        if is_change and before:
            parts.hint(_revoking(ends))
            asks = _("Khóa tài khoản của {name} nếu không còn phụ trách nhóm nào", name=before.name)
            locks = st.checkbox(asks, key=f"{key}_lock")
        if st.form_submit_button(_("Ghi người phụ trách"), key="g_hand_ok", type="primary"):
            is_new = bool(name.strip() or phone.strip())
            given = Handover(seen_id, None if is_new else leader_id, name, phone, deputy_id, on, locks)
            st.session_state.pop(f"{key}_before", None)  # whoever presses again has been told who leads now
            with refusals_at(slots):
                with transaction() as session:
                    handover.carry_out(session, actor=actor, group_id=group.id, handover=given)
                leave_for(page, news=_("Đã ghi người phụ trách."), id=str(group.id))


def _revoking(ends: Revoked) -> str:
    if not ends.all:
        return _("Người cũ không giữ đường dẫn nào của nhóm.")
    words = _(
        "Khi đổi người: {phones} điện thoại đã nhớ và {lists} đường dẫn đánh dấu của người cũ hết tác dụng; {relays} thông báo "
        "đang đi có đường dẫn mới cho người mới.",
        phones=number(ends.phones), lists=number(ends.tick_lists), relays=number(ends.relays),
    )  # fmt: skip
    doors = _("{n} danh sách gõ cửa cũng vậy.", n=number(ends.doors))
    return f"{words} {doors}" if ends.doors else words


def ask_person(label: str, people: Mapping[UUID, Leader], *, chosen: UUID | None, key: str) -> UUID | None:
    """One of those who may; nobody is an answer too."""
    ids: list[UUID | None] = [None, *people]
    return st.selectbox(
        label, ids, index=ids.index(chosen) if chosen in people else 0, key=key,
        format_func=lambda one: _named(people[one]) if one else _("Chưa có ai"),
    )  # fmt: skip
