"""Starting from a template: choose one, fill its blanks, keep a draft as one of the ward's own."""

from collections.abc import Mapping
from uuid import UUID

import streamlit as st

from core import clock
from core.db import reading, transaction
from core.errors import Refusal
from models import Announcement
from services import templates
from services.access import Actor
from services.templates import Answer, Pattern
from ui import folds, parts, said
from ui.words import _, plain


def choose(actor: Actor, draft: Announcement | None, *, is_correction: bool = False) -> None:
    """The templates, closed at first; using one puts its words into the form, where what is still blank stays visible."""
    if is_correction:
        return
    box = folds.opened(_("Bắt đầu từ mẫu"), key="c_from_template", icon=":material/draft:")
    if box is None:
        return
    with reading() as session:
        patterns = {one.key: one for one in templates.all_for(session, actor=actor)}
    if st.session_state.get("c_template") not in patterns:
        st.session_state["c_template"] = None
    with box:
        key = st.selectbox(
            _("Mẫu"), list(patterns), format_func=lambda one: _name(patterns[one]), key="c_template",
            placeholder=_("Chọn một mẫu"),
        )  # fmt: skip
        if key:
            _fill(patterns[key])
            if patterns[key].is_own:
                _change(actor, UUID(key), patterns[key].name)
        if draft is not None:
            _keep(actor, draft.id)


def _name(pattern: Pattern) -> str:
    return _("{name} (mẫu của phường)", name=pattern.name) if pattern.is_own else _(pattern.name)


def _fill(pattern: Pattern) -> None:
    """A field for each blank: days by a calendar, so that their weekday is always right, hours by a clock."""
    columns = st.columns(2)
    for place, blank in enumerate(pattern.blanks):
        label, key = plain(blank.name[:1].upper() + blank.name[1:]), _key(pattern, place)
        with columns[place % 2]:
            if blank.sort == "day":
                st.date_input(label, key=key, value=None, format="DD/MM/YYYY", min_value=clock.today())
            elif blank.sort == "hour":
                st.time_input(label, key=key, value=None, step=900)
            else:
                st.text_input(label, key=key, max_chars=templates.ANSWER_MAX, placeholder=blank.example)
    filled = templates.fill(pattern, _answers(pattern))
    if filled.unfilled:
        parts.hint(_("Còn trống: {blanks}. Chỗ nào chưa điền thì vẫn nằm trong ngoặc vuông, điền tiếp ở dưới cũng được.",
                     blanks=", ".join(filled.unfilled)))  # fmt: skip
    has_words = any(st.session_state.get(f"c_{name}") for name in ("title", "body", "group_text"))
    label = _("Thay lời đang soạn bằng mẫu này") if has_words else _("Dùng mẫu này")
    st.button(label, key="c_use_template", on_click=_use, args=(pattern,))


def _use(pattern: Pattern) -> None:
    """Put the words into the form; runs before it is drawn, with what was typed last."""
    filled = templates.fill(pattern, _answers(pattern)).pattern
    st.session_state.update({f"c_{name}": text for name, text in filled.texts.items()})
    st.session_state.update({"c_urgency": filled.urgency, "c_kind": filled.kind, "c_asks": filled.asks_for})
    if by := filled.must_reach_by:
        here = clock.local(by)
        st.session_state.update({"c_must_day": here.date(), "c_must_hour": here.time()})
    st.session_state.update({"c_template": None, "c_from_template": False})


def _answers(pattern: Pattern) -> Mapping[str, Answer]:
    return {blank.name: st.session_state.get(_key(pattern, place)) for place, blank in enumerate(pattern.blanks)}


def _key(pattern: Pattern, place: int) -> str:
    return f"c_blank_{pattern.key}_{place}"


def _keep(actor: Actor, draft_id: UUID) -> None:
    with st.popover(_("Lưu bản đang soạn thành mẫu"), icon=":material/bookmark_add:", key="c_keep_as"):
        name = st.text_input(_("Tên mẫu"), key="c_keep_name", max_chars=templates.NAME_MAX)
        parts.hint(_("Chỗ nào mỗi lần một khác, viết tên nó trong ngoặc vuông, như [ngày họp], [giờ họp]."))
        if st.button(_("Lưu mẫu"), key="c_keep_ok", type="primary"):
            try:
                with transaction() as session:
                    templates.save_from(session, actor=actor, announcement_id=draft_id, name=name)
            except Refusal as refusal:
                st.error(said(refusal))
            else:
                st.rerun()


def _change(actor: Actor, template_id: UUID, old: str) -> None:
    with st.popover(_("Đổi tên, xóa mẫu này"), key="c_change_template"):
        name = st.text_input(_("Tên mới"), key=f"c_rename_{template_id}", value=old, max_chars=templates.NAME_MAX)
        is_renamed = st.button(_("Đổi tên"), key="c_rename_ok")
        is_dropped = st.button(_("Xóa mẫu"), key="c_drop_template")
    if not (is_renamed or is_dropped):
        return
    try:
        with transaction() as session:
            if is_renamed:
                templates.rename(session, actor=actor, template_id=template_id, name=name)
            else:
                templates.drop(session, actor=actor, template_id=template_id)
    except Refusal as refusal:
        st.error(said(refusal))
    else:
        st.rerun()
