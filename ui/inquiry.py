"""The parts of one thread's screen: what was said, how answers travelled, the windows that close, who and what it is about."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import streamlit as st

from core import clock, phones
from models import DeliveryStatus, Inquiry, InquiryKind, Procedure, Topic, Unit, User, Voice
from services import attachments, private_words
from services.inquiries import Said, Thread
from services.inquiry_answers import REPLY_MAX, Answered, Ready
from services.inquiry_intake import OPEN
from services.inquiry_ways import BY_HAND, Open, Way
from ui import parts
from ui.parts import Text, Tone
from ui.words import _, moment, near, number, span

PDF = "application/pdf"
SNOOZES = {"2h": timedelta(hours=2), "1d": timedelta(days=1), "3d": timedelta(days=3), "7d": timedelta(days=7)}


def facts(thread: Thread) -> None:
    """Who asks, by which way, about what."""
    one = thread.inquiry
    rows: list[tuple[str, Text]] = [(_("Qua"), _(one.channel.label)), (_("Hỏi lúc"), moment(one.asked_at))]
    if one.from_name or one.from_phone:
        rows.append((_("Ai hỏi"), parts.joined(one.from_name, " ", parts.call(one.from_phone))))
    if thread.place:
        rows.append((_("Tổ, thôn"), thread.place))
    if one.place:
        rows.append((_("Chỗ báo"), one.place))
    if thread.announcement:
        rows.append((_("Về thông báo"), parts.link(thread.announcement.title, "announcement", id=str(thread.announcement.id))))
    if thread.procedure:
        rows.append((_("Về thủ tục"), parts.link(thread.procedure.name, "procedure", ma=thread.procedure.code)))
    if one.has_helped is not None:
        rows.append((_("Người hỏi nói"), _("đã được") if one.has_helped else _("chưa được")))
    parts.facts(*rows)


def conversation(messages: Sequence[Said], name: str) -> None:
    """All that was said, the latest last."""
    for said in messages:
        with st.container(border=True, key=f"m_{said.message.id.hex}"):
            message = said.message
            who = {Voice.ASKED: name or _("Người hỏi"), Voice.REPLY: said.author or _("Phường"),
                   Voice.NOTE: _("Ghi chú nội bộ, {who}", who=said.author) if said.author else _("Ghi chú nội bộ")}[
                       message.voice
                   ]  # fmt: skip
            by = f" · {_(Way(message.way).label)}" if message.way in list(Way) else ""
            parts.html(parts.joined(parts.small(f"{who} · {near(message.at)}{by}"), parts.text(_words(said))))
            photos(message.photos)
            for delivery in said.deliveries:
                tone: Tone = parts.TONES.get(delivery.status.value, "unknown")
                stands = parts.badge(tone, _(delivery.status.label))
                parts.html(parts.joined(stands, parts.small(_(delivery.error)) if delivery.error else ""))


def _words(said: Said) -> str:
    return _("(tin đã được người gửi xóa)") if said.message.deleted_at else said.message.text


def photos(kept: Sequence[Mapping[str, Any]]) -> None:
    """Photos, for whoever answers."""
    shown = attachments.shown(kept)
    files = [attachments.path_of(one.sha256) for one in shown]
    pictures = [str(path) for one, path in zip(shown, files, strict=True) if one.media_type != PDF and path.is_file()]
    if pictures:
        st.image(pictures, width=220)
    for one, path in zip(shown, files, strict=True):
        if one.media_type == PDF and path.is_file():
            st.download_button(
                one.name, path.read_bytes(), one.name, one.media_type, key=f"f_{one.sha256[:16]}", on_click="ignore"
            )


def unknown_ones(messages: Sequence[Said]) -> list[tuple[Said, UUID]]:
    """Answers of which nobody knows whether they left."""
    return [(said, one.id) for said in messages for one in said.deliveries if one.status is DeliveryStatus.UNKNOWN]


def window(ways: Sequence[Open], now: datetime) -> None:
    """How long the channel still lets the ward reply; when it has closed, what else there is."""
    own = next((one for one in ways if one.until), None)
    if own is None or own.until is None:
        return
    others = ", ".join(_(one.way.label) for one in ways if one.reaches or one.way is Way.CALL)
    if own.is_closed:
        parts.note(
            "overdue", _("Hết thời gian {way}", way=_(own.way.label)),
            _("Còn đường khác: {ways}.", ways=others) if others
            else _("Biết số điện thoại của người hỏi thì ghi ở phần Sắp xếp lại. Họ viết lại thì trả lời được ngay."),
        )  # fmt: skip
    else:
        left = own.until - now
        tone: Tone = "overdue" if left < timedelta(hours=4) else "waiting"
        parts.note(tone, _("Còn {time} để {way}", time=span(left), way=_(own.way.label)),
                   _("Kênh này chỉ cho nhắn lại tới {when}.", when=moment(own.until)))  # fmt: skip


def reply_form(
    thread: Thread, ways: Sequence[Open], ready: Sequence[Ready], *, is_main: bool
) -> tuple[str, Way | None, str]:  # fmt: skip
    """The answer to be written: its text, its way, and what was pressed ("", "send", "close", "note").

    `is_main`: nothing else on the screen comes before answering.
    """
    one = thread.inquiry
    key = f"reply_{one.id.hex}"
    st.selectbox(
        _("Bắt đầu từ"), range(len(ready)), index=None, key=f"{key}_ready", format_func=lambda place: ready[place].name,
        placeholder=_("mẫu có sẵn, thủ tục, câu trả lời chung"), on_change=_fill, args=(key, ready),
    )  # fmt: skip
    text = st.text_area(_("Trả lời"), key=key, height=180, max_chars=REPLY_MAX)
    open_ways = [way for way in ways if not way.is_closed]
    way = None
    if open_ways:
        way = st.radio(
            _("Gửi bằng"), [way.way.value for way in open_ways], key=f"{key}_way", horizontal=True,
            format_func=lambda value: _(Way(value).label),
        )  # fmt: skip
    if way == Way.CALL.value:
        parts.html(parts.call(next(one.recipient for one in open_ways if one.way is Way.CALL)))
    pressed = ""
    label, and_close = _("Gửi trả lời"), _("Gửi và xong")
    if others := sum(other.status in OPEN for other in thread.alike):
        label = _("Gửi cho {n} người", n=number(1 + others))
    elif way in BY_HAND:
        label, and_close = _("Ghi câu trả lời"), _("Ghi và xong")
    with st.container(horizontal=True):
        if st.button(label, type="primary" if is_main else "secondary", key=f"{key}_send", disabled=not open_ways):
            pressed = "send"
        if st.button(and_close, key=f"{key}_close", disabled=not open_ways):
            pressed = "close"
        if st.button(_("Chỉ ghi chú nội bộ"), key=f"{key}_note"):
            pressed = "note"
    return text, Way(way) if way else None, pressed


def written(one: Inquiry) -> dict[str, object]:
    """The fields of the answer, as they are once it has gone."""
    return {f"reply_{one.id.hex}": "", f"reply_{one.id.hex}_ready": None}


def answered(done: Answered) -> str:
    """What an answer did, in a sentence."""
    if done.way is Way.UNTOLD:
        return _("Đã ghi lại. Người hỏi chưa được báo: chưa có đường nào nhắn tới.")
    if done.waiting:
        return _(
            "Đã trả lời {n} người. {waiting} người hỏi giống còn chờ: phải gọi hoặc nói trực tiếp.", n=number(done.people),
            waiting=number(done.waiting),
        )  # fmt: skip
    return _("Đã trả lời {n} người.", n=number(done.people))


def _fill(key: str, ready: Sequence[Ready]) -> None:
    place = st.session_state.get(f"{key}_ready")
    if place is not None:
        before = st.session_state.get(key, "").strip()
        st.session_state[key] = f"{before}\n{ready[place].text}".strip()[:REPLY_MAX]


def sorting(thread: Thread, *, places: Sequence[Unit], procedures: Sequence[Procedure]) -> dict[str, Any] | None:
    """What it is about and where its asker is called, to be put right; the values when saved."""
    one = thread.inquiry
    key = f"sort_{one.id.hex}_{one.version}"
    with st.form(key):
        topic = st.selectbox(
            _("Việc gì"), list(Topic), list(Topic).index(one.topic), key=f"{key}_topic", format_func=lambda value: _(value.label)
        )
        kind = st.selectbox(
            _("Loại"),
            list(InquiryKind),
            list(InquiryKind).index(one.kind),
            key=f"{key}_kind",
            format_func=lambda value: _(value.label),
        )
        place_ids, procedure_ids = [unit.id for unit in places], [row.id for row in procedures]
        named = {unit.id: unit.label for unit in places} | {row.id: row.name for row in procedures}
        place = st.selectbox(
            _("Tổ, thôn"), place_ids, place_ids.index(one.place_unit_id) if one.place_unit_id in place_ids else None,
            key=f"{key}_place", format_func=named.__getitem__,
        )  # fmt: skip
        procedure = st.selectbox(
            _("Thủ tục"), procedure_ids, procedure_ids.index(one.procedure_id) if one.procedure_id in procedure_ids else None,
            key=f"{key}_procedure", format_func=named.__getitem__,
        )  # fmt: skip
        phone = st.text_input(
            _("Số điện thoại của người hỏi"), phones.show(one.from_phone), key=f"{key}_phone", max_chars=20,
            placeholder=_said_number(thread),
        )  # fmt: skip
        if not st.form_submit_button(_("Ghi lại"), key=f"{key}_save"):
            return None
    return {"topic": topic, "kind": kind, "place_unit_id": place, "procedure_id": procedure, "phone": phone}


def _said_number(thread: Thread) -> str:
    """A number that stands in what was asked: it may be anybody's, so that a person has to type it."""
    asked = "\n".join(said.message.text for said in thread.messages if said.message.voice is Voice.ASKED)
    return next((_("trong lời hỏi có: {phone}", phone=one) for one in private_words.mobiles_in(asked)), "0912 345 678")


def giving(one: Inquiry, people: Sequence[User]) -> UUID | None:
    """Who has it; the user when another is chosen."""
    ids = [user.id for user in people]
    named = {user.id: user.display_name for user in people}
    chosen = st.selectbox(
        _("Ai trả lời"), ids, ids.index(one.assignee_id) if one.assignee_id in ids else None,
        key=f"give_{one.id.hex}_{one.version}", format_func=named.__getitem__, placeholder=_("chưa giao"),
    )  # fmt: skip
    return chosen if chosen != one.assignee_id else None


def until_chosen(one: Inquiry) -> datetime | None:
    """Until when it is to rest."""
    labels = {"2h": _("2 giờ"), "1d": _("1 ngày"), "3d": _("3 ngày"), "7d": _("7 ngày")}
    rests = f"{one.snoozed_until:%d%H%M%S}" if one.snoozed_until else ""  # chosen once, it is chosen no more
    key = f"snooze_{one.id.hex}_{one.version}{rests}"
    chosen = st.pills(_("Tạm gác"), list(SNOOZES), key=key, format_func=labels.__getitem__)
    return clock.now() + SNOOZES[chosen] if chosen else None
