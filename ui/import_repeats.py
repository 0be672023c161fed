"""What a list says twice: which rows were put together as one household, told on the screen of imports."""

from services.import_rows import Spot
from services.imports import ImportResult
from ui import parts
from ui.parts import Column
from ui.words import _, number

SHOWN, DRAWN = 5, 200


def repeats(result: ImportResult) -> None:
    """Rows whose household another row gives too, beside that row."""
    if not result.repeats:
        return
    parts.section(_("{n} dòng ghi lại hộ của dòng khác", n=number(len(result.repeats))), _("mỗi hộ chỉ ghi một lần"))
    parts.hint(
        _("Cùng tổ, cùng tên và cùng số điện thoại là một hộ. Điều dòng sau ghi thêm đã gộp vào, không bỏ gì.")
    )  # fmt: skip
    several = len(result.sheets) > 1
    heads: list[Column | str] = [_("Dòng"), Column(_("Chủ hộ"), "wide"), _("Cùng hộ với")]
    rows = [(_place(one.spot, several=several), one.name, _place(one.of, several=several)) for one in result.repeats[:DRAWN]]
    parts.table(heads, rows, shown=SHOWN, more=_("Xem {n} dòng", n=number(len(rows))))


def _place(spot: Spot, *, several: bool) -> str:
    row = number(spot.number)
    return _("dòng {row}, trang “{sheet}”", row=row, sheet=spot.sheet) if several else _("dòng {row}", row=row)
