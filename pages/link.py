"""Một mã: where it leads, how often it is scanned; move it, take the move back, switch it off."""

import streamlit as st

from core.db import reading, transaction
from models import Purpose
from services import audit_trail, emblems, link_moves, link_targets, links, scans
from services import link_details as details
from services.access import May
from ui import _, codes, day, enter, history, leave_for, link_details, needed, number, parts, refusals, screen_code
from ui import link_moves as link_drawing
from ui import links as drawing

HERE, LIST = "pages/link.py", "pages/links.py"
actor = enter(needs=May.KEEP_LINKS.roles)
with needed(back=LIST), reading() as session:
    link = links.find(session, actor=actor, slug=st.query_params.get("ma", ""))
    days = scans.by_day(session, actor=actor, link_id=link.id)
    events = audit_trail.of_record(session, actor=actor, kind="shortlink", record=link)
    emblem = emblems.of_unit(session, unit_id=link.unit_id)
url, own = links.public_url(link), link.purpose in (Purpose.JOIN, Purpose.ASK, Purpose.ANNOUNCEMENT)
ended = _("hết hạn {day}", day=day(last)) if (last := details.last_day_of(link)) else ""
off = "" if link.is_active else parts.badge("unknown", _("đã tắt"))
parts.head(link.title or link.slug, off, _(link.purpose.label), link.place, ended)
codes.warn()

left, right = st.columns([1.3, 1], gap="medium")
with left:
    leads = link.target_url or _("trang của phường")
    parts.facts((_("Dẫn tới"), parts.address(leads) if link.target_url else leads), (_("Địa chỉ trên tờ in"), parts.address(url)),
                (_("Lượt quét từ đầu"), number(link.scans)))  # fmt: skip
    link_drawing.found(link)
    if link.last_status and link.last_status >= 400 and not link.trouble:
        parts.note(
            "overdue", _("Trang tới trả lời {status}", status=link.last_status), _("Đổi đường dẫn; tờ đã dán vẫn dùng được.")
        )
    if not own:
        parts.section(_("Đổi đường dẫn"), _("tờ đã dán không phải in lại"))
        target = drawing.ask_target(key=f"to_{link.target_url}", value=link.replaced_by or "")
        with st.container(horizontal=True):
            if (
                st.button(_("Đổi đường dẫn"), key="move", type="primary", icon=":material/link:", disabled=target is None)
                and target
            ):
                with refusals():
                    with transaction() as session:
                        link_moves.retarget(session, actor=actor, link_id=link.id, target_url=target)
                    leave_for(HERE, news=_("Đã đổi. Từ giờ mã dẫn tới {host}.", host=link_targets.host_of(target)), ma=link.slug)
            if link.previous_target and st.button(_("Quay lại đường dẫn cũ"), key="undo", icon=":material/undo:"):
                with refusals():
                    with transaction() as session:
                        link_moves.undo_retarget(session, actor=actor, link_id=link.id)
                    leave_for(HERE, news=_("Đã quay lại đường dẫn cũ."), ma=link.slug)
        if link.previous_target:
            parts.hint(_("Đường dẫn cũ: {url}", url=link.previous_target))
    parts.chart(
        _("Lượt quét 28 ngày"), drawing.scans_by_day(days, look=parts.look()), _("phần đậm: máy quét lần đầu"), key="by_day"
    )  # fmt: skip
with right:
    with st.container(border=True, horizontal_alignment="center"):
        screen_code.section(url, link.slug, own=emblem, width=260)
        parts.html(parts.soft(links.shown_url(link)), width="content")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(LIST, label=_("In tờ"), icon=":material/print:", query_params={"ma": link.slug})
    words = _("Tắt mã") if link.is_active else _("Bật lại mã")
    with st.expander(words, key="switch"):
        parts.hint(_("Ai quét mã đã tắt sẽ đọc: mã này đã ngừng dùng, trước đây là “{title}”.", title=link.title))
        if st.button(words, key="switch_ok"):
            with refusals():
                with transaction() as session:
                    links.set_active(session, actor=actor, link_id=link.id, is_active=not link.is_active)
                leave_for(HERE, news=_("Đã tắt mã.") if link.is_active else _("Đã bật lại mã."), ma=link.slug)
    said = link_details.describe(link)
    if said:
        with refusals():
            with transaction() as session:
                details.describe(
                    session, actor=actor, link_id=link.id, title=said.title, place=said.place, last_day=said.last_day
                )
            leave_for(HERE, news=_("Đã ghi."), ma=link.slug)
    brought = link_details.photo(link)
    if brought:
        with refusals():
            with transaction() as session:
                details.set_photo(session, actor=actor, link_id=link.id, photo=brought.kept)
            leave_for(HERE, news=_("Đã thêm ảnh.") if brought.kept else _("Đã bỏ ảnh."), ma=link.slug)
    with refusals():
        if link_drawing.name(link, actor=actor):
            leave_for(HERE, news=_("Đã đặt tên riêng."), ma=link.slug)
    link_drawing.history(link, actor=actor)
    history.of(events, key="l_history")
st.page_link(LIST, label=_("Về danh sách mã"), icon=":material/arrow_back:")
