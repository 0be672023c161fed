"""The slot book on paper: the readings of some days as a printer needs them, in the ward's language."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session

from core import clock, formats
from core.settings import settings
from services import loudspeakers, training, units
from services.access import Actor
from services.loudspeakers import SlotRow
from services.ports import SlotBook, SlotLine


def book(session: Session, *, actor: Actor, first: date, last: date) -> tuple[list[SlotLine], SlotBook]:
    """The readings that may still be read or were, and what stands above them.

    Raises:
        Invalid, NotAllowed: as `loudspeakers.rows`.
    """
    rows = [row for row in loudspeakers.rows(session, actor=actor, first=first, last=last) if row.stand != "void"]
    ward = units.commune_for(session, actor=actor)
    printed = f"{clock.local(clock.now()):%H:%M %d/%m/%Y}"
    practice = f"{training.MARK} Không bật loa. " if training.is_on(session, unit=ward) else ""
    said = f"{practice}Sổ loa truyền thanh, {len(rows)} lượt. In lúc {printed}."
    return _lines(rows), SlotBook(ward.name, said, f"{settings().public_url}/loudspeaker")


def _lines(rows: Sequence[SlotRow]) -> list[SlotLine]:
    language = settings().language
    return [
        SlotLine(
            day=formats.day(clock.local(row.slot.read_from).date(), language=language), place=row.place, title=row.title,
            hour=formats.hour(row.slot.read_from, language=language), reader=row.slot.reader, text=row.text,
            is_read=row.stand == "read",
        )
        for row in rows
    ]  # fmt: skip
