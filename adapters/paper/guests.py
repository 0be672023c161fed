"""The list for the door of an event, thirty lines a page, each page with the announcement's code."""

from collections.abc import Sequence
from typing import Any

from adapters.paper import press
from adapters.paper.press import Order
from core.errors import Invalid
from core.i18n import N_
from core.text import clean
from services.ports import GuestLine, GuestSheet

LINES = 30
MOST_LINES = 3_000
ROOM = 26  # letters of a name or place that stand on a line
FOOT = "Chỉ dùng ở cửa buổi này. Xong việc xin hủy tờ này."
_WRONG = {
    "title": N_("Tiêu đề dài quá, không vừa tờ danh sách."),
    "code": N_("Địa chỉ dài quá, mã in ra nhỏ quá không quét được."),
    "letters": N_("Tiêu đề có ký tự không in được."),
    "unread": N_("Mã in ra không đọc lại được. Xin thử lại."),
}


def printed(guests: Sequence[GuestLine], *, of: GuestSheet) -> tuple[bytes, int]:
    """The PDF and its number of pages; a letter of a name that no font has stands as a dot.

    Raises:
        Invalid: nobody to list, too many, or a text of the heading that cannot be printed.
    """
    if not guests:
        raise Invalid(N_("Chưa ai báo có đi."))
    if len(guests) > MOST_LINES:
        raise Invalid(N_("Danh sách dài quá {most} dòng, xin tải bảng Excel."), most=MOST_LINES)
    pages = [guests[first : first + LINES] for first in range(0, len(guests), LINES)]
    items = [_page(of, page, at, len(pages)) for at, page in enumerate(pages)]
    sheet = {
        "title": f"Danh sách vào cửa · {clean(of.title)}", "ward": clean(of.ward_name), "when": clean(of.when), "said": of.said,
        "foot": FOOT, "unit": clean(of.when) + of.said,
    }  # fmt: skip
    try:
        return press.printed(Order(template="guests", sheet=sheet, items=items, per_page=1, tags=False)), len(pages)
    except press.Refused as refused:
        raise Invalid(_WRONG[refused.wrong]) from refused


def _page(of: GuestSheet, page: Sequence[GuestLine], at: int, pages: int) -> dict[str, Any]:
    rows = [
        [str(at * LINES + place), one.code, _short(one.name), _short(one.place), str(one.people), one.note]
        for place, one in enumerate(page, 1)
    ]
    return {"url": of.url, "title": clean(of.title), "place": "", "lines": rows, "page": f"{at + 1} / {pages}"}


def _short(text: str) -> str:
    words = clean(text)
    return words if len(words) <= ROOM else words[: ROOM - 1].rstrip() + "…"
