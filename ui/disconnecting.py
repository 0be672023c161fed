"""Ending an account with a provider, once the number of what waits for it is typed."""

import streamlit as st

from core.db import reading, transaction
from services import disconnections
from services.access import Actor
from services.channel_usage import AccountCard
from ui import channels, confirmed_by_count, leave_for, parts, refusals
from ui.words import _, number


def box(card: AccountCard, actor: Actor, *, back: str) -> None:
    """What would be stopped, and what stays; then the button. Where other channels send by its tokens, which."""
    with st.expander(_("Ngắt tài khoản này"), key="c_ending"):
        with reading() as session:
            found = disconnections.look(session, actor=actor, account_id=card.account.id)
        if found.leans_on_it:
            names = ", ".join(channels.name_of(channel) for channel in found.leans_on_it)
            parts.hint(_("Các kênh này đang dùng khóa của tài khoản: {names}. Ngắt chúng trước.", names=names))
            return
        parts.hint(_("Khóa bị xóa hẳn. Sổ gửi, chi phí và nhật ký vẫn giữ. Muốn nghỉ một thời gian thì bấm Tạm dừng."))
        is_sure = True
        if found.waiting:
            title = _("{n} tin đang chờ sẽ dừng, không gửi nữa", n=number(found.waiting))
            of_many = _("Của {n} thông báo. Các hộ này cần báo cách khác.", n=number(found.announcements))
            parts.note("overdue", title, of_many)
            words = _("Gõ số {n}, là số tin đang chờ", n=number(found.waiting))
            is_sure = confirmed_by_count(found.waiting, words, key="c_ending_count")
        else:
            is_sure = st.checkbox(_("Không có tin nào đang chờ. Tôi muốn ngắt."), key="c_ending_sure")
        if st.button(_("Ngắt tài khoản"), key="c_end", icon=":material/link_off:", disabled=not is_sure):
            with refusals():
                with transaction() as session:
                    stopped = disconnections.disconnect(session, actor=actor, account_id=card.account.id, expected=found.waiting)
                news = _("Đã ngắt. {n} tin chờ đã dừng.", n=number(stopped)) if stopped else _("Đã ngắt tài khoản.")
                leave_for(back, news=news)
