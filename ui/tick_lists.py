"""The tick list of a group from a screen: make an address for the phone, close those that are out; who asked to come in."""

from uuid import UUID

import streamlit as st

from core import phones
from core.db import reading, transaction
from models import Group, GroupKind
from services import access, join_requests, tick_lists
from services.access import Actor, May
from services.household_phones import shown
from services.join_requests import Reason, Waiting
from services.tick_lists import Made
from ui import codes, parts, refusals
from ui.words import _, moment, number, plain

MADE = "tick_list_made"  # by group: the address, shown until the visit ends, for it cannot be had again
NEW = "new"


def of(group: Group, *, actor: Actor) -> None:
    """The way to tick on the phone, and who waits to be let in; nothing for a group that is closed or is none of households."""
    if group.kind is not GroupKind.HOUSEHOLD or group.closed_on is not None or not access.may(actor, May.SEE_PEOPLE):
        return
    _requests(group, actor)
    if not access.may(actor, May.SPEAK_FOR_LEADERS) and actor.id not in (group.leader_id, group.deputy_id):
        return
    made: dict[UUID, Made] = st.session_state.setdefault(MADE, {})
    with st.container(key="tick_list", horizontal=True, vertical_alignment="center"):
        if st.button(_("Đường dẫn đánh dấu trên điện thoại"), key="tick_make", icon=":material/phone_iphone:"):
            with refusals(), transaction() as session:
                made[group.id] = tick_lists.make(session, actor=actor, group_id=group.id)
        with reading() as session:
            is_out = tick_lists.open_count(session, actor=actor, group_id=group.id)
        if is_out and st.button(_("Thu hồi {n} đường dẫn đã gửi", n=number(is_out)), key="tick_revoke", type="tertiary"):
            with refusals():
                with transaction() as session:
                    tick_lists.revoke_all(session, actor=actor, group_id=group.id)
                made.pop(group.id, None)
                st.rerun()
    if group.id in made:
        _address(made[group.id])


def _address(made: Made) -> None:
    parts.note(
        "arrived", _("Đường dẫn cho {name}", name=made.owner),
        _("Dùng đến {moment}, không cần đăng nhập. Chỉ hiện lần này: sao chép gửi qua Zalo, hoặc quét mã bằng điện thoại.",
          moment=moment(made.expires_at)),
    )  # fmt: skip
    st.code(made.url, language=None)
    codes.show(made.url, width=180)


# ---- who asked to come in


def _requests(group: Group, actor: Actor) -> None:
    with reading() as session:
        waiting = join_requests.waiting(session, actor=actor, group_id=group.id)
    if not waiting:
        return
    parts.section(_("{n} nhà xin vào nhóm", n=number(len(waiting))), _("người lâu nhất đứng trước"))
    for one in waiting:
        with st.expander(plain(one.name) or _("Không ghi tên"), key=f"ask_{one.id.hex}"):
            _answer(one, actor)


def _answer(one: Waiting, actor: Actor) -> None:
    parts.facts(
        (_("Địa chỉ"), one.address or "–"), (_("Số điện thoại"), shown(actor, one.phone) or phones.masked(one.phone) or "–"),
        (_("Số người"), number(one.people)), (_("Xin lúc"), moment(one.asked_at)),
    )  # fmt: skip
    with reading() as session:
        homes = join_requests.candidates(session, actor=actor, request_id=one.id)
    names: dict[UUID | str, str] = {home.id: ", ".join(filter(None, (home.head_name, home.address))) for home in homes}
    names |= {NEW: _("Hộ mới, phường chưa có trong danh sách")}
    chosen = st.selectbox(
        _("Là hộ nào"), list(names), format_func=names.__getitem__, key=f"ask_home_{one.id.hex}"
    )  # fmt: skip
    if st.button(_("Nhận vào nhóm"), key=f"ask_yes_{one.id.hex}", type="primary"):
        with refusals():
            with transaction() as session:
                if isinstance(chosen, UUID):
                    join_requests.accept(session, actor=actor, request_id=one.id, household_id=chosen)
                else:
                    join_requests.accept_as_new(session, actor=actor, request_id=one.id)
            st.rerun()
    reason = st.selectbox(
        _("Hoặc không nhận, vì"), list(Reason), format_func=lambda why: _(why.label), key=f"ask_why_{one.id.hex}"
    )  # fmt: skip
    if reason and st.button(_("Không nhận"), key=f"ask_no_{one.id.hex}"):
        with refusals():
            with transaction() as session:
                join_requests.decline(session, actor=actor, request_id=one.id, reason=reason)
            st.rerun()
