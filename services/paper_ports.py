"""What the services need of whoever prints: the sheets, papers and lists, and what stands on them. Part of `services.ports`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from services.drawing import Drawing
from services.print_layouts import Layout

PictureKind = Literal["svg", "png"]


@dataclass(frozen=True)
class Label:
    """A code to print: where it leads, what stands under it."""

    url: str
    title: str
    place: str
    shown_url: str
    number: str = ""  # by which a broken one is ordered again


@dataclass(frozen=True)
class Emblem:
    """A ward's own mark: a square PNG, and the colour its codes have on a screen."""

    png: bytes
    colour: str


@dataclass(frozen=True)
class SheetHead:
    """What holds for a whole sheet of codes: who hangs it up, and what stands on it besides."""

    unit_name: str
    hours: str = ""  # of the office, on the sign of its door
    phone: str = ""
    emblem: bool = False  # in the middle of each code, which is then drawn with the strongest correction
    own_emblem: str = ""  # the ward's own, a PNG in base64; "" for ours


Told = Callable[[int], None]  # how many pages are done, or packets


def tell_nobody(done: int) -> None:
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


@dataclass(frozen=True)
class MeetingPaper:
    """Who of a residential unit is called to what: for slips by name, and for the list on which they sign."""

    title: str
    ward_name: str
    unit_name: str
    facts: Sequence[tuple[str, str]]
    url: str
    people: Sequence[tuple[str, str]]  # the head of each household, and the address


@dataclass(frozen=True)
class BulletinEvent:
    """What happens on a day."""

    day: str
    weekday: str
    title: str
    detail: str


@dataclass(frozen=True)
class BulletinCode:
    """A code on a notice board, what it is, and why one would scan it."""

    title: str
    note: str
    url: str
    shown_url: str


@dataclass(frozen=True)
class Bulletin:
    """A month on one sheet for a notice board, in the language of the ward's papers."""

    ward_name: str
    unit_name: str
    month: str
    events: Sequence[BulletinEvent]
    codes: Sequence[BulletinCode]
    figures: Sequence[tuple[str, str, str]]  # the number, what, of what
    phones: Sequence[tuple[str, str]]
    printed: str


@dataclass(frozen=True)
class PaperTable:
    """A table on paper, in words: how wide each column is against the others, heads, rows."""

    title: str
    columns: Sequence[float]
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class RegisterPaper:
    """A register, or a file about one person, on A4: tables of words, one under the other."""

    title: str
    ward: str
    sub: str
    foot: str
    tables: Sequence[PaperTable]
    is_wide: bool = False  # lying, for many columns


@dataclass(frozen=True)
class Annex:
    """What is added to a report: its figures, its charts, its places and announcements, in the language of the ward's papers."""

    title: str
    sub: str
    foot: str
    figures: PaperTable
    note: str
    charts_title: str
    charts: Sequence[Drawing]
    tables: Sequence[PaperTable]


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

    def door_packets(
        self, paper: bytes, sheets: Sequence[DoorSheet], notice: DoorNotice, *, tell: Told = tell_nobody
    ) -> tuple[bytes, int]:  # fmt: skip
        """For each unit's leader a paper that is printed already, behind it the unit's door list; and the number of pages.

        `tell` hears how many leaders' lists are done.

        Raises:
            Invalid: as `door_lists`.
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

    def invitation_slips(self, meeting: MeetingPaper) -> tuple[bytes, int]:
        """A slip for each household by name, three a page, and the number of pages.

        Raises:
            Invalid: nobody or too many, a text that does not fit, or a letter that cannot be printed; named.
        """

    def attendance_list(self, meeting: MeetingPaper) -> tuple[bytes, int]:
        """The list to sign, twenty-two lines a page, and the number of pages.

        Raises:
            Invalid: as `invitation_slips`.
        """

    def bulletin(self, month: Bulletin) -> bytes:
        """A month on one A3 page, its codes read back.

        Raises:
            Invalid: a text that does not fit, or a letter that cannot be printed; named.
        """

    def register(self, register: RegisterPaper) -> bytes:
        """A register on A4 pages; a letter that no font has stands as a dot.

        Raises:
            Invalid: it cannot be printed.
        """

    def report(self, paper: PaperText, annex: Annex) -> bytes:
        """An official paper with its annex behind it, one file; a letter of the annex that no font has stands as a dot.

        Raises:
            Invalid: as `official`.
        """

    def chart(self, drawing: Drawing, *, kind: PictureKind) -> bytes:
        """One chart as a picture of its own.

        Raises:
            Invalid: it cannot be drawn.
        """

    def pages(self, pdf: bytes) -> int:
        """How many pages a file has."""

    def joined(self, files: Sequence[bytes]) -> bytes:
        """Several PDF files as one."""
