"""What may be written of a household from a day on: each a form that says what will happen; leaders propose it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import streamlit as st

from core import clock
from core.db import reading, transaction
from models import GroupKind, Household, Role
from services import household_history, households, proposals
from services.access import Actor
from services.household_history import FromDay
from services.household_values import HouseholdValues
from services.households import Filters, HouseholdCard
from services.import_values import ADDRESS_MAX, NAME_MAX, PEOPLE_MAX
from ui import leave_for, parts
from ui.forms import refusals_at
from ui.words import _

HERE = "pages/household.py"
FOUND_MOST = 20


def seen(home: Household) -> int:
    """The version that was on the screen when something was pressed. Called once a run."""
    key = f"h_read:{home.id}"
    read = int(st.session_state.get(key, home.version))
    st.session_state[key] = home.version
    return read


def forms(card: HouseholdCard, *, actor: Actor, version: int) -> None:
    """Everything that may happen to a household that lives here."""
    if actor.role is not Role.LEAD:
        _from_day(card, actor, version)
    _moved(card, actor, version)
    if actor.role is not Role.LEAD:
        _split(card, actor, version)
        _merged(card, actor, version)
    _left(card, actor, version)


def _from_day(card: HouseholdCard, actor: Actor, version: int) -> None:
    home, key = card.household, f"{card.household.id.hex}_cf"
    with _form("h_from", _("Đổi từ một ngày"), _("Các ngày trước giữ nguyên như đã ghi. Hộ ở yên trong các nhóm.")) as (
        on,
        slots,
    ):
        name = st.text_input(_("Chủ hộ"), home.head_name, max_chars=NAME_MAX, key=f"{key}_name")
        slots["head_name"] = st.empty()
        address = st.text_input(_("Địa chỉ"), home.address, max_chars=ADDRESS_MAX, key=f"{key}_address")
        slots["address"] = st.empty()
        people = st.number_input(_("Số người"), 0, PEOPLE_MAX, home.people, key=f"{key}_people", width=170)
        phones = st.number_input(_("Có điện thoại thông minh"), 0, PEOPLE_MAX, home.smartphones, key=f"{key}_phones", width=220)
        slots["people"] = slots["smartphones"] = st.empty()
        values = FromDay(name, address, people, phones)
        is_sent = st.form_submit_button(_("Ghi từ ngày này"), key="h_from_ok")
    if is_sent:
        _write(slots, home, _("Đã ghi."), lambda session: household_history.change_from(
            session, actor=actor, household_id=home.id, values=values, on=on, version=version))  # fmt: skip


def _moved(card: HouseholdCard, actor: Actor, version: int) -> None:
    home = card.household
    with reading() as session:
        units = {one.id: one for one in proposals.destinations(session, actor=actor, household_id=home.id)}
    if not units:
        return
    leaving = ", ".join(
        stay.group.name for stay in card.stays
        if stay.membership.left_on is None and stay.group.kind is GroupKind.HOUSEHOLD and stay.group.unit_id == card.unit.id
    )  # fmt: skip
    words = (
        _("Từ ngày ấy hộ được tính ở tổ mới và ra khỏi nhóm: {groups}.", groups=leaving)
        if leaving
        else _("Từ ngày ấy hộ được tính ở tổ mới, chưa ở nhóm nào của tổ đó.")
    )
    with _form("h_move", _("Chuyển tổ"), words) as (on, slots):
        unit_id = st.selectbox(
            _("Sang tổ, thôn"), list(units), index=None, format_func=lambda one: units[one].label, key=f"{home.id.hex}_to",
            placeholder=_("Chọn tổ hoặc thôn"),
        )  # fmt: skip
        slots["unit_id"] = st.empty()
        note = _noted(actor, "move")
        is_sent = st.form_submit_button(_sent(actor, _("Ghi chuyển tổ")), key="h_move_ok")
    to = unit_id or home.unit_id
    if is_sent and unit_id is None:
        slots["unit_id"].error(_("Xin chọn tổ hoặc thôn mới."))
    elif is_sent and actor.role is Role.LEAD:
        _write(slots, home, _("Đã gửi đề nghị tới phường."), lambda session: proposals.moved(
            session, actor=actor, household_id=home.id, unit_id=to, on=on, note=note))  # fmt: skip
    elif is_sent:
        _write(slots, home, _("Đã ghi hộ chuyển tổ."), lambda session: household_history.move(
            session, actor=actor, household_id=home.id, unit_id=to, on=on, version=version))  # fmt: skip


def _split(card: HouseholdCard, actor: Actor, version: int) -> None:
    home, key = card.household, f"{card.household.id.hex}_sp"
    if home.people < 2:
        return
    words = _("Hộ này giữ mã, số điện thoại và các nhóm, bớt đi số người tách ra. Hộ mới chưa ở nhóm nào.")
    with _form("h_split", _("Tách hộ"), words) as (on, slots):
        name = st.text_input(_("Chủ hộ mới"), max_chars=NAME_MAX, key=f"{key}_name")
        slots["head_name"] = st.empty()
        phone = st.text_input(_("Điện thoại"), max_chars=20, key=f"{key}_phone")
        slots["phone"] = st.empty()
        people = st.number_input(_("Số người tách ra"), 1, PEOPLE_MAX, 1, key=f"{key}_people", width=170)
        slots["people"] = st.empty()
        values = HouseholdValues(name, phone=phone, people=people, address=home.address)
        is_sent = st.form_submit_button(_("Ghi tách hộ"), key="h_split_ok")
    if is_sent:
        _write(slots, home, _("Đã tách hộ {name}.", name=name), lambda session: household_history.split(
            session, actor=actor, household_id=home.id, parts=[values], on=on, version=version))  # fmt: skip


def _merged(card: HouseholdCard, actor: Actor, version: int) -> None:
    home, key = card.household, f"{card.household.id.hex}_mg"
    with st.expander(_("Nhập vào hộ khác"), key="h_merge"):
        words = st.text_input(_("Tìm hộ kia: tên, mã hoặc số điện thoại"), key=f"{key}_words")
        if not words:
            return
        with reading() as session:
            rows = households.search(
                session, actor=actor, filters=Filters(words=words, unit_id=card.unit.id), size=FOUND_MOST
            ).rows  # fmt: skip
        found = {row.id: f"{row.head_name}, {row.code}" for row in rows if row.id != home.id}
        parts.hint(_("Từ ngày ấy hộ này hết, người thuộc về hộ kia. Hộ kia vào những nhóm mà chỉ hộ này ở, số người như cũ."))
        with st.form("h_merging", border=False):
            into = st.selectbox(_("Nhập vào hộ"), list(found), index=None, format_func=found.__getitem__, key=f"{key}_into")
            slots = {"into_id": st.empty()}
            on = _day(f"{key}_on", slots)
            is_sent = st.form_submit_button(_("Ghi nhập hộ"), key="h_merge_ok")
        other = into or home.id
        if is_sent and into is None:
            slots["into_id"].error(_("Xin chọn hộ kia."))
        elif is_sent:
            _write(slots, home, _("Đã nhập hộ."), lambda session: household_history.merge(
                session, actor=actor, household_id=home.id, into_id=other, on=on, version=version))  # fmt: skip


def _left(card: HouseholdCard, actor: Actor, version: int) -> None:
    home = card.household
    words = _("Từ ngày ấy hộ không được tính và ra khỏi mọi nhóm. Ghi nhầm thì lấy lại được.")
    with _form("h_ending", _("Hộ chuyển đi"), words) as (on, slots):
        note = _noted(actor, "left")
        is_sent = st.form_submit_button(_sent(actor, _("Ghi hộ chuyển đi")), key="h_end")
    if is_sent and actor.role is Role.LEAD:
        _write(slots, home, _("Đã gửi đề nghị tới phường."), lambda session: proposals.left(
            session, actor=actor, household_id=home.id, on=on, note=note))  # fmt: skip
    elif is_sent:
        _write(slots, home, _("Đã ghi hộ chuyển đi, và ra khỏi mọi nhóm."), lambda session: households.end(
            session, actor=actor, household_id=home.id, on=on, version=version))  # fmt: skip


@contextmanager
def _form(key: str, title: str, words: str) -> Iterator[tuple[date, dict[str, Any]]]:
    """A form in a fold: what will happen, the day, then what the block asks."""
    slots: dict[str, Any] = {}
    with st.expander(title, key=key):
        parts.hint(words)
        with st.form(f"{key}_form", border=False):
            yield _day(f"{key}_on", slots), slots


def _day(key: str, slots: dict[str, Any]) -> date:
    on: date = st.date_input(_("Từ ngày"), clock.today(), key=key, format="DD/MM/YYYY", max_value=clock.today(), width=220)
    slots["on"] = st.empty()
    return on


def _noted(actor: Actor, key: str) -> str:
    if actor.role is not Role.LEAD:
        return ""
    return st.text_input(_("Ghi chú cho phường"), key=f"h_note_{key}", max_chars=proposals.NOTE_MOST)


def _sent(actor: Actor, label: str) -> str:
    return _("Gửi đề nghị") if actor.role is Role.LEAD else label


def _write(slots: dict[str, Any], home: Household, news: str, write: Callable[[Any], Any]) -> None:
    with refusals_at(slots):
        with transaction() as session:
            write(session)
        leave_for(HERE, news=news, id=str(home.id))
