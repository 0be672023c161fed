"""Tổ của tôi: the leader on the phone. What to post, who is in the chat, who is missing."""

import streamlit as st

from core.db import reading, transaction
from models import GroupKind
from services import access, groups, links, passing_on
from services.access import May
from services.households import KINDS
from ui import _, addressed, asked_days, asked_what, community, doors, enter, joining, number, paging, parts, posting, share
from ui.parts import Figure

SIZE = 10
actor = enter(needs=May.LEAD_A_GROUP.roles)
with reading() as session:
    mine = groups.led_by(session, actor=actor)
    waiting = passing_on.waiting_for(session, actor=actor)
if not mine and waiting:
    posting.alone(waiting, actor=actor)
    st.stop()
if not mine:
    parts.head(_("Tổ của tôi"), actor.display_name)
    parts.empty(
        _("Chưa có nhóm nào ghi tên ông/bà"), _("Phường ghi ai phụ trách nhóm nào ở trang Nhóm và tổ dân phố. Xin gọi phường.")
    )
    st.stop()

with st.container(width=640):
    by_id = {str(one.id): one for one in mine}
    group = mine[0]
    if len(mine) > 1:
        names = {id_: one.name for id_, one in by_id.items()}
        group = by_id[addressed.always(_("Nhóm"), names, key="nhom", on_change=paging.first)]
    with reading() as session:
        seen = groups.group_overview(
            session, actor=actor, group_id=group.id, is_joined=False, page=paging.asked(), size=SIZE
        )  # fmt: skip
        link = links.find_join_link(session, group_id=group.id)
    counts, is_home = seen.coverage, group.kind is GroupKind.HOUSEHOLD
    parts.head(
        seen.unit.label if is_home else group.name, actor.display_name,
        _("{n} hộ, {people} người", n=number(counts.households), people=number(counts.people)) if is_home else "",
    )  # fmt: skip
    for one in waiting:
        posting.work(one, names_group=len(mine) > 1)
    if not waiting:
        parts.note("arrived", _("Không có tin nào chờ đăng"), _("Khi phường gửi tin mới, tin hiện ở đây."))
    doors.mine(actor)
    if is_home:
        missing = counts.households - counts.joined
        parts.figures(
            Figure(
                _("Hộ trong nhóm"), number(counts.joined), _("/ {n} hộ", n=number(counts.households)),
                _("{share}, mục tiêu {goal}", share=share(counts.coverage), goal=share(counts.target_percent / 100, 0)),
                about="coverage",
            ),
            Figure(
                _("Hộ ngoài nhóm"), number(missing), _("hộ"), _("mời vào, hoặc tới báo") if missing else _("đủ cả tổ"),
                "waiting" if missing else "arrived", about="coverage",
            ),
            of_what=asked_days.last(30) | asked_what.place(actor, seen.unit),
        )  # fmt: skip
    if group.kind in KINDS and is_home:
        parts.section(_("Hộ chưa vào nhóm"), _("khó tới đứng trước"))
        joining.begin(actor=actor, group=group)
        if not seen.households.rows:
            community.nothing_listed(state="out", usual="out")
        with st.container(gap=None, key="records"):
            joining.list_of(seen.households.rows, actor=actor, group=group, shows=False)
        paging.turn(seen.households.pages)
        st.page_link(
            "pages/households.py", label=_("Xem cả {n} hộ của tổ", n=number(counts.households)), icon=":material/groups:",
            query_params={"to": seen.unit.code},
        )  # fmt: skip
        if link is None:
            with transaction() as session:
                link = links.join_link(session, group_id=group.id)
        community.door(link_url=links.public_url(link), join_url=group.join_url, can_write=access.may(actor, May.KEEP_GROUPS))
