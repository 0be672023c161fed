"""The slot book of the loudspeakers on paper: four readings a page, each day on pages of its own."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from adapters.paper import press
from adapters.paper.press import Order
from core.errors import Invalid
from core.i18n import N_
from core.text import clean
from services.ports import SlotBook, SlotLine

PER_PAGE, MOST_PAGES = 4, 200
LONGEST_TEXT, LONGEST_NAME = 1_500, 60
FOOT = "Đọc chậm, rõ, nghỉ ở mỗi dấu chấm. Trước giờ đọc xem lại trên máy: thông báo có thể đã thu hồi hoặc đính chính."
_WRONG = {
    "title": N_("Bản đọc dài quá, không vừa tờ in."),
    "code": N_("Địa chỉ dài quá, mã in ra nhỏ quá không quét được."),
    "letters": N_("Bản đọc có ký tự không in được."),
    "unread": N_("Mã in ra không đọc lại được. Xin thử lại."),
}


def printed(lines: Sequence[SlotLine], *, of: SlotBook) -> tuple[bytes, int]:
    """The PDF and its number of pages.

    Raises:
        Invalid: nothing to print, too much, or a text that cannot be printed.
    """
    pages = list(_pages(lines, of))
    if not pages:
        raise Invalid(N_("Chưa có lượt đọc nào để in."))
    if len(pages) > MOST_PAGES:
        raise Invalid(N_("Mỗi lần in được nhiều nhất {most} trang."), most=MOST_PAGES)
    for at, page in enumerate(pages, 1):
        page["page"] = f"{at} / {len(pages)}"
    letters = "".join(slot[name] for page in pages for slot in page["slots"] for name in ("place", "about", "reader", "text"))
    sheet = {"title": "Sổ loa truyền thanh", "ward": clean(of.ward_name), "said": clean(of.said), "foot": FOOT, "unit": letters}
    try:
        return press.printed(Order(template="slot_book", sheet=sheet, items=pages, per_page=1, tags=True)), len(pages)
    except press.Refused as refused:
        raise Invalid(_WRONG[refused.wrong]) from refused


def _pages(lines: Sequence[SlotLine], of: SlotBook) -> Iterator[dict[str, Any]]:
    for day, of_day in groupby(lines, key=lambda line: line.day):
        found = list(of_day)
        for first in range(0, len(found), PER_PAGE):
            slots = [_slot(line) for line in found[first : first + PER_PAGE]]
            yield {"url": of.url, "title": clean(day)[:1].upper() + clean(day)[1:], "place": "", "slots": slots}


def _slot(line: SlotLine) -> dict[str, str]:
    return {
        "hour": line.hour, "place": clean(line.place)[:LONGEST_NAME], "about": clean(line.title)[:LONGEST_NAME],
        "reader": clean(line.reader)[:LONGEST_NAME], "text": clean(line.text)[:LONGEST_TEXT], "tick": "×" if line.is_read else "",
    }  # fmt: skip
