"""The only place that chooses adapters."""

from adapters import stores
from adapters.channels import switchboard
from adapters.codes import QrCodes
from adapters.documents import SiftedDocuments
from adapters.dumps import DatabaseDumps
from adapters.engine import DbosEngine
from adapters.file_fetcher import HttpFileFetcher, origins
from adapters.link_checker import HttpLinkChecker
from adapters.link_visitor import HttpLinkVisitor
from adapters.paper import TypstPaper
from adapters.sheets import CalamineSheets
from adapters.table_files import Workbooks
from core.settings import settings
from services.ports import Ports


def live() -> Ports:
    """The real outside world."""
    asks = switchboard.client(settings())
    return Ports(
        sheets=CalamineSheets(), paper=TypstPaper(), codes=QrCodes(), engine=DbosEngine(), tables=Workbooks(),
        documents=SiftedDocuments(), links=HttpLinkChecker(), visits=HttpLinkVisitor(),
        files=HttpFileFetcher(own=origins(settings())), dumps=DatabaseDumps(), stores=stores.of(settings()),
        senders=switchboard.senders(settings(), asks), tokens=switchboard.tokens(settings(), asks),
    )  # fmt: skip
