"""A provider that runs, senders that lead to it, and an account that opens everything."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from adapters.channels import switchboard
from core.settings import Settings
from models import Channel
from services.senders import AccountHealth, AccountKeys, Message, Outcome
from tests.provider import Provider

KEY = "0" * 31 + "7"
RECIPIENTS = {Channel.FACEBOOK: "", Channel.ZNS: "+84987654321", Channel.SMS: "+84901234567", Channel.EMAIL: "to@example.vn"}
MESSAGE = Message(
    key=KEY, recipient="2512523625412515", text="Sáng mai khám tiểu đường.", blanks={"ward_name": "Bắc Kạn"},
    title="Khám tiểu đường", link="http://ward.test/a/k7",
)  # fmt: skip
SETTINGS = {
    "app_id": "app", "oa_id": "388613280878808645", "template_id": "100001", "page_id": "1000200030004",
    "brandname": "UBND-PHUONG", "sender": "phuong@example.vn", "sender_name": "Phường Bắc Kạn", "author": "UBND phường",
}  # fmt: skip
SECRETS = {"secret_key": "app-secret", "access_token": "access-app-0", "refresh_token": "refresh-app-0", "api_key": "sms-key"}
Renew = Callable[[str], Awaitable[Mapping[str, str]]]


class Desk:
    """What a process has: its senders, and an account."""

    def __init__(self, provider: Provider | None, **settings: object) -> None:
        urls = {name.removeprefix("CAUNOI_").lower(): url for name, url in (provider.urls if provider else {}).items()}
        told = Settings.model_validate({**urls, "provider_connect_seconds": 1.0, "provider_whole_seconds": 5.0, **settings})
        client = switchboard.client(told)
        self._provider = provider
        self.senders, self.office = switchboard.senders(told, client), switchboard.tokens(told, client)

    def script(self, channel: Channel, *steps: Mapping[str, object]) -> None:
        """What happens with the next messages of a channel, one step each. A page is looked through before each post."""
        assert self._provider is not None
        looks: list[Mapping[str, object]] = [{"pass": True}] * 2 if channel is Channel.FACEBOOK else []
        self._provider.script(*(step for each in steps for step in (*looks, each)))

    def send(
        self, channel: Channel, *messages: Message, account: AccountKeys | None = None, renew: Renew | None = None, **changes: str
    ) -> list[Outcome]:  # fmt: skip
        """What became of messages, one of the usual kind where none is given."""
        said = messages or (message(channel, **changes),)
        return asyncio.run(self.senders[channel].send(account or keys(renew=renew), said))

    def one(self, channel: Channel, *, account: AccountKeys | None = None, renew: Renew | None = None, **changes: str) -> Outcome:
        """What became of one message."""
        [outcome] = self.send(channel, account=account, renew=renew, **changes)
        return outcome

    def look_for(self, channel: Channel, **changes: str) -> Outcome | None:
        """What the provider says of a message."""
        return asyncio.run(self.senders[channel].look_for(keys(), message(channel, **changes)))

    def check(self, channel: Channel, *, account: AccountKeys | None = None, renew: Renew | None = None) -> AccountHealth:
        """How the account stands."""
        return asyncio.run(self.senders[channel].check(account or keys(renew=renew)))


def message(channel: Channel, **changes: str) -> Message:
    """One of the usual kind, to somebody of that channel."""
    changed: dict[str, Any] = {"recipient": RECIPIENTS.get(channel, MESSAGE.recipient), **changes}
    return replace(MESSAGE, **changed)


def keys(*, renew: Renew | None = None, without: str = "", **changes: str) -> AccountKeys:
    """An account that opens every channel, but for what it is made without."""
    secrets = {name: text for name, text in {**SECRETS, **changes}.items() if name != without}
    settings = {name: text for name, text in SETTINGS.items() if name != without} | {"blanks": changes.get("blanks", "")}
    return AccountKeys(account_id=UUID(int=7), settings=settings, secrets=secrets, renew=renew)
