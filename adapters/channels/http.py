"""Asks providers over HTTP: one session a process and event loop, kept alive, with little patience and small answers.

Nothing of a request is ever logged or put into an exception: addresses, bodies and headers hold keys.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from weakref import WeakKeyDictionary

import aiohttp
from yarl import URL

from core import clock

LARGEST_ANSWER = 64 * 1024
AT_ONCE = 400  # connections of one process, to all providers together
KEPT_SECONDS = 15.0  # a connection unused for longer is closed by us, before the provider does it under a request

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))  # made once: making it costs more than using it


class NotReached(Exception):
    """No connection came about: nothing has left."""


class Lost(Exception):
    """It may have been taken; the answer was lost."""


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
    """Asks. One is enough for a process; every event loop gets a session of its own, which ends with the loop."""

    def __init__(self, *, connect_seconds: float, first_byte_seconds: float, whole_seconds: float) -> None:
        self._timeout = aiohttp.ClientTimeout(
            total=whole_seconds, connect=None, sock_connect=connect_seconds, sock_read=first_byte_seconds
        )
        self._sessions: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[aiohttp.ClientSession, AsyncGenerator[Any]]] = (
            WeakKeyDictionary()
        )

    async def post(self, url: str, body: object, *, headers: Mapping[str, str] | None = None) -> Answer:
        """Post JSON.

        Raises:
            NotReached, Lost.
        """
        said = _JSON.encode(body).encode()
        return await self._ask("POST", url, data=said, headers={"Content-Type": "application/json", **(headers or {})})

    async def post_form(self, url: str, form: Mapping[str, str], *, headers: Mapping[str, str] | None = None) -> Answer:
        """Post a form. Raises as `post`."""
        return await self._ask("POST", url, data=dict(form), headers=dict(headers or {}))

    async def get(
        self, url: str, query: Mapping[str, str] | None = None, *, headers: Mapping[str, str] | None = None
    ) -> Answer:  # fmt: skip
        """Get. Raises as `post`."""
        return await self._ask("GET", url, params=dict(query or {}), headers=dict(headers or {}))

    async def close(self) -> None:
        """End this loop's session before the loop ends."""
        held = self._sessions.get(asyncio.get_running_loop())
        if held is not None:
            await held[1].aclose()

    async def _ask(self, method: str, url: str, **more: Any) -> Answer:
        session = await self._session()
        try:
            async with session.request(method, URL(url, encoded=True), allow_redirects=False, **more) as answer:
                return await _read(answer)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise NotReached from None
        except (TimeoutError, aiohttp.ClientError, OSError):
            raise Lost from None

    async def _session(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        held = self._sessions.get(loop)
        if held is None:
            holding = self._held(loop)
            held = self._sessions[loop] = (await anext(holding), holding)
        return held[0]

    async def _held(self, loop: asyncio.AbstractEventLoop) -> AsyncGenerator[aiohttp.ClientSession]:
        """A generator, since a loop that ends in order (`asyncio.run`) closes those: so no session outlives its loop."""
        connector = aiohttp.TCPConnector(limit=AT_ONCE, keepalive_timeout=KEPT_SECONDS, ttl_dns_cache=60)
        session = aiohttp.ClientSession(
            connector=connector, timeout=self._timeout, trust_env=False, cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False, skip_auto_headers=("User-Agent",), headers={"Accept-Encoding": "identity"},
        )  # fmt: skip
        try:
            yield session
        finally:
            self._sessions.pop(loop, None)
            await session.close()


async def _read(answer: aiohttp.ClientResponse) -> Answer:
    """The status is known; what of the body cannot be read is left out."""
    limit = answer.headers.get("X-RateLimit-Limit", "")
    told: dict[str, Any] = {
        "retry_after": waits(answer.headers.get("Retry-After", "")),
        "per_minute": int(limit) if limit.isascii() and limit.isdigit() and len(limit) < 10 else None,
    }
    body = b""
    try:
        while chunk := await answer.content.read(LARGEST_ANSWER + 1 - len(body)):
            body += chunk
            if len(body) > LARGEST_ANSWER:
                answer.close()
                return Answer(answer.status, b"", is_whole=False, **told)
    except (TimeoutError, aiohttp.ClientError, OSError):
        return Answer(answer.status, body, is_whole=False, **told)
    return Answer(answer.status, body, **told)


def waits(text: str) -> float | None:
    """`Retry-After` in seconds: they may be given as such, or as a date (RFC 9110 §10.2.3). None where it is neither."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        at = parsedate_to_datetime(text)
        return max(0.0, (at - clock.now()).total_seconds())
    except (TypeError, ValueError):  # no date, or one without a zone
        return None
