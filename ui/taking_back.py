"""Telling that an announcement was withdrawn to those who got its text by Zalo or SMS: how many, what it costs, the one press."""

from functools import partial
from uuid import UUID

import streamlit as st

from core.db import reading, transaction
from models import Announcement, AnnouncementStatus
from services import access, withdrawals
from services.access import Actor, May
from services.reach_rules import LABELS
from services.withdrawals import Receivers
from ui import confirmed_by_count, leave_for, parts, refusals
from ui.kept import read_once, seen_by
from ui.words import _, money, number


def said(actor: Actor, announcement_id: UUID) -> str:
    """What whoever is about to withdraw should know of them; nothing where nobody got it so."""
    due = _read(actor, announcement_id)
    if not due.count:
        return ""
    return _(
        "{n} tin đã tới người nhận ({channels}). Thu hồi xong, trang này có nút báo cho đúng những người đó.",
        n=number(due.count), channels=_channels(due),
    )  # fmt: skip


def of(item: Announcement, *, actor: Actor) -> None:
    """Of what was withdrawn: who is still to be told, and the button; or that all have been. Nothing where nobody got it so."""
    if item.status is not AnnouncementStatus.CANCELLED:
        return
    due = read_once("board.taking_back", seen_by(actor, item.id), partial(_read, actor, item.id))
    if not (due.count or due.told or due.without_account):
        return
    parts.section(_("Báo thu hồi bằng Zalo, SMS"), _("cho đúng người đã nhận"))
    if due.told:
        parts.item("arrived", _("Đã báo thu hồi bằng {n} tin", n=number(due.told)), _("Xem từng kênh ở bảng tin dưới đây."))
    if due.without_account:
        words = _("Phường không còn tài khoản của kênh đó. Xin báo cách khác.")
        parts.item("overdue", _("{n} người đã nhận mà không báo thu hồi được", n=number(due.without_account)), words)
    if due.count:
        _ask(item, due, actor)


def _ask(item: Announcement, due: Receivers, actor: Actor) -> None:
    title = _("{n} người còn giữ bản cũ", n=number(due.count))
    parts.item("waiting", title, _("{channels}, {cost}", channels=_channels(due), cost=money(due.cost)))
    if not access.may(actor, May.APPROVE):
        parts.hint(_("Lãnh đạo phường quyết định."))
        return
    is_sure = confirmed_by_count(due.count, _("Gõ số {n}, là số tin báo thu hồi", n=number(due.count)), key="tb_count")
    if st.button(_("Báo thu hồi"), key="tb_tell", type="primary", disabled=not is_sure):
        with refusals():
            with transaction() as session:
                told = withdrawals.tell(session, actor=actor, announcement_id=item.id, expected=due.count)
            leave_for("pages/announcement.py", id=str(item.id), news=_("Đang báo thu hồi bằng {n} tin.", n=number(told)))


def _read(actor: Actor, announcement_id: UUID) -> Receivers:
    with reading() as session:
        return withdrawals.receivers(session, actor=actor, announcement_id=announcement_id)


def _channels(due: Receivers) -> str:
    return ", ".join(_("{channel}: {n}", channel=_(LABELS[one.channel]), n=number(one.count)) for one in due.channels)
