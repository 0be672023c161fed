"""Sổ vi phạm: what got out, when it was found, how much of the seventy-two hours is left."""

import streamlit as st

from core.db import reading
from services import breaches, units
from services.access import May
from ui import _, enter, near, number, parts, registers
from ui import breaches as drawing

actor = enter(
    _("Sổ vi phạm về dữ liệu"), needs=May.DECIDE_PRIVACY.roles,
    lines=[_("lộ, mất, gửi nhầm dữ liệu của người dân: báo cơ quan chuyên trách trong 72 giờ từ lúc phát hiện")],
)  # fmt: skip
with reading() as session:
    ward = units.commune_for(session, actor=actor)
    found = breaches.listing(session, actor=actor)
ward_id = ward.id
for row in found:
    tone, words = drawing.standing(row)
    detail = _("{words}; phát hiện {at}; {n} hộ", words=words, at=near(row.breach.found_at), n=number(row.breach.households))
    detail = "; ".join(filter(None, [detail, drawing.numbers(row)]))
    parts.action(f"br_{row.breach.id.hex}", tone, row.breach.title, detail, _("Mở"), page=drawing.HERE, id=str(row.breach.id))
if found:
    registers.paper(
        actor, lambda session, who: breaches.register(session, actor=who, ward_id=ward_id), label=_("Tải sổ (PDF)"),
        name="so-vi-pham", key="br_register",
    )  # fmt: skip
else:
    parts.empty(_("Chưa có vụ nào"), _("Khi có, ghi ngay ở đây: máy đếm giờ, tìm hộ bị ảnh hưởng, soạn thư."))
with st.expander(_("Ghi một vụ"), key="br_open", expanded=False):
    said = drawing.form(actor, None)
    if said:
        drawing.write(actor, ward_id, said, None)
st.page_link("pages/personal_data.py", label=_("Dữ liệu cá nhân"), icon=":material/arrow_back:")
