"""Door lists on paper: one page after the other, each with its code read back."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

from adapters.paper import press
from adapters.paper.press import Order
from core.errors import Invalid
from core.i18n import N_
from core.text import clean, clean_lines
from services.ports import DoorNotice, DoorRow, DoorSheet, Told, tell_nobody

ROWS_PER_PAGE, MOST_PAGES = 13, 500
PART_PAGES = 25  # so that a ward's leaders are seen to get done: a few at a time
LONGEST_TEXT, LONGEST_WORDS = 400, 700
_WRONG = {
    "title": N_("Tên chủ hộ dài quá, không vừa danh sách của {units}. Xin sửa ở hồ sơ hộ."),
    "place": N_("Địa chỉ dài quá, không vừa danh sách của {units}. Xin sửa ở hồ sơ hộ."),
    "notice": N_("Lời thông báo dài quá, không vừa bên cạnh danh sách."),
    "code": N_("Địa chỉ dài quá, mã in ra nhỏ quá không quét được: {units}."),
    "letters": N_("Danh sách của {units} có ký tự không in được."),
    "unread": N_("Mã in ra không đọc lại được: {units}."),
}


def printed(sheets: Sequence[DoorSheet], notice: DoorNotice, *, tell: Told = tell_nobody) -> tuple[bytes, int]:
    """The PDF and its number of pages; see `services.ports.Paper.door_lists`. `tell` hears of pages that are done."""
    pages = [page for sheet in sheets for page in _pages(sheet)]
    if not pages:
        raise Invalid(N_("Không còn hộ nào phải báo tận nơi, không có gì để in."))
    if len(pages) > MOST_PAGES:
        raise Invalid(N_("Mỗi lần in được nhiều nhất {most} trang."), most=MOST_PAGES)
    order = Order(template="door_list", sheet=_beside(notice), items=pages, per_page=1, tags=True, part_pages=PART_PAGES)
    try:
        return press.printed(order, tell=tell), len(pages)
    except press.Refused as refused:
        units = list(dict.fromkeys(str(pages[at]["title"]) for at in refused.items))
        raise Invalid(_WRONG[refused.wrong], units="; ".join(units[:3])) from refused


def packets(
    paper: bytes, sheets: Sequence[DoorSheet], notice: DoorNotice, *, tell: Told = tell_nobody
) -> tuple[bytes, int]:  # fmt: skip
    """For each unit the paper and its list behind it; see `services.ports.Paper.door_packets`."""
    lengths = [len(list(_pages(sheet))) for sheet in sheets if sheet.rows]
    ends = list(accumulate(lengths))
    lists, _pages_of_all = printed(sheets, notice, tell=lambda pages: tell(bisect_right(ends, pages)))
    whole = press.behind_each(paper, lists, lengths)
    return whole, press.pages(whole)


def _pages(sheet: DoorSheet) -> Iterator[dict[str, Any]]:
    chunks = [sheet.rows[at : at + ROWS_PER_PAGE] for at in range(0, len(sheet.rows), ROWS_PER_PAGE)]
    for number, chunk in enumerate(chunks, 1):
        rows = [_row(row) for row in chunk]
        yield {
            "url": sheet.url, "title": _cut(sheet.unit_name), "place": "", "leader": _cut(sheet.leader), "rows": rows,
            "says": sheet.code_says, "all": len(sheet.rows), "number": number, "of": len(chunks),
            "letters": "".join(text for row in rows for text in row.values()) + _cut(sheet.leader),
        }  # fmt: skip


def _row(row: DoorRow) -> dict[str, str]:
    return {
        "number": str(row.number), "code": clean(row.code), "head": _cut(row.head_name), "address": _cut(row.address),
        "phone": f"…{row.phone_end}" if row.phone_end else "",
    }  # fmt: skip


def _cut(text: str) -> str:
    return clean(text)[:LONGEST_TEXT]


def _beside(notice: DoorNotice) -> dict[str, Any]:
    return {
        "title": f"Danh sách đến từng hộ · {_cut(notice.title)}", "notice": _cut(notice.title), "urgency": notice.urgency,
        "facts": [[label, _cut(text)] for label, text in notice.facts], "words": clean_lines(notice.words)[:LONGEST_WORDS],
        "must_by": notice.must_by, "ward": clean(notice.ward_name), "phone": notice.ward_phone, "printed": notice.printed,
    }  # fmt: skip
