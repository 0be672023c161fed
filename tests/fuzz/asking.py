"""Requests as they come off the wire, without a wire: given to the application as its server would give them."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Scope

PIECE = 16_384
PATIENCE = 600  # seconds: an answer that takes longer is none, even on a machine that others use


@dataclass(frozen=True)
class Asked:
    """One request, byte by byte."""

    method: str
    target: bytes  # path and query, as in the request line
    headers: Sequence[tuple[bytes, bytes]] = ()
    body: bytes = b""
    client: str = "127.0.0.1"

    def __str__(self) -> str:
        heads = "\n".join(f"    {name!r}: {value!r}" for name, value in self.headers)
        return f"{self.method} {self.target!r} from {self.client}\n{heads}\n    body ({len(self.body)}): {self.body[:2000]!r}"


@dataclass
class Answer:
    """What came back; status 599 where the application broke, or never answered."""

    status: int = 599
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    why: str = ""  # it broke

    def head(self, name: bytes) -> bytes:
        """A header's value; b"" where there is none."""
        return next((value for one, value in self.headers if one.lower() == name), b"")


async def ask(app: ASGIApp, asked: Asked) -> Answer:
    """Its answer, the work after it done too."""
    answer = Answer()
    pieces = [asked.body[at : at + PIECE] for at in range(0, len(asked.body), PIECE)] or [b""]

    async def receive() -> Message:
        if not pieces:
            await asyncio.Event().wait()  # somebody who waits for the answer
        body = pieces.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(pieces)}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], [(bytes(n), bytes(v)) for n, v in message.get("headers", [])]
        elif message["type"] == "http.response.body" and len(answer.body) < 400_000:
            answer.body += bytes(message.get("body", b""))

    try:
        await asyncio.wait_for(app(_scope(asked), receive, send), PATIENCE)
    except Exception:  # noqa: BLE001 (whatever breaks is what is looked for)
        answer.status, answer.why = 599, traceback.format_exc()
    return answer


@asynccontextmanager
async def started(app: ASGIApp) -> AsyncIterator[None]:
    """The application as its server starts and stops it."""
    said: asyncio.Queue[Message] = asyncio.Queue()
    heard: asyncio.Queue[Message] = asyncio.Queue()
    living = asyncio.ensure_future(app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, said.get, heard.put))
    await said.put({"type": "lifespan.startup"})
    assert (await heard.get())["type"] == "lifespan.startup.complete"
    yield
    await said.put({"type": "lifespan.shutdown"})
    await living


def _scope(asked: Asked) -> Scope:
    raw, _, query = asked.target.partition(b"?")
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": asked.method, "scheme": "http",
        "path": unquote(raw.decode("ascii", "replace")), "raw_path": raw, "query_string": query, "root_path": "",
        "headers": [(name.lower(), value) for name, value in asked.headers], "client": (asked.client, 40_000),
        "server": ("ward.test", 80), "state": {},
    }  # fmt: skip
