"""A draft on one's own phone: a code to scan and an address, good for a day."""

import streamlit as st

from core.db import reading, transaction
from core.i18n import N_
from models import Announcement, AnnouncementStatus, Channel
from services import link_targets, trial_messages, trials
from services.access import Actor
from ui import attaching, codes, copying, leader_reports, parts, refusals
from ui.words import _

_BUTTONS = {Channel.SMS: N_("Gửi thử SMS cho tôi"), Channel.ZNS: N_("Gửi thử ZNS cho tôi")}


def beside(actor: Actor, item: Announcement) -> None:
    """What stands beside a draft that is read: its documents, the trial, a copy of it, what leaders report."""
    if item.status is not AnnouncementStatus.CANCELLED:
        attaching.listed(actor, item)
        show(actor, item)
        copying.button(actor, item.id, key="r_copy")
        leader_reports.asking(item, actor=actor)


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
    _by_account(actor, draft)


def _by_account(actor: Actor, draft: Announcement) -> None:
    """The message itself to the own telephone, where the ward has an account for it; nothing else of the page is left."""
    with reading() as session:
        channels = trial_messages.channels(session, actor=actor, announcement_id=draft.id)
    if not channels:
        return
    with st.container(horizontal=True):
        pressed = [one for one in channels if st.button(_(_BUTTONS[one]), key=f"c_trial_{one.value}", icon=":material/sms:")]
    parts.hint(_("Tin thử chỉ tới số của ông/bà, tính tiền như tin thường và được ghi vào nhật ký."))
    for channel in pressed:
        with refusals():
            with transaction() as session:
                letter = trial_messages.prepare(session, actor=actor, announcement_id=draft.id, channel=channel)
            with st.spinner(_("Đang gửi thử")):
                outcome = trial_messages.send(letter)
            with transaction() as session:
                done = trial_messages.note(session, letter=letter, outcome=outcome)
            parts.item(
                "arrived" if done.is_sent else "overdue", _("Đã gửi thử") if done.is_sent else _("Chưa gửi được"), _(done.says)
            )
