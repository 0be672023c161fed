"""Mã QR: what hangs where, does it still work, print it."""

import streamlit as st

from core.db import reading, transaction
from services import link_moves, link_targets, link_watch, links, scans
from services.access import May
from services.links import LinkState
from ui import _, asked_days, codes, enter, leave_for, link_troubles, near, number, parts, refusals
from ui import links as drawing
from ui.parts import Column, Figure

HERE = "pages/links.py"
actor = enter(needs=May.KEEP_LINKS.roles)
with reading() as session:
    rows = links.listing(session, actor=actor, purposes=links.PRINTED)
    days = scans.by_day(session, actor=actor, purposes=links.PRINTED)
wrong = link_watch.troubles(rows)
checked = max((row.link.last_checked_at for row in rows if row.link.last_checked_at), default=None)
places = len({row.link.place for row in rows if row.link.place})
hung = _("{n} mã ở {places} nơi", n=number(len(rows)), places=number(places))
parts.head(_("Mã QR"), hung if rows else "", _("kiểm tra lần cuối: {at}", at=near(checked)) if checked else "")
if not rows:
    parts.empty(
        _("Chưa có mã nào"), _("Làm một mã cho cổng dịch vụ công, dán ở Một cửa. Trang ấy dời đi thì chỉ đổi đường dẫn."),
        _("Làm mã"), page="pages/new_link.py",
    )  # fmt: skip
    st.stop()

broken = [row for row in rows if row.state is LinkState.BROKEN]
unused = [row for row in rows if row.state is LinkState.UNUSED]
busiest = max(rows, key=lambda row: row.week)
codes.warn()
parts.figures(
    drawing.alive(rows),
    Figure(_("Lượt quét 7 ngày"), number(sum(row.week for row in rows)), "",
           _("7 ngày trước đó {n}", n=number(sum(row.week_before for row in rows))), about="scans"),
    Figure(_("Mã chưa ai quét"), number(len(unused)), _("/ {n} mã", n=number(len(rows))), _("treo hơn 30 ngày")),
    Figure(_("Quét nhiều nhất"), number(busiest.week), _("lượt 7 ngày"), busiest.link.title, about="scans"),
    of_what=asked_days.last(7),
)  # fmt: skip
with st.container(horizontal=True, vertical_alignment="bottom"):
    found = drawing.find(rows)
    st.page_link("pages/new_link.py", label=_("Làm mã"), icon=":material/add:")
    st.page_link("pages/new_links.py", label=_("Làm nhiều mã"), icon=":material/library_add:")
    st.page_link("pages/move_links.py", label=_("Đổi nhiều mã"), icon=":material/link:")
if not found:
    parts.empty(_("Không có mã nào khớp"), _("Thử gõ ít chữ hơn, không cần dấu: tên, nơi treo, hoặc địa chỉ trên tờ in."))
    st.stop()

left, right = st.columns([1.7, 1], gap="medium")
with left:
    known = {link.id for one in wrong for link in one.links}
    if wrong:
        parts.section(_("Trang tới cần xem"), _("đổi đường dẫn, tờ đã dán không phải in lại"))
        mended = link_troubles.section(wrong)
        if mended:
            with refusals():
                with transaction() as session:
                    link_moves.retarget_many(session, actor=actor, link_ids=mended.link_ids, target_url=mended.target_url)
                host = link_targets.host_of(mended.target_url)
                leave_for(HERE, news=_("Đã đổi {n} mã, từ giờ dẫn tới {host}.", n=number(len(mended.link_ids)), host=host))
    if others := [row for row in broken if row.link.id not in known]:
        drawing.mend(others[0])
    hits = _("{n} mã khớp", n=number(len(found))) if len(found) < len(rows) else _("mã hỏng đứng trước")
    parts.section(_("Các mã"), hits)
    heads = (_("Mã và nơi treo"), Column(_("Tình trạng"), "state"), Column(_("7 ngày"), "num desk"),
             Column(_("Từ đầu"), "num desk"), Column(_("Địa chỉ"), "wide"))  # fmt: skip
    parts.table(heads, [drawing.cells(row) for row in found], shown=15, more=_("Xem cả {n} mã", n=number(len(found))))

with right:
    row = drawing.choose(found)
    with st.container(border=True, horizontal_alignment="center"):
        codes.show(row.url)
        parts.html(parts.soft(links.shown_url(row.link)), width="content")
    with st.container(horizontal=True, vertical_alignment="center"):
        drawing.take_away(row.url, row.link.slug)
        st.page_link(
            "pages/link.py", label=_("Đổi đường dẫn"), icon=":material/link:", query_params={"ma": row.link.slug}
        )  # fmt: skip
        if row.state not in (LinkState.STOPPED, LinkState.EXPIRED):
            st.page_link(
                "pages/print_studio.py", label=_("In mã này"), icon=":material/print:", query_params={"ma": row.link.slug}
            )  # fmt: skip
    parts.chart(
        _("Lượt quét 28 ngày"), drawing.scans_by_day(days, look=parts.look()), _("phần đậm: máy quét lần đầu"), key="by_day"
    )  # fmt: skip
