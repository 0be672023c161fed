"""The port of providers: what goes to one of them, and what it may answer. `adapters/channels/` implements it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol
from uuid import UUID

COMMENT = "comment:"  # before a comment's number, where a fan page's provider is told whom to answer


@dataclass(frozen=True)
class Message:
    """One delivery as a provider gets it."""

    key: str  # the ledger's own, 32 letters and digits: what dedupes or reconciles where a provider does
    recipient: str  # a phone in E.164, an account's id, a group's id, an address; "" where everybody looks
    text: str  # what it says, in full; "" where only blanks of a template are filled
    blanks: Mapping[str, str] = field(default_factory=dict)  # of a template
    title: str = ""  # of an article, a post, a letter
    link: str = ""  # the announcement's page
    provider_id: str = ""  # what the provider calls it, where that is known: to ask what became of it


@dataclass(frozen=True)
class AccountKeys:
    """What a provider must know to let us in. Never logged, never shown."""

    account_id: UUID
    settings: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)
    renew: Callable[[str], Awaitable[Mapping[str, str]]] | None = field(default=None, repr=False)
    """Secrets with a fresh access token in place of the stale one given.

    One process at a time fetches it, and it is stored before anybody uses it.
    Raises `AccountBroken` where a person must connect anew, `NotNow` where it may be tried again soon.
    """


class AccountBroken(Exception):
    """Nothing can be sent by this account until a person mends it; the text says what to do."""


class NotNow(Exception):
    """Nobody answers who could open the account; nothing is wrong with it. The text is for a person, to be translated (N_)."""


@dataclass(frozen=True)
class Accepted:
    """The provider has taken it."""

    message_id: str = ""
    cost: int | None = None  # đồng, where it tells
    quota_left: int | None = None
    quota_total: int | None = None


@dataclass(frozen=True)
class Rejected:
    """It has not, and never will as it is: the receiver, the words, or (`config`) the account are wrong."""

    trouble: Literal["recipient", "content", "config"]
    code: str  # as the provider gives it
    reason: str  # for a person, to be translated (N_)


@dataclass(frozen=True)
class Unavailable:
    """It has not, but may soon: busy, over a limit, outside its hours (`later`)."""

    trouble: Literal["backoff", "later"]
    code: str
    reason: str
    after_seconds: float | None = None  # as the provider asks; None: our own waits


@dataclass(frozen=True)
class Unknown:
    """Nobody can tell whether it has: the answer was lost."""

    reason: str


Outcome = Accepted | Rejected | Unavailable | Unknown


@dataclass(frozen=True)
class AccountHealth:
    """What an account's provider says of it."""

    is_well: bool
    says: str  # for a person, to be translated (N_): its name, or what to do
    code: str = ""
    quota_left: int | None = None
    quota_total: int | None = None
    per_second: float | None = None  # calls it allows, where it tells
    is_sure: bool = True  # False: nobody answered who could say; the account is as it was


@dataclass(frozen=True)
class TokenPair:
    """An access token, and what the next one is got with: good once, so it is stored before the pair is used."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    seconds: int  # how long the access token is good


class TokenOffice(Protocol):
    """Gives out the tokens of Zalo's official accounts. One process at a time may ask for an account."""

    async def first(self, account: AccountKeys, *, code: str, verifier: str) -> TokenPair:
        """The first pair, for the code of a consent given in a browser.

        Raises:
            AccountBroken: the code, or what names the app, is wrong. NotNow: nobody answers.
        """

    async def renewed(self, account: AccountKeys) -> TokenPair:
        """The next pair, for the account's refresh token, which is used up by it.

        Raises:
            AccountBroken: a person must consent again. NotNow: nobody answers.
        """


class Sender(Protocol):
    """Sends by one provider. Never raises for what is at the other end; what it is asked to do
    twice it does twice, unless it can see that it was done."""

    @property
    def dedupes(self) -> bool:
        """Whether the provider refuses a second message of the same key: only then may a lost one be sent again."""

    @property
    def per_second(self) -> float:
        """How many messages a second a provider usually allows one account."""

    @property
    def longest(self) -> int:
        """How many characters a message may have, in NFC."""

    async def send(self, account: AccountKeys, messages: Sequence[Message]) -> list[Outcome]:
        """Send each; one outcome a message, in their order."""

    async def look_for(self, account: AccountKeys, message: Message) -> Outcome | None:
        """Where a provider can be asked: what became of a message, of which the answer was lost or a report is not signed.

        `Unavailable`: it has not taken it, so it may be sent. `Unknown`: it cannot tell yet. None: it cannot be asked.
        """

    async def check(self, account: AccountKeys) -> AccountHealth:
        """How the account stands, without sending anything."""
