"""Tài khoản: one's own password, language, and where one is signed in."""

import streamlit as st

from core.db import reading, transaction
from core.i18n import LANGUAGES
from services import accounts, bot_links, second_factors, sessions
from ui import _, enter, leave_for, near, number, parts, refusals, token

ME = "pages/account.py"
actor = enter()
parts.head(actor.display_name, actor.username, _(actor.role.label))

left, right = st.columns(2, gap="medium")
with left:
    parts.section(_("Ngôn ngữ"))
    chosen = st.selectbox(
        _("Ngôn ngữ của màn hình"), list(LANGUAGES), index=list(LANGUAGES).index(actor.language),
        format_func=LANGUAGES.__getitem__, key="language_choice",
    )  # fmt: skip
    if chosen and chosen != actor.language:
        with transaction() as session:
            accounts.set_language(session, actor=actor, language=chosen)
        leave_for(ME)
    parts.section(_("Đổi mật khẩu"), _("các thiết bị khác sẽ phải đăng nhập lại"))
    with st.form("password", clear_on_submit=True):
        current = st.text_input(_("Mật khẩu đang dùng"), type="password", key="current", autocomplete="current-password")
        new = st.text_input(_("Mật khẩu mới"), type="password", key="new", autocomplete="new-password")
        again = st.text_input(_("Nhập lại mật khẩu mới"), type="password", key="again", autocomplete="new-password")
        sent = st.form_submit_button(_("Đổi mật khẩu"), key="change")
    if sent and new != again:
        st.error(_("Hai lần nhập không giống nhau."))
    elif sent:
        with refusals():
            with transaction() as session:
                is_changed = accounts.change_password(session, actor=actor, current=current, new=new, token=token())
            if is_changed:
                leave_for(ME, news=_("Đã đổi mật khẩu. Các thiết bị khác đã được đăng xuất."))
            st.error(_("Mật khẩu đang dùng không đúng. Sai năm lần thì đợi mười lăm phút rồi thử lại."))

with right, st.container(gap=None):
    with reading() as session:
        browsers = sessions.mine(session, actor=actor, token=token())
        bot = bot_links.standing(session, actor=actor)
        standing = second_factors.standing(session, actor=actor)
    parts.section(_("Xác nhận hai bước"), _("sau mật khẩu, mỗi lần đăng nhập"))
    is_on, label = bool(standing.factors), _("Xem, thêm") if standing.factors else _("Bật")
    words = _("Đang bật, {n} cách", n=number(len(standing.factors))) if is_on else _("Chưa bật")
    tone: parts.Tone = "arrived" if is_on else "overdue" if standing.is_required else "unknown"
    parts.action("second", tone, words, _("Ứng dụng tạo mã, khóa truy cập, mã khôi phục."), label, page="pages/second_factor.py")
    parts.section(_("Đang đăng nhập"), _("tự đăng xuất sau 30 phút không dùng, hoặc sau 12 giờ"))
    ending = None
    for browser in browsers:
        device = browser.device or _("Thiết bị chưa rõ")
        detail = _("Đăng nhập {since}, dùng lần cuối {seen}", since=near(browser.since), seen=near(browser.last_seen_at))
        detail += f", {_(browser.place)}" if browser.place else ""
        if browser.is_here:
            with parts.line("here", "arrived", _("{device}, máy này", device=device), detail):
                parts.sign_out_button()
        elif parts.action(f"end{browser.id.hex}", "unknown", device, detail, _("Đăng xuất")):
            ending = browser.id
    ends_others = len(browsers) > 1 and st.button(_("Đăng xuất mọi thiết bị khác"), key="end_others")
    leaves_bot = False
    if bot:
        parts.section(_("Nhận lời nhắc qua Zalo"))
        if bot.is_linked:
            leaves_bot = parts.action(
                "bot", "arrived", _("Bot của phường nhắn được cho ông/bà"), _("Lời nhắc việc tới Zalo trước tin nhắn SMS."),
                _("Thôi nhận"),
            )  # fmt: skip
        else:
            parts.hint(_("Mở bot Zalo của phường, gửi mã này một lần. Mã chỉ của riêng ông/bà."))
            st.code(bot_links.shown(bot.code), language=None)
if leaves_bot:
    with transaction() as session:
        bot_links.unlink(session, actor=actor)
    leave_for(ME, news=_("Bot không nhắn cho ông/bà nữa."))
if ends_others:
    with transaction() as session:
        sessions.end_others(session, actor=actor, token=token())
    leave_for(ME, news=_("Đã đăng xuất mọi thiết bị khác."))
if ending:
    with refusals():
        with transaction() as session:
            sessions.end_mine(session, actor=actor, session_id=ending)
        leave_for(ME, news=_("Đã đăng xuất thiết bị đó."))
