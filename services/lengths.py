"""How long a text is on each channel and what that costs: an SMS in segments, a chat in lines, Zalo's messages in letters."""

from dataclasses import dataclass

from sqlmodel import Session

from core import sms
from models import Announcement, Channel, Unit
from services import access, links, messages, reach_rules, relays
from services.access import Actor, May

# What a provider usually asks for (đồng), said as an estimate until the ward has an account with a price.
USUAL = {Channel.SMS: 600, Channel.ZNS: 250, Channel.ZALO_OA: 55}  # the last once the free ones are used up
ZNS_MOST = 400  # letters of a template with its blanks filled (Zalo's rules for ZNS templates)
OA_MOST = 2000  # letters of a message of the official account (Zalo's rules for it)
CHAT_LINES, CHAT_LETTERS = 8, 600  # of the whole paste, which an older phone shows without "see more"


@dataclass(frozen=True)
class Price:
    """What one message, of an SMS one segment, costs in đồng; `is_estimate` where the ward has no account yet."""

    each: int
    is_estimate: bool


@dataclass(frozen=True)
class SmsLength:
    """A text as SMS: as it goes out, without marks, and as it would be with them. Costs are in đồng for one phone."""

    text: str
    letters: int
    segments: int
    segments_with_marks: int
    price: Price

    @property
    def shown(self) -> str:
        """The text as a preview shows it, its address cut short."""
        return self.text.replace(sms.as_sent(links.measured_url()), links.sample_url())

    @property
    def cost(self) -> int:
        """For one phone, without marks."""
        return self.segments * self.price.each

    @property
    def cost_with_marks(self) -> int:
        """For one phone, had the marks been kept."""
        return self.segments_with_marks * self.price.each


@dataclass(frozen=True)
class ChatLength:
    """What a leader pastes: greeting, text and link."""

    lines: int
    letters: int

    @property
    def is_long(self) -> bool:
        """Whether an older phone folds it."""
        return self.lines > CHAT_LINES or self.letters > CHAT_LETTERS


@dataclass(frozen=True)
class ZnsLength:
    """The short text as the filled blank of a template."""

    letters: int
    price: Price

    @property
    def is_long(self) -> bool:
        """Whether Zalo refuses it."""
        return self.letters > ZNS_MOST


@dataclass(frozen=True)
class OaLength:
    """What the official account writes: title, text and link; the short text where the whole one is too long for it."""

    letters: int  # of the whole
    letters_short: int  # with the short text instead
    price: Price

    @property
    def is_cut(self) -> bool:
        """Whether only the short text fits."""
        return self.letters > OA_MOST >= self.letters_short

    @property
    def is_long(self) -> bool:
        """Whether not even that fits, so that Zalo refuses it."""
        return min(self.letters, self.letters_short) > OA_MOST


@dataclass(frozen=True)
class Lengths:
    """One text measured for every channel that counts letters."""

    chat: ChatLength
    sms: SmsLength
    zns: ZnsLength
    oa: OaLength


def measured(session: Session, *, actor: Actor, announcement: Announcement, ward: Unit, unit_label: str) -> Lengths:
    """Measure an announcement, written or still being composed.

    Raises:
        NotAllowed: the actor writes no announcements.
    """
    access.require(actor, May.WRITE)
    prices = _prices(session, ward)
    words = announcement.group_text or announcement.body
    whole, short = (messages.letter_of(announcement.title, text, links.measured_url()) for text in (announcement.body, words))
    pasted = relays.ready_text(announcement, unit_label=unit_label, url=links.measured_url())
    return Lengths(
        chat=ChatLength(lines=len([line for line in pasted.split("\n") if line]), letters=len(pasted)),
        sms=as_sms(words, price=prices[Channel.SMS]), zns=ZnsLength(len(words), prices[Channel.ZNS]),
        oa=OaLength(len(whole), len(short), prices[Channel.ZALO_OA]),
    )  # fmt: skip


def as_sms(words: str, *, price: Price) -> SmsLength:
    """Words and the link to their page as an SMS (3GPP TS 23.038): 160 letters a segment without marks, 70 with them."""
    whole = f"{words}\n{links.measured_url()}"
    text = sms.as_sent(whole)
    return SmsLength(
        text=text, letters=sms.length(text), segments=sms.segments(text), segments_with_marks=sms.segments(whole), price=price
    )  # fmt: skip


def _prices(session: Session, ward: Unit) -> dict[Channel, Price]:
    accounts = reach_rules.accounts(session, ward=ward)
    return {
        channel: Price(accounts[channel].price, is_estimate=False) if channel in accounts else Price(usual, is_estimate=True)
        for channel, usual in USUAL.items()
    }
