"""What the ward enters for a leader who telephoned."""

from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from services.relays import RelayRow
from ui import board, parts, withdrawn
from ui.words import _


@dataclass(frozen=True)
class Entered:
    """What the ward enters for a leader: that it is done (posted, or deleted), or that it is not."""

    relay_id: UUID
    is_done: bool


def for_leader(sheets: list[RelayRow], *, is_withdrawn: bool) -> Entered | None:
    """For a leader who telephoned: which group, and the one button; what was pressed."""
    by_id = {row.relay_id: row for row in sheets if row.posted_at or not is_withdrawn}
    parts.section(_("Ghi thay và sửa sai"))
    if not by_id:
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            _("Tổ trưởng báo qua điện thoại"), list(by_id), index=None, key="b_relay", width=340, placeholder=_("Chọn tổ"),
            format_func=lambda id_: withdrawn.named(by_id[id_]) if is_withdrawn else board.named(by_id[id_]),
        )  # fmt: skip
        row = by_id[chosen] if chosen else None
        if is_withdrawn:
            is_done = row is None or row.deleted_at is None
            label = _("Ghi đã gỡ bài") if is_done else _("Ghi chưa gỡ bài")
        else:
            is_done = row is None or row.posted_at is None
            label = _("Ghi đã đăng") if is_done else _("Ghi chưa đăng")
        is_pressed = st.button(label, key="b_enter", disabled=row is None)
    return Entered(row.relay_id, is_done) if is_pressed and row is not None else None
