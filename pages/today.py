"""Hôm nay: what waits for me, how is the ward."""

from datetime import timedelta

import streamlit as st

from core import clock
from core.db import reading, transaction
from models import Role
from services import drafts, figures, reach, today, units
from ui import _, day, drawing, enter, hour, leave_for, near, number, parts, refusals, share, span
from ui.parts import Figure
from ui.previews import stamp_of, until

actor = enter(needs=tuple(Role))
if actor.role is Role.LEAD:
    st.switch_page("pages/my_group.py")
if actor.role is Role.VIEWER:
    st.switch_page("pages/participation.py")
now = clock.now()
with reading() as session:
    seen = today.of(session, actor=actor)
    ward = units.commune_for(session, actor=actor)
    running = reach.board(session, actor=actor, announcement_id=seen.running.announcement.id) if seen.running else None
    months = [clock.today() - timedelta(days=30 * back) for back in range(12, -1, -1)]
    growth = figures.growth(session, actor=actor, days=months, by="area")
parts.head(_("Hôm nay, {day}", day=day(clock.today())), ward.name, actor.display_name)

left, right = st.columns([1.12, 1], gap="medium")
with left, st.container(gap=None):
    parts.section(_("Việc đang chờ"), _("{n} việc, gấp nhất trước", n=number(seen.things)) if seen.things else "")
    for place, late in enumerate(seen.late):
        until_all = (
            _(" Hạn đến mọi hộ: {at}.", at=near(late.must_reach_by)) if late.must_reach_by and late.must_reach_by > now else ""
        )
        parts.action(
            f"late{place}", "overdue", _("{n} tổ chưa đăng: {title}", n=number(late.groups), title=late.title),
            _("Quá hạn {span}, {n} hộ chưa thấy tin.", span=span(now - (late.due_at or now)), n=number(late.households))
            + until_all,
            _("Theo dõi"), page="pages/announcement.py", id=str(late.announcement_id),
        )  # fmt: skip
    for place, one in enumerate(seen.reviews):
        item = one.announcement
        if one.is_returned:
            parts.action(f"back{place}", "waiting", _("Sửa lại: {title}", title=item.title), item.return_reason, _("Sửa"),
                         page="pages/compose.py", id=str(item.id))  # fmt: skip
            continue
        by = _("phải tới trước {at}", at=near(item.must_reach_by)) if item.must_reach_by else _("không có hạn")
        parts.action(f"review{place}", "waiting", _("Duyệt: {title}", title=item.title),
                     f"{_(item.urgency.label)}, {by}.", _("Duyệt"), page="pages/review.py", id=str(item.id))  # fmt: skip
    for place, item in enumerate(seen.second_looks):
        if parts.action(f"look{place}", "waiting", _("Xem lại tin hỏa tốc: {title}", title=item.title),
                        _("Người soạn đã gửi ngay, cần người thứ hai xem lại."), _("Đã xem lại")):  # fmt: skip
            with refusals():
                with transaction() as session:
                    drafts.look_after(session, actor=actor, announcement_id=item.id)
                leave_for("pages/today.py", news=_("Đã ghi việc xem lại."))
    for place, link in enumerate(seen.broken_links):
        parts.action(f"link{place}", "overdue", _("Mã QR hỏng: {title}", title=link.title or link.slug),
                     _("{place}. Chỉ đổi đường dẫn, không phải in lại.", place=link.place or _("chưa ghi nơi treo")), _("Đổi"),
                     page="pages/link.py", ma=link.slug)  # fmt: skip
    if seen.below_target:
        missing = sum(row.households - row.joined for row in seen.below_target)
        goal = share(ward.target_percent / 100, 0)
        parts.action("below", "unknown", _("{n} tổ dưới mục tiêu {share}", n=number(len(seen.below_target)), share=goal),
                     _("{n} hộ chưa ở trong nhóm nào của tổ.", n=number(missing)), _("Xem"), page="pages/groups.py")  # fmt: skip
    if not seen.things:
        parts.empty(_("Không có việc nào đang chờ"), _("Khi có bản chờ duyệt, tổ quá hạn hay mã hỏng, việc đó hiện ở đây."),
                    _("Soạn thông báo"), page="pages/compose.py")  # fmt: skip
with right:
    if running:
        item = running.announcement
        households = running.households or 1
        parts.section(_("Đang đi tới bà con"), _("cập nhật {at}", at=hour(now)))
        facts = [parts.joined(parts.link(item.title, "announcement", id=str(item.id)), " ", stamp_of(item.urgency))]
        facts += [until(item.must_reach_by)] if item.must_reach_by else []
        parts.lines(*facts, parts.bar(running.known / households, running.estimated / households))
        parts.lines(_("{known} hộ biết chắc, {estimated} ước tính, trên {all} hộ; {posted} / {groups} tổ đã đăng",
                      known=number(running.known), estimated=number(running.estimated), all=number(running.households),
                      posted=number(running.posted), groups=number(len(running.rows))), parts.bar_key())  # fmt: skip
    parts.section(_("Phường tháng này"), _("so với 30 ngày trước"))
    total, before = seen.total, seen.month_ago
    parts.figures(
        Figure(_("Hộ trong nhóm"), share(total.coverage), "", _("{n} / {all} hộ, thêm {more}", n=number(total.joined),
               all=number(total.households), more=number(total.joined - before.joined))),
        Figure(_("Tổ đăng tin sau"), number(seen.minutes_to_post) if seen.minutes_to_post is not None else "–", _("phút"),
               _("trung vị {n} thông báo", n=number(seen.announcements_recent))),
        Figure(_("Mã QR còn dùng"), number(seen.links_alive), _("/ {n} mã", n=number(seen.links)),
               _("{n} mã hỏng", n=number(seen.links - seen.links_alive)), "overdue" if seen.links_alive < seen.links else None),
        Figure(_("Điện thoại thông minh"), share(total.smartphone_rate, 0), _("người"),
               _("{n} / {all} người", n=number(total.smartphones), all=number(total.people))),
    )  # fmt: skip
parts.chart(_("Tỷ lệ hộ trong nhóm, 12 tháng"), drawing.growth(growth), _("theo xã, phường cũ"))
