"""Registers on paper: tables of words, as the record of processing or what is held about one person."""

from dataclasses import asdict

from adapters.paper import press
from adapters.paper.press import Order
from adapters.paper.texts import cleaned
from core.errors import Invalid
from core.i18n import N_
from services.ports import RegisterPaper

LONGEST_CELL = 2_000  # a longer one would not fit a page
MOST_ROWS = 20_000


def printed(register: RegisterPaper) -> bytes:
    """The PDF; see `services.ports.Paper.register`."""
    if sum(len(table.rows) for table in register.tables) > MOST_ROWS:
        raise Invalid(N_("Sổ dài quá {most} dòng, xin tải bảng Excel."), most=MOST_ROWS)
    laid = cleaned(asdict(register))
    for table in laid["tables"]:
        table["rows"] = [[cell[:LONGEST_CELL] for cell in row] for row in table["rows"]]
    # One odd letter in a name must not keep a file from paper: it stands as a dot.
    sheet = {"register": laid, "title": laid["title"], "is_dotted": True}
    try:
        return press.printed(Order(template="register", sheet=sheet, items=[], per_page=1, tags=True, codes={"spread": True}))
    except press.Refused as refused:
        raise Invalid(N_("Không in được sổ này. Xin thử lại.")) from refused
