"""The households behind the numbers of a board, to read a page at a time or to take away."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

import streamlit as st
from markupsafe import Markup

from core.db import reading, transaction
from core.i18n import N_, translate
from services import board_list, sessions
from services.access import Actor
from services.board_list import Behind, Standing
from services.household_phones import shown
from services.ports import Shown, ports
from ui import paging, parts, proving, token
from ui.parts import Column, Text
from ui.words import _, language, near

CSV = "text/csv"
HEADS = (N_("Mã hộ"), N_("Chủ hộ"), N_("Tổ, thôn"), N_("Địa chỉ"), N_("Điện thoại"), N_("Biết bằng cách nào"), N_("Lúc"))


def link(words: Text, announcement_id: UUID, standing: Standing, group_id: UUID | None = None) -> Markup:
    """A number of the board that leads to its households."""
    query = {"id": str(announcement_id), "ai": standing.value} | ({"nhom": str(group_id)} if group_id else {})
    return parts.link(words, "behind", **query)


def place_in(choices: Sequence[str], name: str) -> int | None:
    """Which of the choices the page's address names: their words hold counts, so that Streamlit's own binding does not fit."""
    asked = st.query_params.get(name, "")
    return choices.index(asked) if asked in choices else None


def remember(**chosen: str) -> None:
    """Keep the choices in the address, so that the screen can be sent as a link."""
    for name, value in chosen.items():
        if value:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)


def draw(actor: Actor, announcement_id: UUID, standing: Standing, group_id: UUID | None) -> None:
    """One list, its pages, and the button that takes all of it."""
    with reading() as session:
        found = board_list.page(
            session, actor=actor, announcement_id=announcement_id, standing=standing, group_id=group_id, page=paging.asked()
        )
    if not found.rows:
        parts.hint(_("Không có hộ nào."))
        return
    heads: list[Column | str] = [
        _("Chủ hộ"), Column(_("Tổ, thôn"), "desk"), _("Địa chỉ"), Column(_("Điện thoại"), "desk"), Column("", "state"),
    ]  # fmt: skip
    parts.table(heads, [_line(one, actor) for one in found.rows])
    paging.turn(found.pages)
    made = partial(_file, announcement_id, standing, group_id, token(), language())
    proving.download(actor, _("Tải danh sách này (CSV)"), made, f"ho-{standing.value}.csv", CSV, key="behind_csv")


def _line(one: Behind, actor: Actor) -> Sequence[Text]:
    name = parts.link(one.head_name, "household", id=str(one.id))
    return parts.cell(name, one.code), one.unit_label, one.address or "–", shown(actor, one.phone) or "–", _stands(one)


def _stands(one: Behind) -> Text:
    if one.how and one.told_at:
        return parts.badge("arrived", f"{_(one.how.label)}, {near(one.told_at)}")
    if one.outcome and one.knocked_at:
        return parts.badge("unknown", f"{_(one.outcome.label)}, {near(one.knocked_at)}")
    return parts.badge("waiting", _("chưa biết"))


def _file(announcement_id: UUID, standing: Standing, group_id: UUID | None, cookie: str, speaks: str) -> bytes:
    """Made outside the page's run: who asks is looked up anew, the language is handed in."""
    with transaction() as session:
        actor = sessions.asker(session, token=cookie)
        found = board_list.take(
            session, actor=actor, announcement_id=announcement_id, standing=standing, group_id=group_id
        )  # fmt: skip
    return ports().tables.csv([translate(head, language=speaks) for head in HEADS], [_row(one, actor, speaks) for one in found])


def _row(one: Behind, actor: Actor, speaks: str) -> list[Shown]:
    what = one.how or one.outcome
    return [
        one.code, one.head_name, one.unit_label, one.address, shown(actor, one.phone),
        translate(what.label, language=speaks) if what else "", one.told_at if one.how else one.knocked_at,
    ]  # fmt: skip
