"""Dữ liệu cá nhân: what the law asks of the ward, where each thing is, whom people turn to."""

import streamlit as st

from core import clock, phones
from core.db import reading, transaction
from services import access, breaches, privacy_files, privacy_purposes, retention, subject_requests, units
from services.access import May
from services.privacy_files import FileForm
from ui import _, channels, day, enter, leave_for, number, parts
from ui.forms import refusals_at

HERE = "pages/personal_data.py"
actor = enter(_("Dữ liệu cá nhân"), needs=May.KEEP_PRIVACY.roles, lines=[_("Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15")])
with reading() as session:
    ward = units.commune_for(session, actor=actor)
    own = privacy_files.of(session, actor=actor, ward_id=ward.id)
    purposes = [one for one in privacy_purposes.listing(session, actor=actor, ward_id=ward.id) if one.ended_on is None]
    outside = [one for one in privacy_files.processors(session, actor=actor, ward_id=ward.id) if one.ended_on is None]
    alarms = privacy_files.alarms(session, actor=actor, ward_id=ward.id)
    waiting = subject_requests.waiting(session, actor=actor)
    clocks, _due = breaches.running(session, actor=actor)
    tonight = sum(one.rows for one in retention.preview(session, actor=actor))
decides = access.may(actor, May.DECIDE_PRIVACY)

for alarm in alarms:
    parts.note(
        "overdue", _("{channel} đang gửi dữ liệu ra ngoài", channel=channels.name_of(alarm.channel)),
        _("Chưa ghi trong sổ bên xử lý: ai nhận, ở nước nào, hợp đồng số mấy."),
    )  # fmt: skip
rows: tuple[tuple[str, parts.Tone, str, str, str], ...] = (
    ("requests", "overdue" if waiting.late else "waiting" if waiting.open else "arrived", _("Yêu cầu của người dân"),
     _("{n} đang chờ, {late} quá hạn", n=number(waiting.open), late=number(waiting.late)), "pages/subject_requests.py"),
    ("purposes", "arrived" if purposes else "waiting", _("Sổ ghi hoạt động xử lý"),
     _("{n} mục đích", n=number(len(purposes))), "pages/purposes.py"),
    ("outside", "overdue" if alarms else "arrived", _("Sổ bên xử lý, nơi nhận dữ liệu"),
     _("{n} bên, {abroad} ở nước ngoài", n=number(len(outside)), abroad=number(sum(one.is_abroad for one in outside))),
     "pages/processors.py"),
    ("retention", "arrived", _("Thời hạn lưu"), _("đêm nay {n} dòng hết hạn", n=number(tonight)), "pages/retention.py"),
)  # fmt: skip
for key, tone, title, words, page in rows:
    parts.action(f"p_{key}", tone, title, words, _("Mở"), page=page)
if decides:
    words = _("{n} vụ còn chạy đồng hồ 72 giờ", n=number(clocks))
    parts.action("p_breach", "overdue" if clocks else "arrived", _("Sổ vi phạm"), words, _("Mở"), page="pages/breaches.py")

parts.section(_("Người phụ trách và đánh giá tác động"))
if not decides:
    parts.facts((_("Người phụ trách"), own.officer or "–"), (_("Điện thoại"), phones.show(own.phone) or "–"))
    st.stop()
if own.look_again_on and own.look_again_on <= clock.today():
    parts.note("waiting", _("Đến ngày xem lại đánh giá tác động"), day(own.look_again_on))
with st.form("privacy", width=560):
    slots = {}
    officer = st.text_input(_("Người, bộ phận phụ trách dữ liệu cá nhân"), own.officer, key="pf_officer", max_chars=200)
    phone = st.text_input(_("Điện thoại cho người dân hỏi"), phones.show(own.phone), key="pf_phone", max_chars=20)
    slots["phone"] = st.empty()
    email = st.text_input(_("Thư điện tử"), own.email, key="pf_email", max_chars=200)
    slots["email"] = st.empty()
    notice = st.text_area(_("Lời riêng của phường trên trang công khai"), own.notice, key="pf_notice", max_chars=4000)
    assessment = st.text_input(_("Hồ sơ đánh giá tác động: số, nơi để"), own.assessment, key="pf_dpia", max_chars=200)
    left, right = st.columns(2)
    assessed_on = left.date_input(_("Ngày đánh giá"), own.assessed_on, key="pf_on", format="DD/MM/YYYY")
    again_on = right.date_input(_("Xem lại ngày"), own.look_again_on, key="pf_again", format="DD/MM/YYYY")
    slots["look_again_on"] = st.empty()
    is_saved = st.form_submit_button(_("Ghi lại"), key="pf_save", type="primary")
if is_saved:
    form = FileForm(officer, phone, email, notice, assessment, assessed_on, again_on)
    with refusals_at(slots):
        with transaction() as session:
            privacy_files.write(session, actor=actor, ward_id=ward.id, form=form)
        leave_for(HERE, news=_("Đã ghi."))
with st.container(horizontal=True):
    st.page_link(
        "pages/new_link.py", label=_("Làm mã QR cho trang công khai"), icon=":material/qr_code_2:",
        query_params={"trang": "/privacy"},
    )  # fmt: skip
if own.notice_on:
    parts.hint(_("Trang công khai: /privacy, bản ngày {day}.", day=day(own.notice_on)))
