"""A line of the list of announcements: what stands in its cells; an empty one where there is nothing to say."""

import streamlit as st

from core import clock
from models import AnnouncementStatus
from services import sending
from services.announcements import Row
from services.progress import Progress
from ui import parts
from ui.parts import Text
from ui.words import _, near, number, span


def filters() -> dict[str, str]:
    """The filters of the list, by the code that stands in its address."""
    return {
        "all": _("Tất cả"), "waiting": _("Dự thảo, chờ duyệt"), "planned": _("Đã hẹn giờ"), "running": _("Đang đi tới bà con"),
        "sent": _("Đã gửi"), "cancelled": _("Đã dừng"),
    }  # fmt: skip


def when(row: Row) -> str:
    """When it was sent, will be, or was written and by whom."""
    item = row.announcement
    if item.sent_at:
        return _("gửi {at}", at=near(item.sent_at))
    if at := sending.leaves_at(item):
        return _("hẹn {at}", at=near(at))
    return _("soạn {at}, {who}", at=near(item.created_at), who=row.author or "–")


def stands(far: Progress) -> tuple[Text, Text, Text, Text]:
    """How it stands, where it is posted, whom it reached, until when."""
    return _state(far), _posted(far), _reached(far), _until(far)


def _state(far: Progress) -> Text:
    if far.is_corrected and far.announcement.status is AnnouncementStatus.SENT:
        return parts.badge("waiting", _("Đã đính chính"))
    if far.overdue:
        return parts.badge("overdue", _("{n} tổ quá hạn", n=number(far.overdue)))
    return parts.state(far.announcement.status)


def _posted(far: Progress) -> Text:
    return _("{posted} / {groups} tổ đã đăng", posted=number(far.posted), groups=number(far.relays)) if far.relays else ""


def _reached(far: Progress) -> Text:
    if not far.announcement.sent_at:
        return ""
    first = _("{n} hộ biết chắc", n=number(far.known)) if far.counts_known else _("không hỏi lại")
    return parts.joined(first, parts.small(_("mở trên {n} máy", n=number(far.opens))))


def _until(far: Progress) -> Text:
    """The deadline, while it is to come and still matters."""
    item, now = far.announcement, clock.now()
    if not item.must_reach_by or item.must_reach_by <= now or item.status is AnnouncementStatus.CANCELLED or far.is_corrected:
        return ""
    return parts.due_cell("waiting", near(item.must_reach_by), _("còn {span}", span=span(item.must_reach_by - now)))


def clear() -> None:
    """Take the filters away, also out of the address."""
    st.session_state.update(tim="", loc="all", trang=1)
