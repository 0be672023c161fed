"""Đổi đường dẫn nhiều mã: all codes that lead to one page are led to another by one press, and back by one."""

import streamlit as st

from core.db import reading, transaction
from services import link_moves, link_targets, links
from services.access import May
from ui import _, enter, leave_for, number, parts, refusals
from ui import link_moves as drawing
from ui import links as asking

HERE, LIST = "pages/move_links.py", "pages/links.py"
actor = enter(
    _("Đổi đường dẫn nhiều mã"),
    needs=May.KEEP_LINKS.roles,
    lines=[_("trang tới dời đi thì đổi một lần, không phải in lại tờ nào")],
)
with reading() as session:
    targets = link_moves.targets(session, actor=actor)
    rows = links.listing(session, actor=actor, purposes=links.PRINTED)
    acts = link_moves.acts(session, actor=actor)
if not targets:
    parts.empty(
        _("Chưa có mã nào"), _("Làm mã trước, rồi đổi đường dẫn của chúng ở đây khi cần."), _("Làm mã"), page="pages/new_link.py"
    )
    st.stop()

with st.container(width=760):
    former = drawing.choose_target(targets)
    codes = [row.link for row in rows if row.link.target_url == former and row.link.is_active]
    chosen = drawing.choose_codes(codes, of=str(former))
    target = asking.ask_target(key="mv_to")
    words = _("Đổi {n} mã", n=number(len(chosen)))
    if st.button(words, key="mv_go", type="primary", icon=":material/link:", disabled=not (target and chosen)) and target:
        with refusals():
            with transaction() as session:
                link_moves.retarget_many(session, actor=actor, link_ids=[link.id for link in chosen], target_url=target)
            host = link_targets.host_of(target)
            leave_for(HERE, news=_("Đã đổi {n} mã, từ giờ dẫn tới {host}.", n=number(len(chosen)), host=host))
if acts:
    parts.section(_("Những lần đổi"), _("quay lại được bằng một lần bấm"))
    with refusals():
        went = drawing.acts(acts, actor=actor, key="mv_act")
        if went is not None:
            leave_for(HERE, news=_("Đã quay lại {n} mã.", n=number(went)))
st.page_link(LIST, label=_("Về danh sách mã"), icon=":material/arrow_back:")
