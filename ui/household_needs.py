"""Needs on screen: folded away until someone says what for."""

from uuid import UUID

import streamlit as st

from core.db import reading, transaction
from models import Need
from services import households, needs
from services.access import Actor
from services.needs import Why
from ui import parts, refusals
from ui.households import needs_of
from ui.words import _


def of(told: tuple[Need, ...] | None, *, actor: Actor, household_id: UUID) -> None:
    """A household's needs once they were asked for, else the way to ask."""
    if told is not None:
        parts.facts((_("Hoàn cảnh cần lưu ý"), needs_of(told) or _("không có")))
        parts.hint(_("Hiện trong 10 phút. Lần xem này đã được ghi lại."))
        return
    why = _asked(key=f"h_needs_{household_id.hex}")
    if why is not None:
        with refusals():
            with transaction() as session:
                households.needs_of(session, actor=actor, household_id=household_id, why=why)
            st.rerun()


def of_list(chosen: tuple[Need, ...], *, actor: Actor) -> bool:
    """Whether a list may be narrowed by needs now; asks what for until it may."""
    if not chosen:
        return True
    with reading() as session:
        if needs.has_looked(session, actor=actor):
            return True
    parts.note("waiting", _("Xem để làm gì"), _("Danh sách theo hoàn cảnh chỉ mở khi có việc cần. Lần xem được ghi lại."))
    why = _asked(key="hs_needs")
    if why is not None:
        with transaction() as session:
            needs.keep(session, actor=actor, why=why, needs=chosen)
        st.rerun()
    return False


def _asked(*, key: str) -> Why | None:
    with st.popover(_("Xem nhu cầu hỗ trợ"), icon=":material/visibility:", key=key):
        why = st.radio(_("Xem để làm gì"), list(Why), format_func=lambda one: _(one.label), key=f"{key}_why", index=None)
        is_asked = st.button(_("Xem"), key=f"{key}_see", disabled=why is None)
    return why if is_asked else None
