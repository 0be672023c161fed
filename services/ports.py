"""What the services need from the outside world. `adapters/` provides it; `adapters.chooser.live()` is the only chooser.

A front door (app.py, web.public, manage.py) calls `provide(...)` once at its start; services ask `ports()`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, Protocol
from uuid import UUID

from sqlmodel import Session

from models import Channel
from services.print_layouts import Layout
from services.senders import AccountKeys, Sender, TokenOffice, TokenPair

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

    def csv(self, headers: Sequence[str], rows: Sequence[Sequence[Shown]]) -> bytes:
        """A text table in UTF-8 with its mark, which Excel opens; no text in it can be taken for a formula."""


@dataclass(frozen=True)
class Label:
    """A code to print: where it leads, what stands under it."""

    url: str
    title: str
    place: str
    shown_url: str
    number: str = ""  # by which a broken one is ordered again


@dataclass(frozen=True)
class SheetHead:
    """What holds for a whole sheet of codes: who hangs it up, and what stands on it besides."""

    unit_name: str
    hours: str = ""  # of the office, on the sign of its door
    phone: str = ""
    emblem: bool = False  # in the middle of each code, which is then drawn with the strongest correction


Told = Callable[[int], None]  # how many pages are done


def tell_nobody(pages: int) -> None:
    """For whoever does not ask how far a sheet is."""


@dataclass(frozen=True)
class Card:
    """A household card to print: the secret address, and whose it is."""

    url: str
    head_name: str
    address: str


@dataclass(frozen=True)
class GuestLine:
    """A party on the list for an event's door: its code, who it is, whence, how many, and what is to be known at the door."""

    code: str
    name: str
    place: str
    people: int
    note: str = ""


@dataclass(frozen=True)
class GuestSheet:
    """What stands above such a list."""

    title: str
    when: str
    said: str
    ward_name: str
    url: str


@dataclass(frozen=True)
class SlotLine:
    """One reading of the loudspeakers' book: when, where, by whom, and the words."""

    day: str
    hour: str
    place: str
    title: str
    reader: str
    text: str
    is_read: bool = False


@dataclass(frozen=True)
class SlotBook:
    """What stands above such readings."""

    ward_name: str
    said: str
    url: str


@dataclass(frozen=True)
class DoorRow:
    """A household of a door list on paper: its number, and of its telephone the end."""

    number: int
    code: str
    head_name: str
    address: str
    phone_end: str


@dataclass(frozen=True)
class DoorSheet:
    """The paper of one residential unit: whose it is, and where its code leads."""

    url: str
    code_says: str  # what the code is for
    unit_name: str
    leader: str
    rows: Sequence[DoorRow]


@dataclass(frozen=True)
class DoorNotice:
    """What is printed beside every door list: the notice to read out, by when, from whom."""

    title: str
    urgency: str
    facts: Sequence[tuple[str, str]]
    words: str
    must_by: str
    ward_name: str
    ward_phone: str
    printed: str


@dataclass(frozen=True)
class StoryPage:
    """An announcement's story to print: everything in words, in the language of the ward's papers."""

    title: str
    ward: str
    sub: str  # when it was sent, by whom
    url: str  # its public page, as a code in the corner
    figures: Sequence[tuple[str, str, str]]  # what, the number, of what
    paths: Sequence[tuple[str, str, str]]  # path, planned, told
    missed: Sequence[tuple[str, str, str]]  # group, missing, of how many
    missed_more: str  # what of them stands on no line; "" where all do
    note: str


@dataclass(frozen=True)
class PaperText:
    """An official paper in words: everything but its number and day, which only the clerk gives."""

    kind: str  # THÔNG BÁO
    symbol: str  # TB-UBND
    parent: Sequence[str]  # the body above, where it is named
    issuer: Sequence[str]
    place: str
    written_on: date
    subject: str
    to: str  # whom an invitation is for
    body: Sequence[tuple[str, str]]  # what stands bold at the beginning of a paragraph, or "", and the paragraph
    recipients: Sequence[str]
    signing: Sequence[str]  # on whose behalf, and as what
    signer: str
    contact: Sequence[str]
    urgency: str = "normal"
    draft: str = ""  # which draft it is; "" once it has its number
    number: int | None = None
    issued_on: date | None = None
    url: str = ""  # where its code leads; without one there is none


class Paper(Protocol):
    """Makes PDF files. Every code is read back from the finished page before the file is given out."""

    def qr_sheet(
        self, labels: Sequence[Label], *, layout: Layout, head: SheetHead, tell: Told = tell_nobody
    ) -> tuple[bytes, int]:  # fmt: skip
        """The PDF and its number of pages; `tell` hears of those that are done.

        Raises:
            Invalid: a text does not fit, or a code could not be read back (it is named).
        """

    def picture(self, pdf: bytes, *, page: int = 0, dpi: int = 80) -> bytes:
        """One page of a sheet as a PNG, to be looked at before it is printed."""

    def household_cards(self, cards: Sequence[Card], *, unit_name: str, ward_name: str, ward_phone: str) -> tuple[bytes, int]:
        """The cards of one residential unit, ten a page, and the number of pages.

        Raises:
            Invalid: as `qr_sheet`.
        """

    def guest_list(self, guests: Sequence[GuestLine], *, of: GuestSheet) -> tuple[bytes, int]:
        """The list for an event's door and the number of pages.

        Raises:
            Invalid: nobody or too many to list, or a heading that does not fit.
        """

    def slot_book(self, lines: Sequence[SlotLine], *, of: SlotBook) -> tuple[bytes, int]:
        """The readings of some days, each day on pages of its own, and the number of pages.

        Raises:
            Invalid: nothing or too much to print, or a text that does not fit.
        """

    def door_lists(self, sheets: Sequence[DoorSheet], notice: DoorNotice) -> tuple[bytes, int]:
        """The door lists of residential units, each beginning on a page of its own, and the number of pages.

        Raises:
            Invalid: as `qr_sheet`; the unit is named.
        """

    def story(self, page: StoryPage) -> bytes:
        """An announcement's story on one A4 page.

        Raises:
            Invalid: a text that does not fit, or a letter that cannot be printed.
        """

    def official(self, paper: PaperText) -> bytes:
        """A paper as Nghị định 30/2020/NĐ-CP has it.

        Raises:
            Invalid: a text that does not fit, or a letter that cannot be printed.
        """

    def joined(self, files: Sequence[bytes]) -> bytes:
        """Several PDF files as one."""


class Codes(Protocol):
    """Draws QR codes for a screen."""

    def png(self, url: str) -> bytes:
        """A PNG with its quiet zone."""

    def svg(self, url: str) -> bytes:
        """The same as SVG."""


@dataclass(frozen=True)
class Document:
    """A document that may be stored and shown: a PDF, or a photo without what a camera adds to it."""

    content: bytes
    media_type: str
    pages: int | None


class Documents(Protocol):
    """Looks at documents that people bring."""

    def sifted(self, content: bytes) -> Document:
        """The document as it may be stored.

        Raises:
            Invalid: it is no PDF or photo, or not one that may be shown; in one sentence.
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
    senders: Mapping[Channel, Sender] = field(default_factory=dict)  # by account; a channel without one is done by people
    tokens: TokenOffice = field(default_factory=lambda: _NoTokens())
    renewing: Callable[[AccountKeys, Channel], AccountKeys] = field(
        default=lambda keys, _channel: keys
    )  # keys that renew themselves


class _NoDocuments:
    """Where none were provided: asking is a bug."""

    def sifted(self, content: bytes) -> Document:
        raise LookupError(f"nobody was provided to look at {len(content)} bytes")


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


def ports() -> Ports:
    """The outside world of this process; asking before it was provided is a bug."""
    return _provided[0]
