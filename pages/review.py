"""Xem và duyệt: exactly what goes out, to whom, by which path; approve, return, or send it on."""

import streamlit as st

from core.db import reading, transaction
from models import AnnouncementStatus, Urgency
from services import access, announcements, approvals, drafts, plans, relays, units
from ui import _, enter, leave_for, moment, needed, number, parts, review, trying
from ui.bar import refusals_in, two_storeys
from ui.compose import asked_for
from ui.parts import Column
from ui.previews import page_of, paste, stamp_of, until

actor = enter(needs=access.WRITERS)
draft_id = asked_for("id")
if draft_id is None:
    leave_for("pages/announcements.py")
with needed(back="pages/announcements.py"), reading() as session:
    item = drafts.get(session, actor=actor, announcement_id=draft_id)
    audience = drafts.audience_of(session, item.id)
    plan = plans.of_audience(session, audience=audience, channels=drafts.channels_of(item))
    author = access.display_name(session, user_id=item.author_id)
    ward = units.commune_for(session, actor=actor)
    is_own = approvals.has_written(session, actor=actor, announcement=item)
    places = {entry.unit_id: access.unit_for(session, actor=actor, unit_id=entry.unit_id).label for entry in audience}
if item.sent_at:
    leave_for("pages/announcement.py", id=str(item.id))

facts = [stamp_of(item.urgency), review.state_of(item), _("Soạn: {who}", who=author or "–")]
if item.must_reach_by:
    facts.append(until(item.must_reach_by))
parts.head(item.title, *facts)
if item.return_reason:
    parts.note("waiting", _("Được trả lại để sửa"), item.return_reason)
is_dropped = item.status is AnnouncementStatus.CANCELLED
if is_dropped:
    parts.note("unknown", _("Đã bỏ, chưa gửi tới ai"), _("Bấm “Dùng lại” để soạn một dự thảo mới từ bản này."))
elif item.send_at:
    parts.note("unknown", _("Hẹn gửi {at}", at=moment(item.send_at)), _("Duyệt xong, máy tự gửi đúng giờ đó."))

review.figures_of(plan)
one, two = st.columns(2, gap="medium")
with one:
    parts.section(_("Tổ trưởng dán vào nhóm"), _("mỗi nhóm có đường dẫn riêng"))
    sample = plan.groups[0].unit_label if plan.groups else next(iter(places.values()), "")
    paste(relays.ready_text(item, unit_label=sample, url=relays.sample_url()))
    parts.section(_("Gửi tới"), ", ".join(list(places.values())[:6]) + ("…" if len(places) > 6 else ""))
    lone = parts.badge("overdue", _("chưa có tổ trưởng"))
    rows = [(group.name, group.unit_label, number(group.households), "" if group.leader_id else lone)
            for group in sorted(plan.groups, key=lambda g: (g.leader_id is not None, -g.households))]  # fmt: skip
    parts.table([_("Nhóm"), Column(_("Tổ"), "desk"), Column(_("Hộ trong nhóm"), "num"), Column("", "state")], rows, shown=6,
                more=_("Xem cả {n} nhóm", n=number(len(rows))))  # fmt: skip
with two:
    parts.section(_("Bà con mở trên điện thoại"))
    page_of(item, ward=ward, unit_label=sample)
    trying.beside(actor, item)

may_approve = actor.role in access.APPROVERS and (not is_own or item.urgency is Urgency.EMERGENCY or ward.allows_self_approval)
if item.status is AnnouncementStatus.IN_REVIEW and is_own and not may_approve:
    parts.note(
        "waiting",
        _("Chờ người khác duyệt"),
        _("Người đã soạn hoặc sửa không tự duyệt; một lãnh đạo khác sẽ thấy bản này ở trang Hôm nay."),
    )
# What was on the screen when the button was pressed is the version this person has read.
read = st.session_state.get(f"r_read:{item.id}", item.version)
st.session_state[f"r_read:{item.id}"] = item.version
is_waiting = item.status is AnnouncementStatus.IN_REVIEW and may_approve
is_planned = item.status is AnnouncementStatus.SCHEDULED
may_drop = drafts.may_drop(item, actor=actor)
is_submit = is_ok = is_back_ok = is_stop_ok = False
reason = ""
word, buttons = two_storeys()
if is_waiting and review.is_asking(item.id, "back"):
    reason = word.text_input(_("Lý do trả lại, người soạn sẽ thấy"), key="r_reason", max_chars=500)
    with buttons:
        review.way_back(item.id)
        is_back_ok = st.button(_("Trả lại người soạn"), key="r_back_ok", type="primary")
elif may_drop and review.is_asking(item.id, "stop"):
    with word:
        parts.note("overdue", *review.lost(item, plan))
    with buttons:
        review.way_back(item.id)
        is_stop_ok = st.button(_("Dừng gửi") if is_planned else _("Bỏ bản này"), key="r_stop_ok", type="primary")
else:
    with buttons:
        if drafts.may_edit(item, actor=actor) and st.button(_("Sửa"), key="r_edit"):
            leave_for("pages/compose.py", id=str(item.id))
        if is_dropped and st.button(_("Dùng lại"), key="r_again", type="primary"):
            leave_for("pages/compose.py", again=str(item.id))
        if may_drop:
            st.button(_("Dừng gửi") if is_planned else _("Bỏ"), key="r_stop", on_click=review.ask, args=(item.id, "stop"))
        if is_waiting:
            st.button(_("Trả lại"), key="r_back", on_click=review.ask, args=(item.id, "back"))
            label = _("Duyệt, hẹn gửi {n} hộ") if item.send_at else _("Duyệt và gửi tới {n} hộ")
            is_ok = st.button(label.format(n=number(plan.households)), key="r_ok", type="primary")
        if item.status is AnnouncementStatus.DRAFT:
            is_submit = st.button(_("Trình duyệt"), key="r_submit", type="primary")
with refusals_in(word):
    if is_back_ok:
        with transaction() as session:
            approvals.give_back(session, actor=actor, announcement_id=item.id, reason=reason)
        leave_for("pages/announcements.py", news=_("Đã trả lại người soạn, kèm lý do."))
    if is_submit:
        with transaction() as session:
            approvals.submit(session, actor=actor, announcement_id=item.id)
        leave_for("pages/review.py", id=str(item.id), news=_("Đã trình duyệt."))
    if is_stop_ok:
        with transaction() as session:
            announcements.cancel(session, actor=actor, announcement_id=item.id)
        leave_for("pages/review.py", id=str(item.id), news=_("Đã bỏ, chưa có gì gửi đi."))
    if is_ok:
        with transaction() as session:
            sent = approvals.approve(session, actor=actor, announcement_id=item.id, version=read)
        news = (
            _("Đã giao cho {n} tổ trưởng. Hãy chép đường dẫn chung dưới đây vào nhóm tổ trưởng.", n=number(len(plan.groups)))
            if sent.sent_at
            else _("Đã duyệt, đến giờ máy tự gửi.")
        )
        leave_for("pages/announcement.py" if sent.sent_at else "pages/announcements.py", id=str(item.id), news=news)
