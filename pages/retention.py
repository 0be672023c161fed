"""Thời hạn lưu: how long each kind is kept, what goes tonight, what must be held."""

import streamlit as st

from core.db import reading, transaction
from services import retention, retention_rules
from services.access import May
from ui import _, enter, leave_for, number, parts
from ui.forms import refusals_at

HERE = "pages/retention.py"
actor = enter(
    _("Thời hạn lưu"), needs=May.KEEP_PRIVACY.roles,
    lines=[_("Ba giờ sáng mỗi ngày, thứ gì quá hạn thì tự xóa hoặc bỏ tên; con số thống kê giữ lại")],
)  # fmt: skip
with reading() as session:
    found = retention.preview(session, actor=actor)
    may_change = retention_rules.may_change(session, actor=actor)
going = [one for one in found if one.rows]
if going:
    words = ", ".join(f"{number(one.rows)} {_(one.rule.kind.label)}" for one in going)
    parts.note("waiting", _("Đêm nay hết hạn"), f"{words}.")
else:
    parts.note("arrived", _("Đêm nay không có gì hết hạn"))
parts.table(
    [parts.Column(_("Loại dữ liệu"), "wide"), parts.Column(_("Giữ bao lâu"), "num"), parts.Column(_("Đêm nay"), "num"),
     parts.Column(_("Khi hết hạn"), "desk")],
    [
        (
            parts.cell(_(one.rule.kind.label), _("đang phải giữ: {document}", document=one.rule.held_because)
                       if one.rule.held_because else ""),
            _("{n} ngày", n=number(one.rule.days)), number(one.rows) if one.rows else "–", parts.small(_(one.rule.kind.does)),
        )
        for one in found
    ],
)  # fmt: skip
parts.section(_("Có hạn riêng, không đổi"))
parts.facts(*((_(what).capitalize(), _(how_long)) for what, how_long in retention_rules.FIXED))
if may_change:
    parts.section(_("Đổi thời hạn"), _("trong khoảng cho phép của từng loại; chung cho mọi phường trên máy này"))
    names = {one.rule.kind.name: one.rule for one in found}
    chosen = st.selectbox(
        _("Loại dữ liệu"), list(names), index=None, format_func=lambda name: _(names[name].kind.label), key="rt_which",
        placeholder=_("Chọn một loại"), width=420,
    )  # fmt: skip
    if chosen:
        rule = names[chosen]
        with st.form("retention", width=420):
            days = st.number_input(
                _("Giữ bao nhiêu ngày ({least} đến {most})", least=number(rule.kind.least), most=number(rule.kind.most)),
                rule.kind.least, rule.kind.most, rule.days, key=f"rt_days_{chosen}",
            )  # fmt: skip
            slots = {chosen: st.empty()}
            held = st.text_input(
                _("Văn bản yêu cầu giữ, chưa được xóa"), rule.held_because, key=f"rt_held_{chosen}", max_chars=200
            )
            is_saved = st.form_submit_button(_("Ghi lại"), key="rt_save", type="primary")
        if is_saved:
            with refusals_at(slots):
                with transaction() as session:
                    retention_rules.change(session, actor=actor, kind=chosen, days=int(days), held_because=held)
                leave_for(HERE, news=_("Đã ghi."))
st.page_link("pages/personal_data.py", label=_("Dữ liệu cá nhân"), icon=":material/arrow_back:")
