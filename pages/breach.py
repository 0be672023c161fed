"""Một vụ vi phạm: the clock, whose data, the drafts of both notices, what was done."""

import streamlit as st

from core.db import reading
from models import BreachField, Unit
from services import breaches, units
from services.access import May
from ui import _, enter, near, needed, parts, record_id
from ui import breaches as drawing

actor = enter(needs=May.DECIDE_PRIVACY.roles)
with needed(back=drawing.LIST), reading() as session:
    row = breaches.get(session, actor=actor, breach_id=record_id())
    found = breaches.touched(session, actor=actor, breach=row.breach)
    ward = units.commune_for(session, actor=actor)
    ward = ward if ward.id == row.breach.unit_id else session.get_one(Unit, row.breach.unit_id)
one = row.breach
tone, words = drawing.standing(row)
parts.head(one.title, parts.badge(tone, words))
parts.facts(
    (_("Phát hiện"), near(one.found_at)), (_("Hạn 72 giờ"), near(row.due_at)), (_("Lộ từ"), _(one.scope.label)),
    (_("Dữ liệu"), ", ".join(_(BreachField(field).label) for field in one.fields)),
    (_("Chuyện gì đã xảy ra"), one.nature or "–"), (_("Đã làm gì"), one.measures or "–"),
    *([(_("Không báo vì"), one.not_told_because)] if one.not_told_because else []),
)  # fmt: skip
drawing.touched(found)
drawing.notices(row, ward, actor=actor)
if one.closed_at is None:
    with st.expander(_("Sửa, ghi thêm"), key="br_edit"):
        said = drawing.form(actor, one)
        if said:
            drawing.write(actor, one.unit_id, said, one)
st.page_link(drawing.LIST, label=_("Sổ vi phạm về dữ liệu"), icon=":material/arrow_back:")
