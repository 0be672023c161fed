"""Có thể trùng nhau: two households that may be one, side by side; a person says, and is not asked again."""

import streamlit as st

from core.db import reading, transaction
from services import likeness, likeness_search
from services.access import May
from ui import _, alike, enter, importing, leave_for, number, parts, refusals

HERE = "pages/alike.py"
actor = enter(needs=May.WRITE_HOUSEHOLDS.roles)
put_off = st.session_state.setdefault("al_later", [])
with reading() as session:
    waiting = likeness.waiting(session, actor=actor)
    pair = likeness.next_pair(session, actor=actor, but=put_off)
    last = likeness.last_answer(session, actor=actor)
parts.head(_("Có thể trùng nhau"), _("còn {n} cặp hộ chờ trả lời", n=number(waiting)) if waiting else "")

seen = alike.seen(pair)

if pair and seen:
    parts.section(_("Hai hộ này có phải là một?"), alike.why(pair))
    alike.beside(pair, actor)
    left, right = seen.versions
    with st.container(horizontal=True):
        # Keys stay as they are from pair to pair: a shortcut would go on to press the button it was made for.
        keeps_left = st.button(_("Là một hộ, giữ bên trái"), key="al_1", shortcut="1")
        keeps_right = st.button(_("Là một hộ, giữ bên phải"), key="al_2", shortcut="2")
        are_two = st.button(_("Không phải"), key="al_3", shortcut="3")
        is_later = st.button(_("Để sau"), key="al_4", shortcut="4")
    parts.hint(
        _(
            "Là một hộ: hộ ghi sau được bỏ như chưa từng có; ô trống, số điện thoại và nhóm lấy từ cả hai. "
            "Không phải: không hỏi lại nữa. Bấm phím 1, 2, 3, 4 cũng được."
        )
    )
    if keeps_left or keeps_right:
        with refusals():
            keep_id = left if keeps_left else right
            with transaction() as session:
                likeness.join(session, actor=actor, likeness_id=seen.id, keep_id=keep_id, versions=seen.versions)
            leave_for(HERE, news=_("Đã ghép thành hộ {name}.", name=seen.names[keep_id]))
    if are_two:
        with refusals():
            with transaction() as session:
                likeness.part(session, actor=actor, likeness_id=seen.id)
            leave_for(HERE, news=_("Đã ghi là hai hộ khác nhau, không hỏi lại."))
    if is_later:
        st.session_state["al_later"] = [*put_off, seen.id]
        st.rerun()
elif waiting:
    parts.empty(_("Các cặp còn lại đều để sau"), _("Còn {n} cặp chưa trả lời.", n=number(waiting)))
    if st.button(_("Xem các cặp để sau"), key="al_again"):
        st.session_state["al_later"] = []
        st.rerun()
else:
    parts.empty(
        _("Không có cặp hộ nào chờ trả lời"),
        _("Khi nhập danh sách, hộ mới giống một hộ đã có thì hai hộ hiện ở đây, cạnh nhau. Hộ đã có trong sổ thì tìm ở dưới."),
    )

if last:
    with parts.line("al_last", "unknown", *alike.answered(last)):
        is_back = st.button(_("Quay lại"), key="al_0", icon=":material/undo:", shortcut="0")
    if is_back:
        with refusals():
            with transaction() as session:
                likeness.undo(session, actor=actor, likeness_id=last.id)
            leave_for(HERE, news=_("Đã quay lại, cặp hộ này lại chờ trả lời."))

parts.section(_("Tìm trong sổ hộ"), _("tên và địa chỉ giống nhau trong một tổ, cùng số điện thoại giữa các tổ"))
places = importing.targets(actor)
if places:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        unit_id = st.selectbox(
            _("Ở đâu"), list(places), format_func=places.__getitem__, key="al_unit", width=320
        )  # fmt: skip
        is_asked = st.button(_("Tìm hộ giống nhau"), key="al_find", icon=":material/search:")
    if is_asked:
        with refusals():
            with transaction() as session:
                found = likeness_search.find(session, actor=actor, unit_id=unit_id)
            news = _("Thấy thêm {n} cặp hộ giống nhau.", n=number(found)) if found else _("Không thấy thêm cặp nào.")
            leave_for(HERE, news=news)
with st.container(horizontal=True):
    st.page_link("pages/households.py", label=_("Về danh sách hộ"), icon=":material/arrow_back:")
    st.page_link("pages/imports.py", label=_("Những lần nhập danh sách"), icon=":material/history:")
