"""How a household was on an earlier day, and what happened to it in order."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from core import clock
from core.db import reading, transaction
from models import AuditEvent, Household
from services import household_history
from services.access import Actor
from services.household_history import AsOf, Moment
from services.household_writes import ACTS
from ui import leave_for, parts, refusals
from ui.household_acts import HERE
from ui.words import _, day, number

OLDEST = date(1900, 1, 1)


def then(home: Household, *, actor: Actor) -> None:
    """A day to choose, and how the household was on it."""
    with st.expander(_("Ngày trước"), key="h_past"):
        on = st.date_input(
            _("Xem hộ này vào ngày"), None, min_value=OLDEST, max_value=clock.today(), format="DD/MM/YYYY",
            key=f"{home.id.hex}_then", width=220,
        )  # fmt: skip
        if on is not None:
            with reading() as session:
                _as_it_was(household_history.as_of(session, actor=actor, household_id=home.id, on=on))


def told(moments: Sequence[Moment], home: Household, *, actor: Actor, last: AuditEvent | None, version: int) -> None:
    """What happened, the latest first, and the way back from the last of it, where there is one."""
    parts.section(_("Đã qua"))
    parts.lines(*(_line(one) for one in moments))
    if last and st.button(_("Quay lại: {what}", what=_(ACTS[last.action])), key="h_undo", icon=":material/undo:"):
        with refusals():
            with transaction() as session:
                household_history.undo_last(session, actor=actor, household_id=home.id, version=version)
            leave_for(HERE, news=_("Đã quay lại như trước."), id=str(home.id))


def _line(one: Moment) -> parts.Text:
    said = parts.joined(day(one.on, weekday=False), ": ", _(one.kind.label, what=one.what))
    return parts.joined(said, ", ", parts.soft(one.by)) if one.by else said


def _as_it_was(was: AsOf) -> None:
    if not was.is_present:
        parts.hint(_("Ngày ấy hộ này không ở đây."))
        return
    groups = ", ".join(_("{name} ({n} người)", name=name, n=number(people)) for name, people in was.groups)
    parts.facts(
        (_("Chủ hộ"), was.head_name), (_("Tổ, thôn"), was.unit_label), (_("Mã hộ"), was.code), (_("Địa chỉ"), was.address),
        (_("Số người"), number(was.people)), (_("Có điện thoại thông minh"), number(was.smartphones)),
        (_("Trong nhóm"), groups or _("chưa ở nhóm nào")),
    )  # fmt: skip
