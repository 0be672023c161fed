"""Nhật ký: who did what, when, and whether all of it is still as it was written."""

import streamlit as st

from core.db import reading
from services import audit_checks, audit_trail
from services.access import May
from services.audit_trail import SHOWN, Filters
from ui import _, acts, addressed, enter, narrowed, near, number, parts
from ui.paging import asked, turn
from ui.trail import export, kind_name, rows, verdict

actor = enter(_("Nhật ký"), needs=May.SEE_AUDIT.roles, lines=[_("Ai đã làm gì, lúc nào. Chỉ thêm, không ai sửa hay xóa được.")])

with reading() as session:
    found = audit_checks.verdict(session, actor=actor)
    choices = audit_trail.choices(session, actor=actor)
verdict(found)
with st.container(horizontal=True, vertical_alignment="bottom"):
    # Names stay out of the address: it may be sent on, or lie in a log.
    who = st.selectbox(_("Người làm"), choices.people, index=None, key="who", placeholder=_("Tất cả"), width=240)
    kinds = {one: kind_name(one) for one in choices.kinds}
    kind = addressed.select(_("Về việc"), kinds, key="ve", placeholder=_("Tất cả"), width=200)
    since = st.date_input(_("Từ ngày"), None, key="since", format="DD/MM/YYYY", width=140)
    until = st.date_input(_("Đến hết ngày"), None, key="until", format="DD/MM/YYYY", width=140)
    words = st.text_input(
        _("Tìm mã"), key="ma", type="search", live=True, icon=":material/search:", placeholder=_("mã việc hay mã bản ghi"),
        help=_("Dán mã của hộ, thông báo, đường dẫn… để xem mọi việc đã làm với nó."), width=240,
    )  # fmt: skip

filters = Filters(words=words, who=who or "", kind=kind or "", since=since, until=until)
with reading() as session:
    events, total = audit_trail.listing(session, actor=actor, filters=filters, skip=(asked() - 1) * SHOWN)
parts.section(_("{n} việc", n=number(total)), _("mới nhất đứng trước"))
if not events:
    hint = _("Thử bỏ bớt điều kiện, hay chọn khoảng ngày rộng hơn.")
    narrowed.nothing(_("Không có việc nào khớp"), hint, who=None, ve=None, since=None, until=None, ma="")
    st.stop()
parts.table(
    [parts.Column(_("Việc"), "wide"), parts.Column(_("Người làm"), "wide"), _("Lúc"), parts.Column(_("Chi tiết"), "desk")],
    [(acts.named(one), one.actor_name, near(one.created_at), parts.small(rows(one))) for one in events],
)
turn(-(-total // SHOWN))
export(actor, filters, total)
