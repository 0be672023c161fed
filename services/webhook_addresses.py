"""Where a provider calls us for an account.

What we hand out is made from the app key and the account's id, so nothing more is stored: the path of a gateway that signs
nothing, the word a fan page's provider is to repeat, the secret a bot's provider is to bring.
"""

from core import tokens
from core.settings import settings
from models import Channel, ChannelAccount
from services.channel_fields import OA

PATHS = {Channel.SMS: "sms", Channel.ZALO_BOT: "zalo-bot", Channel.FACEBOOK: "facebook"} | dict.fromkeys(OA, "zalo")
BY_TOKEN = (Channel.SMS, Channel.ZALO_BOT)  # whose path names the account


def address_of(account: ChannelAccount) -> str:
    """Where its provider is to call us; "" for a channel that never calls."""
    path = PATHS.get(account.channel)
    if path is None:
        return ""
    own = f"/{token_of(account)}" if account.channel in BY_TOKEN else ""
    return f"{settings().public_url}/webhooks/{path}{own}"


def to_enter(account: ChannelAccount) -> str:
    """The address a person is to enter at the provider; "" where the provider is told with each message, or never calls."""
    return "" if account.channel is Channel.SMS else address_of(account)


def token_of(account: ChannelAccount) -> str:
    """The unguessable part of its address, and the word or secret its provider brings."""
    return tokens_of(account)[0]


def tokens_of(account: ChannelAccount) -> list[str]:
    """The same, then what a provider may still have from before the app key changed, of keys that are still known."""
    return [tokens.keyed_digest(key, f"webhook:{account.id.hex}", digits=48) for key in settings().keys]
