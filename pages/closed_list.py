"""A closed list: whom to go to, whom to call, and what came of it."""

import streamlit as st

from core.db import transaction
from models import PersonOutcome
from services import access, closed_lists
from services.access import May
from ui import _, addressed, enter, leave_for, needed, number, paging, parts, record_id, refusals
from ui import closed_lists as drawing
from ui.words import day

LIST, SIZE = "pages/closed_lists.py", 40
actor = enter(needs=May.WORK_LISTS.roles)
with needed(back=LIST), transaction() as session:  # that it is looked at is written down
    seen = closed_lists.opened(session, actor=actor, list_id=record_id())

listed, everyone = seen.listed, seen.lines
told = sum(line.person.outcome is PersonOutcome.TOLD for line in everyone)
left = sum(line.person.outcome is None for line in everyone)
parts.head(
    listed.title, _("{told} / {n} người đã báo, còn {left} người phải đến",
                    told=number(told), n=number(len(everyone)), left=number(left)),
    _("giữ đến hết {day} rồi tự xóa; không gửi lên nhóm, không đưa người ngoài xem", day=day(listed.kept_until)),
)  # fmt: skip
st.page_link(LIST, label=_("Danh sách đích danh"), icon=":material/arrow_back:")
units = {line.unit_code: line.unit_label for line in everyone}
where = None
if len(units) > 1:
    where = addressed.select(
        _("Tổ dân phố, thôn"), units, key="to", placeholder=_("Tất cả"), width=340, on_change=paging.first
    )  # fmt: skip
shown = [line for line in everyone if where in (None, line.unit_code)]
pages = max(1, -(-len(shown) // SIZE))
page = min(paging.asked(), pages)
for line in shown[(page - 1) * SIZE : page * SIZE]:
    drawing.person(line, actor=actor)
paging.turn(pages)
if access.may(actor, May.KEEP_LISTS):
    with parts.action_bar():
        if st.button(_("Xóa danh sách ngay"), key="cl_forget"):
            with refusals():
                with transaction() as session:
                    gone = closed_lists.forget(session, actor=actor, list_id=listed.id)
                leave_for(LIST, news=_("Đã xóa {n} người của “{name}”.", n=number(gone), name=listed.title))
