"""Thẻ hộ gia đình: which residential units get cards, how many, and the sheet to print."""

import streamlit as st

from core.db import reading
from services import household_cards, households
from services.access import May
from ui import _, codes, confirmed_by_count, enter, number, parts, refusals
from ui import household_cards as drawing

LIST = "pages/households.py"
actor = enter(needs=May.GIVE_CARDS.roles)
parts.head(_("Thẻ hộ gia đình"), _("một thẻ một hộ, có mã riêng: gắn điện thoại với hộ, vào nhóm một chạm, tra hộ ở Một cửa"))
with reading() as session:
    places = {unit.id: unit.label for unit in households.places(session, actor=actor)}
if not places:
    parts.empty(
        _("Chưa có tổ, thôn nào"), _("Nhập danh sách hộ trước, rồi mới làm thẻ."), _("Nhập danh sách"),
        page="pages/import_households.py",
    )  # fmt: skip
    st.stop()
with st.container(width=640):
    is_dead = codes.warn()
    units = st.multiselect(
        _("Tổ, thôn"), list(places), format_func=places.__getitem__, key="cards_units", placeholder=_("Chọn tổ, thôn")
    )
    ways = {False: _("Thẻ cũ vẫn dùng được"), True: _("Thu hồi thẻ cũ")}
    revokes = bool(
        st.radio(
            _("Hộ đã có thẻ"), list(ways), format_func=ways.__getitem__, key="cards_older",
            captions=[_("In thêm, thẻ đang ở nhà dân không đổi."), _("Máy đã gắn vẫn gắn; mã trên thẻ cũ hết dùng.")],
        )
    )  # fmt: skip
    with refusals():
        drawing.settle()
    sheet = drawing.made(units, revokes=revokes)
    if sheet:
        drawing.take(sheet)
    elif units:
        with reading() as session:
            count = household_cards.count(session, actor=actor, unit_ids=units)
        if not count:
            parts.hint(_("Nơi đã chọn chưa có hộ nào."))
        else:
            parts.hint(_("{n} thẻ, mười thẻ một trang A4, mỗi tổ bắt đầu trang mới, xếp theo địa chỉ.", n=number(count)))
            is_meant = not is_dead or st.checkbox(_("Vẫn làm tờ in để xem thử, không đem phát"), key="cards_meant")
            asks = _("Sẽ làm {n} thẻ mới. Gõ số thẻ để chắc chắn.", n=number(count))
            if confirmed_by_count(count, asks, key=f"cards_count_{count}") and st.button(
                _("Làm thẻ"), key="cards_make", type="primary", icon=":material/id_card:", disabled=not is_meant
            ):  # fmt: skip
                drawing.begin(actor, units, revokes=revokes)
                st.rerun()
st.page_link(LIST, label=_("Về danh sách hộ"), icon=":material/arrow_back:")
