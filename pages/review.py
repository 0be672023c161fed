"""Xem và duyệt: exactly what goes out, to whom, by which path; approve, return, take back, or send it on."""

from uuid import UUID

import streamlit as st

from core import clock
from core.db import reading, transaction
from models import AnnouncementStatus
from services import access, announcements, approvals, draft_comments, drafts, lengths, plans, reviews, sending, units
from services.access import May
from ui import _, enter, leave_for, needed, parts, planned, refusals, review, review_bar, stay, trying
from ui.bar import refusals_in
from ui.compose import asked_for
from ui.previews import side_by_side, stamp_of, until

actor = enter(needs=May.WRITE.roles)
draft_id = asked_for("id")
if draft_id is None:
    leave_for("pages/announcements.py")
now = clock.now()
with needed(back="pages/announcements.py"), reading() as session:
    item = drafts.get(session, actor=actor, announcement_id=draft_id)
    plan = plans.of_announcement(session, announcement=item)
    author, approver = (access.display_name(session, user_id=id_) for id_ in (item.author_id, item.approver_id))
    ward = units.commune_for(session, actor=actor)
    is_own = approvals.has_written(session, actor=actor, announcement=item)
    may_approve = approvals.may_approve(session, actor=actor, announcement=item)
    to = [entry.unit_id for entry in drafts.audience_of(session, item.id)]
    places = {str(id_): access.unit_for(session, actor=actor, unit_id=id_).label for id_ in to}
    names = review.names_of(ward, units.residential(session, actor=actor), plan) | places
    last = reviews.last_look(session, actor=actor, announcement_id=item.id)
    changes = reviews.changes(session, actor=actor, announcement_id=item.id, since=review.since(item, last))
    sample = plan.groups[0].unit_label if plan.groups else next(iter(places.values()), "")
    measured = lengths.measured(session, actor=actor, announcement=item, ward=ward, unit_label=sample)
    said = draft_comments.of_announcement(session, actor=actor, announcement_id=item.id)
if item.sent_at:
    leave_for("pages/announcement.py", id=str(item.id))
if last is None or last.version < item.version:
    with transaction() as session:
        reviews.looked(session, actor=actor, announcement_id=item.id, version=item.version)


@st.fragment(run_every=1)
def leaving(id_: UUID, groups: int) -> None:
    """The ten seconds, and what comes after them."""
    me = stay()
    with reading() as session:
        leaves = drafts.get(session, actor=me, announcement_id=id_)
    if review.is_left_behind(leaves, now=clock.now()):  # nobody keeps promises just now: whoever looks does
        with transaction() as session:
            sending.send_scheduled(session, announcement_id=id_)
    if not review.is_leaving(leaves, now=clock.now()):
        news = review.news_of(leaves, "", is_mine=True, groups=groups)
        leave_for("pages/announcement.py" if leaves.sent_at else "pages/review.py", id=str(id_), news=news)
    if review.leaving(leaves, now=clock.now()):
        with refusals():
            with transaction() as session:
                approvals.take_back(session, actor=me, announcement_id=id_)
            leave_for("pages/review.py", id=str(id_), news=_("Đã hoàn tác: chưa có gì gửi đi, bản này lại chờ duyệt."))


deadline = until(item.must_reach_by) if item.must_reach_by else ""
parts.head(item.title, stamp_of(item.urgency), review.state_of(item), _("Soạn: {who}", who=author or "–"), deadline)
is_leaving = review.is_leaving(item, now=now)
if is_leaving:
    leaving(item.id, len(plan.groups))
review.stands(item, approver, now=now)
review.changed(changes, names)
review.figures_of(plan)
planned.behind_announcement(plan, item, actor=actor)
parts.section(_("Đúng những gì sẽ gửi đi"), _("mỗi nhóm có đường dẫn riêng"))
side_by_side(item, ward=ward, unit_label=sample, lengths=measured)
one, two = st.columns(2, gap="medium")
with one:
    parts.section(_("Gửi tới"), ", ".join(list(places.values())[:6]) + ("…" if len(places) > 6 else ""))
    review.groups_of(plan)
with two:
    parts.section(_("Góp ý"), "" if said else _("chưa ai góp ý"))
    review.said(said)
    comment = review.comment_field(item)
    trying.beside(actor, item)
if item.status is AnnouncementStatus.IN_REVIEW and is_own and not may_approve:
    words = _("Người đã soạn hoặc sửa không tự duyệt; một lãnh đạo khác sẽ thấy bản này ở trang Hôm nay.")
    parts.note("waiting", _("Chờ người khác duyệt"), words)
# What was on the screen when the button was pressed is the version this person has read.
read = st.session_state.get(f"r_read:{item.id}", item.version)
st.session_state[f"r_read:{item.id}"] = item.version
if is_leaving:
    st.stop()
pressed = review_bar.draw(item, plan, actor=actor, may_approve=may_approve, is_own=is_own, now=now)
with refusals_in(pressed.word):
    if comment:
        with transaction() as session:
            draft_comments.add(session, actor=actor, announcement_id=item.id, text=comment)
        leave_for("pages/review.py", id=str(item.id), news=_("Đã ghi góp ý."))
    if pressed.act in ("edit", "again"):
        leave_for("pages/compose.py", **{"id" if pressed.act == "edit" else "again": str(item.id)})
    if pressed.act == "back":
        with transaction() as session:
            approvals.give_back(session, actor=actor, announcement_id=item.id, reason=pressed.text)
        leave_for("pages/announcements.py", news=_("Đã trả lại người soạn, kèm lý do."))
    if pressed.act == "submit":
        with transaction() as session:
            approvals.submit(session, actor=actor, announcement_id=item.id)
        leave_for("pages/review.py", id=str(item.id), news=_("Đã trình duyệt."))
    if pressed.act == "drop":
        with transaction() as session:
            announcements.cancel(session, actor=actor, announcement_id=item.id)
        leave_for("pages/review.py", id=str(item.id), news=_("Đã bỏ, chưa có gì gửi đi."))
    if pressed.act == "take_back":
        with transaction() as session:
            approvals.take_back(session, actor=actor, announcement_id=item.id)
        leave_for("pages/review.py", id=str(item.id), news=_("Đã rút lại: lần duyệt không còn giá trị, bản này lại chờ duyệt."))
    if pressed.act == "approve":
        with transaction() as session:
            done = approvals.approve_with_grace(session, actor=actor, announcement_id=item.id, version=read, note=pressed.text)
            who = access.display_name(session, user_id=done.approver_id)
        news = review.news_of(done, who, is_mine=done.approver_id == actor.id, groups=len(plan.groups))
        leave_for("pages/announcement.py" if done.sent_at else "pages/review.py", id=str(item.id), news=news)
