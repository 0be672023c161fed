"""The only place that chooses adapters."""

from adapters.codes import QrCodes
from adapters.documents import SiftedDocuments
from adapters.engine import DbosEngine
from adapters.paper import TypstPaper
from adapters.sheets import CalamineSheets
from adapters.table_files import Workbooks
from services.ports import Ports


def live() -> Ports:
    """The real outside world."""
    return Ports(
        sheets=CalamineSheets(), paper=TypstPaper(), codes=QrCodes(), engine=DbosEngine(), tables=Workbooks(),
        documents=SiftedDocuments(),
    )  # fmt: skip
