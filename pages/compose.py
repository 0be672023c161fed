"""Soạn thông báo: what do we say, to whom, until when; with what leaders will paste and residents will see."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.db import reading, transaction
from models import Announcement, AnnouncementKind, AsksFor, Urgency
from services import also_groups, approvals, drafts, text_checks, units
from services.access import May
from ui import (
    _,
    attaching,
    compose,
    compose_checks,
    compose_form,
    compose_saving,
    compose_templates,
    copying,
    enter,
    leave_for,
    needed,
    parts,
    planned,
    trying,
)
from ui import also_groups as also
from ui.bar import refusals_in, two_storeys
from ui.compose import KINDS, asked_for, at
from ui.previews import side_by_side

actor = enter(_("Soạn thông báo"), needs=May.WRITE.roles)
(draft_id, again_id), corrects_id = compose_saving.asked(), asked_for("corrects")
with needed(back="pages/announcements.py"), reading() as session:
    places = units.residential(session, actor=actor)
    ward = units.commune_for(session, actor=actor)
    known = text_checks.known_in(session, ward=ward)
    chats = also_groups.choices(session, actor=actor, unit_ids=[ward.id])
    draft = drafts.get(session, actor=actor, announcement_id=draft_id) if draft_id else None
    again = drafts.dropped(session, actor=actor, announcement_id=again_id) if again_id else None
    corrects_id = again.corrects_id if again else corrects_id
    wrong = drafts.get(session, actor=actor, announcement_id=corrects_id) if corrects_id else None
    source = (own := draft or again) or wrong  # a correction goes to whom the wrong one went, until someone says otherwise
    audience = drafts.audience_of(session, source.id) if source else []
    chosen = [entry.unit_id for entry in audience]
names = compose.unit_names(ward, places)
compose.load(draft, chosen or [ward.id], wrong=wrong, again=again, audience=audience)
compose_saving.begin(draft, audience)
compose.stands(draft, actor=actor, wrong=wrong, again=again)
copying.blanks(draft)
top = st.container()
compose_templates.choose(actor, draft, is_correction=wrong is not None)
left, right = st.columns([1.15, 1], gap="medium")
slots: dict[str, DeltaGenerator] = {}  # by the name of the field, the place under it where its flaw is said
with left:
    told = compose_form.ask_words(slots)
    where = st.multiselect(
        _("Gửi tới"), list(names), format_func=lambda id_: names[id_], key="c_units", placeholder=_("Chọn phường hoặc từng tổ")
    )
    slots["unit_ids"] = st.empty()
    needs, streets = compose.ask_needs(), compose.ask_streets(actor, where)
    beside = also.choose(chats, source)
    one, two = st.columns(2)
    urgency = one.selectbox(_("Mức khẩn"), list(Urgency), format_func=lambda u: _(u.label), key="c_urgency") or Urgency.NORMAL
    kind = two.selectbox(_("Loại"), KINDS, format_func=lambda k: _(k.label), key="c_kind", disabled=wrong is not None) or KINDS[0]
    asks_for = st.selectbox(_("Hỏi bà con"), list(AsksFor), format_func=lambda a: _(a.label), key="c_asks") or AsksFor.NOTHING
    cap = compose.ask_places(asks_for)
    times = compose_form.ask_times(slots, is_emergency=urgency is Urgency.EMERGENCY)
    documents = attaching.ask(actor)

must_by, send_at = at(times.must_day, times.must_hour), at(times.send_day, times.send_hour) if times.send_hour else None
words = drafts.Words(
    title=told.title, body=told.body, unit_ids=where, group_text=told.group_text, facts=told.facts, urgency=urgency,
    asks_for=asks_for, kind=AnnouncementKind.CORRECTION if wrong else kind, must_reach_by=must_by, send_at=send_at,
    expires_at=compose.kept_end(own, must_by, send_at), channels=drafts.channels_of(own) if own else (),
    corrects_id=wrong.id if wrong else draft.corrects_id if draft else None, places=cap or 0, also_groups=beside,
    attachments=documents, needs=needs, streets=streets,
)  # fmt: skip
with needed(back="pages/announcements.py"):
    plan = planned.of_words(words, actor=actor, draft=draft)

with right:
    compose.figures_of(plan)
    planned.behind_words(plan, words, actor=actor)
    sample = plan.groups[0].unit_label if plan.groups else _("tổ dân phố")
    shape = Announcement(
        unit_id=ward.id, title=told.title, body=told.body, group_text=told.group_text, asks_for=asks_for, urgency=urgency,
        kind=words.kind, send_at=send_at, must_reach_by=must_by, expires_at=words.expires_at, corrects_id=words.corrects_id,
        facts=told.facts, places=cap or None,
    )  # fmt: skip
    found = compose_checks.second_look(shape, known=known)
    compose_checks.links(shape, actor=actor)
    measured = compose_checks.measure(shape, actor=actor, ward=ward, unit_label=sample)
    trying.show(actor, draft)
parts.section(_("Người nhận thấy gì, nghe gì"))
side_by_side(shape, ward=ward, unit_label=sample, lengths=measured)

compose_saving.choices(actor, draft, words, names, place=top)
word, buttons = two_storeys()
with buttons:
    is_saved = st.button(_("Lưu dự thảo"), key="c_save")
    is_submitted = st.button(_("Trình duyệt"), key="c_submit", type="primary")
st.session_state["c_pressed"] |= is_saved or is_submitted  # from then on each flaw goes as it is mended
flaws = drafts.flaws_of(words) + compose.half_given(
    times.must_day, times.must_hour, is_scheduled=times.is_scheduled, send_day=times.send_day, send_hour=times.send_hour
)  # fmt: skip
if st.session_state["c_pressed"]:
    compose.show_flaws(flaws, slots, word)
stops = (compose_checks.stopping(found, shape) or attaching.unanswered(documents)) if is_submitted and not flaws else ""
if stops:
    word.error(_("Chưa trình được. {why}", why=stops))
if (is_saved or is_submitted) and not flaws and not stops:
    with refusals_in(word), compose_saving.clashes_asked():
        made, joined = compose_saving.store(actor, draft, words)
        if is_submitted and not joined:
            with transaction() as session:
                approvals.submit(session, actor=actor, announcement_id=made.id)
        compose.left()
        news = compose_saving.joined_news(joined) if joined else compose.news_of(draft, is_submitted=is_submitted)
        leave_for("pages/review.py", id=str(made.id), news=news)
compose_saving.line(actor, draft, words, place=word)
