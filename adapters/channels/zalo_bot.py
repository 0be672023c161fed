"""Zalo's bot: text to people who wrote to it (contracts/channels.md §5). The token stands in the address: it is never logged."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from adapters.channels.answers import by_status, judged, reached
from adapters.channels.http import Answer, Client
from adapters.channels.keys import BROKEN, Ended, Missing, ended, needed, unwell
from adapters.channels.zalo import LONGEST_TEXT, part_of, text_of
from adapters.channels.zalo_codes import BOT
from services.senders import Accepted, AccountHealth, AccountKeys, Message, Outcome, Rejected


class ZaloBot:
    """Alerts to staff and leaders."""

    dedupes = False
    per_second = 5.0  # not documented; fifty people a bot
    longest = LONGEST_TEXT

    def __init__(self, client: Client, *, base_url: str) -> None:
        self._client, self._base = client, base_url

    async def send(self, account: AccountKeys, messages: Sequence[Message]) -> list[Outcome]:
        """Send each; one outcome a message, in their order."""
        return list(await asyncio.gather(*(self._one(account, message) for message in messages)))

    async def look_for(self, account: AccountKeys, message: Message) -> Outcome | None:  # noqa: ARG002  # the port's
        """A bot cannot be asked."""
        return None

    async def check(self, account: AccountKeys) -> AccountHealth:
        """The bot's name."""
        told = await self._called(account, "getMe", {})
        if not isinstance(told, Mapping):
            return unwell(told)
        return AccountHealth(is_well=True, says=str(told.get("account_name") or ""))

    async def _one(self, account: AccountKeys, message: Message) -> Outcome:
        text = text_of(message)
        if isinstance(text, Rejected):
            return text
        told = await self._called(account, "sendMessage", {"chat_id": message.recipient, "text": text})
        return Accepted(message_id=str(told.get("message_id") or "")) if isinstance(told, Mapping) else told

    async def _called(
        self, account: AccountKeys, method: str, asked: dict[str, Any]
    ) -> dict[str, Any] | Ended:  # fmt: skip
        try:
            token = quote(needed(account, "access_token"), safe=":")
        except Missing:
            return BROKEN
        answer = await reached(self._client.post(f"{self._base}/bot{token}/{method}", asked))
        if not isinstance(answer, Answer):
            return answer
        told = answer.told()
        if told is not None and told.get("ok") is True:
            return part_of(told, "result")
        if told is not None and told.get("ok") is False:
            return ended(judged(BOT, str(told.get("error_code")), retry_after=answer.retry_after))
        return ended(by_status(answer))
