"""Khảo sát điện thoại thông minh: which households are asked, by whom, how far it has come."""

import streamlit as st

from core.db import reading, transaction
from services import phone_surveys, team_members, units
from services.access import May
from ui import _, day, enter, leave_for, needed, number, parts, record_id, refusals, team
from ui import phone_surveys as drawing
from ui.forms import refusals_at

HERE = "pages/phone_survey.py"
actor = enter(needs=May.KEEP_TEAM.roles)
with reading() as session:
    ward = units.commune_for(session, actor=actor)
    rows = phone_surveys.listing(session, actor=actor)
    members = team_members.of_ward(session, actor=actor, ward=ward)

if "id" in st.query_params:
    with needed(back=HERE), reading() as session:
        survey = phone_surveys.get(session, actor=actor, survey_id=record_id())
        shares = phone_surveys.shares(session, actor=actor, survey_id=survey.id)
    row = next(one for one in rows if one.survey.id == survey.id)
    parts.head(survey.title, _("từ {since} đến {until}", since=day(survey.starts_on), until=day(survey.ends_on)))
    drawing.figures(row)
    parts.section(_("Ai đi hỏi hộ nào"), _("mỗi người một đoạn đường, theo địa chỉ"))
    drawing.shares(shares)
    if survey.closed_at is None:
        if members and (chosen := drawing.hand_over(shares, members)):
            with refusals():
                with transaction() as session:
                    moved = phone_surveys.hand_over(session, actor=actor, survey_id=survey.id, from_id=chosen[0], to_id=chosen[1])
                leave_for(HERE, news=_("Đã giao {n} hộ.", n=number(moved)), id=str(survey.id))
        with st.expander(_("Kết thúc đợt này"), key="s_end"):
            parts.hint(_("Hộ chưa hỏi không hiện trên điện thoại của ai nữa. Kết quả đã ghi vẫn còn."))
            if st.button(_("Kết thúc"), key="s_end_ok"):
                with refusals():
                    with transaction() as session:
                        phone_surveys.close(session, actor=actor, survey_id=survey.id)
                    leave_for(HERE, news=_("Đã kết thúc đợt khảo sát."))
    st.page_link(HERE, label=_("Về danh sách"), icon=":material/arrow_back:")
    st.stop()

with reading() as session:
    places = units.residential(session, actor=actor, unit_id=ward.id)
parts.head(_("Khảo sát điện thoại thông minh"), _("kết quả ghi thẳng vào hộ, số cũ vẫn giữ"))
left, right = st.columns([1.3, 1], gap="medium")
with left:
    for row in rows:
        drawing.line(row)
    if not rows:
        parts.empty(
            _("Chưa có đợt khảo sát nào"),
            _("Chọn tổ, thôn và thành viên: máy chia hộ theo đường đi, mỗi người hỏi trên điện thoại của mình."),
        )
with right:
    parts.section(_("Mở đợt mới"))
    if not members:
        team.needed_first()
    elif filled := drawing.form(places, members):
        form, slots = filled
        with refusals_at(slots):
            with transaction() as session:
                made = phone_surveys.begin(session, actor=actor, form=form)
            leave_for(HERE, news=_("Đã chia hộ. Mỗi người thấy phần của mình trên điện thoại."), id=str(made.id))
