"""Một hộ dân: what is known of it, its groups, its coming and going."""

import streamlit as st

from core import clock, phones
from core.db import reading, transaction
from services import access, audit, household_phones, households
from services.households import values_of
from ui import _, day, enter, history, household_cards, leave_for, needed, parts, record_id, refusals
from ui.forms import refusals_at
from ui.household_form import ask, choose_group, picked
from ui.households import facts, spell_of, standing

HERE, LIST = "pages/household.py", "pages/households.py"
actor = enter(needs=access.SEES_PEOPLE)
with needed(back=LIST):
    household_id = record_id()
    with reading() as session:
        card = households.get(session, actor=actor, household_id=household_id)
        groups = households.joinable(session, actor=actor, card=card)
        events = audit.history(session, subject_kind="household", subject_id=household_id)
home, key = card.household, card.household.id.hex
inside = [stay for stay in card.stays if stay.membership.left_on is None]
before = [stay for stay in card.stays if stay.membership.left_on is not None]
stands = standing(is_joined=bool(inside), has_phone=bool(home.phone), left_on=home.left_on)
parts.head(home.head_name, stands, card.unit.label, _("mã hộ {code}", code=home.code))

left, right = st.columns([1.1, 1], gap="medium")
with left:
    if st.session_state.get("h_edited") == key:
        with st.form("household"):
            values, slots = ask(values_of(home), key=key)
            with st.container(horizontal=True):
                is_saved = st.form_submit_button(_("Ghi lại"), key="h_save", type="primary")
                is_dropped = st.form_submit_button(_("Thôi"), key="h_drop")
        if is_saved:
            with refusals_at(slots):
                with transaction() as session:
                    households.change(session, actor=actor, household_id=home.id, values=values)
                del st.session_state["h_edited"]
                leave_for(HERE, news=_("Đã ghi."), id=str(home.id))
        if is_dropped:
            del st.session_state["h_edited"]
            st.rerun()
    else:
        is_shown = household_phones.sees_numbers(actor) or st.session_state.get("h_shown") == key
        facts(home, unit_label=card.unit.label, phone=parts.call(home.phone) if is_shown else phones.masked(home.phone))
        with st.container(horizontal=True):
            is_asked = bool(home.phone) and not is_shown and st.button(_("Hiện số"), key="h_show", icon=":material/visibility:")
            is_edit = st.button(_("Sửa"), key="h_edit", icon=":material/edit:")
        if is_asked or (is_edit and home.phone and not is_shown):
            with transaction() as session:
                household_phones.reveal(session, actor=actor, household_id=home.id)
        if is_asked or is_edit:
            st.session_state["h_edited" if is_edit else "h_shown"] = key
            st.rerun()

with right, st.container(gap="small"):
    parts.section(_("Trong nhóm"))
    if not inside:
        parts.hint(_("Hộ này chưa ở trong nhóm nào.") if home.left_on is None else _("Đã ra khỏi mọi nhóm."))
    for stay in inside:
        if parts.action(
            f"out_{stay.membership.id.hex}", "arrived", stay.group.name, spell_of(stay.membership), _("Ghi là đã ra")
        ):
            with refusals():
                with transaction() as session:
                    households.leave(session, actor=actor, household_id=home.id, group_id=stay.group.id)
                leave_for(HERE, news=_("Đã ghi hộ ra khỏi nhóm {name}.", name=stay.group.name), id=str(home.id))
    if home.left_on is None and groups:
        with st.form("join", border=False):
            chosen, slots = choose_group(groups, card=card)
            people = st.number_input(_("Số người vào nhóm"), 1, 99, 1, key=f"{key}_in", width=170)
            if st.form_submit_button(_("Ghi vào nhóm"), key="h_join", type="secondary" if inside else "primary"):
                with refusals_at(slots):
                    group = picked(chosen)
                    with transaction() as session:
                        households.join(session, actor=actor, household_id=home.id, group_id=group.id, people=people)
                    leave_for(HERE, news=_("Đã ghi hộ vào nhóm {name}.", name=group.name), id=str(home.id))
    if before:
        parts.section(_("Trước đây"))
        parts.facts(*((stay.group.name, spell_of(stay.membership)) for stay in before))
    if home.left_on is None:
        with st.expander(_("Hộ chuyển đi"), key="h_ending"):
            on = st.date_input(_("Từ ngày"), clock.today(), key=f"{key}_end", format="DD/MM/YYYY", max_value=clock.today())
            if st.button(_("Ghi hộ chuyển đi"), key="h_end"):
                with refusals():
                    with transaction() as session:
                        households.end(session, actor=actor, household_id=home.id, on=on)
                    leave_for(HERE, news=_("Đã ghi hộ chuyển đi, và ra khỏi mọi nhóm."), id=str(home.id))
    elif parts.action(
        "back", "unknown", _("Hộ đã chuyển đi {day}", day=day(home.left_on)), _("Ghi nhầm thì lấy lại được."), _("Hộ vẫn ở đây")
    ):
        with refusals():
            with transaction() as session:
                households.reopen(session, actor=actor, household_id=home.id)
            leave_for(HERE, news=_("Hộ lại được tính. Nhóm thì ghi vào lại."), id=str(home.id))
household_cards.lost(actor=actor, household_id=home.id, page=HERE)
history.of(events, key="h_history")
st.page_link(LIST, label=_("Về danh sách"), icon=":material/arrow_back:")
