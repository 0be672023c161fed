"""How an account stands, on every screen that shows one."""

from collections.abc import Sequence
from uuid import UUID

import streamlit as st
from markupsafe import Markup

from core.errors import Invalid
from models import Role, Unit
from services.accounts import WHY_RESIDENTIAL, Account, fits
from ui import parts
from ui.words import _


def standing(account: Account) -> Markup:
    """Locked, still on its one-time password, or in use."""
    if not account.is_active:
        return parts.badge("unknown", _("Đã khóa"))
    if account.must_change_password:
        return parts.badge("waiting", _("Mật khẩu một lần"))
    return parts.badge("arrived", _("Đang dùng"))


def choose_post(posts: Sequence[Unit], *, role: Role, now: UUID | None = None, now_label: str = "") -> UUID | None:
    """The units where a role is offered; for a leader of a group nothing is chosen beforehand. `now` is where the person is."""
    names = {unit.id: unit.label for unit in posts if fits(unit, role=role)}
    ids = list(names)
    if now and now not in names and now not in {unit.id for unit in posts}:  # a unit that is no more
        names, ids = {now: now_label, **names}, [now, *ids]
    index = ids.index(now) if now in names else None if role is Role.LEAD or not ids else 0
    return st.selectbox(
        _("Đơn vị"), ids, index=index, format_func=names.__getitem__, key=f"unit_{role.value}",
        placeholder=_("Chọn tổ dân phố hoặc thôn"),
    )  # fmt: skip


def chosen(unit_id: UUID | None) -> UUID:
    """The unit, once there is one.

    Raises:
        Invalid: none was chosen.
    """
    if unit_id is None:
        raise Invalid(WHY_RESIDENTIAL, field="unit_id")
    return unit_id
