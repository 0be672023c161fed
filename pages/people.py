"""Người dùng: who may do what here."""

import streamlit as st

from core.db import reading
from models import Role
from services import accounts
from services.access import May
from ui import _, addressed, enter, narrowed, near, number, parts
from ui.accounts import standing
from ui.parts import Column, Figure

STATES = {"on": True, "off": False}
actor = enter(_("Người dùng"), needs=May.KEEP_USERS.roles, lines=[_("Ai đăng nhập được, và được làm gì ở đơn vị nào.")])

with reading() as session:
    everyone = accounts.listing(session, actor=actor)
open_now = [one for one in everyone if one.is_active]
never = [one for one in open_now if one.last_seen_at is None]
admins = sum(one.role is Role.ADMIN for one in open_now)
parts.figures(
    Figure(_("Đang dùng"), number(len(open_now)), _("/ {n} tài khoản", n=number(len(everyone)))),
    Figure(_("Chưa đăng nhập lần nào"), number(len(never)), _("/ {n} người", n=number(len(open_now))),
           tone="waiting" if never else None, note=_("nhắc họ dùng mật khẩu một lần") if never else ""),
    Figure(_("Còn mật khẩu một lần"), number(sum(one.must_change_password for one in open_now)), _("người")),
    Figure(_("Quản trị"), number(admins), _("người"), _("nên có ít nhất hai người") if admins < 2 else "",
           "waiting" if admins < 2 else None),
)  # fmt: skip
with st.container(horizontal=True, vertical_alignment="bottom"):
    # Names stay out of the address: it may be sent on, or lie in a log.
    text = st.text_input(
        _("Tìm tên, đơn vị, số điện thoại"), key="find", type="search", live=True, icon=":material/search:",
        placeholder=_("ví dụ: hoang thi, tổ 9"), width=340,
    )  # fmt: skip
    roles = {one.value: _(one.label) for one in Role}
    role = addressed.select(_("Vai trò"), roles, key="vai", placeholder=_("Tất cả"), width=200)
    states = {"on": _("Đang dùng"), "off": _("Đã khóa")}
    state = addressed.select(_("Tình trạng"), states, key="tt", placeholder=_("Tất cả"), width=142)
    st.page_link("pages/new_person.py", label=_("Thêm người dùng"), icon=":material/person_add:")

with reading() as session:
    found = accounts.listing(
        session, actor=actor, text=text, role=Role(role) if role else None, is_active=STATES[state] if state else None
    )
parts.section(_("{n} tài khoản", n=number(len(found))), _("bấm vào tên để xem, sửa, đặt lại mật khẩu"))
if not found:
    hint = _("Không có tài khoản nào khớp. Thử gõ ít chữ hơn, không cần dấu.")
    narrowed.nothing(_("Không tìm thấy ai"), hint, find="", vai=None, tt=None)
    st.stop()
rows = []
for one in found:
    seen = near(one.last_seen_at) if one.last_seen_at else _("chưa lần nào")
    name = parts.joined(parts.link(one.display_name, "person", id=str(one.id)), parts.small(one.username))
    rows.append((name, standing(one), _(one.role.label), one.unit_name, seen))
parts.table(
    [_("Họ và tên"), Column(_("Tình trạng"), "state"), Column(_("Vai trò"), "wide"), Column(_("Đơn vị"), "wide"),
     Column(_("Dùng lần cuối"), "desk")],
    rows, shown=40, more=_("Xem cả {n} tài khoản", n=number(len(found))),
)  # fmt: skip
