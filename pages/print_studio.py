"""In ấn: stickers, posters, signs, tents and badges from the ward's codes, looked at before they are printed."""

import streamlit as st

from core.db import reading
from services import announcements, links, staff_badges
from services.access import May
from ui import _, codes, enter, leave_for, parts, refusals
from ui import print_studio as drawing

actor = enter(needs=May.PRINT.roles)
with reading() as session:
    rows = [row for row in links.listing(session, actor=actor, purposes=links.PRINTED) if row.may_be_printed]
    people = staff_badges.wearers(session, actor=actor)
    recent, _of_all = announcements.listing(session, actor=actor, limit=drawing.RECENT)
parts.head(_("In ấn"), _("mỗi mã trên tờ in được đọc lại trước khi đưa ra; tờ đã làm giữ 7 ngày"))
drawing.papers(recent)
if not rows:
    parts.empty(_("Chưa có mã nào để in"), _("Làm một mã trước, rồi chọn loại tờ in."), _("Làm mã"), page="pages/new_link.py")
    st.stop()
is_dead = codes.warn()

left, right = st.columns([1, 1], gap="large")
with left:
    wanted = drawing.wish(rows, people)
    is_meant = not is_dead or st.checkbox(_("Vẫn làm tờ in để xem thử, không đem dán"), key="studio_meant")
    can_order = st.container()
    drawing.again(actor)
with right:
    if wanted.is_complete:
        is_good = drawing.preview(actor, wanted)
    else:
        is_good = False
        parts.hint(_("Chọn mã để xem trước trang đầu."))
with can_order:
    if st.button(
        _("Làm tờ in"), key="studio_order", type="primary", icon=":material/print:", disabled=not (is_good and is_meant)
    ):
        with refusals():
            drawing.order(actor, wanted)
            leave_for(drawing.HERE, news=_("Đang làm tờ in. Rời trang này máy vẫn làm tiếp."), kho=wanted.layout.value)

parts.section(_("Tờ in trong tuần"))
drawing.week()
