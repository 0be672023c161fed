"""The parts of the page of before and after: which groups changed, when, in what; what came of it beside similar ones."""

from datetime import date
from uuid import UUID

import streamlit as st

from core.db import reading
from models import Unit, UnitKind
from services import access, before_after, before_after_drawing, practice_changes
from services.access import Actor, May
from services.before_after import BeforeAfter, Side
from services.figure_register import BY_NAME, FIGURES, Definition
from services.practice_changes import Practice, PracticeChange
from ui import addressed, drawn, parts, places
from ui.parts import Column
from ui.words import _, day, language, number

NAMED = 3
FIGURE_NAMES = [one.name for one in FIGURES if before_after.is_comparable(one)]


def ask(actor: Actor, today: date) -> tuple[str, list[UUID], date, int] | None:
    """The figure, the groups, the day, how many days each side, all in the address; None until groups and a day are chosen:
    then what the house knows of is offered to begin with."""
    ward = places.ward(actor)
    listed = {unit.code: unit for unit in places.below(actor, ward.id, UnitKind.RESIDENTIAL)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = addressed.always(_("Số liệu"), {one: _(BY_NAME[one].label) for one in FIGURE_NAMES}, key="so", width=280)
        on = st.date_input(
            _("Ngày thay đổi"), None, max_value=today, key="tu", bind="query-params", format="DD/MM/YYYY", width=190
        )  # fmt: skip
        days = st.number_input(
            _("Số ngày mỗi bên"), before_after.SHORTEST, before_after.LONGEST, 30, key="ngay", bind="query-params", width=150
        )
    names = {code: unit.label for code, unit in listed.items()}
    chosen = addressed.several(_("Tổ, thôn đã thay đổi"), names, key="to", placeholder=_("Chọn tổ"))
    if chosen and on:
        return name, [listed[code].id for code in chosen], on, int(days)
    _offers(actor, ward.id)
    return None


def _offers(actor: Actor, ward_id: UUID) -> None:
    """New leaders and cards of the last year, each the way to its comparison."""
    with reading() as session:
        found = practice_changes.of(session, actor=actor, unit_id=ward_id)
    if not found:
        return
    parts.section(_("Bắt đầu từ một thay đổi đã ghi"), _("một năm nay, đủ ngày để so"))
    here = {name: value for name, value in places.kept().items() if name == "xa"}
    for one in found:
        link = parts.link(_offer(one), "compare", to=",".join(one.codes), tu=one.on.isoformat(), **here)
        parts.lines(parts.joined(link, " ", parts.soft(day(one.on, weekday=False))))


def _offer(one: PracticeChange) -> str:
    names = ", ".join(one.names[:NAMED])
    if len(one.names) > NAMED:
        names = _("{names} và {n} nơi khác", names=names, n=number(len(one.names) - NAMED))
    if one.practice is Practice.LEADER:
        return _("{names}: người phụ trách mới", names=names)
    return _("{names}: làm {n} thẻ hộ", names=names, n=number(one.cards))


def way(actor: Actor, unit: Unit, *, on: date | None) -> None:
    """The link from a group to its comparison, from the day of a change where there was one."""
    if not access.may(actor, May.STUDY_FIGURES):
        return
    label = _("Trước và sau khi đổi người phụ trách") if on else _("So trước và sau một thay đổi")
    asked = {"to": unit.code} | ({"tu": on.isoformat()} if on else {})
    st.page_link("pages/compare.py", label=label, query_params=asked, icon=":material/compare_arrows:")


def result(found: BeforeAfter) -> None:
    """Both sides, by how much more the changed ones changed, and whether chance alone may bring that."""
    figure = BY_NAME[found.figure]
    rows = [
        _row(_("Đã thay đổi"), found.changed, figure),
        _row(_("Tương tự"), found.similar, figure),
    ]
    heads: list[Column | str] = [
        _("Nơi"), Column(_("Trước"), "num"), Column(_("Sau"), "num"), Column(_("Thay đổi"), "num"),
    ]  # fmt: skip
    parts.table(heads, rows, fold=False)
    parts.hint(_("Đã thay đổi: {names}", names=", ".join(found.changed.names)))
    parts.hint(_("Tương tự: {names}", names=", ".join(found.similar.names) or "–"))
    drawn.show(
        before_after_drawing.drawing(found, language=language()), key="c_before_after",
        file_name=f"truoc-va-sau-{found.figure}-{found.after[0]:%Y-%m-%d}",
    )  # fmt: skip


def _row(name: str, side: Side, figure: Definition) -> tuple[str, str, str, str]:
    before, after = (
        before_after_drawing.amount(value, figure, language=language(), runs=runs)
        for value, runs in ((side.before, side.before_runs), (side.after, side.after_runs))
    )
    change = "–" if side.change is None else before_after_drawing.signed(side.change, figure, language=language())
    return name, before, after, change
