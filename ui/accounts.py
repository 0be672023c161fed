"""How an account stands, on every screen that shows one."""

from collections.abc import Sequence
from uuid import UUID

import streamlit as st
from markupsafe import Markup

from core.db import reading
from core.errors import Invalid
from models import Role, Unit
from services import post_search
from services.access import Actor
from services.accounts import WHY_RESIDENTIAL, Account, fits
from ui import parts
from ui.words import _

SEARCHED_FROM = 12  # fewer are seen at one look


def standing(account: Account) -> Markup:
    """Locked, still on its one-time password, or in use."""
    if not account.is_active:
        return parts.badge("unknown", _("Đã khóa"))
    if account.must_change_password:
        return parts.badge("waiting", _("Mật khẩu một lần"))
    return parts.badge("arrived", _("Đang dùng"))


def choose_post(
    actor: Actor, posts: Sequence[Unit], *, role: Role, now: UUID | None = None, now_label: str = ""
) -> UUID | None:  # fmt: skip
    """The units where a role is offered; for a leader of a group nothing is chosen beforehand. `now` is where the person is.

    Where there are many they are searched by any name they have or had.
    """
    names = {unit.id: unit.label for unit in posts if fits(unit, role=role)}
    found = _search(actor, role) if len(names) >= SEARCHED_FROM else {}
    if found:
        names = found
    elif now and now not in names and now not in {unit.id for unit in posts}:  # a unit that is no more
        names = {now: now_label, **names}
    ids = list(names)
    index = ids.index(now) if now in names else None if role is Role.LEAD or not ids or len(found) > 1 else 0
    return st.selectbox(
        _("Đơn vị"), ids, index=index, format_func=names.__getitem__, key=f"unit_{role.value}{len(found) or ''}",
        placeholder=_("Chọn tổ dân phố hoặc thôn") if role is Role.LEAD else _("Chọn đơn vị"),
    )  # fmt: skip


def _search(actor: Actor, role: Role) -> dict[UUID, str]:
    """The posts that fit what is typed, each with the old name that found it; none where nothing is typed, or nothing fits."""
    words = st.text_input(
        _("Tìm đơn vị, tên cũ cũng được"), key="unit_words", type="search", placeholder=_("ví dụ: song cau")
    )  # fmt: skip
    if not (words or "").strip():
        return {}
    with reading() as session:
        hits = [post for post in post_search.find(session, actor=actor, words=words or "") if fits(post.unit, role=role)]
    if not hits:
        parts.hint(_("Không có đơn vị nào như thế cho vai trò này."))
    return {post.unit.id: post.unit.label + (_(", trước là {name}", name=post.by) if post.by else "") for post in hits}


def chosen(unit_id: UUID | None) -> UUID:
    """The unit, once there is one.

    Raises:
        Invalid: none was chosen.
    """
    if unit_id is None:
        raise Invalid(WHY_RESIDENTIAL, field="unit_id")
    return unit_id
