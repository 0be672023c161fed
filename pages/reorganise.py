"""Sắp xếp tổ, thôn, phường: plan a merge, a division or a transfer, see what moves, carry it out."""

import streamlit as st

from core import clock
from core.db import reading, transaction
from models import ReorganisationStatus
from services import access, reorganisations
from services.access import May
from ui import _, confirmed_by_count, day, enter, leave_for, needed, number, parts, record_id, refusals
from ui import reorganise as drawing
from ui.forms import refusals_at

HERE = "pages/reorganise.py"
actor = enter(needs=May.REORGANISE.roles)

if "id" in st.query_params:
    with needed(back=HERE):
        plan_id = record_id()
        with reading() as session:
            plan = reorganisations.get(session, actor=actor, plan_id=plan_id)
            row = next((one for one in reorganisations.listing(session, actor=actor) if one.plan.id == plan_id), None)
            by = access.display_name(session, user_id=plan.done_by_id or plan.planned_by_id)
    title = f"{_(drawing.WORDS[plan.kind])}: {row.old} → {row.new}" if row else _("Dự kiến đã bỏ")
    state = parts.badge("arrived" if plan.done_at else "waiting", _(plan.status.label))
    parts.head(title, state, _("từ {day}", day=day(plan.effective_on)), plan.decision_no, by)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(HERE, label=_("Về danh sách"), icon=":material/arrow_back:")
        is_planned = plan.status is ReorganisationStatus.PLANNED
        is_dropped = is_planned and st.button(_("Bỏ dự kiến"), key="r_drop", icon=":material/delete:")
    if not is_planned:
        drawing.done(plan)
        st.stop()

    if is_dropped:
        with refusals():
            with transaction() as session:
                reorganisations.drop(session, actor=actor, plan_id=plan_id)
            leave_for(HERE, news=_("Đã bỏ dự kiến. Chưa có gì thay đổi."))
    outlook = None
    with refusals(), reading() as session:
        outlook = reorganisations.look(session, actor=actor, draft=reorganisations.draft_of(plan), plan_id=plan_id)
    if outlook is None:
        parts.note("overdue", _("Dự kiến này không thực hiện được nữa"), _("Bỏ dự kiến, rồi lập lại cho đúng."))
        st.stop()
    drawing.show(outlook)
    if outlook.hanging.things:
        parts.section(_("Những gì gắn với đơn vị cũ"), _("đã chọn sẵn cách thường làm; đổi dòng nào thì ghi lại"))
        with st.form("decisions", border=False):
            chosen = drawing.decide(outlook, key="r_d")
            if st.form_submit_button(_("Ghi lựa chọn"), key="r_decide"):
                with refusals():
                    with transaction() as session:
                        reorganisations.decide(session, actor=actor, plan_id=plan_id, decisions=chosen)
                    leave_for(HERE, news=_("Đã ghi lựa chọn."), id=str(plan_id))
    parts.section(_("Thực hiện"))
    if plan.effective_on > clock.today():
        parts.note(
            "waiting", _("Chờ tới {day}", day=day(plan.effective_on)),
            _("Rạng sáng ngày đó hệ thống tự thực hiện. Tới lúc ấy vẫn bỏ hoặc đổi lựa chọn được; thực hiện rồi thì không."),
        )  # fmt: skip
        st.stop()
    parts.note("overdue", _("Thực hiện rồi thì không quay lại được"), _("Xem kỹ các con số và lựa chọn ở trên trước khi gõ."))
    slots = {"confirmed": st.empty()}
    words = _("Gõ số hộ chuyển theo để xác nhận") if outlook.households else _("Gõ số đơn vị kết thúc để xác nhận")
    with st.container(width=360):
        is_right = confirmed_by_count(outlook.confirm, words, key="r_typed")
    if st.button(_("Thực hiện"), key="r_carry", type="primary", disabled=not is_right):
        with refusals_at(slots):
            with transaction() as session:
                reorganisations.carry_out(session, actor=actor, plan_id=plan_id, confirmed=outlook.confirm)
            leave_for(HERE, news=_("Đã thực hiện. {n} hộ đã sang đơn vị mới.", n=number(outlook.households)), id=str(plan_id))
    st.stop()

if "moi" not in st.query_params:
    parts.head(_("Sắp xếp tổ, thôn, phường"), _("gộp, tách, chuyển từ một ngày; số liệu trước ngày đó giữ nguyên"))
    with reading() as session:
        rows = reorganisations.listing(session, actor=actor)
    if not rows:
        words = _("Khi tổ dân phố, thôn gộp, tách hay chuyển về phường khác, lập dự kiến ở đây: xem trước những gì chuyển theo.")
        parts.empty(_("Chưa có lần sắp xếp nào"), words, _("Lập dự kiến"), page=HERE, moi="gop")
        st.stop()
    st.page_link(HERE, label=_("Lập dự kiến"), icon=":material/add:", query_params={"moi": "gop"})
    drawing.listing(rows)
    st.stop()

parts.head(_("Lập dự kiến sắp xếp"), _("chưa có gì thay đổi cho tới khi thực hiện"))
st.page_link(HERE, label=_("Về danh sách"), icon=":material/arrow_back:")
with needed(back=HERE):
    kinds = drawing.kinds(actor)
asked = st.query_params["moi"]
kind = st.segmented_control(
    _("Việc"), kinds, default=asked if asked in kinds else kinds[0], required=True,
    format_func=lambda one: _(drawing.KINDS[one]), key="r_kind",
)  # fmt: skip
st.query_params["moi"] = kind
if len(kinds) < len(drawing.KINDS):
    parts.hint(_("Chuyển sang phường khác và nhập phường do tài khoản của tỉnh lập, vì phải thấy cả hai phường."))
form = drawing.ask(actor, kind)
if not form.is_ready:
    parts.hint(_("Điền đủ các ô ở trên để xem trước những gì chuyển theo."))
    st.stop()
with refusals_at(form.slots):
    with reading() as session:
        seen = reorganisations.look(session, actor=actor, draft=form.draft)
    parts.section(_("Nếu thực hiện"), _("chưa ghi gì cả"))
    drawing.show(seen)
    with parts.action_bar():
        is_saved = st.button(_("Lưu dự kiến"), key="r_save", type="primary")
    if is_saved:
        with transaction() as session:
            made = reorganisations.plan(session, actor=actor, draft=form.draft)
        leave_for(HERE, news=_("Đã lưu dự kiến. Xem từng thứ gắn với đơn vị cũ ở dưới."), id=str(made.id))
