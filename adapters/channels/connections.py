"""Connections to providers, kept alive: one question at a time on each, and always known whether a byte of it has left.

That is why they are ours (decision 0029): who sends money's worth to people must never guess. A question that was not written
has not been taken; of one that was written and not answered in full nobody can tell.
"""

import asyncio
import ssl
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import cast
from urllib.parse import urlsplit

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

LARGEST_ANSWER = 64 * 1024
LARGEST_HEAD = 64 * 1024
AT_ONCE = 400  # connections of one loop, to all providers together
KEPT_SECONDS = 15.0  # one unused for longer is closed by us, before the provider does it under a question
TOLD = (b"retry-after", b"x-ratelimit-limit")  # of an answer's head


class NotReached(Exception):
    """No connection came about: nothing has left."""


class Lost(Exception):
    """It may have been taken; the answer was lost."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds."""

    connect: float  # for a connection, its keys agreed
    silence: float  # for the first byte, and between any two
    whole: float  # for everything


@dataclass(frozen=True, slots=True)
class Target:
    """Where a question goes."""

    host: str
    port: int
    is_secret: bool
    named: str  # as the question names it
    path: str


@dataclass(slots=True)
class Reply:
    """What came back."""

    status: int
    head: dict[bytes, str]  # of `TOLD`
    body: bytes
    is_whole: bool


@lru_cache(maxsize=256)
def target(url: str) -> Target:
    """Take an address apart.

    Raises:
        NotReached: it leads nowhere.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        raise NotReached from None
    if not host or parts.scheme not in ("http", "https") or parts.username is not None or not _is_plain(url):
        raise NotReached
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    is_secret = parts.scheme == "https"
    return Target(host, port or (443 if is_secret else 80), is_secret, parts.netloc, path)


def head(method: str, to: Target, headers: Mapping[str, str], *, length: int | None) -> bytes:
    """The head of a question.

    Raises:
        NotReached: a header holds what no header may; nothing was sent.
    """
    more = [f"{name}: {text}" for name, text in headers.items()]
    if not _is_plain("".join(more)):
        raise NotReached
    if length is not None:
        more.append(f"Content-Length: {length}")
    return ("\r\n".join([_opening(method, to), *more]) + "\r\n\r\n").encode("ascii")


@lru_cache(maxsize=256)
def _opening(method: str, to: Target) -> str:
    return f"{method} {to.path} HTTP/1.1\r\nHost: {to.named}\r\nAccept: */*\r\nAccept-Encoding: identity"


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


class Connection(asyncio.Protocol):
    """One of them. Answers are read as they come, as far as they are small."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Reply] | None = None
        self._parser: HttpResponseParser | None = None
        self._read = 0  # bytes since the question
        self._expect_head()
        self._heard_at = self._over_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.idle_since = 0.0
        self.is_open = False

    def _expect_head(self) -> None:
        """Nothing of the answer has come yet."""
        self._reply = Reply(0, {}, b"", is_whole=False)
        self._body: list[bytes] = []
        self._size = 0  # bytes of the body
        self._has_head = self._is_counted = False

    async def ask(self, question: bytes, patience: Patience) -> Reply:
        """Write a question and read its answer.

        Raises:
            NotReached: it was closed before. Lost: it was written, and no answer came that has a status.
        """
        if self._transport is None or not self.is_open:
            raise NotReached
        self._read = 0
        self._expect_head()
        self._parser = HttpResponseParser(self)
        waiting: asyncio.Future[Reply] = self._loop.create_future()
        self._waiting = waiting
        self._heard_at = now = self._loop.time()
        self._over_at = now + patience.whole
        self._wait_on(patience.silence)
        self._transport.write(question)
        try:
            return await waiting
        finally:
            if self._timer:
                self._timer.cancel()
            if self._waiting is not None:  # told to stop before it was answered
                self.close()

    def close(self) -> None:
        """End it: what is on its way is lost."""
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()
        self._end(is_whole=False)

    # Told by the loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It stands."""
        self._transport, self.is_open = cast(asyncio.Transport, transport), True

    def data_received(self, data: bytes) -> None:
        """More of an answer; what nobody asked for ends the connection."""
        self._read += len(data)
        self._heard_at = self._loop.time()
        if self._waiting is None or self._parser is None or self._read > LARGEST_ANSWER + LARGEST_HEAD:
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            self.close()

    def eof_received(self) -> bool:
        """The other side says no more: an answer without a length is whole now."""
        self.is_open = False
        self._end(is_whole=self._has_head and not self._is_counted)
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # as the loop calls it
        """It is gone."""
        self.is_open = False
        self._end(is_whole=False)

    # Told by the parser

    def on_header(self, name: bytes, value: bytes) -> None:
        """A line of the head."""
        known = name.lower()
        if known in TOLD:
            self._reply.head[known] = value.decode("ascii", "replace")
        elif known in (b"content-length", b"transfer-encoding"):
            self._is_counted = True

    def on_headers_complete(self) -> None:
        """The head is whole."""
        assert self._parser is not None  # noqa: S101  # it is who calls
        self._reply.status = self._parser.get_status_code()
        self._has_head = True

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._body.append(body)
        self._size += len(body)
        if self._size > LARGEST_ANSWER:
            self._body = []
            self.close()

    def on_message_complete(self) -> None:
        """The answer is whole; one that only says "go on" is not yet it."""
        if self._reply.status < 200:
            self._expect_head()
            return
        assert self._parser is not None  # noqa: S101  # it is who calls
        stays = self._parser.should_keep_alive()
        self._end(is_whole=True)
        if not stays:
            self.close()

    # Our own

    def _end(self, *, is_whole: bool) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is None or waiting.done():
            return
        if not self._has_head:
            waiting.set_exception(Lost())
            return
        self._reply.body, self._reply.is_whole = b"".join(self._body), is_whole
        waiting.set_result(self._reply)

    def _wait_on(self, silence: float) -> None:
        until = min(self._heard_at + silence, self._over_at)
        self._timer = self._loop.call_at(until, self._look_at_clock, silence)

    def _look_at_clock(self, silence: float) -> None:
        now = self._loop.time()
        if now >= min(self._heard_at + silence, self._over_at):
            self.close()
        else:
            self._wait_on(silence)


@cache
def _keys() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Places:
    """So many at once; who waits is called in turn.

    A semaphore of asyncio looks, whenever one leaves, through all it has called already: with a thousand waiting that costs more
    than a question.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, number: int) -> None:
        self._loop, self._free = loop, number
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def take(self) -> None:
        """Wait for one."""
        if self._free:
            self._free -= 1
            return
        call: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append(call)
        try:
            await call
        except asyncio.CancelledError:
            if call.done() and not call.cancelled():
                self.give()
            raise

    def give(self) -> None:
        """Leave it to the next."""
        while self._waiting:
            call = self._waiting.popleft()
            if not call.done():
                call.set_result(None)
                return
        self._free += 1


class Connections:
    """Those of one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._free: defaultdict[tuple[str, int, bool], deque[Connection]] = defaultdict(deque)
        self._places = _Places(loop, AT_ONCE)

    async def ask(self, to: Target, question: bytes, patience: Patience) -> Reply:
        """Ask on a connection that is free, or a new one.

        Raises:
            NotReached: none came about. Lost: the question left, and its answer was lost.
        """
        await self._places.take()
        try:
            connection = self._kept(to) or await self._new(to, patience.connect)
            reply = await connection.ask(question, patience)
            if connection.is_open:
                connection.idle_since = self._loop.time()
                self._free[to.host, to.port, to.is_secret].append(connection)
            return reply
        finally:
            self._places.give()

    def close(self) -> None:
        """End those nobody uses."""
        for free in self._free.values():
            for connection in free:
                connection.close()
        self._free.clear()

    def _kept(self, to: Target) -> Connection | None:
        free, oldest = self._free[to.host, to.port, to.is_secret], self._loop.time() - KEPT_SECONDS
        while free and (free[0].idle_since < oldest or not free[0].is_open):
            free.popleft().close()
        while free:  # the one used last: the others may grow old and be closed
            connection = free.pop()
            if connection.is_open:
                return connection
        return None

    async def _new(self, to: Target, seconds: float) -> Connection:
        try:
            async with asyncio.timeout(seconds):
                _, connection = await self._loop.create_connection(
                    lambda: Connection(self._loop), to.host, to.port, ssl=_keys() if to.is_secret else None
                )
        except (TimeoutError, OSError, ValueError):  # ValueError: a host that no resolver takes
            raise NotReached from None
        return connection
