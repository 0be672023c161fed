"""Zalo's official account: free text, templates, groups (contracts/channels.md §2.1, §2.3, §3), and how the account stands."""

import asyncio
import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.channels.answers import (
    NO_RECIPIENT,
    NOTHING_SAID,
    TOO_LONG,
    Stale,
    Table,
    by_status,
    judged,
    reached,
)  # fmt: skip
from adapters.channels.http import Answer, Client
from adapters.channels.keys import BROKEN, AccessToken, Missing, needed, unwell
from adapters.channels.zalo_codes import OA, TEMPLATE
from services.senders import (
    Accepted,
    AccountHealth,
    AccountKeys,
    Message,
    Outcome,
    Rejected,
    Unavailable,
    Unknown,
)  # fmt: skip

LONGEST_TEXT = 2000
_MENTION = re.compile(r"\[@[^\]]*\]")  # of a member, or of everybody
_OF_THE_ACCOUNT = ("sub_quota", "purchase_quota", "reward_quota")  # "reply" is what one person may still be sent


def said(answer: Answer | Unavailable | Unknown, meanings: Table) -> dict[str, Any] | Outcome | Stale:
    """What Zalo's envelope holds, or what it means that it holds nothing."""
    if not isinstance(answer, Answer):
        return answer
    told = answer.told()
    code = told.get("error") if told else None
    if told is None or not isinstance(code, int | str) or isinstance(code, bool):
        return by_status(answer)
    if str(code) != "0":
        return judged(meanings, str(code), retry_after=answer.retry_after)
    part = told.get("data")
    return part if isinstance(part, dict) else {"rows": part} if isinstance(part, list) else {}


def part_of(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A part of an answer; {} where it has none of that name."""
    part = told.get(name)
    return part if isinstance(part, dict) else {}


def number(value: object) -> int | None:
    """A count that may come as text."""
    digits = str(value).removeprefix("-") if isinstance(value, int | str) else ""
    return int(value) if digits.isascii() and digits.isdigit() else None  # type: ignore[call-overload]


class OfficialAccount(ABC):
    """What the channels of one official account have in common."""

    dedupes = False
    per_second = 60.0  # 4,000 calls a minute for one app (§2.6)
    longest = LONGEST_TEXT
    meanings: Table = OA
    path = ""

    def __init__(self, client: Client, *, base_url: str) -> None:
        self._client, self._base = client, base_url

    async def send(self, account: AccountKeys, messages: Sequence[Message]) -> list[Outcome]:
        """Send each; one outcome a message, in their order."""
        token = AccessToken(account)
        return list(await asyncio.gather(*(self._one(account, token, message) for message in messages)))

    async def look_for(self, account: AccountKeys, message: Message) -> Outcome | None:  # noqa: ARG002  # the port's
        """Zalo cannot be asked for a message whose number was lost."""
        return None

    async def check(self, account: AccountKeys) -> AccountHealth:
        """The account's name, and what is left of its quota."""
        token = AccessToken(account)
        told: dict[str, Any] = {}
        outcome = await token.used(lambda text: self._read(text, told, "/v2.0/oa/getoa"))
        if not isinstance(outcome, Accepted):
            return unwell(outcome)
        left, total = await self._quota(token)
        return AccountHealth(
            is_well=True, says=str(told.get("name") or ""), quota_left=left, quota_total=total,
            per_second=told.get("per_second"),
        )  # fmt: skip

    @abstractmethod
    def body(self, account: AccountKeys, message: Message) -> dict[str, Any] | Rejected:
        """What is posted for a message, or why none is.

        Raises:
            Missing: the account lacks what every message needs.
        """

    def accepted(self, part: dict[str, Any]) -> Outcome:
        """What a success says."""
        quota = part_of(part, "quota")
        is_of_account = quota.get("quota_type") in _OF_THE_ACCOUNT
        return Accepted(
            message_id=str(part.get("message_id") or ""), cost=0 if quota.get("quota_type") == "reply" else None,
            quota_left=number(quota.get("remain")) if is_of_account else None,
            quota_total=number(quota.get("total")) if is_of_account else None,
        )  # fmt: skip

    async def _one(self, account: AccountKeys, token: AccessToken, message: Message) -> Outcome:
        try:
            body = self.body(account, message)
        except Missing:
            return BROKEN
        if isinstance(body, Rejected):
            return body
        return await token.used(lambda text: self._posted(text, body))

    async def _posted(self, token: str, body: dict[str, Any]) -> Outcome | Stale:
        answer = await reached(self._client.post(self._base + self.path, body, headers={"access_token": token}))
        part = said(answer, self.meanings)
        return self.accepted(part) if isinstance(part, dict) else part

    async def _read(self, token: str, told: dict[str, Any], path: str) -> Outcome | Stale:
        answer = await reached(self._client.get(self._base + path, headers={"access_token": token}))
        part = said(answer, self.meanings)
        if not isinstance(part, dict):
            return part
        told.update(part)
        if isinstance(answer, Answer) and answer.per_minute:  # packages differ: read, never known (§2.6)
            told["per_second"] = answer.per_minute / 60
        return Accepted()

    async def _quota(self, token: AccessToken) -> tuple[int | None, int | None]:  # noqa: ARG002  # some have one
        return None, None


def text_of(message: Message, *, longest: int = LONGEST_TEXT) -> str | Rejected:
    """Its text in NFC, or why it cannot be sent."""
    text = unicodedata.normalize("NFC", message.text).strip()
    if not message.recipient:
        return Rejected("recipient", "", NO_RECIPIENT)
    if not text:
        return Rejected("content", "", NOTHING_SAID)
    return Rejected("content", "", TOO_LONG) if len(text) > longest else text


class ZaloText(OfficialAccount):
    """Free text to somebody who wrote within seven days."""

    path = "/v3.0/oa/message/cs"

    def body(self, account: AccountKeys, message: Message) -> dict[str, Any] | Rejected:  # noqa: ARG002
        """§2.1."""
        text = text_of(message)
        return text if isinstance(text, Rejected) else {"recipient": {"user_id": message.recipient}, "message": {"text": text}}

    async def _quota(self, token: AccessToken) -> tuple[int | None, int | None]:
        """What is left of the package."""
        rows: list[Any] = []

        async def read(text: str) -> Outcome | Stale:
            url = f"{self._base}/v3.0/oa/quota/message"
            part = said(await reached(self._client.post(url, {"quota_owner": "OA"}, headers={"access_token": text})), OA)
            if not isinstance(part, dict):
                return part
            rows.extend(part.get("rows") or [])
            return Accepted()

        await token.used(read)
        told = [row for row in rows if isinstance(row, dict) and number(row.get("remain")) is not None]
        if not told:
            return None, None
        return sum(number(row["remain"]) or 0 for row in told), sum(number(row.get("total")) or 0 for row in told)


class ZaloTemplate(OfficialAccount):
    """An approved template to a follower."""

    path = "/v3.0/oa/message/template"
    meanings = TEMPLATE
    longest = 400  # of one blank, the most a template allows

    def body(self, account: AccountKeys, message: Message) -> dict[str, Any] | Rejected:
        """§2.3."""
        if not message.recipient:
            return Rejected("recipient", "", NO_RECIPIENT)
        return {"user_id": message.recipient, "template_id": needed(account, "template_id"), "template_data": filled(message)}


class ZaloGroup(OfficialAccount):
    """Text to a chat group that the official account owns."""

    path = "/v3.0/oa/group/message"

    def body(self, account: AccountKeys, message: Message) -> dict[str, Any] | Rejected:  # noqa: ARG002
        """§3. A mention that somebody typed would call the whole group."""
        text = text_of(message)
        if isinstance(text, Rejected):
            return text
        return {"recipient": {"group_id": message.recipient}, "message": {"text": _MENTION.sub("", text)}}


def filled(message: Message) -> dict[str, str]:
    """A template's blanks in NFC."""
    return {name: unicodedata.normalize("NFC", text) for name, text in message.blanks.items()}
