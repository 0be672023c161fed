"""Một hộ dân: what is known of it, its groups, its coming and going."""

import streamlit as st

from core import phones
from core.db import reading, transaction
from models import Role
from services import audit_trail, household_history, household_phones, households, proposals
from services.access import May
from services.households import values_of
from ui import (
    _,
    day,
    enter,
    history,
    home_visits,
    household_acts,
    household_cards,
    household_groups,
    household_messages,
    household_needs,
    household_past,
    leave_for,
    needed,
    parts,
    privacy,
    record_id,
    refusals,
)  # fmt: skip
from ui.forms import refusals_at
from ui.household_form import ask
from ui.households import facts, standing

HERE, LIST = "pages/household.py", "pages/households.py"
actor = enter(needs=May.SEE_PEOPLE.roles)
is_staff = actor.role is not Role.LEAD
with needed(back=LIST):
    household_id = record_id()
    with reading() as session:
        card = households.get(session, actor=actor, household_id=household_id)
        groups = households.joinable(session, actor=actor, card=card)
        needs = households.needs_of(session, actor=actor, household_id=household_id)
        moments = household_history.timeline(session, actor=actor, household_id=household_id)
        last = household_history.last_act(session, actor=actor, household_id=household_id) if is_staff else None
        events = audit_trail.of_record(session, actor=actor, kind="household", record=card.household)
home, key = card.household, card.household.id.hex
version = household_acts.seen(home)
is_inside = any(stay.membership.left_on is None for stay in card.stays)
stands = standing(is_joined=is_inside, has_phone=bool(home.phone), left_on=home.left_on)
parts.head(home.head_name, stands, card.unit.label, _("mã hộ {code}", code=home.code))

left, right = st.columns([1.1, 1], gap="medium")
with left:
    if st.session_state.get("h_edited") == key:
        with st.form("household"):
            values, slots = ask(values_of(home), key=key, with_needs=needs is not None)
            with st.container(horizontal=True):
                is_saved = st.form_submit_button(_("Ghi lại"), key="h_save", type="primary")
                is_dropped = st.form_submit_button(_("Thôi"), key="h_drop")
        if is_saved:
            with refusals_at(slots):
                with transaction() as session:
                    write = households.change if is_staff else proposals.change
                    waits = write(session, actor=actor, household_id=home.id, values=values, version=version)
                del st.session_state["h_edited"]
                is_proposed = waits is not None and not is_staff
                news = _("Đã ghi điện thoại, số người. Phần còn lại đã đề nghị phường.") if is_proposed else _("Đã ghi.")
                leave_for(HERE, news=news, id=str(home.id))
        if is_dropped:
            del st.session_state["h_edited"]
            st.rerun()
    else:
        is_shown = household_phones.sees_numbers(actor) or st.session_state.get("h_shown") == key
        facts(
            home,
            since=moments[-1].on,
            unit_label=card.unit.label,
            phone=parts.call(home.phone) if is_shown else phones.masked(home.phone),
        )
        household_needs.of(needs, actor=actor, household_id=home.id)
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
    household_groups.of(card, groups, actor=actor, version=version)
    if home.left_on is None:
        parts.section(_("Có thay đổi"))
        household_acts.forms(card, actor=actor, version=version)
    elif (
        is_staff
        and home.merged_into_id is None
        and parts.action(
            "back",
            "unknown",
            _("Hộ đã chuyển đi {day}", day=day(home.left_on)),
            _("Ghi nhầm thì lấy lại được."),
            _("Hộ vẫn ở đây"),
        )
    ):
        with refusals():
            with transaction() as session:
                households.reopen(session, actor=actor, household_id=home.id, version=version)
            leave_for(HERE, news=_("Hộ lại được tính. Nhóm thì ghi vào lại."), id=str(home.id))
household_past.told(moments, home, actor=actor, last=last, version=version)
household_past.then(home, actor=actor)
household_messages.of(actor=actor, household_id=home.id, page=HERE)
privacy.switches(actor=actor, household_id=home.id, page=HERE)
home_visits.of_household(home, actor=actor, page=HERE)
household_cards.lost(actor=actor, household_id=home.id, page=HERE)
history.of(events, key="h_history")
st.page_link(LIST, label=_("Về danh sách"), icon=":material/arrow_back:")
