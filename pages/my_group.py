"""Tổ của tôi: the leader on the phone. What to post, who is in the chat, who is missing."""

import streamlit as st

from core import clock
from core.db import reading
from models import Role
from services import access, groups, relays
from ui import _, enter, near, number, parts, share, span
from ui.parts import Figure
from ui.previews import stamp_of

actor = enter(needs=(Role.LEAD, *access.WRITERS))
with reading() as session:
    mine = groups.led_by(session, actor=actor)
    waiting = relays.waiting_for(session, actor=actor)
if not mine:
    parts.head(_("Tổ của tôi"))
    parts.empty(
        _("Chưa có nhóm nào ghi tên ông/bà"), _("Phường ghi ai phụ trách nhóm nào ở trang Nhóm và tổ dân phố. Xin gọi phường.")
    )
    st.stop()
group = mine[0]
if len(mine) > 1:
    group = st.selectbox(_("Nhóm"), mine, format_func=lambda one: one.name, key="g_mine")
with reading() as session:
    seen = groups.group_overview(session, actor=actor, group_id=group.id)
now = clock.now()
with st.container(width=640):
    parts.head(
        seen.unit.label,
        actor.display_name,
        _("{n} hộ, {people} người", n=number(seen.coverage.households), people=number(seen.coverage.people)),
    )
    for relay, item, one in waiting:
        if one.id != group.id:
            continue
        late = relay.due_at is not None and relay.due_at <= now
        left = (
            _("quá {span}", span=span(now - relay.due_at))
            if late and relay.due_at
            else _("còn {span}", span=span(relay.due_at - now))
            if relay.due_at
            else ""
        )
        with st.container(border=True):
            due = (
                parts.deadline("overdue" if late else "waiting", _("Đăng trước {at},", at=near(relay.due_at)), left)
                if relay.due_at
                else ""
            )
            parts.lines(parts.joined(stamp_of(item.urgency), " ", due), parts.cell(item.title))
            st.link_button(_("Mở lời nhắn để đăng vào nhóm"), relays.url_of(relay.token), type="primary", width="stretch",
                           icon=":material/content_copy:")  # fmt: skip
    if not waiting:
        parts.note("arrived", _("Không có tin nào chờ đăng"), _("Khi phường gửi tin mới, tin hiện ở đây."))
    counts = seen.coverage
    missing = counts.households - counts.joined
    parts.figures(
        Figure(_("Hộ trong nhóm"), number(counts.joined), _("/ {n} hộ", n=number(counts.households)), share(counts.coverage),
               known=counts.coverage, target=counts.target_percent / 100),
        Figure(_("Hộ ngoài nhóm"), number(missing), _("/ {n} hộ", n=number(counts.households)), _("mời vào nhóm, hoặc tới báo"),
               "waiting" if missing else None),
    )  # fmt: skip
