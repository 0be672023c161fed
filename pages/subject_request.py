"""Một yêu cầu về dữ liệu cá nhân: who, about which household, by when, what was done, the letter."""

import streamlit as st

from core.db import reading
from models import RequestKind
from services import subject_requests
from services.access import May
from ui import _, day, enter, near, needed, parts, record_id
from ui import subject_requests as drawing

actor = enter(needs=May.KEEP_PRIVACY.roles)
with needed(back=drawing.LIST), reading() as session:
    row = subject_requests.get(session, actor=actor, request_id=record_id())
one = row.request
tone, words = drawing.standing(row)
parts.head(f"{_(one.kind.label).capitalize()}: {one.asked_by}", parts.badge(tone, words))
facts = [(_("Nhận ngày"), f"{day(one.asked_on)}, {_(one.way.label)}"), (_("Trả lời về"), one.contact or "–")]
if one.words:
    facts.append((_("Lời yêu cầu"), one.words))
facts.append((_("Xác minh"), "; ".join(said for said in (_(one.identity.label), one.identity_note) if said)))
if row.household_code:
    facts.append((_("Hộ"), parts.link(row.household_code, "household", id=str(one.household_id))))
if one.extended_from:
    facts.append((_("Đã gia hạn"), f"{day(one.extended_from)} → {day(one.due_on)}; {one.extension_reason}"))
if one.outcome:
    facts.append((_("Kết quả"), one.outcome))
facts.append((_("Người làm"), row.handler or "–"))
if one.closed_at:
    facts.append((_("Xong lúc"), near(one.closed_at)))
parts.facts(*facts)
if one.closed_at is None:
    drawing.steps(row, actor=actor)
drawing.letter(row, actor=actor)
if one.kind is RequestKind.ERASE:
    drawing.kept()
st.page_link(drawing.LIST, label=_("Yêu cầu về dữ liệu cá nhân"), icon=":material/arrow_back:")
