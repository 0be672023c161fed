"""Hộ dân: who lives here, how are they reached."""

import streamlit as st

from core.db import reading
from models import Need, Role
from services import access, figures, households, proposals
from services.access import May
from services.households import Filters
from ui import _, addressed, enter, household_file, household_needs, narrowed, number, parts, share
from ui.households import SIZE, row
from ui.paging import asked, first, turn

IMPORT = "pages/import_households.py"
STATES = {"out": False, "in": True}
actor = enter(_("Hộ dân"), needs=May.SEE_PEOPLE.roles)
can_import = access.may(actor, May.IMPORT_HOUSEHOLDS)
with reading() as session:
    places = {unit.code: unit for unit in households.places(session, actor=actor)}
    total = figures.coverage(session, actor=actor).total
states = {"out": _("ngoài nhóm"), "in": _("trong nhóm"), "gone": _("đã chuyển đi")}
orders = {"hard": _("khó tới trước"), "name": _("theo tên")}

with st.container(horizontal=True, vertical_alignment="bottom"):
    # Names and numbers stay out of the address: it may be sent on, or lie in a log.
    words = st.text_input(
        _("Tìm chủ hộ, địa chỉ, số điện thoại"), key="find", type="search", live=True, icon=":material/search:", width=358,
        placeholder=_("ví dụ: hoang thi, 0912, ngõ 12"), persist_state="session", on_change=first,
    )  # fmt: skip
    place = None
    if len(places) > 1:
        names = {code: unit.label for code, unit in places.items()}
        place = addressed.select(_("Tổ, thôn"), names, key="to", placeholder=_("Tất cả"), width=200, on_change=first)
    state = addressed.select(_("Tình trạng"), states, key="tt", placeholder=_("Tất cả"), width=142, on_change=first)
    with st.popover(_("Lọc thêm"), icon=":material/tune:", key="more"):
        without_phone = st.toggle(_("Không có số điện thoại"), key="so", bind="query-params", on_change=first)
        needs = addressed.pills(
            _("Hoàn cảnh cần lưu ý"), {one.value: _(one.label) for one in Need}, key="hc", on_change=first
        )  # fmt: skip
        order = addressed.segments(_("Thứ tự"), orders, key="xep", usual="hard", on_change=first)
    st.page_link("pages/new_household.py", label=_("Thêm hộ"), icon=":material/add_home:")

filters = Filters(
    words=words or "", unit_id=places[place].id if place else None, is_joined=STATES.get(state or ""),
    without_phone=without_phone, needs=tuple(map(Need, needs)), has_left=state == "gone",
    order="name" if order == "name" else "hard_to_reach",
)  # fmt: skip
if not household_needs.of_list(filters.needs, actor=actor):
    st.stop()
with reading() as session:
    found = households.search(session, actor=actor, filters=filters, page=asked(), size=SIZE)
    waiting = proposals.waiting_count(session, actor)

if not found.rows:
    if filters == Filters(order=filters.order):
        parts.empty(
            _("Chưa có hộ nào"), _("Nhập danh sách hộ của từng tổ từ bảng tính, hoặc thêm từng hộ ở đây."),
            _("Nhập danh sách hộ") if can_import else "", page=IMPORT,
        )  # fmt: skip
    else:
        hint = _("Thử gõ ít chữ hơn, không cần dấu, hoặc bỏ bớt điều kiện lọc.")
        narrowed.nothing(_("Không có hộ nào khớp"), hint, find="", to=None, tt=None, so=False, hc=[])
    st.stop()
order_words = _("hộ khó tới đứng trước") if filters.order != "name" else _("theo tên, thứ tự chữ cái")
in_all = _(
    "{joined} / {all} hộ trong nhóm, {share}", joined=number(total.joined), all=number(total.households),
    share=share(total.coverage),
)  # fmt: skip
parts.section(_("{n} hộ, {order}", n=number(found.total), order=order_words), in_all)
with st.container(gap=None, key="records"):
    for one in found.rows:
        with row(one, actor=actor, with_unit=actor.role is not Role.LEAD or len(places) > 1):
            pass
turn(found.pages)
with st.container(horizontal=True, vertical_alignment="center"):
    household_file.button(actor, filters, key="take")
    label = _("Đề nghị của tổ trưởng ({n})", n=number(waiting)) if waiting else _("Đề nghị của tổ trưởng")
    st.page_link("pages/proposals.py", label=label, icon=":material/rate_review:")
    if can_import:
        st.page_link(IMPORT, label=_("Nhập danh sách"), icon=":material/upload_file:")
        st.page_link("pages/alike.py", label=_("Có thể trùng nhau"), icon=":material/compare_arrows:")
        st.page_link("pages/household_sheet.py", label=_("Sửa nhanh"), icon=":material/edit_note:")
        st.page_link("pages/household_cards.py", label=_("Làm thẻ hộ"), icon=":material/id_card:")
