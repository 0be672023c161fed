"""What the services need from the outside world. `adapters/` provides it; `adapters.chooser.live()` is the only chooser.

A front door (app.py, web.public, manage.py) calls `provide(...)` once at its start; services ask `ports()`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol
from uuid import UUID

from sqlmodel import Session

from models import Channel
from services.paper_ports import Annex as Annex
from services.paper_ports import Bulletin as Bulletin
from services.paper_ports import BulletinCode as BulletinCode
from services.paper_ports import BulletinEvent as BulletinEvent
from services.paper_ports import Card as Card
from services.paper_ports import DoorNotice as DoorNotice
from services.paper_ports import DoorRow as DoorRow
from services.paper_ports import DoorSheet as DoorSheet
from services.paper_ports import Emblem as Emblem
from services.paper_ports import GuestLine as GuestLine
from services.paper_ports import GuestSheet as GuestSheet
from services.paper_ports import Label as Label
from services.paper_ports import MeetingPaper as MeetingPaper
from services.paper_ports import Paper as Paper
from services.paper_ports import PaperTable as PaperTable
from services.paper_ports import PaperText as PaperText
from services.paper_ports import PictureKind as PictureKind
from services.paper_ports import RegisterPaper as RegisterPaper
from services.paper_ports import SheetHead as SheetHead
from services.paper_ports import SlotBook as SlotBook
from services.paper_ports import SlotLine as SlotLine
from services.paper_ports import StoryPage as StoryPage
from services.paper_ports import Told as Told
from services.paper_ports import tell_nobody as tell_nobody
from services.senders import AccountKeys, Sender, TokenOffice, TokenPair

if TYPE_CHECKING:
    from services.period_facts import PeriodFacts

Cell = str | int | float | bool | None | Any


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook, as rows of cells; row 0 is the spreadsheet's row 1, blanks included."""

    name: str
    rows: Iterator[list[Cell]] | Sequence[list[Cell]]
    merged: Sequence[tuple[int, int, int, int]] = ()  # joined cells: first row and column, last row and column, from 0
    height: int | None = None  # rows to come, where it is known before they are read
    others: Sequence[str] = ()  # names of the workbook's other sheets
    letters: str = ""  # utf-8, utf-16, cp1258, tcvn3, vni; of a workbook what a person says of them: unicode, tcvn3, vni
    other_letters: Sequence[str] = ()  # in which a text file could be read as well


class Sheets(Protocol):
    """Reads tables that people made."""

    def read(self, path: Path, *, sheet: str | None = None, letters: str = "") -> Sheet:
        """The first sheet that holds anything, or the one named; in the letters a person named, or the likeliest.

        Raises:
            Invalid: it is no table, empty, encrypted, damaged or too large, in one sentence.
        """

    def read_all(self, path: Path, *, rows: int | None = None, letters: str = "") -> Iterator[Sheet]:
        """Every sheet that holds anything, or the first rows of each; a sheet's rows are there until the next is asked for.

        Raises:
            Invalid: as `read`.
        """


Shown = str | int | float | date | datetime | None
SheetToWrite = tuple[str, Sequence[str], Sequence[Sequence[Shown]]]  # its name, headers, rows


class TableFiles(Protocol):
    """Writes tables for people to take away."""

    def xlsx(self, sheets: Sequence[SheetToWrite]) -> bytes:
        """A workbook; no text in it can be taken for a formula (CWE-1236)."""

    def report(self, facts: "PeriodFacts", *, title: str) -> bytes:
        """A period as a workbook whose figures are live formulas over its data sheets."""

    def csv(self, headers: Sequence[str], rows: Sequence[Sequence[Shown]]) -> bytes:
        """A text table in UTF-8 with its mark, which Excel opens; no text in it can be taken for a formula."""


class Dumps(Protocol):
    """The whole database as one file, and back."""

    def kind(self) -> str:
        """Which kind of database it is: a dump goes back into the same kind only."""

    def dump(self, file: Path) -> None:
        """One consistent state, while others write.

        Raises:
            Invalid: it cannot be made here, in one sentence.
        """

    def load(self, file: Path) -> None:
        """Put a dump in the place of all there is, wholly or not at all.

        Raises:
            Invalid: it cannot be put back here, in one sentence; nothing has changed then.
        """


class BackupStore(Protocol):
    """A place to which backups are copied. Everything it is asked raises `Invalid`, in one sentence, where it cannot."""

    place: str  # as people call it
    is_elsewhere: bool  # in the hands of others: only what is locked goes there

    def put(self, file: Path, name: str) -> None:
        """Lay a file there, wholly or not at all."""

    def names(self) -> list[str]:
        """What lies there."""

    def digest(self, name: str) -> tuple[int, str]:
        """Its size and SHA-256, read back from there."""

    def fetch(self, name: str, target: Path) -> None:
        """Write it into a file here."""

    def remove(self, name: str) -> None:
        """Take it away; what is not there is no failure."""


class Codes(Protocol):
    """Draws QR codes for a screen."""

    def png(self, url: str) -> bytes:
        """A PNG with its quiet zone."""

    def svg(self, url: str) -> bytes:
        """The same as SVG."""

    def emblem_png(self, url: str, *, own: Emblem | None = None) -> bytes:
        """A PNG in the ward's colour with its own emblem in the middle, else in ours; with the strongest correction.

        Raises:
            Invalid: the address is too long, or the emblem keeps the code from being read.
        """

    def emblem_svg(self, url: str, *, own: Emblem | None = None) -> bytes:
        """The same as SVG."""


@dataclass(frozen=True)
class Document:
    """A document that may be stored and shown: a PDF, or a photo without what a camera adds to it."""

    content: bytes
    media_type: str
    pages: int | None


@dataclass(frozen=True)
class Area:
    """A part of a picture, in shares of its width and height from the top left."""

    left: float
    top: float
    right: float
    bottom: float


class Documents(Protocol):
    """Looks at documents that people bring."""

    def sifted(self, content: bytes) -> Document:
        """The document as it may be stored.

        Raises:
            Invalid: it is no PDF or photo, or not one that may be shown; in one sentence.
        """

    def size(self, content: bytes) -> tuple[int, int]:
        """Width and height of a photo that was sifted, in pixels."""

    def covered(self, content: bytes, areas: Sequence[Area]) -> Document:
        """A photo in which nobody can make out what stood in these areas, by whatever means.

        Raises:
            Invalid: it is no photo.
        """

    def emblem(self, content: bytes) -> bytes:
        """A picture as a small square PNG on white, drawn anew: nothing else of its file is kept.

        Raises:
            Invalid: it is no picture, or too small to be printed; in one sentence.
        """


@dataclass(frozen=True)
class BatchRun:
    """One attempt at a batch of the ledger."""

    batch_id: UUID
    attempt: int
    priority: int  # a lower one runs first
    is_urgent: bool = False  # it overtakes whatever is not
    at: datetime | None = None  # not before; None: now
    again: str = ""  # tells it from an attempt of the same number that was promised and never begun


class Engine(Protocol):
    """Promises durable work, in the caller's transaction: both are kept or neither."""

    def deliver(self, session: Session, runs: Sequence[BatchRun]) -> None:
        """Have each batch sent once for its attempt. An attempt promised before is left as it is."""

    def unbegun(self, runs: Sequence[BatchRun]) -> list[BatchRun]:
        """Those that no queue holds any more: they were taken out, and whoever took them is gone or failed."""

    def promise(self, session: Session, *, work: str, key: str, at: datetime, subject_id: str) -> None:
        """Have `work` done once for `key`, not before `at`, even if every process dies in between."""


@dataclass(frozen=True)
class LinkState:
    """How a web address stands: alive, dead, or refused because it lies within our own network."""

    url: str
    state: Literal["alive", "dead", "refused", "unknown"]
    status: int = 0  # of HTTP; 0 where nothing answered
    leads_to: str = ""  # where redirections ended


class LinkChecker(Protocol):
    """Asks web addresses whether they answer; only public ones, within seconds."""

    def check(self, urls: Sequence[str]) -> list[LinkState]:
        """How each stands, in their order. Never raises for what is at the other end."""


@dataclass(frozen=True)
class LinkVisit:
    """What a visit of a target found. `trouble` is a value of `models.LinkTrouble`, "" where all is well."""

    url: str
    trouble: str = ""
    status: int = 0  # of HTTP; 0 where nothing answered
    leads_on_to: str = ""  # where redirections ended, if there were any
    replaced_by: str = ""  # the same, where the site said that it is for good
    certificate_ends_on: date | None = None


class LinkVisitor(Protocol):
    """Visits where codes lead; only public addresses, few connections at once, within seconds each."""

    def visit(self, urls: Sequence[str]) -> list[LinkVisit]:
        """How each stands, in their order. Never raises for what is at the other end."""


@dataclass(frozen=True)
class Fetched:
    """What came of asking for a file: its content, that it will never be had, or that it may be later."""

    outcome: Literal["taken", "gone", "later"]
    content: bytes = b""


class FileFetcher(Protocol):
    """Fetches files that providers keep; only from public addresses, within seconds, and none that is too large."""

    def fetch(self, url: str) -> Fetched:
        """The file. Never raises for what is at the other end."""


class NoFiles:
    """Where nothing may be asked: each may be had later."""

    def fetch(self, url: str) -> Fetched:  # noqa: ARG002  # as the protocol names it
        """Later."""
        return Fetched("later")


class NoVisits:
    """Where nothing may be asked: nobody is visited."""

    def visit(self, urls: Sequence[str]) -> list[LinkVisit]:  # noqa: ARG002  # as the protocol names it
        """None."""
        return []


class NoLinks:
    """Where nothing may be asked: each address stays unknown."""

    def check(self, urls: Sequence[str]) -> list[LinkState]:
        """Unknown, each."""
        return [LinkState(url, "unknown") for url in urls]


@dataclass(frozen=True)
class Ports:
    """The outside world as the services see it."""

    sheets: Sheets
    paper: Paper
    codes: Codes
    engine: Engine
    tables: TableFiles
    documents: Documents = field(default_factory=lambda: _NoDocuments())
    links: LinkChecker = field(default_factory=NoLinks)
    visits: LinkVisitor = field(default_factory=NoVisits)
    files: FileFetcher = field(default_factory=NoFiles)
    dumps: Dumps = field(default_factory=lambda: _NoDumps())
    stores: Sequence[BackupStore] = ()  # none: backups are kept where they are made
    senders: Mapping[Channel, Sender] = field(default_factory=dict)  # by account; a channel without one is done by people
    tokens: TokenOffice = field(default_factory=lambda: _NoTokens())
    renewing: Callable[[AccountKeys, Channel], AccountKeys] = field(
        default=lambda keys, _channel: keys
    )  # keys that renew themselves


class _NoDocuments:
    """Where none were provided: asking is a bug."""

    def sifted(self, content: bytes) -> Document:
        raise LookupError(f"nobody was provided to look at {len(content)} bytes")

    def size(self, content: bytes) -> tuple[int, int]:
        raise LookupError(f"nobody was provided to look at {len(content)} bytes")

    def covered(self, content: bytes, areas: Sequence[Area]) -> Document:
        raise LookupError(f"nobody was provided to cover {len(areas)} areas of {len(content)} bytes")

    def emblem(self, content: bytes) -> bytes:
        raise LookupError(f"nobody was provided to draw {len(content)} bytes anew")


class _NoDumps:
    """Where none were provided: asking is a bug."""

    def kind(self) -> str:
        """None."""
        return ""

    def dump(self, file: Path) -> None:
        """Nobody."""
        raise LookupError(f"nobody was provided to write {file}")

    def load(self, file: Path) -> None:
        """Nobody."""
        raise LookupError(f"nobody was provided to read {file}")


class _NoTokens:
    """Where nobody was provided to give any out: asking is a bug."""

    async def first(self, account: AccountKeys, *, code: str, verifier: str) -> TokenPair:
        """Nobody."""
        raise LookupError(f"nobody was provided to open {account.account_id} with {len(code) + len(verifier)} signs")

    async def renewed(self, account: AccountKeys) -> TokenPair:
        """Nobody."""
        raise LookupError(f"nobody was provided to renew {account.account_id}")


_provided: list[Ports] = []


def provide(ports: Ports) -> None:
    """Set the outside world of this process."""
    _provided[:] = [ports]


def is_provided() -> bool:
    """Whether the outside world of this process was set; the light public process has none."""
    return bool(_provided)


def ports() -> Ports:
    """The outside world of this process; asking before it was provided is a bug."""
    return _provided[0]
