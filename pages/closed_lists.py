"""Danh sách đích danh: lists of persons to be told one by one, until when each is kept, and how far one has come."""

import streamlit as st

from core.db import reading
from services import access, closed_lists, units
from services.access import May
from ui import _, enter, number, parts
from ui import closed_lists as drawing
from ui.words import day

actor = enter(
    _("Danh sách đích danh"), needs=May.WORK_LISTS.roles,
    lines=[_("trẻ đến lượt tiêm, người được mời riêng: không đăng lên nhóm, hết hạn thì tự xóa")],
)  # fmt: skip
if access.may(actor, May.KEEP_LISTS):
    with reading() as session:
        ward = units.commune_for(session, actor=actor)
    drawing.bring(actor, ward.id)
with reading() as session:
    found = closed_lists.all_for(session, actor=actor)
if not found:
    parts.empty(
        _("Chưa có danh sách nào"),
        _("Khi trạm y tế hay trường gửi danh sách từng người, đưa tệp lên đây: tổ trưởng chỉ thấy người của tổ mình."),
    )
    st.stop()
parts.section(_("Các danh sách"), _("danh sách còn giữ lâu nhất đứng trước"))
for one in found:
    if one.is_wiped:
        parts.item("unknown", one.title, _("{told} / {n} người đã báo, danh sách đã xóa, chỉ còn con số",
                                           told=number(one.told), n=number(one.people)))  # fmt: skip
        continue
    left, kept = one.people - one.settled, _("giữ đến hết {day}", day=day(one.kept_until))
    detail = _(
        "{told} / {n} người đã báo, còn {left} người phải đến", told=number(one.told), n=number(one.people), left=number(left)
    )
    parts.item(
        "waiting" if left else "arrived", parts.link(one.title, "closed_list", id=str(one.id)),
        f"{detail}; {kept}",
    )  # fmt: skip
