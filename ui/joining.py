"""Ticking households into a chat group and out of it, with the number of people, and taking a tick back."""

from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from core.db import transaction
from models import Group
from services import households
from services.access import Actor
from services.household_search import HouseholdRow
from ui import parts, refusals, tick_lists
from ui.households import row
from ui.words import _, number

ASKED, TICKED = "join_asked", "join_ticked"  # who is being asked how many; what was ticked last
MOST_BUTTONS = 8


@dataclass(frozen=True)
class Tick:
    """A household came in with so many people, or went out."""

    household_id: UUID
    name: str
    group_id: UUID
    people: int
    is_in: bool
    place: int = 0  # in the list, from 0: what was pressed is answered where the thumb is


def list_of(rows: list[HouseholdRow], *, actor: Actor, group: Group, with_unit: bool = False, shows: bool = True) -> None:
    """The households with their buttons; a tick is written at once and the page drawn anew. Nothing to tick once closed."""
    group_id = group.id
    for place, one in enumerate(rows):
        _last_tick(place, actor=actor, group_id=group_id)
        with row(one, actor=actor, with_unit=with_unit, with_standing=shows):
            if group.closed_on is not None:
                continue
            if one.joined:
                if st.button(_("Ghi là đã ra"), key=f"out_{one.id.hex}"):
                    _settle(Tick(one.id, one.head_name, group_id, one.people_joined, is_in=False, place=place), actor)
            elif st.session_state.get(ASKED) != one.id and st.button(_("Ghi là đã vào"), key=f"in_{one.id.hex}"):
                if one.people <= 1:
                    _settle(Tick(one.id, one.head_name, group_id, 1, is_in=True, place=place), actor)
                st.session_state[ASKED] = one.id
                st.rerun()
        if st.session_state.get(ASKED) == one.id and not one.joined:
            _ask_how_many(one, actor=actor, group_id=group_id, place=place)
    _last_tick(len(rows), actor=actor, group_id=group_id, is_end=True)


def _ask_how_many(one: HouseholdRow, *, actor: Actor, group_id: UUID, place: int) -> None:
    with st.container(key="join_people", horizontal=True, vertical_alignment="bottom"):
        people: int | None
        if one.people <= MOST_BUTTONS:
            people = st.pills(
                _("Mấy người của hộ ở trong nhóm?"), range(1, one.people + 1), key=f"people_{one.id.hex}", format_func=number
            )
        else:
            typed = st.number_input(_("Mấy người của hộ ở trong nhóm?"), 1, one.people, key=f"people_{one.id.hex}", width=220)
            people = typed if st.button(_("Ghi"), key=f"put_{one.id.hex}", type="primary") else None
        if people:
            _settle(Tick(one.id, one.head_name, group_id, people, is_in=True, place=place), actor)
        if st.button(_("Thôi"), key=f"leave_{one.id.hex}"):
            st.session_state.pop(ASKED, None)
            st.rerun()


def begin(*, actor: Actor, group: Group) -> None:
    """What stands above the list: who waits to be let in, the list for the phone."""
    tick_lists.of(group, actor=actor)


def _last_tick(place: int, *, actor: Actor, group_id: UUID, is_end: bool = False) -> None:
    """What was ticked last, with the way back, where its row stood; at the end of a list that has become shorter."""
    tick = st.session_state.get(TICKED)
    if not isinstance(tick, Tick) or tick.group_id != group_id or not (tick.place == place or (is_end and tick.place > place)):
        return
    words = _("vào nhóm, {n} người", n=number(tick.people)) if tick.is_in else _("ra khỏi nhóm")
    if parts.action("untick", "arrived", _("Đã ghi: {name}", name=tick.name), words, _("Hoàn tác")):
        back = Tick(tick.household_id, tick.name, group_id, tick.people, is_in=not tick.is_in)
        _settle(back, actor, can_undo=False)


def _settle(tick: Tick, actor: Actor, *, can_undo: bool = True) -> None:
    with refusals():
        with transaction() as session:
            if tick.is_in:
                households.join(session, actor=actor, household_id=tick.household_id, group_id=tick.group_id, people=tick.people)
            else:
                households.leave(session, actor=actor, household_id=tick.household_id, group_id=tick.group_id)
        st.session_state.pop(ASKED, None)
        st.session_state[TICKED] = tick if can_undo else None
        st.rerun()
