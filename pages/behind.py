"""Hộ đằng sau con số: of a board's numbers the households, of all groups or of one."""

import streamlit as st

from core.db import reading
from services import board_list, reach
from services.access import May
from services.board_list import Standing
from ui import _, behind, enter, household_needs, leave_for, needed, number, paging, parts
from ui.compose import asked_for

actor = enter(needs=May.STUDY_FIGURES.roles)
item_id = asked_for("id")
if item_id is None:
    leave_for("pages/announcements.py")
with needed(back="pages/announcements.py"), reading() as session:
    seen = reach.board(session, actor=actor, announcement_id=item_id)
    told = board_list.needs_told(session, actor=actor, announcement_id=item_id)
if seen.announcement.sent_at is None:
    leave_for("pages/review.py", id=str(item_id))
parts.head(_("Hộ đằng sau con số"), seen.announcement.title)
st.page_link("pages/announcement.py", label=_("Bảng theo dõi"), icon=":material/arrow_back:", query_params={"id": str(item_id)})
groups = {str(row.group_id): row for row in seen.rows}
chosen = st.selectbox(
    _("Nhóm của tổ"), list(groups), index=behind.place_in(list(groups), "nhom"), key=f"nhom:{item_id}", placeholder=_("Tất cả"),
    width=340, format_func=lambda key: f"{groups[key].unit_label}: {groups[key].group}", on_change=paging.first,
)  # fmt: skip
group_id = groups[chosen].group_id if chosen else None
with reading() as session:
    counted = board_list.counts(session, actor=actor, announcement_id=item_id, group_id=group_id)
standing = st.pills(
    _("Xem danh sách hộ"), list(Standing), key=f"ai:{item_id}", required=True, on_change=paging.first,
    default=list(Standing)[behind.place_in(list(Standing), "ai") or 0],
    format_func=lambda one: f"{_(one.label)} ({number(counted.by_standing[one])})",
)  # fmt: skip
behind.remember(nhom=chosen or "", ai=standing.value)
if counted.nameless:
    parts.hint(
        _(
            "{n} lượt báo trên máy chưa gắn với hộ nào: tính vào số hộ đã nhận nhưng không có tên ở đây.",
            n=number(counted.nameless),
        )
    )
parts.hint(_("Máy đã mở trang thì đếm không kèm tên, nên không có danh sách."))
if household_needs.of_list(told, actor=actor):
    behind.draw(actor, item_id, standing, group_id)
