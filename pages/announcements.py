"""Thông báo: what was sent, what is planned, what waits."""

import streamlit as st

from core import clock
from core.db import reading, transaction
from models import LEFT, AnnouncementStatus
from services import access, announcement_days, announcements, approvals
from services.access import May
from ui import _, addressed, calendar, copying, enter, leave_for, listed, moment, number, parts, refusals
from ui.parts import Column
from ui.previews import stamp_of

PAGE = 40
FILTERS = {
    "all": (),
    "waiting": (AnnouncementStatus.DRAFT, AnnouncementStatus.IN_REVIEW),
    "planned": (AnnouncementStatus.SCHEDULED,),
    "running": LEFT,
    "sent": LEFT,
    "cancelled": (AnnouncementStatus.CANCELLED,),
}
actor = enter(_("Thông báo"), needs=May.SEE_SENT.roles)
words = listed.filters()
view = addressed.segments(_("Xem theo"), calendar.names(), key="xem", usual="list", label_visibility="collapsed")
if view == "month":
    month = calendar.month_asked()
    with reading() as session:
        entries = announcement_days.of_month(session, actor=actor, month=month)
    calendar.draw(entries, month, now=clock.now(), links=access.may(actor, May.SEE_UNSENT))
    moved = calendar.hour_form(entries) if access.may(actor, May.APPROVE) else None
    if moved:
        item, at = moved
        with refusals():
            with transaction() as session:
                approvals.move_hour(session, actor=actor, announcement_id=item.id, version=item.version, send_at=at)
            leave_for("pages/announcements.py", news=_("Đã đổi giờ: gửi {at}.", at=moment(at)), thang=f"{month:%Y-%m}")
    st.stop()
with st.container(horizontal=True, vertical_alignment="bottom"):
    asked = st.text_input(
        _("Tìm trong tiêu đề"), key="tim", bind="query-params", type="search", live=True, icon=":material/search:", width=320,
        placeholder=_("ví dụ: cat dien"),
    )  # fmt: skip
    chosen = addressed.always(_("Đang xem"), words, key="loc", width=220)
    if access.may(actor, May.WRITE):
        st.page_link("pages/compose.py", label=_("Soạn thông báo"), icon=":material/edit:")
        st.page_link("pages/wall.py", label=_("Màn hình văn phòng"), icon=":material/tv:")

with reading() as session:
    page = max(1, int(st.session_state.get("trang") or 1))
    rows, total = announcements.listing(
        session, actor=actor, words=asked, statuses=FILTERS[chosen or "all"], is_under_way=chosen == "running",
        offset=(page - 1) * PAGE, limit=PAGE,
    )  # fmt: skip
if not rows:
    if asked or chosen != "all":
        parts.empty(_("Không có thông báo nào khớp"), _("Thử gõ ít chữ hơn, không cần dấu, hoặc xem tất cả."))
        st.button(_("Xóa bộ lọc"), key="clear", on_click=listed.clear)
    else:
        parts.empty(
            _("Chưa có thông báo nào"), _("Mỗi thông báo đi qua tổ trưởng tới nhóm của từng tổ, và phường thấy nó tới nơi."),
            _("Soạn thông báo đầu tiên"), page="pages/compose.py",
        )  # fmt: skip
    st.stop()

lines = []
for row in rows:
    item, far = row.announcement, row.progress
    opens = "announcement" if item.sent_at else "review"
    name = parts.link(item.title, opens, id=str(item.id)) if access.may(actor, May.SEE_UNSENT) else item.title
    lines.append((parts.joined(parts.cell(name, listed.when(row)), " ", stamp_of(item.urgency)), *listed.stands(far)))
parts.section(_("{n} thông báo", n=number(total)), _("mới nhất trước"))
parts.table(
    [
        _("Thông báo"),
        Column(_("Tình trạng"), "state"),
        Column(_("Đã đăng"), "num"),
        Column(_("Đã tới"), "wide"),
        Column(_("Hạn"), "wide"),
    ],
    lines,
)
if total > PAGE:
    st.number_input(
        _("Trang {n} trên {all}", n=number(page), all=number(-(-total // PAGE))), 1, -(-total // PAGE), key="trang",
        bind="query-params", width=160,
    )  # fmt: skip
if access.may(actor, May.WRITE):
    copying.pick(actor, {row.announcement.id: row.announcement.title or _("(chưa có tiêu đề)") for row in rows})
