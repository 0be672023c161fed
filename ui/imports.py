"""Imports on screen: the list of them, what one changed, and what stands in the way of taking it back."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from itertools import groupby
from typing import Any
from uuid import UUID

import streamlit as st
from markupsafe import Markup

from core.db import transaction
from core.i18n import N_
from models import ChangeSet, Household
from services import change_sets
from services.access import Actor
from services.change_records import Record, Touched
from services.change_sets import Obstacle, Obstacles
from services.household_phones import shown
from services.imports import FIELDS
from ui import parts
from ui.parts import Column, Figure, Text
from ui.words import _, day, near, number
from ui.work import Tell, Work

HASH_SHOWN = 12  # of 64 digits: enough to tell files apart
LABELS = {
    "head_name": FIELDS["head_name"], "address": FIELDS["address"], "phone": FIELDS["phone"], "people": FIELDS["people"],
    "other_phones": N_("số điện thoại khác"), "smartphones": FIELDS["smartphones"], "people_joined": N_("vào nhóm"),
    "left_on": N_("ra khỏi nhóm"),
}  # fmt: skip


def name_of(change_set: ChangeSet) -> str:
    """What an import goes by."""
    return change_set.file_name or _("danh sách không có tên")


def state(change_set: ChangeSet) -> Markup:
    """Whether it stands."""
    if change_set.undone_at:
        return parts.badge("unknown", _("đã quay lại"))
    return parts.badge("arrived", _("đang giữ"))


def listed(records: Sequence[Record], page: str) -> None:
    """The imports, a line each; the file's name opens it."""
    heads: list[Column | str] = [
        Column(_("Tệp"), "wide"), Column(_("Đổi gì"), "wide"), _("Lúc"), Column(_("Hiện nay"), "state"),
    ]  # fmt: skip
    rows: list[list[Text]] = []
    for one in records:
        kept = one.change_set
        whose = ", ".join(words for words in (one.unit_label, by(one.by), kept.purpose) if words)
        file = parts.joined(parts.link(name_of(kept), page, id=str(kept.id)), parts.small(whose))
        counts = _(
            "{new} hộ mới, {old} cập nhật, {same} không đổi, {wrong} chưa đúng",
            new=number(kept.created), old=number(kept.updated), same=number(kept.unchanged), wrong=number(kept.rejected),
        )  # fmt: skip
        rows.append([file, counts, near(kept.created_at), state(kept)])
    parts.table(heads, rows)


def by(name: str) -> str:
    """Who it was; the terminal has no name of its own."""
    return name or _("máy chủ")


def figures(kept: ChangeSet) -> None:
    """What it did, of how many rows."""
    of = _("/ {n} dòng", n=number(kept.rows))
    joined = _("{n} hộ vào nhóm của tổ", n=number(kept.joined)) if kept.joined else ""
    parts.figures(
        Figure(_("Hộ mới"), number(kept.created), of, joined), Figure(_("Cập nhật"), number(kept.updated), of),
        Figure(_("Không đổi"), number(kept.unchanged), of), Figure(_("Chưa đúng"), number(kept.rejected), of),
    )  # fmt: skip


def changed(some: Sequence[Touched], actor: Actor) -> None:
    """What households that stood before were, and what they became."""
    heads: list[Column | str] = [Column(_("Hộ"), "wide"), Column(_("Khác đi"), "wide")]
    rows = []
    for _id, entries in groupby(some, key=lambda one: one.household_id):
        of_one = list(entries)
        first = of_one[0]
        lines = [line for entry in of_one for line in _lines(entry, actor)]
        said = parts.joined(*lines) if lines else parts.soft(_("hoàn cảnh cần lưu ý, xem ở trang hộ"))
        rows.append((_household(first.household_id.hex, first.head_name, first.unit_label), said))
    parts.table(heads, rows)


def made(some: Sequence[tuple[Household, str]]) -> None:
    """Households that came by it."""
    heads: list[Column | str] = [Column(_("Hộ"), "wide"), _("Mã hộ"), _("Địa chỉ"), Column(_("Số người"), "num")]
    rows = [
        (_household(home.id.hex, home.head_name, label), home.code, home.address or "–", number(home.people))
        for home, label in some
    ]
    parts.table(heads, rows)


def held(found: Obstacles, page: str) -> None:
    """Why it may not be taken back: which later changes, of which households, by whom."""
    parts.note(
        "waiting", _("Chưa quay lại được: {n} hộ đã có thay đổi sau lần nhập này", n=number(found.total)),
        _("Quay lại các thay đổi ấy trước, mới nhất trước, rồi quay lại lần nhập này."),
    )  # fmt: skip
    heads: list[Column | str] = [Column(_("Hộ"), "wide"), _("Mã hộ"), Column(_("Thay đổi về sau"), "wide")]
    rows = [(_household(one.household_id.hex, one.head_name, one.unit_label), one.code, _later(one, page)) for one in found.first]
    if found.total > len(rows):
        parts.hint(_("{n} hộ đầu:", n=number(len(rows))))
    parts.table(heads, rows)


def begin_undoing(actor: Actor, change_set_id: UUID) -> None:
    """Take an import back, in one transaction beside the script: a click meanwhile neither stops it nor begins it twice."""
    st.session_state[_work(change_set_id)] = Work(partial(_undo, actor, change_set_id))


def undoing(change_set_id: UUID) -> bool:
    """Show how far it is until it is done; False where none is under way.

    Raises:
        Refusal: what it refused; nothing was changed.
    """
    work = st.session_state.get(_work(change_set_id))
    if not isinstance(work, Work):
        return False
    work.watch(_("Đang quay lại lần nhập này"))
    del st.session_state[_work(change_set_id)]
    work.result()
    return True


def _work(change_set_id: UUID) -> str:
    return f"imp_work_{change_set_id.hex}"


def _undo(actor: Actor, change_set_id: UUID, tell: Tell) -> None:
    with transaction() as session:
        change_sets.undo(session, actor=actor, change_set_id=change_set_id, progress=tell)


def _household(id_: str, name: str, unit_label: str) -> Text:
    return parts.joined(parts.link(name, "household", id=id_), parts.small(unit_label))


def _later(one: Obstacle, page: str) -> Text:
    who: list[Text] = []
    if one.import_id:
        who = [parts.link(_("lần nhập {file}", file=one.import_name or _("không có tên")), page, id=str(one.import_id))]
    elif one.by:
        who = [one.by]
    when = [near(one.at)] if one.at else []
    pieces = [piece for word in [*who, *when] for piece in (", ", word)]
    return parts.joined(_(one.why), *pieces)


def _lines(entry: Touched, actor: Actor) -> list[Text]:
    found: list[Text] = []
    for name, (before, after) in entry.changes.items():
        label = _("số người trong nhóm") if entry.is_stay and name == "people" else _(LABELS.get(name, name))
        was, became = _value(name, before, actor), _value(name, after, actor)
        words = became if name == "people_joined" else parts.joined(parts.soft(was), " → ", parts.joined(became))
        found.append(Markup("<div>{} {}</div>").format(parts.soft(f"{label}:"), words))
    return found


def _value(name: str, value: Any, actor: Actor) -> str:
    if value in (None, "", []):
        return _("trống")
    if name == "people_joined":
        return _("{n} người", n=number(value))
    if name in ("phone", "other_phones"):
        return ", ".join(shown(actor, one) for one in (value if isinstance(value, list) else [value]))
    if name.endswith("_on"):
        return day(date.fromisoformat(value), weekday=False)
    return number(value) if isinstance(value, int) else str(value)
