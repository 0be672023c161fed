"""Gõ cửa: how the loop of an announcement closes, unit by unit; ticks from paper by number, addresses, sheets to print."""

import streamlit as st

from core.db import reading, transaction
from services import door_closing, door_lists
from services.access import May
from ui import _, doors, enter, leave_for, needed, number, parts, refusals
from ui.compose import asked_for

actor = enter(needs=May.WATCH.roles)
item_id = asked_for("id")
if item_id is None:
    leave_for("pages/announcements.py")
with needed(back="pages/announcements.py"), reading() as session:
    item = door_lists.sent(session, actor=actor, announcement_id=item_id)
    lists = door_lists.of_announcement(session, actor=actor, announcement_id=item_id)
    rows = door_closing.closing(session, actor=actor, announcement_id=item_id)
parts.head(_("Gõ cửa"), item.title)
st.page_link("pages/announcement.py", label=_("Bảng theo dõi"), icon=":material/arrow_back:", query_params={"id": str(item_id)})
doors.closing(rows, lists, item_id)

parts.section(_("Danh sách của từng tổ"), _("số trên giấy không bao giờ đổi"))
if lists:
    by_code = {one.unit_code: one for one in lists}
    names = {code: _("{unit}, còn {n} hộ", unit=one.unit_label, n=number(one.still_open)) for code, one in by_code.items()}
    chosen = st.selectbox(
        _("Tổ, thôn"), list(by_code), key="to", bind="query-params", width=340,
        format_func=names.__getitem__,
    )  # fmt: skip
    one = by_code[chosen]
    with reading() as session:
        lines = door_lists.lines(session, actor=actor, list_id=one.id)
    left, right = st.columns([1.3, 1], gap="medium")
    with left:
        doors.entry(one, lines, actor)
        doors.listing(lines)
    with right:
        doors.paper(actor, item_id, below=one.unit_path)
        doors.address(one, actor)
else:
    parts.empty(_("Chưa có hộ nào phải gõ cửa"), _("Mọi hộ có đường tin khác, hoặc thông báo gửi trước khi có danh sách này."))

parts.section(_("Gõ cửa thêm"))
with st.form("doors_more", border=False):
    also = st.checkbox(
        _("Cả hộ trong nhóm đã đăng: đã đọc hay chưa chỉ ước tính được"), key="doors_also"
    )  # fmt: skip
    if st.form_submit_button(_("Thêm mọi hộ chưa biết tin"), icon=":material/add_home:"):
        with refusals():
            with transaction() as session:
                added = door_lists.widen(session, actor=actor, announcement_id=item_id, in_posted_groups=also)
            leave_for("pages/doors.py", news=_("Đã thêm {n} hộ vào danh sách.", n=number(added)), id=str(item_id))
