"""Outermost of all: what a crowd asks for is answered from memory, without routing; every opening is noted all the same."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from string import printable
from urllib.parse import quote

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import clock
from core.i18n import N_, best_language, translate
from core.settings import settings
from web import drawn, links, metrics, procedures, visitors, visits
from web.drawn import Drawn, Key
from web.headers import security_headers
from web.links import Known
from web.origins import is_our_name, is_ours, our_names
from web.scan_recorder import recorder

# Of all headers, those that say who asks.
_TOLD = {name.encode(): name for name in ("user-agent", "cookie", *visitors.AHEAD)}
_TOLD_A_LANGUAGE = {b"accept-language": "accept-language"}
_TOLD_A_PAGE = _TOLD | _TOLD_A_LANGUAGE
# Of our security headers, those that mean something without a page (each costs as much as a look into memory).
_OF_A_REDIRECT = ("x-content-type-options", "referrer-policy", "strict-transport-security")
_POLICY = "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
_REDIRECTED = metrics.REQUESTS.labels("/q", "GET", "302")
_SHOWN = metrics.REQUESTS.labels("/a", "GET", "200")
_PROCEDURE_SHOWN = metrics.REQUESTS.labels("/p", "GET", "200")
MOST_WAIT = 5.0  # seconds; then a phone has its page drawn by itself
_NO_BODY: Message = {"type": "http.response.body", "body": b""}


class FrontDoor:
    """Answers a known code and a page drawn a moment ago, and writes the last openings when the server stops."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._drawing: dict[Key, asyncio.Event] = {}
        fixed = {"cache-control": "no-store", "content-length": "0", "content-security-policy": _POLICY}
        fixed |= {name: value for name, value in security_headers().items() if name in _OF_A_REDIRECT}
        self._fixed = [(name.encode(), value.encode()) for name, value in fixed.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Anything else goes on to the routes."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, _last_write_before(send))
            return
        if scope["type"] == "websocket" and not (is_our_name(_host_of(scope), our_names()) and is_ours(HTTPConnection(scope))):
            # Streamlit would refuse it too, but first asks a machine outside for our own address, while everybody waits.
            await send({"type": "websocket.close", "code": 1008})  # answered with 403
            return
        if scope["type"] == "http" and scope["method"] == "GET":
            path: str = scope["path"]
            if path.startswith(links.PREFIX):
                known, is_late = links.remembered(path[3:], clock.now())
                if is_late:
                    asyncio.get_running_loop().run_in_executor(None, _look_again, path[3:])
                if known:
                    await self._redirect(known, scope, send)
                    return
            elif path.startswith(drawn.PREFIX) and not scope["query_string"]:
                await self._page(path, scope, receive, send)
                return
            elif path.startswith(procedures.PREFIX) and not scope["query_string"]:
                told = _told(scope, _TOLD_A_LANGUAGE)
                known_page = procedures.recall(path, told.get("accept-language", ""), clock.now())
                if known_page:
                    await send({"type": "http.response.start", "status": 200, "headers": known_page.headers})
                    await send(known_page.body)
                    _PROCEDURE_SHOWN.inc()
                    return
        await self._pass_on(scope, receive, send)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """To the routes, where it asks this house, in ASCII: no browser sends other letters, and what reads them breaks.

        Nor does one send the sign of number zero, which PostgreSQL takes in no text: an address with it is nobody's.
        """
        if scope["type"] == "http":
            if not is_our_name(_host_of(scope), our_names()):
                await self._misled(scope, receive, send)
                return
            if "\0" in scope["path"]:
                scope = {**scope, "path": scope["path"].replace("\0", "\ufffd")}
            if b"%00" in scope["query_string"]:
                scope = {**scope, "query_string": scope["query_string"].replace(b"%00", b"")}
            if not scope["query_string"].isascii():
                scope = {**scope, "query_string": quote(scope["query_string"], safe=printable).encode()}
        await self.app(scope, receive, send)

    @staticmethod
    async def _misled(scope: Scope, receive: Receive, send: Send) -> None:
        """Asked by a name that is not ours: RFC 9110 §15.5.20."""
        language = best_language(_told(scope, _TOLD_A_LANGUAGE).get("accept-language", ""), default=settings().language)
        words = translate(N_("Tên máy chủ này không phải của phường."), language=language)
        await PlainTextResponse(words, 421, headers=security_headers())(scope, receive, send)

    async def _page(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        """A page that is kept; else one phone has it drawn, and whoever comes meanwhile waits for that one."""
        headers = _told(scope, _TOLD_A_PAGE)
        key = drawn.key_of(path, headers)
        page = drawn.recall(key, clock.now()) if key else None
        if key and not page and key in self._drawing:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._drawing[key].wait(), MOST_WAIT)
            page = drawn.recall(key, clock.now())
        if page:
            await _show(page, headers, scope, send)
        elif key and key not in self._drawing:
            is_drawn = self._drawing[key] = asyncio.Event()
            try:
                await self._pass_on(scope, receive, send)
            finally:
                del self._drawing[key]
                is_drawn.set()
        else:
            await self._pass_on(scope, receive, send)

    async def _redirect(self, known: Known, scope: Scope, send: Send) -> None:
        headers = _told(scope, _TOLD)
        set_cookie = links.count(known, headers, scope)
        answer = [(b"location", known.location), *self._fixed]
        if set_cookie:
            answer.append((b"set-cookie", set_cookie.encode("ascii")))
        await send({"type": "http.response.start", "status": 302, "headers": answer})
        await send(_NO_BODY)
        _REDIRECTED.inc()


def _look_again(slug: str) -> None:
    """In a thread, while the others are served; where the database is away the next one asks it."""
    with suppress(SQLAlchemyError):
        links.look(slug, clock.now())


def _told(scope: Scope, wanted: Mapping[bytes, str]) -> dict[str, str]:
    return {wanted[name]: value.decode("latin-1") for name, value in scope["headers"] if name in wanted}


async def _show(page: Drawn, headers: dict[str, str], scope: Scope, send: Send) -> None:
    set_cookie = visits.noted(page.link_id, headers, scope)
    answer: list[tuple[bytes, bytes]] = list(page.headers)
    if set_cookie:
        answer.append((b"set-cookie", set_cookie.encode("ascii")))
    await send({"type": "http.response.start", "status": 200, "headers": answer})
    await send(page.body)
    _SHOWN.inc()


def _host_of(scope: Scope) -> str:
    """ "localhost" where a program names none, as HTTP/1.0 allows."""
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "localhost")


def _last_write_before(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"].startswith("lifespan.shutdown."):
            await run_in_threadpool(recorder().stop)
        await send(message)

    return sending
