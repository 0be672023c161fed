"""The sheet of households on screen: what is typed is kept until it is written or given up, also while other pages are turned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import streamlit as st

from core.db import reading, transaction
from core.i18n import N_
from services import household_sheet
from services.access import Actor
from services.household_sheet import FIELDS, Conflict, Edit, Refused, Saved, SheetPage, SheetRow
from services.import_values import ADDRESS_MAX, CODE_MAX, NAME_MAX, PEOPLE_MAX
from ui import leave_for, parts, refusals, sentence
from ui.parts import Column
from ui.words import _, number, plain

HERE = "pages/household_sheet.py"
LABELS = {
    "code": N_("Mã hộ"), "head_name": N_("Chủ hộ"), "address": N_("Địa chỉ"), "phone": N_("Điện thoại"),
    "people": N_("Số người"), "smartphones": N_("Có điện thoại thông minh"),
}  # fmt: skip
ROW_PIXELS, HEAD_PIXELS, SHOWN = 35, 38, 12


@dataclass(frozen=True)
class Drawn:
    """An editor on the screen: the rows it was given, and what was typed into them before."""

    key: str = ""
    rows: Sequence[SheetRow] = ()
    typed: Mapping[UUID, Mapping[str, Any]] = field(default_factory=dict)
    columns: Mapping[str, list[Any]] = field(default_factory=dict)


class Draft:
    """What one visitor has typed into the sheet of a residential unit and not written yet. Lives in the visit."""

    def __init__(self, unit_id: UUID) -> None:
        self.unit_id = unit_id
        self.edits: dict[UUID, Edit] = {}
        self.refused: dict[UUID, Refused] = {}
        self.conflicts: dict[UUID, Conflict] = {}
        self.generation = 0  # of the editor: a new one starts with no edits by position
        self.drawn = Drawn()

    def gather(self) -> None:
        """Take over what stands in the editor that is on the screen."""
        if not self.drawn.key:
            return
        changed: Mapping[int, Mapping[str, Any]] = st.session_state.get(self.drawn.key, {}).get("edited_rows", {})
        for place, row in enumerate(self.drawn.rows):
            typed = {**self.drawn.typed.get(row.id, {}), **changed.get(place, {})}
            if typed or row.id in self.edits:
                self.put(self.edits[row.id].row if row.id in self.edits else row, typed)

    def put(self, row: SheetRow, typed: Mapping[str, Any]) -> None:
        """What is typed into a row; a field that is as it was seen is none."""
        kept = {name: value for name, value in typed.items() if name in FIELDS and value != row.shown[name]}
        self.edits[row.id] = Edit(row, kept)
        if not kept:
            self.drop(row.id)

    def drop(self, household_id: UUID) -> None:
        """Give up what was typed into a row."""
        self.edits.pop(household_id, None)
        self.refused.pop(household_id, None)
        self.conflicts.pop(household_id, None)

    def settle(self, tried: list[Edit], saved: Saved) -> None:
        """After a save: what was written is typed no more, the rest stays with why it was not."""
        for edit in tried:
            self.drop(edit.row.id)
        for one in saved.refused:
            self.edits[one.edit.row.id], self.refused[one.edit.row.id] = one.edit, one
        for conflict in saved.conflicts:
            self.edits[conflict.edit.row.id], self.conflicts[conflict.edit.row.id] = conflict.edit, conflict
        self.renew()

    def renew(self) -> None:
        """The next drawing begins with rows read anew."""
        self.generation += 1
        self.drawn = Drawn()


def _label(field: str) -> str:
    words = LABELS[field]
    return _(words)


def draft_of(unit_id: UUID) -> Draft:
    """The visit's draft of a unit. What was typed into another unit's sheet, which is on the screen no more, is kept there."""
    drafts: dict[UUID, Draft] = st.session_state.setdefault("sheet_drafts", {})
    for other in drafts.values():
        if other.unit_id != unit_id and other.drawn.key:
            other.gather()
            other.renew()
    return drafts.setdefault(unit_id, Draft(unit_id))


def draw(draft: Draft, seen: SheetPage) -> None:
    """The table to type into. It is given the same rows until something is written: Streamlit keeps edits by position."""
    key = f"sheet_{draft.unit_id.hex}_{seen.page}_{draft.generation}"
    if draft.drawn.key != key:
        draft.gather()
        typed = {id_: edit.typed for id_, edit in draft.edits.items()}
        draft.drawn = Drawn(key, seen.rows, typed, _columns(draft, seen.rows))
    columns = draft.drawn.columns
    st.data_editor(
        dict(columns), column_config=_config(with_notes="why" in columns), hide_index=True, key=key, on_change="ignore",
        disabled=["why"], height=HEAD_PIXELS + ROW_PIXELS * min(len(seen.rows), SHOWN),
        alt=_("Bảng các hộ, sửa được từng ô"),
    )  # fmt: skip


def _columns(draft: Draft, rows: list[SheetRow]) -> dict[str, list[Any]]:
    """Each row as it is now, with what was typed and not written over it."""
    typed = [draft.edits[row.id].typed if row.id in draft.edits else {} for row in rows]
    columns = {name: [some.get(name, row.shown[name]) for row, some in zip(rows, typed, strict=True)] for name in FIELDS}
    why = [_why(draft, row.id) for row in rows]
    return {"why": why, **columns} if any(why) else columns


def _why(draft: Draft, household_id: UUID) -> str:
    if household_id in draft.conflicts:
        return _("người khác đã sửa")
    one = draft.refused.get(household_id)
    return _("xem lại: {field}", field=_label(one.field) if one.field in LABELS else "…") if one else ""


def _config(*, with_notes: bool) -> dict[str, Any]:
    text, count = st.column_config.TextColumn, st.column_config.NumberColumn
    config: dict[str, Any] = {
        "code": text(_label("code"), max_chars=CODE_MAX, width=105),
        "head_name": text(_label("head_name"), max_chars=NAME_MAX),
        "address": text(_label("address"), max_chars=ADDRESS_MAX), "phone": text(_label("phone"), max_chars=20, width=130),
        "people": count(_label("people"), min_value=0, max_value=PEOPLE_MAX, step=1, width=90),
        "smartphones": count(_("Có máy"), help=_label("smartphones"), min_value=0, max_value=PEOPLE_MAX, step=1, width=110),
    }  # fmt: skip
    return {"why": text(_("Chưa ghi được")), **config} if with_notes else config


def troubles(draft: Draft, actor: Actor) -> None:
    """What was not written and why, above the table: a sentence a row; where someone else was faster, both beside each other."""
    for one in draft.refused.values():
        where = _label(one.field) if one.field in LABELS else ""
        title = ", ".join(part for part in (one.edit.row.name, where) if part)
        parts.item("overdue", title, sentence(one.refusal))
    for conflict in list(draft.conflicts.values()):
        _choose(draft, conflict, actor)


def _choose(draft: Draft, conflict: Conflict, actor: Actor) -> None:
    row, name = conflict.edit.row, conflict.edit.row.id.hex
    with st.container(border=True, key=f"conflict_{name}"):
        parts.item("waiting", row.name, sentence(conflict.said))
        heads: list[Column | str] = [_("Ô"), _("Lúc mở"), _("Của tôi"), _("Hiện nay trong sổ")]
        typed = conflict.edit.typed
        rows = [
            (_label(at), _cell(row.shown[at]), parts.cell(_cell(typed.get(at, row.shown[at]))), _cell(conflict.now.shown[at]))
            for at in conflict.fields
        ]  # fmt: skip
        parts.table(heads, rows, fold=False)
        with st.container(horizontal=True):
            if st.button(_("Ghi ô của tôi"), key=f"mine_{name}"):
                draft.put(conflict.now, typed)
                draft.conflicts.pop(row.id, None)
                save(draft, actor, only=row.id)
            if st.button(_("Giữ như trong sổ"), key=f"theirs_{name}"):
                draft.gather()
                draft.drop(row.id)
                draft.renew()
                st.rerun()


def _cell(value: Any) -> str:
    return "–" if value in (None, "") else str(value)


def save(draft: Draft, actor: Actor, *, only: UUID | None = None) -> None:
    """Write what was typed, on all pages, or into one row; then come back with what was refused."""
    draft.gather()
    tried = [edit for id_, edit in draft.edits.items() if (only is None or id_ == only) and id_ not in draft.conflicts]
    with refusals():
        with transaction() as session:
            saved = household_sheet.save(session, actor=actor, unit_id=draft.unit_id, edits=tried)
        draft.settle(tried, saved)
        left = len(draft.edits)
        words = _("Đã ghi {n} hộ.", n=number(saved.written)) if saved.written or not left else ""
        again(
            words + (" " if words and left else "") + (_("{n} hộ chưa ghi được, xem dưới đây.", n=number(left)) if left else "")
        )


def again(news: str) -> None:
    """The same sheet, read anew."""
    query = {name: st.query_params[name] for name in ("to", "trang") if name in st.query_params}
    leave_for(HERE, news=news, **query)


def buttons(draft: Draft, actor: Actor) -> None:
    """Save, give up what was typed, take the last save back."""
    with reading() as session:
        last = household_sheet.last_save(session, actor=actor, unit_id=draft.unit_id)
    with parts.action_bar():
        label = _("Quay lại lần ghi vừa rồi ({n} hộ)", n=number(last.updated)) if last else ""
        is_undone = last is not None and st.button(plain(label), key="sheet_undo", icon=":material/undo:")
        is_dropped = bool(draft.edits) and st.button(_("Bỏ các ô chưa ghi"), key="sheet_drop", icon=":material/delete:")
        is_saved = st.button(_("Ghi các ô đã sửa"), key="sheet_save", type="primary", icon=":material/save:")
    if is_saved:
        save(draft, actor)
    if is_dropped:
        st.session_state["sheet_drafts"].pop(draft.unit_id, None)
        again(_("Đã bỏ các ô chưa ghi."))
    if is_undone:
        with refusals():
            with transaction() as session:
                count = household_sheet.undo(session, actor=actor, unit_id=draft.unit_id)
            draft.gather()
            draft.renew()
            again(_("Đã quay lại {n} hộ như trước lần ghi.", n=number(count)))
