"""What a provider has told us, once it is verified and read: a receipt, or that somebody came, went, or wants to be forgotten."""

from dataclasses import dataclass
from datetime import datetime

from models import DeliveryStatus


class BadSignature(Exception):
    """It was not signed by the provider, or too long ago: nothing of it is believed."""


@dataclass(frozen=True)
class Told:
    """One event. A receipt names the delivery by our key, or by the provider's own numbers of messages."""

    name: str  # the event, as the provider calls it
    digest: str  # the same for the same event, however often it is told
    at: datetime  # when it happened
    status: DeliveryStatus | None = None  # of a receipt: delivered, read, sent, rejected
    delivery_key: str = ""  # `Message.key`
    provider_message_ids: tuple[str, ...] = ()
    recipient: str = ""  # whom it is about, as the ledger names them
    is_sure: bool = True  # False: anybody could have said it, the provider is to be asked
    code: str = ""  # that somebody sent to our bot, to be known by it (services.bot_links)
    chat_id: str = ""  # where they did
    to: str = ""  # to which account of ours somebody wrote: an official account's id, a page's, the key of a gateway's account
    said_id: str = ""  # the provider's number of what somebody wrote, to us or under a post
    text: str = ""  # what they wrote
    attached: tuple[str, ...] = ()  # in words what they sent with it: a place, a link, what kind of thing it is
    files: tuple[str, ...] = ()  # where photos and papers they sent with it lie
    from_name: str = ""  # as the provider shows them
