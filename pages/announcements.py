"""Thông báo: what was sent, what is planned, what waits."""

import streamlit as st

from core import clock
from core.db import reading
from models import AnnouncementStatus, Role
from services import access, announcements
from ui import _, enter, near, number, parts, span
from ui.parts import Column
from ui.previews import stamp_of

PAGE = 40
FILTERS = {
    "all": (),
    "waiting": (AnnouncementStatus.DRAFT, AnnouncementStatus.IN_REVIEW),
    "planned": (AnnouncementStatus.SCHEDULED,),
    "sent": (AnnouncementStatus.SENT, AnnouncementStatus.SENDING),
    "cancelled": (AnnouncementStatus.CANCELLED,),
}
actor = enter(_("Thông báo"), needs=(*access.WRITERS, Role.VIEWER))
words = {
    "all": _("Tất cả"), "waiting": _("Dự thảo, chờ duyệt"), "planned": _("Đã hẹn giờ"), "sent": _("Đã gửi"),
    "cancelled": _("Đã dừng"),
}  # fmt: skip
with st.container(horizontal=True, vertical_alignment="bottom"):
    asked = st.text_input(
        _("Tìm trong tiêu đề"), key="tim", bind="query-params", type="search", live=True, icon=":material/search:", width=320,
        placeholder=_("ví dụ: cat dien"),
    )  # fmt: skip
    chosen = st.selectbox(
        _("Đang xem"), list(FILTERS), format_func=lambda name: words[name], key="loc", bind="query-params", width=220
    )
    if actor.role in access.WRITERS:
        st.page_link("pages/compose.py", label=_("Soạn thông báo"), icon=":material/edit:")

with reading() as session:
    page = max(1, int(st.session_state.get("trang") or 1))
    rows, total = announcements.listing(
        session, actor=actor, words=asked, statuses=FILTERS[chosen or "all"], offset=(page - 1) * PAGE, limit=PAGE
    )
if not rows:
    if asked or chosen != "all":
        parts.empty(_("Không có thông báo nào khớp"), _("Thử gõ ít chữ hơn, không cần dấu, hoặc xem tất cả."))
    else:
        parts.empty(
            _("Chưa có thông báo nào"), _("Mỗi thông báo đi qua tổ trưởng tới nhóm của từng tổ, và phường thấy nó tới nơi."),
            _("Soạn thông báo đầu tiên"), page="pages/compose.py",
        )  # fmt: skip
    st.stop()

lines = []
for row in rows:
    item = row.announcement
    opens = "announcement" if item.sent_at else "review"
    name = parts.link(item.title, opens, id=str(item.id)) if actor.role in access.WRITERS else item.title
    if item.sent_at:
        when = _("gửi {at}", at=near(item.sent_at))
    elif item.send_at:
        when = _("hẹn {at}", at=near(item.send_at))
    else:
        when = _("soạn {at}, {who}", at=near(item.created_at), who=row.author or "–")
    stands = parts.state(item.status)
    if row.is_late and item.status is AnnouncementStatus.SENT and item.expires_at and item.expires_at > clock.now():
        stands = parts.badge("overdue", _("{n} tổ quá hạn", n=number(row.overdue)))
    until = ""
    if item.must_reach_by and item.must_reach_by > clock.now() and item.status is not AnnouncementStatus.CANCELLED:
        until = parts.due_cell("waiting", near(item.must_reach_by), _("còn {span}", span=span(item.must_reach_by - clock.now())))
    posted = _("{n} / {all} tổ", n=number(row.posted), all=number(row.relays)) if row.relays else "–"
    reached = parts.joined(_("{n} hộ biết chắc", n=number(row.known)), parts.small(_("{n} máy đã mở", n=number(row.opens))))
    lines.append(
        (parts.joined(parts.cell(name, when), " ", stamp_of(item.urgency)), stands, posted, reached if row.relays else "–", until)
    )
parts.section(_("{n} thông báo", n=number(total)), _("mới nhất trước"))
parts.table(
    [
        _("Thông báo"),
        Column(_("Tình trạng"), "num"),
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
