"""Có thể trùng nhau: two households that may be one, side by side; a person says, and is not asked again."""

import streamlit as st

from core.db import reading, transaction
from services import access, likeness, likeness_search
from ui import _, alike, enter, importing, leave_for, number, parts, plain, refusals

HERE = "pages/alike.py"
actor = enter(needs=access.WRITERS)
put_off = st.session_state.setdefault("al_later", [])
with reading() as session:
    waiting = likeness.waiting(session, actor=actor)
    pair = likeness.next_pair(session, actor=actor, but=put_off)
    last = likeness.last_answer(session, actor=actor)
parts.head(_("Có thể trùng nhau"), _("còn {n} cặp hộ chờ trả lời", n=number(waiting)) if waiting else "")

# What was beside each other when a button was pressed is what its reader has seen.
now = {side.household.id: side.household.version for side in pair.sides} if pair else {}
read = st.session_state.get("al_read", now)
st.session_state["al_read"] = now

if pair:
    parts.section(_("Hai hộ này có phải là một?"), alike.why(pair))
    alike.beside(pair, actor)
    key = pair.id.hex  # a button pressed for a pair that is gone meanwhile presses nothing
    first, second = pair.sides
    with st.container(horizontal=True):
        keeps_first = st.button(_("Là một hộ, giữ bên trái"), key=f"al_1_{key}", shortcut="1")
        keeps_second = st.button(_("Là một hộ, giữ bên phải"), key=f"al_2_{key}", shortcut="2")
        are_two = st.button(_("Không phải"), key=f"al_3_{key}", shortcut="3")
        is_later = st.button(_("Để sau"), key=f"al_4_{key}", shortcut="4")
    parts.hint(
        _(
            "Là một hộ: hộ ghi sau được bỏ như chưa từng có; ô trống, số điện thoại và nhóm lấy từ cả hai. "
            "Không phải: không hỏi lại nữa. Bấm phím 1, 2, 3, 4 cũng được."
        )
    )
    if keeps_first or keeps_second:
        with refusals():
            keep = first.household if keeps_first else second.household
            with transaction() as session:
                likeness.join(session, actor=actor, likeness_id=pair.id, keep_id=keep.id, versions=read)
            leave_for(HERE, news=_("Đã ghép thành hộ {name}.", name=keep.head_name))
    if are_two:
        with refusals():
            with transaction() as session:
                likeness.part(session, actor=actor, likeness_id=pair.id)
            leave_for(HERE, news=_("Đã ghi là hai hộ khác nhau, không hỏi lại."))
    if is_later:
        st.session_state["al_later"] = [*put_off, pair.id]
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
        is_back = st.button(_("Quay lại"), key=f"al_0_{last.id.hex}", icon=":material/undo:", shortcut="0")
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
            _("Ở đâu"), list(places), format_func=lambda id_: plain(places[id_]), key="al_unit", width=320
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
