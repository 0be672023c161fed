"""What an answer becomes beside a reply: everybody's, an addition to an announcement, the word on a rumour, a job done."""

from collections.abc import Callable, Sequence
from uuid import UUID

import streamlit as st

from core import phones
from core.db import reading, transaction
from models import InquiryChannel, InquiryKind, PublicAnswer, Voice
from services import (
    attachments,
    inquiries,
    inquiry_ways,
    private_words,
    public_answers,
    reports_done,
    rumour_relays,
    rumours,
)
from services.access import Actor
from services.inquiries import Thread
from services.inquiry_ways import Open, Way
from services.shown_photos import People
from ui import parts, refusals, rumour_card
from ui.forms import PICTURES
from ui.inbox import TONES, shortened
from ui.words import _, number

MOST_PHOTOS = 3


def about(actor: Actor, announcement_id: UUID) -> None:
    """What was asked about an announcement, grouped; nothing where nobody asked."""
    with reading() as session:
        asked = inquiries.about(session, actor=actor, announcement_id=announcement_id)
    if asked:
        parts.section(_("Bà con hỏi về thông báo này"), _("câu hỏi giống nhau đứng chung"))
        heads = (_("Câu hỏi"), parts.Column(_("Người hỏi"), "num"), parts.Column(_("Tình trạng"), "state"))
        rows = [
            (
                parts.link(shortened(one.text), "inquiry", id=str(one.id)), number(n),
                parts.badge(TONES[one.status], _(one.status.label)),
            )
            for one, n in asked
        ]  # fmt: skip
        parts.table(heads, rows, shown=5, more=_("Xem {n} câu hỏi", n=number(len(rows))))


def for_all(
    actor: Actor, thread: Thread, ways: Sequence[Open], public: PublicAnswer | None, done: Callable[[str], None]
) -> None:  # fmt: skip
    """The forms that fit this thread; carries out what is pressed. `public`: what was made everybody's of it."""
    if thread.inquiry.kind is InquiryKind.BROKEN:
        _finish(actor, thread, ways, done)
    elif thread.inquiry.kind is InquiryKind.RUMOUR:
        _judge(actor, thread, public, done)
    else:
        _for_leader(thread)
        _publish(actor, thread, public, done)


def _for_leader(thread: Thread) -> None:
    """What a leader brought goes back as text to put into the chat."""
    if thread.inquiry.channel is not InquiryChannel.LEADER:
        return
    replies = [one.message.text for one in thread.messages if one.message.voice is Voice.REPLY]
    if not replies:
        parts.hint(_("Trả lời xong, tổ trưởng có lời nhắn cho nhóm, và câu trả lời lên trang chung nếu không nêu tên ai."))
        return
    parts.section(_("Tin để tổ trưởng đăng vào nhóm"))
    st.code(f"{thread.inquiry.text}\n→ {replies[-1]}", language=None, wrap_lines=True)


def _publish(actor: Actor, thread: Thread, made: PublicAnswer | None, done: Callable[[str], None]) -> None:
    replies = [one.message.text for one in thread.messages if one.message.voice is Voice.REPLY]
    if not replies:
        return
    one, key = thread.inquiry, f"pub_{thread.inquiry.id.hex}"
    if made:
        parts.hint(_("Đã ở trang chung: {url}", url=public_answers.url_of(made)))
        return
    with st.expander(_("Đưa lên trang chung"), key=f"{key}_box"), st.form(key):
        question = st.text_input(
            _("Câu hỏi, bỏ tên và việc riêng"), one.text[: public_answers.QUESTION_MAX], key=f"{key}_q",
            max_chars=public_answers.QUESTION_MAX,
        )  # fmt: skip
        answer = st.text_area(_("Trả lời"), replies[-1], key=f"{key}_a", height=140, max_chars=public_answers.ANSWER_MAX)
        _warn(f"{question}\n{answer}")
        adds = thread.announcement is not None and st.checkbox(
            _("Thêm vào trang của thông báo, ai mở sau cũng thấy"), value=True, key=f"{key}_adds"
        )
        if not st.form_submit_button(_("Đưa lên"), key=f"{key}_go"):
            return
    with refusals():
        with transaction() as session:
            public_answers.publish(
                session, actor=actor, question=question, answer=answer, inquiry_id=one.id, procedure_id=one.procedure_id,
                announcement_id=one.announcement_id if adds else None,
            )  # fmt: skip
        done(_("Đã đưa lên trang chung, xem lại sau 180 ngày."))


def _warn(text: str) -> None:
    """What is to be taken out before everybody reads it."""
    for one in private_words.found_in(text):
        parts.note(
            "overdue" if one.severity == "stop" else "waiting", _("Việc riêng của một người"), _(one.message, **one.blanks)
        )
    if names := private_words.names_in(text):
        parts.note("waiting", _("Có tên người"), _("Xin bỏ: {names}.", names=", ".join(names[:5])))


def _judge(actor: Actor, thread: Thread, made: PublicAnswer | None, done: Callable[[str], None]) -> None:
    one, key = thread.inquiry, f"judge_{thread.inquiry.id.hex}"
    if made:
        rumour_card.shown(actor, made.id, done)
        return
    with st.form(key):
        verdict = st.segmented_control(
            _("Kết luận"), list(rumours.VERDICTS), key=f"{key}_v", format_func=lambda value: _(rumours.VERDICTS[value])
        )
        question = st.text_input(_("Tin nói gì"), one.text[: public_answers.QUESTION_MAX], key=f"{key}_q")
        answer = st.text_area(_("Sự thật là"), key=f"{key}_a", height=120, max_chars=public_answers.ANSWER_MAX)
        if not st.form_submit_button(_("Kết luận, đưa lên trang, trả lời người gửi"), type="primary", key=f"{key}_go"):
            return
    with refusals():
        with transaction() as session:
            made = rumours.judge(
                session, actor=actor, inquiry_id=one.id, verdict=verdict or "", question=question, answer=answer
            )  # fmt: skip
            asked = rumour_relays.begin(session, actor=actor, answer_id=made.id)
        done(_("Đã kết luận và nhờ {n} tổ trưởng đăng: tin hiện ở trang của từng người.", n=number(asked)))


def _finish(actor: Actor, thread: Thread, ways: Sequence[Open], done: Callable[[str], None]) -> None:
    one = thread.inquiry
    key = f"done_{one.id.hex}{'_again' if one.done_note else ''}"  # another form: what was sent does not stand in it any more
    if one.public_at and st.button(_("Gỡ khỏi danh sách việc đã làm"), key=f"{key}_hide"):
        with refusals():
            with transaction() as session:
                reports_done.hide(session, actor=actor, inquiry_id=one.id)
            done(_("Đã gỡ."))
    with st.expander(_("Đã xử lý xong chỗ hỏng"), key=f"{key}_box"), st.form(key):
        note = st.text_area(_("Đã làm gì"), one.done_note, key=f"{key}_note", height=90, max_chars=reports_done.NOTE_MAX)
        files = st.file_uploader(_("Ảnh sau khi làm"), PICTURES, accept_multiple_files=True, key=f"{key}_files")
        shows = st.checkbox(_("Đưa lên danh sách việc đã làm, có ảnh trước và sau"), value=True, key=f"{key}_public")
        people = st.radio(
            _("Có ảnh: trong ảnh trước và sau có nhận ra ai không"), list(People), index=None, key=f"{key}_people",
            format_func=lambda one: _(one.label),
        )  # fmt: skip
        codes = st.text_input(_("Mã các hộ đã đồng ý, cách nhau bằng dấu phẩy"), key=f"{key}_codes", max_chars=200, width=420)
        if not st.form_submit_button(_("Ghi và báo người đã báo"), key=f"{key}_go"):
            return
    with refusals():
        photos = [attachments.store(file.getvalue(), name=file.name) for file in files[:MOST_PHOTOS]]
        with transaction() as session:
            reports_done.finish(
                session, actor=actor, inquiry_id=one.id, note=note, photos=photos, is_public=shows, people=people, codes=codes
            )
        done(_told(inquiry_ways.chosen(ways)))


def _told(way: Open) -> str:
    """Whether whoever reported it knows by that, or somebody has to say it."""
    if way.reaches:
        return _("Đã ghi, người báo thấy ngay.")
    if way.way is Way.CALL:
        return _("Đã ghi. Xin gọi báo lại người đã báo: {phone}.", phone=phones.show(way.recipient))
    return _("Đã ghi. Người đã báo chưa được tin: không có đường nào nhắn lại.")
