"""Groups told beside the household groups: chosen while one writes, named while one approves."""

from collections.abc import Sequence
from uuid import UUID

import streamlit as st

from core.db import reading
from models import Announcement, Channel, Group
from services import also_groups
from ui import parts
from ui.words import _

KEY = "c_also"


def choose(groups: Sequence[Group], source: Announcement | None) -> list[UUID]:
    """Which of these are told as well; at first those that the announcement it starts from names."""
    names = {group.id: _named(group) for group in groups}
    mark = str(source.id) if source else ""
    if KEY not in st.session_state or st.session_state.get("c_also_of") != mark:
        st.session_state[KEY] = [UUID(group_id) for group_id in source.also_groups] if source else []
    st.session_state["c_also_of"] = mark
    st.session_state[KEY] = [group_id for group_id in st.session_state[KEY] if group_id in names]  # one may have closed
    if not names:
        return []
    return st.multiselect(
        _("Báo thêm trong nhóm"), list(names), format_func=names.__getitem__, key=KEY,
        placeholder=_("Ngành, đoàn thể, cơ quan, nhóm tổ trưởng"),
    )  # fmt: skip


def named(announcement: Announcement) -> None:
    """Where it goes beside the household groups, if anywhere."""
    with reading() as session:
        found = also_groups.of(session, announcement=announcement)
    if found:
        parts.hint(_("Báo thêm trong nhóm: {names}", names=", ".join(group.name for group in found)))


def _named(group: Group) -> str:
    return _("{name} (thư điện tử)", name=group.name) if group.channel is Channel.EMAIL else group.name
