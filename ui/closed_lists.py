"""Closed lists on a screen: bring one, and say what came of going to each of its persons."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import streamlit as st

from core.db import reading, transaction
from core.errors import Refusal
from models import PersonOutcome
from services import closed_lists, uploads
from services.access import Actor
from services.closed_list_reading import Read
from services.closed_lists import KEPT_MOST, TITLE_MAX, Line
from services.uploads import Upload
from ui import parts, refusals
from ui.forms import name_file_button
from ui.words import _, number, plain

HAND = "cl_hand"
ROWS_NAMED = 12


@dataclass(frozen=True)
class Hand:
    """A file in this visit's keeping, and what is in it."""

    owner: UUID | None
    unit_id: UUID
    upload: Upload
    read: Read


def bring(actor: Actor, unit_id: UUID) -> None:
    """The way in for a list: choose a file, see what would be taken over, give it a name and an end."""
    mine = st.session_state.get(HAND)
    if isinstance(mine, Hand) and mine.owner == actor.id:
        _look(actor, mine)
        return
    with st.expander(_("Đưa danh sách lên"), icon=":material/upload_file:", key="cl_new"):
        name_file_button()
        given = st.file_uploader(_("Tệp Excel hoặc CSV, có cột họ tên và cột tổ, thôn"), key="cl_file", max_upload_size=10)
        parts.hint(_("Chỉ giữ họ tên, người nhà, địa chỉ, điện thoại. Ngày sinh, số định danh và cột khác để lại trong tệp."))
        if given:
            with refusals():
                _take(actor, unit_id, given)
                st.rerun()


def _take(actor: Actor, unit_id: UUID, given: Any) -> None:
    upload = uploads.keep(given, name=given.name, size=given.size)
    try:
        with reading() as session:
            found = closed_lists.tried(session, actor=actor, unit_id=unit_id, sheet=uploads.read(upload))
    except Refusal:
        uploads.forget(upload)  # it names children: nothing of it stays
        raise
    st.session_state[HAND] = Hand(actor.id, unit_id, upload, found)


def _look(actor: Actor, mine: Hand) -> None:
    """What would be taken over; nothing is written yet."""
    parts.section(_("Nếu ghi, danh sách này có"), mine.upload.name)
    parts.facts(
        (_("Người"), number(len(mine.read.people))), (_("Dòng trùng, bỏ qua"), number(len(mine.read.repeats))),
        (_("Cột để lại trong tệp"), ", ".join(mine.read.dropped) or _("không có")),
    )  # fmt: skip
    for doubt in mine.read.doubts[:ROWS_NAMED]:
        words = _("không lấy dòng này") if doubt.is_left_out else _("vẫn lấy, bỏ trống số điện thoại")
        why = _(doubt.reason.message, **doubt.reason.details)
        parts.item("waiting", _("Dòng {n}: {what}", n=number(doubt.row), what=words), why)
    if len(mine.read.doubts) > ROWS_NAMED:
        parts.hint(_("Còn {n} dòng khác cần xem lại.", n=number(len(mine.read.doubts) - ROWS_NAMED)))
    title = st.text_input(_("Tên danh sách"), key="cl_title", max_chars=TITLE_MAX, placeholder=_("Tiêm sởi tháng 11"))
    days = st.number_input(_("Giữ bao nhiêu ngày rồi tự xóa"), 1, KEPT_MOST, value=KEPT_MOST, key="cl_days")
    with st.container(horizontal=True):
        if st.button(_("Ghi {n} người", n=number(len(mine.read.people))), key="cl_write", type="primary"):
            with refusals():
                with transaction() as session:
                    closed_lists.bring(
                        session, actor=actor, unit_id=mine.unit_id, sheet=uploads.read(mine.upload), title=title, days=days
                    )
                _drop(mine)
                st.rerun()
        st.button(_("Bỏ, chọn tệp khác"), key="cl_drop", on_click=_drop, args=(mine,))


def _drop(mine: Hand) -> None:
    uploads.forget(mine.upload)
    st.session_state.pop(HAND, None)


def person(line: Line, *, actor: Actor) -> None:
    """A person, whom to call, and what came of it."""
    one = line.person
    with parts.line(f"cl_{one.id.hex}", _tone(one.outcome), one.name, parts.joined(_where(line), *map(parts.call, one.phones))):
        st.segmented_control(
            _("Đã đến nhà {name}", name=plain(one.name)), list(PersonOutcome), default=one.outcome,
            format_func=lambda outcome: _(outcome.label), key=f"cl_out_{one.id.hex}", label_visibility="collapsed",
            on_change=_settle, args=(actor, one.id),
        )  # fmt: skip


def _where(line: Line) -> str:
    said = (line.person.guardian, line.person.address, line.unit_label)
    return ", ".join(one for one in said if one)


def _tone(outcome: PersonOutcome | None) -> parts.Tone:
    return "arrived" if outcome is PersonOutcome.TOLD else "unknown" if outcome else "waiting"


def _settle(actor: Actor, person_id: UUID) -> None:
    with refusals(), transaction() as session:
        outcome = st.session_state[f"cl_out_{person_id.hex}"]
        closed_lists.settle(session, actor=actor, person_id=person_id, outcome=outcome)
