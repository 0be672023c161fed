"""Một thủ tục: what the province says, what the ward adds in its own words, how it was before."""

import streamlit as st

from core.db import reading, transaction
from services import audit_trail, procedures
from services.access import May
from ui import _, codes, day, enter, history, leave_for, needed, parts, refusals, step_pictures
from ui import procedures as drawing

HERE, LIST = "pages/procedure.py", "pages/procedures.py"
actor = enter(needs=May.KEEP_PROCEDURES.roles)
with needed(back=LIST), reading() as session:
    one = procedures.find(session, actor=actor, code=st.query_params.get("ma", ""))
    pasts = procedures.pasts(session, procedure=one)
    events = audit_trail.of_record(session, actor=actor, kind="procedure", record=one)
off = "" if one.is_active else parts.badge("unknown", _("đã ngừng"))
parts.head(one.name, off, _("mã {code}", code=one.code), one.field, _("bản từ {day}", day=day(one.stands_since, weekday=False)))

url = procedures.public_url(one)
left, right = st.columns([1.3, 1], gap="medium")
with left:
    parts.section(_("Phường ghi thêm"), _("danh mục mới của tỉnh không làm mất những chỗ này"))
    words = drawing.form(one)
    if words:
        with refusals():
            with transaction() as session:
                procedures.write(session, actor=actor, procedure_id=one.id, version=one.version, words=words)
            leave_for(HERE, news=_("Đã ghi. Bà con thấy ngay trên trang của thủ tục."), ma=one.code)
    change = step_pictures.ask(one)
    if change:
        with refusals():
            with transaction() as session:
                procedures.set_picture(
                    session, actor=actor, procedure_id=one.id, version=one.version, step=change.step, picture=change.picture
                )
            leave_for(HERE, news=_("Đã thêm ảnh.") if change.picture else _("Đã bỏ ảnh."), ma=one.code)
with right:
    parts.section(_("Theo danh mục của tỉnh"))
    parts.facts(
        (_("Mức độ"), parts.badge(drawing.TONES[one.level], _(one.level.label))),
        (_("Thời hạn"), drawing.days_in_words(one.days, one.days_text) or "–"),
        (_("Lệ phí"), drawing.fee_in_words(one.fee, one.fee_text) or "–"),
        (_("Cần chuẩn bị"), parts.text(one.documents or "–")),
    )
    parts.section(_("Trang cho bà con"))
    with st.container(border=True, horizontal_alignment="center"):
        codes.show(url, width=180)
        parts.html(parts.address(url), width="content")
    drawing.pasts(pasts, one.stands_since)
    history.of(events, key="pr_history")
st.page_link(LIST, label=_("Về danh sách thủ tục"), icon=":material/arrow_back:")
