"""The forms of a chat group: its words, who leads it, where one joins."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from models import GroupKind
from services.group_leaders import Leader
from services.groups import NAME_MOST, GroupValues
from ui.forms import Slots
from ui.words import _

KINDS = list(GroupKind)


def ask(values: GroupValues, *, key: str) -> tuple[GroupValues, Slots]:
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
    return replace(values, name=name, kind=kind or values.kind, join_url=join_url), slots


def ask_leader(people: Mapping[UUID, Leader], *, chosen: UUID | None, key: str) -> UUID | None:
    """Who leads it; nobody is an answer too."""
    ids = list(people)
    return st.selectbox(
        _("Người phụ trách"), ids, index=ids.index(chosen) if chosen and chosen in people else None, key=f"{key}_leader",
        placeholder=_("Chưa có ai"), format_func=lambda one: f"{people[one].name}, {people[one].unit_label}",
    )  # fmt: skip
