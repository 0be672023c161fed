"""While a large audience is handed over: how far that has come, from the first second on."""

from uuid import UUID

import streamlit as st

from core.db import reading, transaction
from models import Announcement, AnnouncementStatus
from services import access, dispatch, drafts, relays, sending
from services.access import Actor, May
from services.dispatch import HowFar
from ui import _, leave_for, parts, stay
from ui.words import number


@st.fragment(run_every=1)
def draw(announcement_id: UUID) -> None:
    """Drawn anew every second until it is done; then the page says so. Where nobody keeps promises, whoever looks does."""
    me = stay()
    with reading() as session:
        item = drafts.get(session, actor=me, announcement_id=announcement_id)
    far = dispatch.how_far(item)
    if item.status is AnnouncementStatus.SENDING and far and far.is_stalled:
        with transaction() as session:
            sending.go_on(session, announcement_id=item.id)
    if item.status is not AnnouncementStatus.SENDING or far is None:
        leave_for("pages/announcement.py", id=str(item.id), news=_news(me, item))
    if line(far, may_stop=access.may(me, May.APPROVE)):
        st.session_state["b_stopping"] = item.id
        st.rerun()


def line(far: HowFar, *, may_stop: bool) -> bool:
    """How many of how many households; True when it is to be withdrawn."""
    share = far.handed / far.households if far.households else 0.0
    title = _("Đang giao {n} / {all} hộ", n=number(far.handed), all=number(far.households))
    words = _("Tổ nào đã được giao là đăng được ngay. Rời trang này máy vẫn giao tiếp.")
    with parts.line("handing", "waiting", title, parts.joined(parts.bar(share, says=title), words)):
        return may_stop and st.button(_("Thu hồi"), key="h_stop", icon=":material/block:")


def stopped(far: HowFar | None) -> str:
    """Of one that was withdrawn while it was handed over: how far that had come; "" of any other."""
    if far is None or far.handed >= far.households:
        return ""
    return _(
        "Dừng khi mới giao {n} / {all} hộ; các hộ còn lại chưa ai nhận gì.", n=number(far.handed), all=number(far.households)
    )


def _news(me: Actor, item: Announcement) -> str:
    if item.status is not AnnouncementStatus.SENT:
        return ""
    with reading() as session:
        groups = len(relays.of_announcement(session, actor=me, announcement_id=item.id))
    return _("Đã giao cho {n} tổ trưởng. Hãy chép đường dẫn chung dưới đây vào nhóm tổ trưởng.", n=number(groups))
