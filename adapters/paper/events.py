"""Paper for a meeting: invitation slips by name, and the list on which those who came put their hand."""

from typing import Any

from adapters.paper import press
from adapters.paper.press import Order
from core.errors import Invalid
from core.i18n import N_
from core.text import clean
from services.ports import MeetingPaper

SLIPS, LINES, MOST = 3, 22, 3_000
LONGEST_LINE = 64  # letters of a name or place on a line of the list; more is shortened with a mark
CALLS, SAYS = "Kính mời ông (bà)", "Quét mã để xem giấy mời và báo có đi hay không."
SLIP_FOOT = "Cắt theo đường gạch, đưa tận nhà. Đi vắng xin bỏ vào chỗ chủ hộ dễ thấy."
LIST_FOOT = "Người có mặt ký tên. Xong việc nộp lại Văn phòng."
COLUMNS = ("TT", "Họ và tên chủ hộ", "Địa chỉ", "Ký tên")
_WRONG = {
    "title": N_("Tên dài quá, không vừa: {names}. Xin sửa ở hồ sơ hộ."),
    "place": N_("Địa chỉ dài quá, không vừa: {names}. Xin sửa ở hồ sơ hộ."),
    "about": N_("Nội dung mời dài quá, không vừa giấy mời: {about}."),
    "code": N_("Địa chỉ dài quá, mã in ra nhỏ quá không quét được."),
    "letters": N_("Có ký tự không in được: {letters}."),
    "unread": N_("Mã in ra không đọc lại được. Xin thử lại."),
}


def slips(meeting: MeetingPaper) -> tuple[bytes, int]:
    """Three slips a page; see `services.ports.Paper.invitation_slips`."""
    _check(meeting)
    facts = [[clean(label), clean(words)] for label, words in meeting.facts]
    sheet = _head(meeting) | {
        "about": clean(meeting.title), "calls": CALLS, "says": SAYS, "foot": SLIP_FOOT, "facts": facts,
        "hours": clean(meeting.title) + "".join(words for fact in facts for words in fact),
    }  # fmt: skip
    items = [{"url": meeting.url, "title": clean(name), "place": clean(place)} for name, place in meeting.people]
    return _printed(meeting, Order(template="slips", sheet=sheet, items=items, per_page=SLIPS, tags=False))


def attendance(meeting: MeetingPaper) -> tuple[bytes, int]:
    """Twenty-two lines a page; see `services.ports.Paper.attendance_list`."""
    _check(meeting)
    pages = [meeting.people[first : first + LINES] for first in range(0, len(meeting.people), LINES)]
    items: list[dict[str, Any]] = [
        {
            "url": meeting.url, "title": clean(meeting.title), "place": "", "page": f"{at + 1} / {len(pages)}",
            "lines": [[str(at * LINES + n), _short(name), _short(place)] for n, (name, place) in enumerate(page, 1)],
        }
        for at, page in enumerate(pages)
    ]  # fmt: skip
    when = " · ".join(clean(words) for _, words in meeting.facts)
    sheet = _head(meeting) | {"when": when, "foot": LIST_FOOT, "columns": COLUMNS, "hours": when}
    return _printed(meeting, Order(template="attendance", sheet=sheet, items=items, per_page=1, tags=True))


def _head(meeting: MeetingPaper) -> dict[str, Any]:
    title = f"{clean(meeting.title)} · {clean(meeting.unit_name)}"
    return {"title": title, "ward": clean(meeting.ward_name), "unit": clean(meeting.unit_name)}


def _check(meeting: MeetingPaper) -> None:
    if not meeting.people:
        raise Invalid(N_("Không có hộ nào để in."))
    if len(meeting.people) > MOST:
        raise Invalid(N_("Mỗi lần in được nhiều nhất {most} hộ."), most=MOST)


def _printed(meeting: MeetingPaper, order: Order) -> tuple[bytes, int]:
    try:
        return press.printed(order), -(-len(order.items) // order.per_page)
    except press.Refused as refused:
        names = "; ".join(str(order.items[at]["title"])[:60] for at in refused.items[:3])
        raise Invalid(
            _WRONG[refused.wrong], names=names, about=clean(meeting.title)[:80], letters=refused.letters
        ) from refused  # fmt: skip


def _short(text: str) -> str:
    words = clean(text)
    return words if len(words) <= LONGEST_LINE else words[: LONGEST_LINE - 1].rstrip() + "…"
