"""Charts on paper: what the annex of a report takes, and one chart as a picture of its own."""

from dataclasses import asdict
from typing import Any

from adapters.paper import press
from adapters.paper.press import Order
from adapters.paper.texts import cleaned
from core.errors import Invalid
from core.i18n import N_
from services.drawing import Drawing
from services.ports import Annex, PictureKind


def sheet(annex: Annex) -> dict[str, Any]:
    """What its template takes. One odd letter in a name must not keep a whole report from paper: it stands as a dot."""
    report = cleaned(
        {
            "sub": annex.sub, "foot": annex.foot, "figures": asdict(annex.figures), "note": annex.note, "title": annex.title,
            "charts_title": annex.charts_title, "tables": [asdict(one) for one in annex.tables],
        }
    )  # fmt: skip
    return {"report": report, "charts": [_of(one) for one in annex.charts], "is_dotted": True}


def drawn(drawing: Drawing, *, kind: PictureKind) -> bytes:
    """The picture; see `services.ports.Paper.chart`."""
    chart = _of(drawing)
    return _made("chart", {"charts": [chart], "title": chart["title"]}, kind=kind)


def _made(template: str, data: dict[str, Any], *, kind: str) -> bytes:
    order = Order(
        template=template, sheet=data | {"is_dotted": True}, items=[], per_page=1, tags=True, codes={"spread": True}, kind=kind
    )
    try:
        return press.printed(order)
    except press.Refused as refused:
        raise Invalid(N_("Không in được báo cáo này. Xin thử lại.")) from refused


def _of(drawing: Drawing) -> dict[str, Any]:
    words = {"title": drawing.title, "note": drawing.note, "sentence": drawing.sentence, "spec": dict(drawing.spec)}
    return {"kind": drawing.kind, "drawn": not drawing.is_empty, **cleaned(words)}
