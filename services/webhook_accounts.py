"""Whose word an event is: the accounts that may have sent it, with what their provider signs it by."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from core import tokens
from models import Channel, ChannelAccount
from services import channel_accounts
from services.channel_fields import OA
from services.senders import AccountBroken, AccountKeys
from services.webhook_addresses import tokens_of


@dataclass(frozen=True)
class Caller:
    """An account as its provider may call us for it."""

    account: ChannelAccount
    keys: AccountKeys

    def told(self, *names: str) -> str:
        """The first of these that was given when it was connected, secret or not; "" where none was."""
        return next((found for name in names if (found := self.keys.secrets.get(name) or self.keys.settings.get(name))), "")


@dataclass(frozen=True)
class Signer:
    """Of an official account: its ids, and the secret with which its events are signed."""

    app_id: str
    oa_id: str
    secret: str = field(repr=False)


def of_zalo(session: Session) -> list[Signer]:
    """Every official account whose events could be signed, each once, however many channels send by it."""
    callers = _callers(session, OA)
    found = [Signer(one.told("app_id"), one.told("oa_id"), one.told("oa_secret_key", "secret_key")) for one in callers]
    return [one for one in dict.fromkeys(found) if one.app_id and one.oa_id and one.secret]


def of_facebook(session: Session) -> list[Caller]:
    """The pages that are connected."""
    return _callers(session, (Channel.FACEBOOK,))


def by_token(session: Session, *, channel: Channel, token: str) -> Caller | None:
    """The account whose address ends in this; None where there is none."""
    callers = _callers(session, (channel,))
    return next((one for one in callers if any(tokens.same(token, known) for known in tokens_of(one.account))), None)


def _callers(session: Session, channels: Sequence[Channel]) -> list[Caller]:
    """Those whose keys can be read: of the others nobody can say who speaks for them."""
    found = session.exec(select(ChannelAccount).where(col(ChannelAccount.channel).in_(channels)).order_by(col(ChannelAccount.id)))
    callers = []
    for one in found.all():
        with suppress(AccountBroken):
            callers.append(Caller(one, channel_accounts.keys(session, account=one)))
    return callers
