"""Official letters of a ward about personal data, in the form of Nghị định 30/2020/NĐ-CP; the clerk gives the number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from core import clock
from core.text import clean
from models import Unit
from services import wards
from services.official_papers import END, ISSUER, LETTERS, NAMES, SIGNING, SYMBOL_BODY, contact_of, place_of
from services.ports import PaperText

SYMBOL = f"{LETTERS.abbreviation}-{SYMBOL_BODY}"


@dataclass(frozen=True)
class Letter:
    """What a letter says, to whom, and who gets a copy."""

    subject: str
    to: str
    paragraphs: Sequence[tuple[str, str]]  # what stands bold at the beginning, or "", and the words
    recipients: Sequence[str] = ("Như trên;", "Lưu: VT.")
    urgency: str = "normal"
    number: int | None = None
    issued_on: date | None = None


def text_of(session: Session, *, ward: Unit, letter: Letter, signer: str = "") -> PaperText:
    """The letter as it is printed, a draft until it has its number; blanks nobody has filled stand as dots."""
    card = wards.card_of(session, unit=ward)
    body = [(run, clean(words) or "……") for run, words in letter.paragraphs]
    run, last = body[-1]
    return PaperText(
        kind=NAMES[LETTERS], symbol=SYMBOL, parent=(),
        issuer=(ISSUER, card.name.upper()), place=place_of(ward.name),
        written_on=clock.today(), subject=letter.subject, to=letter.to,
        body=[*body[:-1], (run, last if last.endswith(END) else last.rstrip(" .;") + END)], recipients=letter.recipients,
        signing=SIGNING, signer=signer, contact=contact_of(card), urgency=letter.urgency,
        draft="" if letter.number else f"Dự thảo, in ngày {clock.today():%d/%m/%Y}",
        number=letter.number, issued_on=letter.issued_on,
    )  # fmt: skip
