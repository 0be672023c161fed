"""Một người dùng: what they may do, a new one-time password, the end of an account."""

import streamlit as st

from core import phones
from core.db import reading, transaction
from core.settings import settings
from models import Role
from services import accounts, second_door, second_factors
from services.access import May
from ui import _, enter, leave_for, near, needed, parts, record_id, refusals
from ui.accounts import choose_post, chosen, standing

HERE, LIST = "pages/person.py", "pages/people.py"
actor = enter(needs=May.KEEP_USERS.roles)
has_door, WHY_EMAIL = settings().has_second_door, _("Đúng địa chỉ ở tài khoản cơ quan: đăng nhập bằng tài khoản ấy được.")
with needed(back=LIST):
    user_id = record_id()
    with reading() as session:
        person = accounts.get(session, actor=actor, user_id=user_id)
        posts = accounts.posts(session, actor=actor)
        email_now = second_door.email_of(session, actor=actor, user_id=user_id)
        has_factor = second_factors.has(session, actor=actor, user_id=user_id)

parts.head(person.display_name, standing(person), person.username, f"{_(person.role.label)}, {person.unit_name}")
if person.role is Role.LEAD and not person.phone:
    parts.note(
        "waiting", _("Chưa có số điện thoại"), _("Phường không gọi được khi trễ hạn, và người này không mở được trang của tổ.")
    )
one_time_of, one_time = st.session_state.pop("one_time", (None, None))
if one_time_of == person.id:
    parts.section(_("Mật khẩu một lần"), _("chỉ hiện lần này, dùng trong 7 ngày, một lần đăng nhập"))
    parts.secret(one_time)
    parts.hint(_("Đọc hoặc đưa tận tay cho {name}. Lần đăng nhập đầu sẽ phải đặt mật khẩu riêng.", name=person.display_name))

left, right = st.columns([1.1, 1], gap="medium")
with left, st.container(border=True):
    display_name = st.text_input(_("Họ và tên"), person.display_name, key="display_name", max_chars=80)
    role = st.selectbox(
        _("Vai trò"),
        list(Role)[::-1],
        index=list(Role)[::-1].index(person.role),
        format_func=lambda one: _(one.label),
        key="role",
    )
    unit_id = choose_post(actor, posts, role=role, now=person.unit_id, now_label=person.unit_name)
    phone = st.text_input(_("Điện thoại"), phones.show(person.phone), key="phone", max_chars=20)
    email = st.text_input(_("Thư điện tử"), email_now, key="email", max_chars=254, help=WHY_EMAIL) if has_door else email_now
    if st.button(_("Ghi lại"), type="primary", key="save"):
        with refusals():
            unit_id = chosen(unit_id)
            with transaction() as session:
                accounts.change(
                    session, actor=actor, user_id=person.id, display_name=display_name, role=role, unit_id=unit_id, phone=phone
                )
                second_door.set_email(session, actor=actor, user_id=person.id, email=email or "")
            leave_for(HERE, news=_("Đã ghi. Có hiệu lực ngay ở lần bấm tiếp theo của người đó."), id=str(person.id))
with right:
    with st.container(gap=None):
        parts.section(_("Tài khoản"))
        seen = near(person.last_seen_at) if person.last_seen_at else _("chưa lần nào")
        parts.facts((_("Dùng lần cuối"), seen), (_("Điện thoại"), parts.call(person.phone) or _("chưa có số")),
                    (_("Xác nhận hai bước"), _("đang bật") if has_factor else _("chưa bật")))  # fmt: skip
        if person.is_active:
            is_reset = parts.action("reset", "waiting", _("Quên mật khẩu"), _("Mọi thiết bị bị đăng xuất."), _("Đặt lại"))
            is_bare = has_factor and parts.action(
                "factors", "waiting", _("Mất điện thoại và mã khôi phục"), _("Lần đăng nhập sau phải thiết lập lại."),
                _("Xóa cách xác nhận"),
            )  # fmt: skip
            is_closed = parts.action("close", "unknown", _("Thôi việc, chuyển đi"), _("Việc đã làm vẫn còn tên."), _("Khóa"))
            is_opened = False
        else:
            is_reset = is_closed = is_bare = False
            is_opened = parts.action("open", "waiting", _("Dùng lại tài khoản"), _("Mật khẩu vẫn như cũ."), _("Mở lại"))
    if is_reset:
        with refusals():
            with transaction() as session:
                made = accounts.reset_password(session, actor=actor, user_id=person.id)
            st.session_state["one_time"] = (person.id, made)
            leave_for(HERE, id=str(person.id))
    if is_bare:
        with refusals():
            with transaction() as session:
                second_factors.reset(session, actor=actor, user_id=person.id)
            leave_for(HERE, news=_("Đã xóa. Mọi thiết bị của người đó bị đăng xuất."), id=str(person.id))
    if is_closed or is_opened:
        turn = accounts.deactivate if is_closed else accounts.reactivate
        with refusals():
            with transaction() as session:
                turn(session, actor=actor, user_id=person.id)
            leave_for(HERE, news=_("Đã khóa tài khoản.") if is_closed else _("Đã mở lại tài khoản."), id=str(person.id))
    st.page_link(LIST, label=_("Về danh sách"), icon=":material/arrow_back:")
