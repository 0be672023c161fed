"""The provider's front door: every channel under its own prefix on one port, and the side door for whoever controls it."""

import asyncio
import json
import threading
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import uvloop

from tests.provider import others, zalo
from tests.provider.desk import Desk
from tests.provider.faults import Faults
from tests.provider.wire import Answer, Connection, Request, told

PREFIXES = {
    "oauth": "ZALO_OAUTH_BASE_URL", "openapi": "ZALO_OPENAPI_BASE_URL", "zns": "ZALO_ZNS_BASE_URL", "bot": "ZALO_BOT_BASE_URL",
    "graph": "FACEBOOK_GRAPH_BASE_URL", "sms": "SMS_BASE_URL",
}  # fmt: skip
ROOMS = {"openapi": zalo.openapi, "zns": zalo.zns, "bot": zalo.bot, "graph": others.graph, "sms": others.sms}


def base_urls(port: int) -> dict[str, str]:
    """The settings that lead to a provider on this port, by name with `CAUNOI_`."""
    return {f"CAUNOI_{name}": f"http://127.0.0.1:{port}/{prefix}" for prefix, name in PREFIXES.items()}


class Provider:
    """Answers whatever comes; `desk` may be looked at by a test in the same process."""

    def __init__(self, faults: Faults) -> None:
        self.desk = Desk(faults)
        self.port = 0
        self.connected = 0  # how often a client has connected
        self.is_left = threading.Event()  # nobody is connected any more
        self._open: set[Connection] = set()
        self._server: asyncio.Server | None = None

    @property
    def urls(self) -> dict[str, str]:
        """As `base_urls`."""
        return base_urls(self.port)

    def script(self, *steps: Mapping[str, object]) -> None:
        """What happens with the next calls, one step each: a `code` of the provider's, or `status`, `body`, `headers`, `fate`."""
        self.desk.script.extend(steps)

    def answer(self, request: Request) -> Answer:
        """The answer to anything."""
        prefix, _, rest = request.path.lstrip("/").partition("/")
        if prefix == "_control":
            return self._control(request, rest.strip("/"))
        if prefix == "files":
            self.desk.calls.append((request.method, request.path, {}))
            return self.desk.files.get(rest, Answer(b"URL signature expired", 403, media_type="text/plain"))
        if prefix == "oauth":
            scripted = self.desk.scripted(zalo.OA)
            return scripted or self.desk.tokens.exchange(request, self.desk.faults)
        room = ROOMS.get(prefix)
        return room(self.desk, request, f"/{rest}") if room else Answer(b"{}", 404)

    def _control(self, request: Request, word: str) -> Answer:
        if word == "counts":
            return told(self.desk.book.counts())
        if word == "keys":
            return told(dict(self.desk.book.taken))
        try:
            if word == "faults":
                self.desk.faults = self.desk.faults.with_(request.asked)
            elif word == "reset":
                self.desk.start(Faults().with_(request.asked))
            elif word == "script":
                self.desk.script.extend(json.loads(request.body))
            else:
                return Answer(b"{}", 404)
        except ValueError as error:
            return told({"problem": str(error)}, 400)
        return told({"ok": True})

    async def open(self, port: int = 0) -> None:
        """Listen on this port, or any free one."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connection, "127.0.0.1", port, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]

    def _connection(self) -> Connection:
        self.connected += 1
        self.is_left.clear()
        return Connection(self.answer, self._open, self._left)

    def _left(self) -> None:
        if not self._open:
            self.is_left.set()

    async def close(self) -> None:
        """Stop, and cut who is still connected."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._open):
            connection.abort()


@contextmanager
def running(faults: Faults | None = None, *, port: int = 0) -> Iterator[Provider]:
    """A provider in a thread of its own for as long as the block lasts."""
    provider = Provider(faults or Faults())
    with in_thread(provider.open(port), provider.close()):
        yield provider


@contextmanager
def in_thread(opening: Coroutine[Any, Any, None], closing: Coroutine[Any, Any, None]) -> Iterator[None]:
    """A loop in a thread of its own, from the one to the other, for as long as the block lasts."""
    is_open, is_over = threading.Event(), asyncio.Event()

    async def serve() -> None:
        await opening
        is_open.set()
        await is_over.wait()
        await closing

    loop = uvloop.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    is_open.wait(10)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(is_over.set)
        thread.join(10)
        loop.close()
