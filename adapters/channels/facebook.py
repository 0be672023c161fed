"""A page's feed (contracts/channels.md §6): one post an announcement, which anybody may read."""

import asyncio
import unicodedata
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from adapters.channels import facebook_talk
from adapters.channels.answers import BUSY, NOTHING_SAID, TOO_LONG, Table, by_status, judged, reached
from adapters.channels.http import Answer, Client
from adapters.channels.keys import BROKEN, Ended, Missing, ended, needed, unwell
from adapters.channels.other_codes import NOT_POSTED, POST, READ
from services.senders import Accepted, AccountHealth, AccountKeys, Message, Outcome, Rejected, Unavailable, Unknown

DUPLICATE = "506"
LOOKED_THROUGH = "50"  # of the newest posts


class Facebook:
    """A page. Its posts are looked through before each post: what was lost shows there, sometimes only a while later.

    So one that stands there is not posted twice. Our texts end in their announcement's own address: two never say the same.
    """

    dedupes = False
    per_second = 1.0
    longest = 60_000

    def __init__(self, client: Client, *, base_url: str, version: str) -> None:
        self._client = client
        self._base = f"{base_url}/{version.strip('/')}" if version else base_url

    async def send(self, account: AccountKeys, messages: Sequence[Message]) -> list[Outcome]:
        """Post each; one outcome a message, in their order."""
        return list(await asyncio.gather(*(self._one(account, message) for message in messages)))

    async def look_for(self, account: AccountKeys, message: Message) -> Outcome | None:
        """Whether the page has the post, put up or waiting for its time. Of an answer to one person nobody can be asked."""
        if message.recipient:
            return None
        found = await self._found(account, message)
        if found is None:
            return Unavailable("backoff", "", NOT_POSTED)
        return found if isinstance(found, Accepted) else Unknown(found.reason)

    async def check(self, account: AccountKeys) -> AccountHealth:
        """The page's name."""
        told = await self._asked(account, "", {"fields": "name"})
        return AccountHealth(is_well=True, says=str(told.get("name") or "")) if isinstance(told, dict) else unwell(told)

    async def _one(self, account: AccountKeys, message: Message) -> Outcome:
        if message.recipient:
            return await self._answered(account, message)
        text = unicodedata.normalize("NFC", message.text).strip()
        if not text or len(text) > self.longest:
            return Rejected("content", "", TOO_LONG if text else NOTHING_SAID)
        try:
            url, headers = self._page(account, "feed"), _opens(account)
        except Missing:
            return BROKEN
        before = await self._found(account, message)
        if before is not None:
            return Unavailable("backoff", "", BUSY) if isinstance(before, Unknown) else before
        post = {"message": text} | ({"link": message.link} if message.link else {})
        told = _said(await reached(self._client.post(url, post, headers=headers)), POST)
        if isinstance(told, Rejected) and told.code == DUPLICATE:
            found = await self.look_for(account, message)
            return told if isinstance(found, Unavailable) or found is None else found
        return Accepted(message_id=str(told["id"]), cost=0) if isinstance(told, dict) else told

    async def _answered(self, account: AccountKeys, message: Message) -> Outcome:
        try:
            page_id, headers = needed(account, "page_id"), _opens(account)
        except Missing:
            return BROKEN
        return await facebook_talk.answer(self._client, base=self._base, page_id=page_id, headers=headers, message=message)

    async def _found(self, account: AccountKeys, message: Message) -> Accepted | Ended | None:
        """The post where the page has it, None where it has not, or why nobody can tell."""
        for where in ("feed", "scheduled_posts"):
            told = await self._asked(account, where, {"fields": "id,message", "limit": LOOKED_THROUGH})
            if not isinstance(told, dict):
                return told
            posts = told.get("data")
            for post in posts if isinstance(posts, list) else []:
                if isinstance(post, dict) and _same(str(post.get("message") or ""), message.text):
                    return Accepted(message_id=str(post.get("id") or ""), cost=0)
        return None

    async def _asked(self, account: AccountKeys, where: str, query: dict[str, str]) -> dict[str, Any] | Ended:
        try:
            url, headers = self._page(account, where), _opens(account)
        except Missing:
            return BROKEN
        return _said(await reached(self._client.get(url, query, headers=headers)), READ)

    def _page(self, account: AccountKeys, where: str) -> str:
        return f"{self._base}/{quote(needed(account, 'page_id'), safe='')}/{where}".rstrip("/")


def _opens(account: AccountKeys) -> dict[str, str]:
    return {"Authorization": f"Bearer {needed(account, 'access_token')}"}


def _said(answer: Answer | Unavailable | Unknown, meanings: Table) -> dict[str, Any] | Ended:
    """What it tells, or what it means that it tells nothing."""
    if not isinstance(answer, Answer):
        return answer
    told = answer.told()
    error = told.get("error") if told else None
    if isinstance(error, dict) and isinstance(error.get("code"), int | str):
        return ended(judged(meanings, str(error["code"]), retry_after=answer.retry_after))
    if answer.status == 200 and told is not None and ("id" in told or "data" in told):
        return told
    return ended(by_status(answer))


def _same(posted: str, ours: str) -> bool:
    """Whether a post says what we say, however its blanks came back."""
    return " ".join(unicodedata.normalize("NFC", posted).split()) == " ".join(unicodedata.normalize("NFC", ours).split())
