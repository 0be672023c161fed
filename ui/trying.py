"""A draft on one's own phone: a code to scan and an address, good for a day."""

import streamlit as st

from core.db import reading
from models import Announcement, AnnouncementStatus
from services import link_targets, trials
from services.access import Actor
from ui import attaching, codes, copying, parts
from ui.words import _


def beside(actor: Actor, item: Announcement) -> None:
    """What stands beside a draft that is read: its documents, the trial, and a copy of it."""
    if item.status is not AnnouncementStatus.CANCELLED:
        attaching.listed(actor, item)
        show(actor, item)
        copying.button(actor, item.id, key="r_copy")


def show(actor: Actor, draft: Announcement | None) -> None:
    """Where to see the resident's page and the leader's as they will be; nothing before there is a draft."""
    if draft is None or not st.toggle(_("Xem thử trên điện thoại của tôi"), key="c_trial"):
        return
    with reading() as session:
        url = trials.address(session, actor=actor, announcement_id=draft.id)
    if link_targets.opens_only_here():
        parts.hint(_("Địa chỉ của máy chủ chỉ mở được trên máy này hoặc trong mạng này, nên điện thoại có thể không mở được."))
    with st.container(horizontal=True, vertical_alignment="center"):
        codes.show(url, width=220)
        with st.container(width=320, gap="small"):
            parts.hint(_("Quét mã bằng điện thoại, hoặc mở đường dẫn. Trang ghi rõ “Bản thử”, không đếm lượt mở."))
            parts.html(parts.anchor(url, _("Mở bản thử")))
            parts.hint(_("Đường dẫn dùng được trong một ngày; ai có nó đều xem được bản thử."))
