"""Soạn thông báo: what do we say, to whom, until when; with what leaders will paste and residents will see."""

import streamlit as st

from core.db import reading, transaction
from models import FACT_LABELS, Announcement, AnnouncementKind, AsksFor, Urgency
from services import access, also_groups, approvals, drafts, relays, units
from ui import _, attaching, compose, compose_saving, copying, enter, leave_for, needed, planned, trying
from ui import also_groups as also
from ui.bar import refusals_in, two_storeys
from ui.compose import KINDS, asked_for, at
from ui.previews import page_of, paste

actor = enter(_("Soạn thông báo"), needs=access.WRITERS)
(draft_id, again_id), corrects_id = compose_saving.asked(), asked_for("corrects")
with needed(back="pages/announcements.py"), reading() as session:
    places = units.residential(session, actor=actor)
    ward = units.commune_for(session, actor=actor)
    chats = also_groups.choices(session, actor=actor, unit_ids=[ward.id])
    draft = drafts.get(session, actor=actor, announcement_id=draft_id) if draft_id else None
    again = drafts.dropped(session, actor=actor, announcement_id=again_id) if again_id else None
    corrects_id = again.corrects_id if again else corrects_id
    wrong = drafts.get(session, actor=actor, announcement_id=corrects_id) if corrects_id else None
    source = draft or again or wrong  # a correction goes to whom the wrong one went, until someone says otherwise
    audience = drafts.audience_of(session, source.id) if source else []
    chosen = [entry.unit_id for entry in audience]
names = compose.unit_names(ward, places)
compose.load(draft, chosen or [ward.id], wrong=wrong, again=again)
compose_saving.begin(draft, audience)
compose.stands(draft, actor=actor, wrong=wrong, again=again)
copying.blanks(draft)
top = st.container()

left, right = st.columns([1.15, 1], gap="medium")
slots = {}  # by the name of the field, the place under it where its flaw is said
with left:
    title = st.text_input(
        _("Tiêu đề"), key="c_title", max_chars=drafts.TITLE_MAX, placeholder=_("Khám sàng lọc miễn phí sáng mai")
    )
    slots["title"] = st.empty()
    body = st.text_area(_("Nội dung đầy đủ, hiện ở trang của bà con"), key="c_body", height=170, max_chars=drafts.BODY_MAX)
    slots["body"] = st.empty()
    group_text = st.text_area(
        _("Lời nhắn ngắn để tổ trưởng dán vào nhóm (bỏ trống: dùng nội dung đầy đủ)"), key="c_group_text", height=110,
        max_chars=drafts.GROUP_TEXT_MAX, help=_("Nên dưới năm dòng: việc gì, khi nào, ở đâu, mang gì, hỏi ai."),
    )  # fmt: skip
    with st.expander(_("Khi nào, ở đâu, ai nên đi, mang gì"), expanded=any(st.session_state.get(f"c_{n}") for n in drafts.FACTS)):
        facts = {name: st.text_input(_(label), key=f"c_{name}", max_chars=drafts.FACT_MAX) for name, label in FACT_LABELS.items()}
    where = st.multiselect(
        _("Gửi tới"), list(names), format_func=lambda id_: names[id_], key="c_units", placeholder=_("Chọn phường hoặc từng tổ")
    )
    slots["unit_ids"] = st.empty()
    beside = also.choose(chats, source)
    one, two = st.columns(2)
    urgency = one.selectbox(_("Mức khẩn"), list(Urgency), format_func=lambda u: _(u.label), key="c_urgency") or Urgency.NORMAL
    kind = two.selectbox(_("Loại"), KINDS, format_func=lambda k: _(k.label), key="c_kind", disabled=wrong is not None) or KINDS[0]
    asks_for = st.selectbox(_("Hỏi bà con"), list(AsksFor), format_func=lambda a: _(a.label), key="c_asks") or AsksFor.NOTHING
    cap = compose.ask_places(asks_for)
    one, two = st.columns(2)
    must_day = one.date_input(_("Phải tới mọi hộ trước ngày"), key="c_must_day", value=None, format="DD/MM/YYYY")
    must_hour = two.time_input(_("lúc"), key="c_must_hour", value=None, step=900)
    slots["must_reach_by"] = st.empty()
    later = st.toggle(_("Hẹn giờ gửi"), key="c_later", help=_("Tắt: gửi ngay khi được duyệt."))
    send_day = send_hour = None
    if later:
        one, two = st.columns(2)
        send_day = one.date_input(_("Gửi ngày"), key="c_send_day", value=None, format="DD/MM/YYYY")
        send_hour = two.time_input(_("lúc"), key="c_send_hour", value=None, step=900)
    slots["send_at"] = st.empty()
    documents = attaching.ask()

must_by, send_at = at(must_day, must_hour), at(send_day, send_hour) if send_hour else None
own = draft or again
words = drafts.Words(
    title=title, body=body, unit_ids=where, group_text=group_text, facts=facts, urgency=urgency, asks_for=asks_for,
    kind=AnnouncementKind.CORRECTION if wrong else kind, must_reach_by=must_by, send_at=send_at,
    expires_at=compose.kept_end(own, must_by, send_at), channels=drafts.channels_of(own) if own else (),
    corrects_id=wrong.id if wrong else draft.corrects_id if draft else None, places=cap or 0, also_groups=beside,
    attachments=documents,
)  # fmt: skip
with needed(back="pages/announcements.py"):
    plan = planned.of_words(words, actor=actor)

with right:
    compose.figures_of(plan)
    planned.behind_words(plan, words, actor=actor)
    pasted, seen = st.tabs([_("Tổ trưởng dán vào nhóm"), _("Bà con mở trên điện thoại")])
    sample = plan.groups[0].unit_label if plan.groups else _("tổ dân phố")
    shape = Announcement(
        unit_id=ward.id, title=title, body=body, group_text=group_text, asks_for=asks_for, urgency=urgency, send_at=send_at,
        corrects_id=words.corrects_id, facts=facts,
    )  # fmt: skip
    with pasted:
        paste(relays.ready_text(shape, unit_label=sample, url=relays.sample_url()))
    with seen:
        page_of(shape, ward=ward, unit_label=sample)
    trying.show(actor, draft)

compose_saving.choices(actor, draft, words, names, place=top)
word, buttons = two_storeys()
with buttons:
    is_saved = st.button(_("Lưu dự thảo"), key="c_save")
    is_submitted = st.button(_("Trình duyệt"), key="c_submit", type="primary")
st.session_state["c_pressed"] |= is_saved or is_submitted  # from then on each flaw goes as it is mended
flaws = drafts.flaws_of(words) + compose.half_given(
    must_day, must_hour, is_scheduled=later, send_day=send_day, send_hour=send_hour
)  # fmt: skip
if st.session_state["c_pressed"]:
    compose.show_flaws(flaws, slots, word)
if (is_saved or is_submitted) and not flaws:
    with refusals_in(word), compose_saving.clashes_asked():
        made, others = compose_saving.store(actor, draft, words)
        if is_submitted and not others:
            with transaction() as session:
                approvals.submit(session, actor=actor, announcement_id=made.id)
        compose.left()
        news = compose_saving.joined_news(others) if others else compose.news_of(draft, is_submitted=is_submitted)
        leave_for("pages/review.py", id=str(made.id), news=news)
compose_saving.line(actor, draft, words, place=word)
