"""Yêu cầu về dữ liệu cá nhân: who asks for what, by when the law wants it answered and done."""

import streamlit as st

from core.db import reading
from services import subject_requests, units
from services.access import May
from ui import _, day, enter, parts
from ui import subject_requests as drawing

actor = enter(
    _("Yêu cầu về dữ liệu cá nhân"), needs=May.KEEP_PRIVACY.roles,
    lines=[_("trả lời tiếp nhận trong 2 ngày làm việc; xem, sửa 10 ngày; dừng 15 ngày; xóa 20 ngày")],
)  # fmt: skip
with reading() as session:
    ward = units.commune_for(session, actor=actor)
    waiting = subject_requests.listing(session, actor=actor)
    closed = subject_requests.listing(session, actor=actor, is_open=False)
drawing.new(actor, ward.id)
if not waiting and not closed:
    parts.empty(
        _("Chưa có yêu cầu nào"),
        _("Người dân muốn xem, sửa, dừng hay xóa dữ liệu của mình thì ghi ở đây: máy tính hạn và nhắc."),
    )  # fmt: skip
if waiting:
    parts.section(_("Đang chờ"), _("hạn gần nhất đứng trước"))
for row in waiting:
    one = row.request
    tone, words = drawing.standing(row)
    title = f"{_(one.kind.label).capitalize()}: {one.asked_by}"
    parts.action(f"sr_{one.id.hex}", tone, title, words, _("Mở"), page=drawing.HERE, id=str(one.id))
if closed:
    parts.section(_("Đã xong"))
for row in closed:
    one = row.request
    tone, words = drawing.standing(row)
    title = f"{_(one.kind.label).capitalize()}: {one.asked_by}"
    parts.item(tone, parts.link(title, "subject_request", id=str(one.id)), f"{words}; {day(one.asked_on)}")
st.page_link("pages/personal_data.py", label=_("Dữ liệu cá nhân"), icon=":material/arrow_back:")
