"""The parts of the page of before and after: which groups changed, when, in what; what came of it beside similar ones."""

from datetime import date
from uuid import UUID

import streamlit as st

from models import UnitKind
from services import before_after, figure_words
from services.access import Actor
from services.before_after import BeforeAfter, Side
from services.figure_register import BY_NAME, FIGURES, Definition, Measure
from ui import addressed, parts, places
from ui.parts import Column
from ui.words import _, language, number

FIGURE_NAMES = [one.name for one in FIGURES if before_after.is_comparable(one)]


def ask(actor: Actor, today: date) -> tuple[str, list[UUID], date, int] | None:
    """The figure, the groups, the day, how many days each side, all in the address; None until groups and a day are chosen."""
    listed = {unit.code: unit for unit in places.below(actor, places.ward(actor).id, UnitKind.RESIDENTIAL)}
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
    return (name, [listed[code].id for code in chosen], on, int(days)) if chosen and on else None


def result(found: BeforeAfter) -> None:
    """Both sides, and by how much more the changed ones changed."""
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
    if found.difference is None:
        parts.lines(_("Chưa đủ số liệu ở cả hai bên để nói thay đổi mang lại gì."))
        return
    parts.lines(
        _("So với nơi tương tự, nơi đã thay đổi chênh {n}. Đó là phần có thể do thay đổi; việc chung cho mọi nơi đã trừ ra.",
          n=_signed(found.difference, figure))
    )  # fmt: skip


def _row(name: str, side: Side, figure: Definition) -> tuple[str, str, str, str]:
    before, after = (figure_words.amount(value, figure.measure, language=language()) for value in (side.before, side.after))
    return name, before, after, "–" if side.change is None else _signed(side.change, figure)


def _signed(value: float, figure: Definition) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else ""
    if figure.measure is Measure.SHARE:
        return _("{n} điểm phần trăm", n=f"{sign}{number(abs(value) * 100, 1)}")
    return f"{sign}{figure_words.amount(abs(value), figure.measure, language=language())}"
