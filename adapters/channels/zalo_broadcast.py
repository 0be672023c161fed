"""An article to all followers, once a day (contracts/channels.md §2.4): written, published, sent.

Only the last step reaches anybody, and what is lost there stays unknown until a person has looked.
"""

import unicodedata
from typing import Any

from adapters.channels.answers import BUSY, NOTHING_SAID, Stale, reached
from adapters.channels.keys import AccessToken, key
from adapters.channels.zalo import OfficialAccount, said
from adapters.channels.zalo_codes import OA
from services.senders import Accepted, AccountKeys, Message, Outcome, Rejected, Unavailable, Unknown

LONGEST_TITLE, LONGEST_AUTHOR, LONGEST_DESCRIPTION = 150, 50, 300


class ZaloBroadcast(OfficialAccount):
    """To everybody who follows. No list of receivers: a message's recipient is not looked at."""

    per_second = 1.0
    longest = 10_000

    def body(self, account: AccountKeys, message: Message) -> dict[str, Any] | Rejected:
        """The article."""
        title = unicodedata.normalize("NFC", message.title).strip()
        text = unicodedata.normalize("NFC", message.text).strip()
        if not title or not text:
            return Rejected("content", "", NOTHING_SAID)
        article: dict[str, Any] = {
            "type": "normal", "title": _cut(title, LONGEST_TITLE), "author": _cut(key(account, "author"), LONGEST_AUTHOR),
            "description": _cut(" ".join(text.split()), LONGEST_DESCRIPTION),
            "body": [{"type": "text", "content": text}], "status": "show",
        }  # fmt: skip
        if cover := key(account, "cover_url"):
            article["cover"] = {"cover_type": "photo", "photo_url": cover, "status": "show"}
        return article

    async def _one(self, account: AccountKeys, token: AccessToken, message: Message) -> Outcome:
        article = self.body(account, message)
        if isinstance(article, Rejected):
            return article
        draft = await self._step(token, "/v2.0/article/create", article, gives="token")
        if not isinstance(draft, str):
            return draft
        published = await self._step(token, "/v2.0/article/verify", {"token": draft}, gives="id")
        if not isinstance(published, str):
            return published
        return await token.used(lambda text: self._sent(text, account, published))

    async def _step(self, token: AccessToken, path: str, body: dict[str, Any], *, gives: str) -> str | Outcome:
        """A step before anything is sent: where its answer is lost, the whole may begin anew."""
        got: list[str] = []

        async def ask(text: str) -> Outcome | Stale:
            part = said(await reached(self._client.post(self._base + path, body, headers={"access_token": text})), OA)
            if not isinstance(part, dict):
                return part
            got.extend(str(part[name]) for name in (gives,) if part.get(name))
            return Accepted()

        outcome = await token.used(ask)
        if isinstance(outcome, Unknown) or (isinstance(outcome, Accepted) and not got):
            return Unavailable("backoff", "", BUSY)
        return outcome if not isinstance(outcome, Accepted) else got[0]

    async def _sent(self, token: str, account: AccountKeys, article: str) -> Outcome | Stale:
        target = {"gender": "0"} | ({"cities": cities} if (cities := key(account, "cities")) else {})
        elements = [{"media_type": "article", "attachment_id": article}]
        body = {
            "recipient": {"target": target},
            "message": {"attachment": {"type": "template", "payload": {"template_type": "media", "elements": elements}}},
        }
        part = said(
            await reached(self._client.post(f"{self._base}/v2.0/oa/message", body, headers={"access_token": token})), OA
        )  # fmt: skip
        return Accepted(message_id=str(part.get("message_id") or "")) if isinstance(part, dict) else part


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
