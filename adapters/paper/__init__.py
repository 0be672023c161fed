"""Sheets to print, by Typst: made in parts by processes of their own, and read back before they are given out."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from adapters import emblem
from adapters.paper import annex as annexes
from adapters.paper import bulletin as bulletins
from adapters.paper import door_lists, events, press, registers
from adapters.paper import guests as guest_lists
from adapters.paper import official as official_papers
from adapters.paper import slot_book as slot_books
from adapters.paper.plans import PLANS, code_rules
from adapters.paper.press import Order
from core.errors import Invalid
from core.i18n import N_
from core.text import clean
from services.drawing import Drawing
from services.ports import (
    Annex,
    Bulletin,
    Card,
    DoorNotice,
    DoorSheet,
    GuestLine,
    GuestSheet,
    Label,
    MeetingPaper,
    PaperText,
    PictureKind,
    RegisterPaper,
    SheetHead,
    SlotBook,
    SlotLine,
    StoryPage,
    Told,
    tell_nobody,
)
from services.print_layouts import Layout

MOST_PAGES = 500
LONGEST_TEXT = 400  # no sheet has room for more, and laying out a book to find that out takes long
CARDS_PER_PAGE = 10
_WRONG = {
    "title": N_("Tên dài quá, không vừa nhãn: {labels}. Xin rút gọn, hoặc chọn nhãn lớn hơn."),
    "place": N_("Nơi treo dài quá, không vừa nhãn: {labels}. Xin rút gọn, hoặc chọn nhãn lớn hơn."),
    "address": N_("Địa chỉ dài quá, không vừa nhãn: {labels}."),
    "unit": N_("Tên đơn vị dài quá, không vừa nhãn."),
    "code": N_("Địa chỉ dài quá, mã in ra nhỏ quá không quét được: {labels}."),
    "letters": N_("Có ký tự không in được ({letters}): {labels}."),
    "unread": N_("Mã in ra không đọc lại được: {labels}."),
}
_WRONG_CARD = _WRONG | {
    "title": N_("Họ tên dài quá, không vừa thẻ: {labels}. Xin sửa ở hồ sơ hộ."),
    "place": N_("Địa chỉ dài quá, không vừa thẻ: {labels}. Xin sửa ở hồ sơ hộ."),
    "unit": N_("Tên đơn vị dài quá, không vừa thẻ."),
}


_WRONG_STORY = _WRONG | {"title": N_("Trang tổng kết dài quá, không vừa một trang: {labels}.")}


class TypstPaper:
    """Implements `services.ports.Paper`."""

    def qr_sheet(
        self, labels: Sequence[Label], *, layout: Layout, head: SheetHead, tell: Told = tell_nobody
    ) -> tuple[bytes, int]:  # fmt: skip
        """Pages of labels, posters, signs, tents or badges, and their number.

        Labels have modules of 0.5 mm at least, what hangs on a wall of 1 mm, and all of what their reading distance needs. Texts
        are printed as they stand; one that is too long is set smaller, down to a floor.

        Raises:
            Invalid: nothing to print or too much, a text that does not fit, a letter that cannot be printed, a code too
                fine, or one that could not be read back. The labels are named.
        """
        plan = PLANS[layout]
        if not labels:
            raise Invalid(N_("Không có mã nào để in."))
        if len(labels) > MOST_PAGES * plan.pieces:
            raise Invalid(N_("Mỗi lần in được nhiều nhất {most} trang."), most=MOST_PAGES)
        _check_lengths(labels, head.unit_name)
        unit = clean(head.unit_name)
        sheet = {
            "plan": plan.for_template(), "unit": unit, "title": " · ".join(filter(None, ["Mã QR", unit])),
            "hours": clean(head.hours), "phone": clean(head.phone),
            "emblem": emblem.whole_svg(head.own_emblem) if head.emblem else "",
        }  # fmt: skip
        order = Order(
            template=plan.template, sheet=sheet, items=[_item(label) for label in labels], per_page=plan.pieces, tags=plan.tags,
            codes=code_rules(layout, emblem=head.emblem),
        )  # fmt: skip
        try:
            return press.printed(order, tell=tell), -(-len(labels) // plan.pieces)
        except press.Refused as refused:
            named = _named([labels[at] for at in refused.items])
            raise Invalid(_WRONG[refused.wrong], labels=named, letters=refused.letters) from refused

    def picture(self, pdf: bytes, *, page: int = 0, dpi: int = 80) -> bytes:
        """One page of a sheet as a PNG."""
        return press.picture(pdf, page=page, dpi=dpi)

    def household_cards(self, cards: Sequence[Card], *, unit_name: str, ward_name: str, ward_phone: str) -> tuple[bytes, int]:
        """Ten cards of 85 × 54 mm an A4 page, on the usual pre-cut sheet, and the number of pages.

        Raises:
            Invalid: as `qr_sheet`; the households are named.
        """
        if not cards:
            raise Invalid(N_("Không có mã nào để in."))
        if len(cards) > MOST_PAGES * CARDS_PER_PAGE:
            raise Invalid(N_("Mỗi lần in được nhiều nhất {most} trang."), most=MOST_PAGES)
        sheet = {
            "unit": clean(unit_name),
            "ward": clean(ward_name),
            "phone": clean(ward_phone),
            "title": f"Thẻ hộ gia đình · {clean(unit_name)}",
        }
        items = [{"url": card.url, "title": clean(card.head_name), "place": clean(card.address)} for card in cards]
        long = [at for at, item in enumerate(items) if max(len(item["title"]), len(item["place"])) > LONGEST_TEXT]
        try:
            if long:
                raise press.Refused("title", long)
            order = Order(template="cards", sheet=sheet, items=items, per_page=CARDS_PER_PAGE, tags=False)
            return press.printed(order), -(-len(cards) // CARDS_PER_PAGE)
        except press.Refused as refused:
            names = "; ".join(_short(cards[at].head_name) for at in refused.items[:3])
            raise Invalid(_WRONG_CARD[refused.wrong], labels=names, letters=refused.letters) from refused

    def guest_list(self, guests: Sequence[GuestLine], *, of: GuestSheet) -> tuple[bytes, int]:
        """Thirty lines an A4 page, and the number of pages.

        Raises:
            Invalid: nobody or too many to list, or a heading that does not fit.
        """
        return guest_lists.printed(guests, of=of)

    def slot_book(self, lines: Sequence[SlotLine], *, of: SlotBook) -> tuple[bytes, int]:
        """Four readings an A4 page, and the number of pages.

        Raises:
            Invalid: nothing or too much to print, or a text that does not fit.
        """
        return slot_books.printed(lines, of=of)

    def door_lists(self, sheets: Sequence[DoorSheet], notice: DoorNotice) -> tuple[bytes, int]:
        """A4 across, thirteen households a page with boxes for a pen, the notice beside them on every page.

        Raises:
            Invalid: as `qr_sheet`; the units are named.
        """
        return door_lists.printed(sheets, notice)

    def door_packets(
        self, paper: bytes, sheets: Sequence[DoorSheet], notice: DoorNotice, *, tell: Told = tell_nobody
    ) -> tuple[bytes, int]:  # fmt: skip
        """For the leader of each unit: the paper, and behind it the unit's list.

        Raises:
            Invalid: as `door_lists`.
        """
        return door_lists.packets(paper, sheets, notice, tell=tell)

    def story(self, page: StoryPage) -> bytes:
        """One A4 page, its code read back.

        Raises:
            Invalid: a text that does not fit, a letter that cannot be printed, or the code could not be read back.
        """
        words = asdict(page)
        letters = " ".join(str(words[name]) for name in ("sub", "figures", "paths", "missed", "missed_more", "note"))
        sheet = {"unit": clean(page.ward), "ward": letters, "title": clean(page.title), "story": json.dumps(words)}
        item = {"url": page.url, "title": clean(page.title), "place": ""}
        try:
            return press.printed(Order(template="story", sheet=sheet, items=[item], per_page=1, tags=True))
        except press.Refused as refused:
            raise Invalid(_WRONG_STORY[refused.wrong], labels=_short(page.title), letters=refused.letters) from refused

    def official(self, paper: PaperText) -> bytes:
        """A paper as Nghị định 30/2020/NĐ-CP has it; its code, where it has one, read back.

        Raises:
            Invalid: a text that does not fit, or a letter that cannot be printed.
        """
        return official_papers.printed(paper)

    def invitation_slips(self, meeting: MeetingPaper) -> tuple[bytes, int]:
        """A slip for each household by name, three a page, and the number of pages.

        Raises:
            Invalid: nobody or too many, a text that does not fit, or a letter that cannot be printed; named.
        """
        return events.slips(meeting)

    def attendance_list(self, meeting: MeetingPaper) -> tuple[bytes, int]:
        """The list to sign, twenty-two lines a page, and the number of pages. A letter that no font has stands as a dot.

        Raises:
            Invalid: as `invitation_slips`.
        """
        return events.attendance(meeting)

    def bulletin(self, month: Bulletin) -> bytes:
        """A month on one A3 page; its codes are of 1 mm a module at least, and read back.

        Raises:
            Invalid: a text that does not fit, or a letter that cannot be printed; named.
        """
        return bulletins.printed(month)

    def register(self, register: RegisterPaper) -> bytes:
        """A register; see `services.ports.Paper.register`."""
        return registers.printed(register)

    def report(self, paper: PaperText, annex: Annex) -> bytes:
        """An official paper with its annex behind it, one file; a letter of the annex that no font has stands as a dot.

        Raises:
            Invalid: as `official`.
        """
        return official_papers.printed(paper, behind=annexes.sheet(annex))

    def chart(self, drawing: Drawing, *, kind: PictureKind) -> bytes:
        """One chart as a picture of its own."""
        return annexes.drawn(drawing, kind=kind)

    def pages(self, pdf: bytes) -> int:
        """How many pages a file has."""
        return press.pages(pdf)

    def joined(self, files: Sequence[bytes]) -> bytes:
        """Several PDF files as one."""
        return files[0] if len(files) == 1 else press.joined(files)


def _check_lengths(labels: Sequence[Label], unit_name: str) -> None:
    for wrong, long in (
        ("title", [label for label in labels if len(label.title) > LONGEST_TEXT]),
        ("place", [label for label in labels if len(label.place) > LONGEST_TEXT]),
        ("unit", [label for label in labels[:1] if len(unit_name) > LONGEST_TEXT]),
    ):
        if long:
            raise Invalid(_WRONG[wrong], labels=_named(long))


def _item(label: Label) -> dict[str, str]:
    """What stands on a label; the shown address is split where it may be broken."""
    host, slash, rest = clean(label.shown_url).partition("/")
    return {
        "url": label.url, "title": clean(label.title), "place": clean(label.place), "host": host, "rest": slash + rest,
        "number": label.number,
    }  # fmt: skip


def _named(labels: Sequence[Label]) -> str:
    """Up to three labels by title and address, and how many more."""
    different = list(dict.fromkeys(f"{_short(label.title)} ({_short(label.shown_url)})" for label in labels))
    return "; ".join(different[:3]) + (f" (+{len(different) - 3})" if len(different) > 3 else "")


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[:most].rstrip() + "…"
