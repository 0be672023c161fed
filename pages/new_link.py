"""Làm mã: a name, where it will hang, where it leads."""

from uuid import UUID

import streamlit as st

from core.db import reading, transaction
from models import Purpose
from services import link_details as details
from services import link_making, links, procedures, units
from services.access import May
from ui import _, addressed, enter, leave_for, link_details, parts, refusals
from ui import links as drawing

KINDS = (Purpose.PROCEDURE, Purpose.URL)
WHOLE = "whole"  # the shelf of all procedures
actor = enter(_("Làm mã"), needs=May.KEEP_LINKS.roles, lines=[_("Tờ đã dán không phải in lại khi trang tới dời đi.")])
with reading() as session:
    ward = units.commune_for(session, actor=actor)
    homes = units.residential(session, actor=actor)
    shelf = {one.id: f"{one.name} ({one.code})" for one in procedures.listing(session, actor=actor, is_active=True)}
    whole = procedures.shelf_path(session, unit=ward)
    ours = link_making.public_pages(session, unit=ward)
choices = {WHOLE: _("Tất cả thủ tục của phường, một mã")} | shelf
names = {ward.id: _("Cả {ward}", ward=ward.name)} | {unit.id: unit.label for unit in homes}
with st.container(width=640):
    kinds = {one.value: _(one.label) for one in KINDS}
    purpose = Purpose(addressed.segments(_("Dẫn tới"), kinds, key="loai", usual=KINDS["trang" in st.query_params].value))
    chosen = None
    if purpose is Purpose.PROCEDURE and shelf:
        chosen = st.selectbox(
            _("Thủ tục"), list(choices), index=None, format_func=choices.__getitem__, key="l_procedure",
            placeholder=_("Chọn để dẫn tới trang của phường, hoặc ghi đường dẫn ở dưới"),
        )  # fmt: skip
    if purpose is Purpose.URL:
        chosen = st.selectbox(
            _("Trang có sẵn của phường"), list(ours), index=drawing.asked_page(ours), key="l_ours",
            format_func=lambda path: f"{_(ours[path])} ({path})", placeholder=_("Chọn, hoặc ghi đường dẫn ở dưới"),
        )  # fmt: skip
    procedure_id = chosen if isinstance(chosen, UUID) else None
    title = st.text_input(
        _("Tên in trên mã"), key="l_title", max_chars=links.LONGEST_TEXT, placeholder=_("ví dụ: Đăng ký khai sinh")
    )
    place = st.text_input(_("Nơi treo"), key="l_place", max_chars=links.LONGEST_TEXT, placeholder=_("ví dụ: Cửa Một cửa"))
    unit_id = st.selectbox(_("Của đơn vị"), list(names), format_func=names.__getitem__, key="l_unit")
    last_day = link_details.ask_last_day(None, key="l_last")
    page = whole if chosen == WHOLE else chosen if isinstance(chosen, str) else None
    target = page or (None if procedure_id else drawing.ask_target(key="l_new"))
    is_ready = bool(chosen or (target and title.strip()))
    if st.button(_("Làm mã"), key="l_make", type="primary", disabled=not is_ready):
        with refusals():
            with transaction() as session:
                made = links.create(
                    session, actor=actor, purpose=drawing.purpose_of(page, purpose), target_url=target, title=title,
                    place=place, unit_id=unit_id, procedure_id=procedure_id, expires_at=details.end_of(last_day),
                )  # fmt: skip
            leave_for("pages/links.py", news=_("Đã làm mã {title}. In ra, dán, rồi thử quét.", title=made.title), ma=made.slug)
    if not is_ready:
        parts.hint(_("Cần một thủ tục, hoặc tên và một đường dẫn đúng."))
st.page_link("pages/links.py", label=_("Về danh sách mã"), icon=":material/arrow_back:")
