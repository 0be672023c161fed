"""Official papers by Nghị định 30/2020/NĐ-CP: the words are put in their places, the template has the measures."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from adapters.paper import press
from adapters.paper.press import Order
from adapters.paper.texts import cleaned, letters
from core.errors import Invalid
from core.i18n import N_
from core.text import clean
from services.ports import PaperText

CODE_SIDE, LEAST_MODULE = 19.0, 0.5  # millimetres, read from the hand
LONGEST_BODY = 40_000  # letters: some fifteen pages
_WRONG = {
    "issuer": N_("Tên cơ quan ban hành dài quá, không vừa phần đầu văn bản."),
    "place": N_("Địa danh dài quá, không vừa bên cạnh số, ký hiệu."),
    "title": N_("Trích yếu có từ dài quá, không vừa dòng: {subject}."),
    "code": N_("Địa chỉ dài quá, mã in ra nhỏ quá không quét được."),
    "letters": N_("Văn bản có ký tự không in được: {letters}."),
    "unread": N_("Mã in ra không đọc lại được. Xin thử lại."),
}


def printed(paper: PaperText, *, behind: Mapping[str, Any] | None = None) -> bytes:
    """The PDF; see `services.ports.Paper.official`. With `behind`, what the annex of a report takes, as one file with it."""
    if sum(len(words) for _, words in paper.body) > LONGEST_BODY:
        raise Invalid(N_("Văn bản dài quá {most} ký tự."), most=LONGEST_BODY)
    words = {name: value for name, value in asdict(paper).items() if name not in ("issued_on", "number", "url", "body")}
    body = [{"run": clean(run), "words": clean(text)} for run, text in paper.body]
    laid = cleaned(words) | _numbered(paper) | {"body": body}
    items = [{"url": paper.url, "title": "", "place": ""}] if paper.url else []
    sheet = {
        "paper": laid, "code-side": CODE_SIDE, "title": f"{laid['kind'].capitalize()} · {laid['subject']}",
        "unit": "".join(letters(laid)),
    }  # fmt: skip
    order = Order(
        template="report" if behind else "official", sheet={**sheet, **(behind or {})}, items=items, per_page=1, tags=True,
        codes={"side": CODE_SIDE, "least": LEAST_MODULE, "levels": "M", "spread": True},
    )  # fmt: skip
    try:
        return press.printed(order)
    except press.Refused as refused:
        raise Invalid(_WRONG[refused.wrong], subject=clean(paper.subject)[:80], letters=refused.letters) from refused


def _numbered(paper: PaperText) -> dict[str, str]:
    """Ô 3, 4: a number and a day under 10 take a zero, so do the months 1 and 2. A draft leaves number and day open."""
    day: date = paper.issued_on or paper.written_on
    return {
        "number": f"{paper.number:02}" if paper.number else "", "day": f"{day:%d}" if paper.issued_on else "",
        "month": f"{day.month:02}" if day.month < 3 else str(day.month), "year": str(day.year), "written_on": "",
    }  # fmt: skip
