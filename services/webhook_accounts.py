"""Whose word an event is: the accounts that may have sent it, and the addresses and secrets they were given by us.

What we hand out is made from the app key and the account's id, so nothing more is stored: the path of a gateway that signs
nothing, the word a fan page's provider is to repeat, the secret a bot's provider is to bring.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlmodel import Session, col, select

from core import tokens
from core.settings import settings
from models import Channel, ChannelAccount
from services import channel_accounts
from services.channel_fields import OA
from services.senders import AccountBroken, AccountKeys

PATHS = {Channel.SMS: "sms", Channel.ZALO_BOT: "zalo-bot", Channel.FACEBOOK: "facebook"} | dict.fromkeys(OA, "zalo")
BY_TOKEN = (Channel.SMS, Channel.ZALO_BOT)  # whose path names the account


@dataclass(frozen=True)
class Caller:
    """An account as its provider may call us for it."""

    account: ChannelAccount
    keys: AccountKeys

    def told(self, *names: str) -> str:
        """The first of these that was given when it was connected, secret or not; "" where none was."""
        return next((found for name in names if (found := self.keys.secrets.get(name) or self.keys.settings.get(name))), "")


def address_of(account: ChannelAccount) -> str:
    """Where its provider is to call us; "" for a channel that never calls."""
    path = PATHS.get(account.channel)
    if path is None:
        return ""
    own = f"/{token_of(account)}" if account.channel in BY_TOKEN else ""
    return f"{settings().public_url}/webhooks/{path}{own}"


def token_of(account: ChannelAccount) -> str:
    """The unguessable part of its address, and the word or secret its provider brings."""
    return tokens.keyed_digest(settings().key, f"webhook:{account.id.hex}", digits=48)


def of_zalo(session: Session, *, app_id: str, oa_ids: Sequence[str]) -> list[Caller]:
    """The accounts of an app and one of these official accounts, each secret once."""
    found = [one for one in _callers(session, OA) if one.told("app_id") == app_id and one.told("oa_id") in oa_ids]
    return list({one.told("oa_secret_key", "secret_key"): one for one in found}.values())


def of_facebook(session: Session) -> list[Caller]:
    """The pages that are connected."""
    return _callers(session, (Channel.FACEBOOK,))


def by_token(session: Session, *, channel: Channel, token: str) -> Caller | None:
    """The account whose address ends in this; None where there is none."""
    return next((one for one in _callers(session, (channel,)) if tokens.same(token, token_of(one.account))), None)


def _callers(session: Session, channels: Sequence[Channel]) -> list[Caller]:
    """Those whose keys can be read: of the others nobody can say who speaks for them."""
    found = session.exec(select(ChannelAccount).where(col(ChannelAccount.channel).in_(channels)).order_by(col(ChannelAccount.id)))
    callers = []
    for one in found.all():
        with suppress(AccountBroken):
            callers.append(Caller(one, channel_accounts.keys(session, account=one)))
    return callers
