"""The month on one sheet for the notice board, A3."""

from dataclasses import asdict
from typing import Any

from adapters.paper import press
from adapters.paper.press import Order
from adapters.paper.texts import cleaned, letters
from core.errors import Invalid
from core.i18n import N_
from core.text import clean
from services.ports import Bulletin

CODE_SIDE, LEAST_MODULE = 55.0, 1.0  # millimetres, read from half a metre
LONGEST_TEXT = 400
FOOT = "Gỡ xuống khi có tờ tháng sau"
_WRONG = {
    "event": N_("Việc ghi dài quá, không vừa bảng tin: {text}."),
    "title": N_("Tên mã dài quá, không vừa bảng tin: {text}."),
    "address": N_("Địa chỉ dài quá, không vừa bảng tin: {text}."),
    "unit": N_("Tên đơn vị dài quá, không vừa bảng tin."),
    "whole": N_("Nội dung nhiều quá, không vừa một tờ A3. Xin bỏ bớt việc."),
    "code": N_("Địa chỉ dài quá, mã in ra nhỏ quá không quét được: {text}."),
    "letters": N_("Bảng tin có ký tự không in được: {letters}."),
    "unread": N_("Mã in ra không đọc lại được: {text}."),
}


def printed(month: Bulletin) -> bytes:
    """The PDF; see `services.ports.Paper.bulletin`."""
    events = cleaned([asdict(event) for event in month.events])
    long = [at for at, event in enumerate(events) if max(len(event["title"]), len(event["detail"])) > LONGEST_TEXT]
    rows = {name: cleaned(getattr(month, name)) for name in ("figures", "phones")}
    sheet: dict[str, Any] = rows | {
        "title": f"Bảng tin {month.month}", "ward": clean(month.ward_name), "unit": clean(month.unit_name), "month": month.month,
        "events": events, "printed": month.printed, "foot": FOOT, "hours": "".join(letters([events, rows])),
        "code-side": CODE_SIDE,
    }  # fmt: skip
    items = [_item(code.title, code.note, code.url, code.shown_url) for code in month.codes]
    rules = {"side": CODE_SIDE, "least": LEAST_MODULE, "levels": "QM", "spread": True}
    try:
        if long:
            raise press.Refused("event", long)
        return press.printed(
            Order(template="bulletin", sheet=sheet, items=items, per_page=max(1, len(items)), tags=True, codes=rules)
        )
    except press.Refused as refused:
        texts = [event["title"] for event in events] if refused.wrong == "event" else [code.title for code in month.codes]
        named = "; ".join(clean(texts[at])[:60] for at in refused.items[:3] if at < len(texts))
        raise Invalid(_WRONG[refused.wrong], text=named, letters=refused.letters) from refused


def _item(title: str, note: str, url: str, shown: str) -> dict[str, str]:
    host, slash, rest = clean(shown).partition("/")
    return {"url": url, "title": clean(title)[:LONGEST_TEXT], "place": clean(note), "host": host, "rest": slash + rest}
