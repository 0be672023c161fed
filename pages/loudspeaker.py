"""Loa truyền thanh: what is read when, where, by whom, and whether it was."""

from datetime import timedelta

import streamlit as st

from core import clock
from core.db import reading, transaction
from models import Role
from services import access, loudspeakers
from services.access import May
from ui import _, addressed, enter, leave_for, needed, parts, record_id, refusals
from ui import loudspeakers as drawing
from ui.compose import asked_for
from ui.forms import refusals_at

HERE = "pages/loudspeaker.py"
SPANS = {"hom_nay": 1, "ngay_mai": 2, "tuan": 7}
actor = enter(needs=May.READ_LOUDSPEAKERS.roles)
may_book = access.may(actor, May.BOOK_LOUDSPEAKERS)

if "luot" in st.query_params:
    with needed(back=HERE), reading() as session:
        row = loudspeakers.one(session, actor=actor, slot_id=record_id("luot"))
        places = loudspeakers.places(session, actor=actor) if may_book else []
    drawing.sheet(row)
    id_ = row.slot.id
    is_read = row.stand == "read"
    label = _("Bỏ dấu đã đọc") if is_read else _("Đã đọc xong")
    if (is_read or row.is_due) and st.button(label, key="s_read", type="secondary" if is_read else "primary"):
        with refusals():
            with transaction() as session:
                (loudspeakers.unmark if is_read else loudspeakers.mark_read)(session, actor=actor, slot_id=id_)
            leave_for(HERE, luot=str(id_), news=_("Đã bỏ dấu.") if is_read else _("Đã ghi là đã đọc."))
    if may_book and not is_read:
        with st.expander(_("Dời hoặc bỏ lượt này"), key="s_move"):
            if filled := drawing.form([], places, slot=row.slot):
                with refusals_at(filled.slots):
                    with transaction() as session:
                        loudspeakers.move(session, actor=actor, slot_id=id_, form=filled.form)
                    leave_for(HERE, luot=str(id_), news=_("Đã dời."))
            if st.button(_("Bỏ lượt này"), key="s_drop", icon=":material/delete:"):
                with refusals():
                    with transaction() as session:
                        loudspeakers.drop(session, actor=actor, slot_id=id_)
                    leave_for(HERE, news=_("Đã bỏ lượt đọc."))
    st.page_link(HERE, label=_("Về sổ loa"), icon=":material/arrow_back:")
    st.stop()

names = {"hom_nay": _("Hôm nay"), "ngay_mai": _("Hôm nay và ngày mai"), "tuan": _("7 ngày tới")}
top = st.container()
span = addressed.segments(_("Xem"), names, key="ky", usual="ngay_mai", label_visibility="collapsed")
today = clock.today()
with reading() as session:
    rows = loudspeakers.rows(session, actor=actor, first=today, last=today + timedelta(days=SPANS[span] - 1))
    items = loudspeakers.readable(session, actor=actor) if may_book else []
    places = loudspeakers.places(session, actor=actor) if may_book else []
with top:
    parts.head(_("Loa truyền thanh"), _("đọc gì, lúc nào, ở đâu, ai đọc"))
if rows:
    drawing.figures(rows)
    if (pressed := drawing.book(rows)) is not None:
        slot_id, is_read = pressed
        with refusals():
            with transaction() as session:
                (loudspeakers.mark_read if is_read else loudspeakers.unmark)(session, actor=actor, slot_id=slot_id)
            leave_for(HERE, ky=span, news=_("Đã ghi là đã đọc.") if is_read else _("Đã bỏ dấu."))
    drawing.print_box(actor, first=today, last=today + timedelta(days=SPANS[span] - 1))
else:
    words = _("Mỗi thông báo có sẵn bản đọc 45 giây, số và ngày viết bằng chữ. Chọn giờ, chọn loa, ghi người đọc.")
    parts.empty(
        _("Chưa có lượt đọc nào"), words if actor.role is not Role.LEAD else _("Phường chưa xếp lượt đọc nào cho loa của tổ.")
    )
if may_book:
    parts.section(_("Thêm lượt đọc"))
    if not items:
        parts.hint(_("Chưa có thông báo nào đã duyệt và còn hiệu lực."))
    elif booked := drawing.form(items, places, chosen=asked_for("tb")):
        with refusals_at(booked.slots):
            with transaction() as session:
                loudspeakers.book(session, actor=actor, announcement_id=booked.announcement_id, form=booked.form)
            leave_for(HERE, ky="tuan", news=_("Đã thêm vào sổ."))
