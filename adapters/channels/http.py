"""Asks providers over HTTP, with little patience and small answers.

Nothing of a request is ever logged or put into an exception: addresses, bodies and headers hold keys.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode
from weakref import WeakKeyDictionary

from pydantic_core import to_json

from adapters.channels.connections import Connections, Patience, Reply, head, target
from core import clock


@dataclass(frozen=True)
class Answer:
    """What a provider said."""

    status: int
    body: bytes  # as much as was read
    is_whole: bool = True
    retry_after: float | None = None  # seconds
    per_minute: int | None = None  # calls allowed (`X-RateLimit-Limit`)

    def told(self) -> dict[str, Any] | None:
        """The JSON object it holds; None where it holds none, or was too long or cut short."""
        if not self.is_whole:
            return None
        try:
            told = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return told if isinstance(told, dict) else None


class Client:
    """Asks. One is enough for a process; every event loop gets connections of its own, which end with the loop."""

    def __init__(self, *, connect_seconds: float, first_byte_seconds: float, whole_seconds: float) -> None:
        self._patience = Patience(connect=connect_seconds, silence=first_byte_seconds, whole=whole_seconds)
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[Connections, AsyncGenerator[Any]]] = WeakKeyDictionary()

    async def post(self, url: str, body: object, *, headers: Mapping[str, str] | None = None) -> Answer:
        """Post JSON.

        Raises:
            NotReached, Lost.
        """
        said = {"Content-Type": "application/json", **(headers or {})}
        return await self._ask("POST", url, said, to_json(body))

    async def post_form(self, url: str, form: Mapping[str, str], *, headers: Mapping[str, str] | None = None) -> Answer:
        """Post a form. Raises as `post`."""
        said = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return await self._ask("POST", url, said, urlencode(form).encode())

    async def get(
        self, url: str, query: Mapping[str, str] | None = None, *, headers: Mapping[str, str] | None = None
    ) -> Answer:  # fmt: skip
        """Get. Raises as `post`."""
        asked = f"?{urlencode(query, quote_via=quote)}" if query else ""
        return await self._ask("GET", url + asked, headers or {}, None)

    async def _ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        to = target(url)
        question = head(method, to, headers, length=None if body is None else len(body)) + (body or b"")
        loop = asyncio.get_running_loop()
        held = self._loops.get(loop)
        if held is None:
            holding = self._held(loop)
            held = self._loops[loop] = (await anext(holding), holding)
        return _answer(await held[0].ask(to, question, self._patience))

    async def _held(self, loop: asyncio.AbstractEventLoop) -> AsyncGenerator[Connections]:
        """A generator, since a loop that ends in order (`asyncio.run`) closes those: so no connection outlives its loop."""
        connections = Connections(loop)
        try:
            yield connections
        finally:
            self._loops.pop(loop, None)
            connections.close()


def _answer(reply: Reply) -> Answer:
    limit = reply.head.get(b"x-ratelimit-limit", "")
    return Answer(
        reply.status, reply.body, is_whole=reply.is_whole, retry_after=waits(reply.head.get(b"retry-after", "")),
        per_minute=int(limit) if limit.isascii() and limit.isdigit() and len(limit) < 10 else None,
    )  # fmt: skip


def waits(text: str) -> float | None:
    """`Retry-After` in seconds: they may be given as such, or as a date (RFC 9110 §10.2.3). None where it is neither."""
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        at = parsedate_to_datetime(text)
        return max(0.0, (at - clock.now()).total_seconds())
    except (TypeError, ValueError):  # no date, or one without a zone
        return None
