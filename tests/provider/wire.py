"""HTTP/1.1 as little as a client needs it, so that the provider costs less than what is measured against it."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, cast
from urllib.parse import parse_qsl, unquote

# how an answer leaves: whole; not at all and the connection is cut; half and cut; never; a byte a second
Fate = Literal["whole", "cut", "half", "never", "drip"]
PHRASES = {200: "OK", 404: "Not Found", 429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}


@dataclass(frozen=True)
class Request:
    """What a client asks."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @cached_property
    def asked(self) -> dict[str, Any]:
        """The body as JSON, or as a form where it is one; {} where it is neither."""
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(self.body.decode(), keep_blank_values=True))
        try:
            told = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return told if isinstance(told, dict) else {}


@dataclass(frozen=True)
class Answer:
    """What it gets."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"
    after_seconds: float = 0.0
    fate: Fate = "whole"


def told(value: object, status: int = 200, /, **headers: str) -> Answer:
    """A JSON answer; a header's name is written with _ for -."""
    return Answer(json.dumps(value, ensure_ascii=False).encode(), status, {n.replace("_", "-"): v for n, v in headers.items()})


class Connection(asyncio.Protocol):
    """One client's connection: kept alive, one request at a time."""

    def __init__(self, answer: Callable[[Request], Answer], open_ones: set["Connection"], left: Callable[[], None]) -> None:
        self._answer, self._open, self._left = answer, open_ones, left
        self._read = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asyncio's call."""
        self._transport = cast(asyncio.Transport, transport)
        self._open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Asyncio's call."""
        self._transport = None
        self._open.discard(self)
        self._left()

    def abort(self) -> None:
        """Cut it."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Asyncio's call: answer what is whole."""
        self._read += data
        while (request := self._next()) is not None:
            answer = self._answer(request)
            if answer.after_seconds:
                asyncio.get_running_loop().call_later(answer.after_seconds, self._send, answer)
            else:
                self._send(answer)

    def _next(self) -> Request | None:
        end = self._read.find(b"\r\n\r\n")
        if end < 0:
            return None
        first, *lines = self._read[:end].decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        whole = end + 4 + int(headers.get("content-length", 0))
        if len(self._read) < whole:
            return None
        body = bytes(self._read[end + 4 : whole])
        del self._read[:whole]
        method, target, _version = first.split(" ", 2)
        path, _, query = target.partition("?")
        return Request(method, unquote(path), dict(parse_qsl(query, keep_blank_values=True)), headers, body)

    def _send(self, answer: Answer) -> None:
        if self._transport is None or answer.fate == "never":
            return
        if answer.fate == "cut":
            self._transport.abort()
            return
        more = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        head = (
            f"HTTP/1.1 {answer.status} {PHRASES.get(answer.status, 'Other')}\r\nContent-Type: {answer.media_type}\r\n"
            f"Content-Length: {len(answer.body)}\r\n{more}\r\n"
        )
        if answer.fate == "whole":
            self._transport.write(head.encode() + answer.body)
        elif answer.fate == "half":
            self._transport.write(head.encode() + answer.body[: len(answer.body) // 2])
            asyncio.get_running_loop().call_later(0.02, self.abort)
        else:
            self._transport.write(head.encode())
            self._drip(answer.body)

    def _drip(self, body: bytes) -> None:
        """A byte at a time, slower than anybody should wait."""
        if self._transport is not None and body:
            self._transport.write(body[:1])
            asyncio.get_running_loop().call_later(0.2, self._drip, body[1:])
