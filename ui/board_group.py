"""One group of the board by itself: its curve over what it usually does, and the way to its households."""

from uuid import UUID

import streamlit as st

from core import clock
from core.db import reading
from services import foresight, reach
from services.access import Actor
from services.board_list import Standing
from services.foresight import Usual
from services.reach import Board
from ui import drawing, parts, stay
from ui.foresight import MINUTES
from ui.words import _, near, number


@st.fragment
def choose(seen: Board) -> None:
    """A group to look at alone; nothing is read before one is chosen."""
    me = stay()
    item, rows = seen.announcement, {str(row.group_id): row for row in seen.rows if row.households}
    if not rows or seen.is_withdrawn:
        return
    chosen = st.selectbox(
        _("Xem riêng một tổ"), list(rows), index=None, key="b_group", placeholder=_("Chọn tổ"), width=340,
        format_func=lambda key: f"{rows[key].unit_label}: {rows[key].group}",
    )  # fmt: skip
    if chosen not in rows:
        return
    group_id, now = rows[chosen].group_id, clock.now()
    with reading() as session:
        row, curve = reach.of_group(session, actor=me, announcement_id=item.id, group_id=group_id)
    if row is None:
        return
    usual = _usual(str(item.id), str(group_id), me.unit_path, me)
    posted = _("đăng {at}", at=near(row.posted_at)) if row.posted_at else _("chưa đăng")
    parts.chart(f"{row.unit_label}: {row.group}", drawing.reach_of_group(seen, row, curve, usual, now=now), posted)
    if not usual:
        parts.hint(_("Chưa đủ bốn thông báo giống thế này để biết tổ thường nhận nhanh hay chậm."))
    label = _("{n} hộ của tổ: ai đã biết, ai chưa", n=number(row.households))
    st.page_link(
        "pages/behind.py", label=label, icon=":material/group:",
        query_params={"id": str(item.id), "nhom": chosen, "ai": Standing.UNTOLD.value},
    )  # fmt: skip


@st.cache_data(ttl=60 * MINUTES, max_entries=300, show_spinner=False)
def _usual(announcement_id: str, group_id: str, sight: str, _actor: Actor) -> list[Usual]:  # noqa: ARG001  # what it is kept by
    with reading() as session:
        return foresight.of_group(session, actor=_actor, announcement_id=UUID(announcement_id), group_id=UUID(group_id))
