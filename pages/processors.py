"""Sổ bên xử lý: who outside gets personal data, which, in which country, by which contract."""

import streamlit as st

from core.db import reading, transaction
from services import access, privacy_files, units
from services.access import May
from services.privacy_files import OUTSIDE, ProcessorForm
from ui import _, channels, day, emptied, enter, leave_for, parts
from ui.forms import refusals_at

HERE = "pages/processors.py"
actor = enter(
    _("Sổ bên xử lý, nơi nhận dữ liệu"), needs=May.KEEP_PRIVACY.roles,
    lines=[_("Máy này không tự gửi gì ra ngoài; chỉ các kênh đã nối và các trang đang theo dõi")],
)  # fmt: skip
with reading() as session:
    ward = units.commune_for(session, actor=actor)
    found = privacy_files.processors(session, actor=actor, ward_id=ward.id)
    alarms = privacy_files.alarms(session, actor=actor, ward_id=ward.id)
for alarm in alarms:
    title = _("{channel} đang gửi dữ liệu ra ngoài", channel=channels.name_of(alarm.channel))
    parts.note("overdue", title, _("Chưa có dòng nào trong sổ này cho kênh ấy."))
for one in found:
    where = _("nước ngoài: {country}", country=one.country) if one.is_abroad else _("trong nước")
    ended = _("thôi từ {day}", day=day(one.ended_on)) if one.ended_on else ""
    tone: parts.Tone = "unknown" if one.ended_on else "waiting" if one.is_abroad else "arrived"
    parts.item(tone, one.name, "; ".join(words for words in (where, one.does, one.fields, one.contract, ended) if words))
if not found:
    parts.empty(_("Chưa ghi bên nào"), _("Ghi nhà mạng, Zalo, nơi thuê máy chủ, nơi để bản sao lưu: ai nhận dữ liệu gì."))
if not access.may(actor, May.DECIDE_PRIVACY):
    st.stop()
parts.section(_("Ghi một bên"), _("ghi lại tên cũ thì sửa dòng ấy"))
slots = {}
with st.form("processor", width=560):
    name = st.text_input(_("Tên"), key="pr_name", max_chars=200, placeholder="Zalo OA")
    slots["name"] = st.empty()
    does = st.text_input(_("Làm gì cho phường"), key="pr_does", max_chars=200)
    fields = st.text_input(_("Nhận dữ liệu nào"), key="pr_fields", max_chars=200)
    country = st.text_input(_("Nước (hai chữ)"), "VN", key="pr_country", max_chars=2, width=160)
    slots["country"] = st.empty()
    contract = st.text_input(_("Hợp đồng, thỏa thuận số"), key="pr_contract", max_chars=200)
    behind = st.multiselect(
        _("Đứng sau kênh nào"), OUTSIDE, format_func=channels.name_of, key="pr_channels", placeholder=_("Không")
    )
    is_saved = st.form_submit_button(_("Ghi lại"), key="pr_save", type="primary")
if is_saved:
    with refusals_at(slots):
        form = ProcessorForm(name, does, fields, country, contract, tuple(behind))
        with transaction() as session:
            privacy_files.write_processor(session, actor=actor, ward_id=ward.id, form=form)
        emptied({"pr_name": "", "pr_does": "", "pr_fields": "", "pr_contract": "", "pr_channels": []})
        leave_for(HERE, news=_("Đã ghi."))
standing = {one.name: one.id for one in found if one.ended_on is None}
if standing:
    gone = st.selectbox(
        _("Bên không nhận nữa"), list(standing), index=None, key="pr_which", placeholder=_("Chọn một bên"), width=320
    )
    if gone and st.button(_("Ghi là đã thôi"), key="pr_end"):
        with transaction() as session:
            privacy_files.end_processor(session, actor=actor, ward_id=ward.id, processor_id=standing[gone])
        leave_for(HERE, news=_("Đã ghi."))
st.page_link("pages/personal_data.py", label=_("Dữ liệu cá nhân"), icon=":material/arrow_back:")
