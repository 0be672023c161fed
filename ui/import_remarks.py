"""What of a list was read otherwise than it stands there, told on the screen of imports before anything is written."""

from services.import_remarks import Remark, Why
from services.imports import ImportResult
from ui import parts
from ui.parts import Column
from ui.words import _, number

SHOWN, DRAWN_OF_EACH = 5, 40


def remarks(result: ImportResult) -> None:
    """How many values were put right or left a doubt, by reason, and the first of each."""
    said = result.remarks
    if not said.first:
        return
    parts.section(
        _("{n} ô đọc khác cách ghi", n=number(said.counts.total())), _("xem có đúng không; sai thì sửa trong tệp rồi nhập lại")
    )
    parts.hint("; ".join(f"{_(why.label)} ({number(said.counts[why])})" for why in Why if said.counts[why]) + ".")
    several = len(result.sheets) > 1
    heads: list[Column | str] = [_("Dòng"), _("Cột"), Column(_("Đang ghi"), "wide"), _("Đọc là"), Column(_("Vì sao"), "wide")]
    rows = [
        (
            *[parts.cell(one.sheet)][:several], number(one.row), parts.cell(one.column), parts.cell(one.value),
            parts.cell(one.reading) if one.reading else "–", _(one.why.label),
        )
        for one in _some(said.first)
    ]  # fmt: skip
    more = _("Xem {n} dòng", n=number(len(rows)))
    parts.table([_("Trang"), *heads] if several else heads, rows, shown=SHOWN, more=more)


def _some(first: list[Remark]) -> list[Remark]:
    """The first of each reason, those that leave a doubt in front."""
    order = list(reversed(Why))
    chosen = [one for why in order for one in [one for one in first if one.why is why][:DRAWN_OF_EACH]]
    return sorted(chosen, key=lambda one: order.index(one.why))
