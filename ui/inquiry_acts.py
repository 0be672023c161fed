"""What is done to a thread beside answering it: given, sorted, put to rest, put together, closed, thrown away."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import streamlit as st

from core import clock, phones
from core.db import transaction
from models import Inquiry, InquiryStatus
from services import inquiry_answers, inquiry_ways, inquiry_work
from services.access import Actor
from services.inquiry_ways import Open
from ui import parts, refusals
from ui.inbox import TONES, shortened
from ui.words import _, day, near, number

SHOWN = 10  # of those put together, each with its button


def apart(actor: Actor, one: Inquiry, ways: Sequence[Open], done: Callable[[str], None]) -> None:
    """A thread that was put to another one: the way there, and out of it again."""
    said = _("Trả lời ở đó thì người này cũng nhận.")
    if not inquiry_ways.chosen(ways).reaches:
        said = _("Trả lời ở đó thì người này vẫn phải gọi hoặc nói trực tiếp, rồi ghi ở đây.")
    with parts.line("same", "waiting", _("Đã gộp vào câu hỏi khác"), said):
        st.page_link("pages/inquiry.py", label=_("Mở"), query_params={"id": str(one.same_as_id)})
        is_pressed = st.button(_("Tách ra"), key="apart")
    if is_pressed:
        _take_apart(actor, one, done)


def together(actor: Actor, threads: Sequence[Inquiry], done: Callable[[str], None]) -> None:
    """Those that are answered with this one; each can be taken out again."""
    if not threads:
        return
    parts.section(_("Trả lời cùng lúc"), _("{n} người hỏi giống", n=number(len(threads))))
    for one in threads[:SHOWN]:
        with parts.line(f"t_{one.id.hex}", TONES[one.status], parts.link(shortened(one.text, 70), "inquiry", id=str(one.id)), ""):
            is_pressed = st.button(_("Tách ra"), key=f"apart_{one.id.hex}")
        if is_pressed:
            _take_apart(actor, one, done)
    if len(threads) > SHOWN:
        parts.hint(_("và {n} câu hỏi nữa", n=number(len(threads) - SHOWN)))


def _take_apart(actor: Actor, one: Inquiry, done: Callable[[str], None]) -> None:
    with refusals():
        with transaction() as session:
            inquiry_answers.take_apart(session, actor=actor, inquiry_id=one.id)
        done(_("Đã tách ra, trả lời riêng."))


def put_together(alike: Sequence[Inquiry]) -> list[UUID]:
    """Others that ask the same and could be put to it; whom, when pressed."""
    if not alike:
        return []
    parts.section(_("Hỏi giống"), _("gộp thì trả lời một lần, gửi cho tất cả"))
    ids = {str(one.id): one for one in alike}
    chosen = st.multiselect(
        _("Những câu hỏi gộp vào đây"), list(ids), default=list(ids)[:50], key="alike", label_visibility="collapsed",
        format_func=lambda one: f"{shortened(ids[one].text, 60)} ({near(ids[one].asked_at)})",
    )  # fmt: skip
    is_pressed = st.button(_("Gộp {n} câu hỏi", n=number(len(chosen))), key="put", disabled=not chosen)
    return [UUID(one) for one in chosen] if is_pressed else []


def last_acts(one: Inquiry) -> tuple[str, int]:
    """The last things that can be done: "close", "reopen", "spam", with the days somebody is kept out."""
    with st.container(horizontal=True):
        if one.status in (InquiryStatus.CLOSED, InquiryStatus.ANSWERED):
            return ("reopen", 0) if st.button(_("Mở lại"), key="reopen") else ("", 0)
        if one.status is InquiryStatus.SPAM:
            return "", 0
        if st.button(_("Xong, không cần trả lời"), key="close"):
            return "close", 0
        with st.popover(_("Tin rác"), key="spam_box"):
            if st.button(_("Bỏ vào tin rác"), key="spam", width="stretch"):
                return "spam", 0
            for days in inquiry_work.BLOCK_DAYS if one.from_id else ():
                until = day(clock.today() + timedelta(days=days))
                if st.button(_("Tin rác, chặn người gửi tới {day}", day=until), key=f"block_{days}", width="stretch"):
                    return "spam", days
            return "", 0


def carry_out(
    actor: Actor, one: Inquiry, *, given: UUID | None, until: datetime | None, values: dict[str, Any] | None,
    acts: tuple[str, int], put: Sequence[UUID], done: Callable[[str], None],
) -> None:  # fmt: skip
    """Do what was pressed, if anything was.

    Raises:
        Refusal: as the services say.
    """
    act, days = acts
    news = ""
    with transaction() as session:
        if given:
            inquiry_work.assign(session, actor=actor, inquiry_id=one.id, user_id=given)
            news = _("Đã giao.")
        if until:
            inquiry_work.snooze(session, actor=actor, inquiry_id=one.id, until=until)
            news = _("Đã tạm gác tới {when}.", when=near(until))
        if values:
            phone = values.pop("phone")
            inquiry_work.sort(session, actor=actor, inquiry_id=one.id, **values)
            if phone.strip() != phones.show(one.from_phone):
                inquiry_work.note_phone(session, actor=actor, inquiry_id=one.id, phone=phone)
            news = _("Đã ghi lại.")
        if put:
            n = inquiry_answers.put_together(session, actor=actor, inquiry_id=one.id, others=put)
            news = _("Đã gộp {n} câu hỏi.", n=number(n))
        if act == "close":
            inquiry_work.close(session, actor=actor, inquiry_id=one.id)
            news = _("Đã xong.")
        elif act == "reopen":
            inquiry_work.reopen(session, actor=actor, inquiry_id=one.id)
            news = _("Đã mở lại.")
        elif act == "spam":
            inquiry_work.mark_spam(session, actor=actor, inquiry_id=one.id, block_days=days)
            news = _("Đã bỏ vào tin rác.")
    if news:
        done(news)
