"""The groups of a household on its page: in which it is, into which it may come, in which it was."""

from collections.abc import Sequence

import streamlit as st

from core.db import transaction
from models import Group
from services import households
from services.access import Actor
from services.households import HouseholdCard
from ui import leave_for, parts, refusals
from ui.forms import refusals_at
from ui.household_acts import HERE
from ui.household_form import choose_group, picked
from ui.households import spell_of
from ui.words import _


def of(card: HouseholdCard, groups: Sequence[Group], *, actor: Actor, version: int) -> None:
    """Its groups, each with a way out; a way into another; those it was in before."""
    home, key = card.household, card.household.id.hex
    inside = [stay for stay in card.stays if stay.membership.left_on is None]
    before = [stay for stay in card.stays if stay.membership.left_on is not None]
    parts.section(_("Trong nhóm"))
    if not inside:
        parts.hint(_("Hộ này chưa ở trong nhóm nào.") if home.left_on is None else _("Đã ra khỏi mọi nhóm."))
    for stay in inside:
        spell = spell_of(stay.membership)
        if parts.action(f"out_{stay.membership.id.hex}", "arrived", stay.group.name, spell, _("Ghi là đã ra")):
            with refusals():
                with transaction() as session:
                    households.leave(session, actor=actor, household_id=home.id, group_id=stay.group.id, version=version)
                leave_for(HERE, news=_("Đã ghi hộ ra khỏi nhóm {name}.", name=stay.group.name), id=str(home.id))
    if home.left_on is None and groups:
        with st.form("join", border=False):
            chosen, slots = choose_group(list(groups), card=card)
            people = st.number_input(_("Số người vào nhóm"), 1, 99, 1, key=f"{key}_in", width=170)
            if st.form_submit_button(_("Ghi vào nhóm"), key="h_join", type="secondary" if inside else "primary"):
                with refusals_at(slots):
                    group = picked(chosen)
                    with transaction() as session:
                        households.join(
                            session, actor=actor, household_id=home.id, group_id=group.id, people=people, version=version
                        )  # fmt: skip
                    leave_for(HERE, news=_("Đã ghi hộ vào nhóm {name}.", name=group.name), id=str(home.id))
    if before:
        parts.section(_("Trước đây"))
        parts.facts(*((stay.group.name, spell_of(stay.membership)) for stay in before))
