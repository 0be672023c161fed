"""The forms of a chat group: its words, what feeds it, where one joins; and closing it."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.db import reading, transaction
from core.i18n import N_
from models import Channel, Group, GroupKind
from services import groups
from services.access import Actor
from services.channel_fields import LABELS
from services.groups import ADDRESS_MOST, NAME_MOST, WRITTEN_TO, GroupValues
from ui import confirmed_by_count, leave_for, parts, refusals
from ui.forms import Slots
from ui.words import _, number

KINDS = list(GroupKind)
BY_HAND = N_("người phụ trách đăng tay")
NAMED = 3  # of the groups it feeds, so many are called by name


def ask(values: GroupValues, *, key: str, feeders: Mapping[UUID, str] | None = None) -> tuple[GroupValues, Slots]:
    """Name, kind and the chat's own address, with a place under each for what is wrong with it."""
    slots: dict[str, DeltaGenerator] = {}
    name = st.text_input(_("Tên nhóm"), values.name, key=f"{key}_name", max_chars=NAME_MOST)
    slots["name"] = st.empty()
    kind = st.selectbox(
        _("Loại nhóm"), KINDS, index=KINDS.index(values.kind), format_func=lambda one: _(one.label), key=f"{key}_kind"
    )
    join_url = st.text_input(
        _("Đường dẫn vào nhóm Zalo"), values.join_url, key=f"{key}_url", max_chars=300, placeholder="https://zalo.me/g/…",
        help=_("Trong Zalo: mở nhóm, Tùy chọn, Link nhóm, Sao chép."),
    )  # fmt: skip
    slots["join_url"] = st.empty()
    ways = list(dict.fromkeys((*WRITTEN_TO, values.channel)))
    channel = st.selectbox(
        _("Tin vào nhóm bằng cách nào"), ways, index=ways.index(values.channel), key=f"{key}_channel",
        format_func=lambda one: _(BY_HAND) if one is Channel.RELAY else _(LABELS.get(one, one.value)),
    )  # fmt: skip
    external_id = st.text_input(
        _("Mã nhóm hoặc địa chỉ thư"), values.external_id, key=f"{key}_external", max_chars=ADDRESS_MOST,
        help=_("Chỉ cần khi không có người đăng: group_id của nhóm Zalo OA, hoặc hộp thư của cơ quan, đoàn thể."),
    )  # fmt: skip
    slots["external_id"] = st.empty()
    values = replace(
        values, name=name, kind=kind or values.kind, join_url=join_url, channel=channel or values.channel, external_id=external_id
    )  # fmt: skip
    if feeders is None:
        return values, slots
    parent_id = ask_feeder(feeders, chosen=values.parent_id, key=f"{key}_parent")
    slots["parent_id"] = st.empty()
    return replace(values, parent_id=parent_id), slots


def ask_feeder(feeders: Mapping[UUID, str], *, chosen: UUID | None, key: str) -> UUID | None:
    """From which group a group gets what it passes on; straight from the ward is an answer too."""
    ids: list[UUID | None] = [None, *feeders]
    return st.selectbox(
        _("Nhận tin từ"), ids, index=ids.index(chosen) if chosen in feeders else 0, key=key,
        format_func=lambda one: feeders[one] if one else _("thẳng từ phường"),
    )  # fmt: skip


def close(group: Group, *, members: int, actor: Actor, page: str) -> None:
    """Close a group once the number of its households is typed; those it feeds are fed from where it was."""
    with reading() as session:
        fed = groups.feeding(session, actor=actor, group_id=group.id)
        above = groups.get(session, actor=actor, group_id=group.parent_id).name if fed and group.parent_id else _("phường")
    with st.expander(_("Đóng nhóm"), key="g_close"):
        parts.hint(_("Nhóm không còn nhận tin; hộ trong nhóm tính là ngoài nhóm từ hôm nay. Lịch sử vẫn giữ."))
        hands_on = not fed
        if fed:
            names = ", ".join(one.name for one in fed[:NAMED]) + (", …" if len(fed) > NAMED else "")
            parts.hint(_("Nhóm đang chuyển tin cho {n} nhóm: {names}.", n=number(len(fed)), names=names))
            hands_on = st.checkbox(_("Cho các nhóm ấy nhận tin từ {name}", name=above), key="g_close_feeds")
        asks = _("Nhóm có {n} hộ. Gõ số hộ để chắc chắn.", n=number(members))
        if confirmed_by_count(members, asks, key=f"{group.id.hex}_count") and st.button(_("Đóng nhóm"), key="g_close_ok"):
            with refusals():
                with transaction() as session:
                    groups.close(session, actor=actor, group_id=group.id, hands_on=hands_on)
                leave_for(page, news=_("Đã đóng nhóm."), id=str(group.id))
