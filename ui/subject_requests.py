"""Requests about the own data on a screen: the form, how one stands, what can be done with it."""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import streamlit as st

from core import clock
from core.db import reading, transaction
from models import Extra, IdentityCheck, RequestKind, RequestStatus
from services import (
    access,
    attachments,
    households,
    subject_days,
    subject_erasure,
    subject_files,
    subject_letters,
    subject_papers,
    subject_requests,
    subject_scope,
    units,
)
from services.access import Actor, May
from services.household_search import Filters
from services.ports import RegisterPaper
from services.subject_erasure import Erased
from services.subject_requests import RequestForm, RequestRow
from ui import leave_for, parts, privacy, refusals, registers
from ui.forms import refusals_at
from ui.words import _, day, number, plain

LIST, HERE = "pages/subject_requests.py", "pages/subject_request.py"
SHOWN = 8


def standing(row: RequestRow) -> tuple[parts.Tone, str]:
    """How a request stands with its days, in words."""
    if row.days_left is None:
        return ("arrived" if row.request.status is RequestStatus.DONE else "unknown"), _(row.request.status.label)
    what = _("trả lời tiếp nhận") if row.needs_answer else _("thực hiện")
    when = day(row.request.answer_by if row.needs_answer else row.request.due_on)
    if row.is_late:
        return "overdue", _("quá hạn {what} {n} ngày ({day})", what=what, n=number(-row.days_left), day=when)
    return "waiting", _("{what} trước hết {day}, còn {n} ngày", what=what, day=when, n=number(row.days_left))


def new(actor: Actor, ward_id: UUID) -> None:
    """The form in which the desk writes a request down."""
    slots = {}
    with st.expander(_("Ghi một yêu cầu"), key="sr_new"), st.form("request", border=False):
        kind = st.selectbox(_("Người dân muốn"), list(RequestKind), format_func=lambda one: _(one.label), key="sr_kind")
        asked_by = st.text_input(_("Họ tên người yêu cầu"), key="sr_by", max_chars=120)
        slots["asked_by"] = st.empty()
        contact = st.text_input(_("Trả lời về đâu: địa chỉ, điện thoại"), key="sr_contact", max_chars=200)
        words = st.text_area(_("Lời yêu cầu"), key="sr_words", max_chars=2000, height=90)
        way = st.selectbox(
            _("Đến bằng cách nào"),
            privacy.WAYS,
            format_func=lambda one: _(one.label),
            key="sr_way",
        )
        asked_on = st.date_input(_("Ngày nhận"), clock.today(), key="sr_on", format="DD/MM/YYYY", width=180)
        slots["asked_on"] = st.empty()
        others = st.checkbox(_("Bên ngoài (nhà mạng, Zalo) cũng phải làm theo"), key="sr_others")
        if st.form_submit_button(_("Ghi lại"), key="sr_save", type="primary") and kind and way:
            form = RequestForm(kind, asked_by, contact, words, way, asked_on, has_processor=others)
            with refusals_at(slots):
                with transaction() as session:
                    made = subject_requests.take_in(session, actor=actor, ward_id=ward_id, form=form)
                leave_for(HERE, news=_("Đã ghi. Trả lời tiếp nhận trước hết {day}.", day=day(made.answer_by)), id=str(made.id))


def steps(row: RequestRow, *, actor: Actor) -> None:
    """What can be done with an open request, in its order."""
    request = row.request
    _who(row, actor)
    if request.status is RequestStatus.NEW and parts.action(
        "sr_answer", "waiting", _("Trả lời đã tiếp nhận"), _("trước hết {day}, theo thư dưới đây", day=day(request.answer_by)),
        _("Đã trả lời"),
    ):  # fmt: skip
        with refusals():
            with transaction() as session:
                subject_requests.answer(session, actor=actor, request_id=request.id)
            leave_for(HERE, news=_("Đã ghi."), id=str(request.id))
    _work(row, actor)
    if request.extended_from is None:
        _extension(row, actor)
    _end(row, actor)


def _who(row: RequestRow, actor: Actor) -> None:
    """Whose record is meant, and how it was made sure who asks."""
    request = row.request
    parts.section(_("Ai yêu cầu, về hộ nào"))
    words = st.text_input(
        _("Tìm hộ: tên, mã, số điện thoại"), key="sr_find", type="search", live=True, width=420, icon=":material/search:"
    )
    chosen: UUID | None = request.household_id
    if words.strip():
        with reading() as session:
            found = households.search(session, actor=actor, filters=Filters(words=words), size=SHOWN).rows
        labels = {one.id: plain(f"{one.head_name} · {one.code} · {one.unit_label}") for one in found}
        chosen = st.radio(_("Hộ"), list(labels), format_func=labels.__getitem__, index=None, key="sr_home") or chosen
        if not found:
            parts.hint(_("Không có hộ nào khớp."))
    with st.form("identity", border=False):
        checks = list(IdentityCheck)
        identity = st.selectbox(
            _("Đã xác minh thế nào"), checks, index=checks.index(request.identity), format_func=lambda one: _(one.label),
            key="sr_identity", width=420,
        )  # fmt: skip
        note = st.text_input(
            _("Ghi chú: ai xem, lúc nào; không ghi số giấy tờ"), request.identity_note, key="sr_note", max_chars=200, width=420
        )
        if st.form_submit_button(_("Ghi xác minh"), key="sr_check"):
            with refusals():
                with transaction() as session:
                    subject_requests.check_identity(
                        session, actor=actor, request_id=request.id, identity=identity, note=note, household_id=chosen
                    )  # fmt: skip
                leave_for(HERE, news=_("Đã ghi."), id=str(request.id))


def _work(row: RequestRow, actor: Actor) -> None:
    request = row.request
    if request.household_id is None:
        return
    if request.kind in (RequestKind.VIEW, RequestKind.COPY, RequestKind.ERASE):
        parts.section(_("Dữ liệu phường đang giữ"))
        if request.identity is not IdentityCheck.NONE:
            _file_of(actor, request.household_id)
        else:
            parts.hint(_("Ghi xác minh trước, rồi mới tải được."))
    if request.kind is RequestKind.CORRECT:
        st.page_link("pages/household.py", label=_("Sửa ở hồ sơ hộ"), query_params={"id": str(request.household_id)})
    if not access.may(actor, May.DECIDE_PRIVACY):
        return
    if request.kind is RequestKind.ERASE:
        _erase(row, actor)
    if request.kind in (RequestKind.RESTRICT, RequestKind.OBJECT, RequestKind.WITHDRAW):
        _stop(row, actor)


def _file_of(actor: Actor, household_id: UUID) -> None:
    def made(session: Any, who: Actor) -> RegisterPaper:
        subject = subject_scope.of_household(session, actor=who, household_id=household_id)
        found = subject_files.take(session, actor=who, subject=subject)
        ward = units.commune_for(session, actor=who)
        return subject_papers.on_paper(found, ward=ward.name)

    registers.paper(actor, made, label=_("Tải bản để đọc (PDF)"), name="du-lieu-ca-nhan", key="sr_pdf")
    registers.machine_file(actor, household_id, label=_("Tải bản cho máy (JSON)"), key="sr_json")
    parts.hint(_("Mỗi lần tải đều ghi vào nhật ký. Chỉ giao cho người đã xác minh."))


def _erase(row: RequestRow, actor: Actor) -> None:
    request = row.request
    with parts.line("sr_erase", "overdue", _("Xóa dữ liệu"), _("Không lấy lại được. Con số thống kê giữ lại.")):
        is_sure = st.checkbox(_("Tôi đã đọc bản trên và chắc chắn"), key="sr_sure")
        is_pressed = st.button(_("Xóa"), key="sr_erase", disabled=not is_sure)
    if is_pressed:
        with refusals():
            with transaction() as session:
                done = subject_requests.carry_out(session, actor=actor, request_id=request.id)
            if isinstance(done, Erased):
                with reading() as session:
                    attachments.remove_unnamed(session, done.documents)
                news = _("Đã xóa {n} dòng. Giờ tải thư trả lời, rồi ghi là đã thực hiện.", n=number(done.erased))
                if done.already_on:
                    news = _("Hộ này đã xóa từ {day}, không còn gì để xóa.", day=done.already_on)
                leave_for(HERE, news=news, id=str(request.id))


def _stop(row: RequestRow, actor: Actor) -> None:
    request = row.request
    with st.form("stop", border=False):
        extras = st.multiselect(
            _("Dừng những việc"), subject_requests.STOPPED, default=subject_requests.STOPPED,
            format_func=lambda one: _(Extra(one).label), key="sr_extras", placeholder=_("Không"),
        )  # fmt: skip
        if st.form_submit_button(_("Dừng"), key="sr_stop"):
            with refusals():
                with transaction() as session:
                    subject_requests.carry_out(session, actor=actor, request_id=request.id, extras=extras)
                leave_for(HERE, news=_("Đã dừng. Mọi nơi trong máy này làm theo ngay."), id=str(request.id))


def _extension(row: RequestRow, actor: Actor) -> None:
    request = row.request
    last = subject_days.furthest(request.due_on)
    slots = {}
    with st.expander(_("Gia hạn một lần"), key="sr_more"), st.form("extend", border=False):
        until = st.date_input(_("Đến ngày"), last, key="sr_until", format="DD/MM/YYYY", width=180)
        slots["until"] = st.empty()
        reason = st.text_input(_("Lý do"), key="sr_reason", max_chars=200)
        slots["reason"] = st.empty()
        if st.form_submit_button(_("Gia hạn"), key="sr_extend"):
            with refusals_at(slots):
                with transaction() as session:
                    subject_requests.extend(session, actor=actor, request_id=request.id, until=until, reason=reason)
                leave_for(HERE, news=_("Đã gia hạn. Gửi thư báo người yêu cầu."), id=str(request.id))


def _end(row: RequestRow, actor: Actor) -> None:
    request = row.request
    parts.section(_("Kết thúc"))
    slots = {}
    with st.form("close", border=False):
        outcome = st.text_area(_("Kết quả, hoặc lý do từ chối"), key="sr_outcome", max_chars=2000, height=80)
        slots["outcome"] = st.empty()
        with st.container(horizontal=True):
            is_done = st.form_submit_button(_("Đã thực hiện"), key="sr_done", type="primary")
            is_refused = st.form_submit_button(_("Từ chối"), key="sr_refuse")
    if is_done or is_refused:
        with refusals_at(slots):
            with transaction() as session:
                subject_requests.close(session, actor=actor, request_id=request.id, is_done=is_done, outcome=outcome)
            leave_for(HERE, news=_("Đã ghi. Thư trả lời ở dưới."), id=str(request.id))


def letter(row: RequestRow, *, actor: Actor) -> None:
    """The letter that is due as the request stands, its number of the clerk's register, and those that have theirs."""
    request, name = row.request, "tra-loi-yeu-cau-du-lieu"
    due = subject_letters.stage_of(request)
    with reading() as session:
        text = subject_letters.text_of(session, actor=actor, request_id=request.id)
        sent = subject_letters.sent(session, actor=actor, request_id=request.id)
    parts.section(_("Thư trả lời"), _(due.label))
    said = {
        one.stage: _("số {n}, ngày {day}", n=str(one.number), day=day(one.issued_on, weekday=False)) for one in sent
    }  # fmt: skip
    parts.facts(*((_(stage.label).capitalize(), words) for stage, words in said.items()))
    if text.number is not None:
        privacy.letter(text, label=_("Tải thư trả lời (PDF)"), name=name, key="sr_letter")
        return
    _number(row, actor)
    with st.container(horizontal=True):
        blank = replace(text, draft="")
        privacy.letter(blank, label=_("Tải thư, để trống số và ngày (PDF)"), name=name, key="sr_letter")
        privacy.letter(text, label=_("Tải bản dự thảo (PDF)"), name=f"{name}-du-thao", key="sr_draft")


def _number(row: RequestRow, actor: Actor) -> None:
    give = partial(subject_letters.give_number, actor=actor, request_id=row.request.id)
    privacy.ask_number(give, key="sr_no", page=HERE, id_=row.request.id)


def kept() -> None:
    """What stays after an erasure, and why."""
    with st.expander(_("Những gì vẫn giữ lại sau khi xóa"), key="sr_kept"):
        for words in subject_erasure.KEPT:
            parts.hint(_(words))
