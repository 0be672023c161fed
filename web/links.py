"""`/q/{slug}`: what is printed on paper. Answers from memory where it can, counts people, never waits for a write."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import clock
from core.db import reading
from core.i18n import N_
from services import links
from services.link_slugs import normalised
from services.links import Resolved
from web import metrics, pages, visitors
from web.headers import security_headers
from web.limits import Allowance, address_of, may_count
from web.scan_recorder import recorder

PREFIX = "/q/"
# A change made in another process is seen within KEPT; one made in this process at once (`links.changes`).
KEPT, FRESH = timedelta(seconds=1), timedelta(seconds=0.8)
MOST_KEPT = 10_000
# Slugs that never were: mistyped now and then, not by the hundred (S51: nobody finds links by trying).
missed = Allowance(burst=60, per_second=1)


@dataclass(slots=True)
class Known:
    """A living link as this process remembers it."""

    link_id: UUID
    location: bytes
    is_counted: bool
    changes: int
    refresh_at: datetime
    forget_at: datetime


_known: dict[str, Known] = {}


def remembered(slug: str, now: datetime) -> Known | None:
    """The link, if it is known well enough. Late in its time one caller is sent to look again, the others are served."""
    known = _known.get(slug)
    if known is None or now >= known.forget_at or known.changes != links.changes():
        return None
    if now >= known.refresh_at:
        known.refresh_at = known.forget_at
        return None
    return known


def look(slug: str, now: datetime) -> tuple[Resolved | None, Known | None]:
    """Ask the database, and remember the link while it lives."""
    changes = links.changes()  # before reading: a change committed meanwhile makes what is read here stale
    with reading() as session:
        found = links.resolve(session, slug=slug)
    if found is None or found.kind == "gone":
        _known.pop(slug, None)
        return found, None
    forget_at = now + KEPT
    if found.expires_at:
        forget_at = min(forget_at, found.expires_at)
    known = Known(
        found.link_id, found.url.encode("ascii"), not found.counts_at_landing, changes, min(now + FRESH, forget_at), forget_at
    )
    if len(_known) >= MOST_KEPT:
        _known.clear()
    _known[slug] = known
    return found, known


def count(known: Known, headers: Mapping[str, str], scope: Scope, now: datetime) -> str | None:
    """Note the opening if a person made it; the cookie to set, if the phone has none yet."""
    device = visitors.person_with(headers, scope["method"]) if known.is_counted else None
    if device is None:
        return None
    visitor, set_cookie = visitors.visitor_in(headers.get("cookie", ""))
    if may_count(scope, known.link_id, now):
        recorder().note(known.link_id, visitor, device, now)
    return set_cookie


class PrintedCode(pages.PhonePage):
    """The whole answer: a redirect, what was here (410), that it never was (404), or that someone tries too many (429)."""

    def get(self, request: Request) -> Response:
        """Look the slug up, in a thread."""
        now = clock.now()
        found, known = look(normalised(request.path_params["slug"]), now)
        if known:
            set_cookie = count(known, request.headers, request.scope, now)
            return Response(status_code=302, headers=_answer_headers(known, set_cookie))
        if found:
            return pages.gone(request, was=found.title, place=found.place)
        if not missed.take(address_of(request.scope), now):
            return pages.trouble(
                request, status=429, heading=N_("Xin chờ một phút"), sentence=N_("Vừa có quá nhiều mã không đúng từ nơi này.")
            )
        return pages.not_found(request, is_code=True)


def _answer_headers(known: Known, set_cookie: str | None) -> MutableMapping[str, str]:
    headers = {"Location": known.location.decode("ascii"), "Cache-Control": "no-store"}
    return headers | {"Set-Cookie": set_cookie} if set_cookie else headers


# Of all headers, those that say who asks.
_TOLD = {name.encode(): name for name in ("user-agent", "cookie", *visitors.AHEAD)}
# Of our security headers, those that mean something without a page (each costs as much as a look into memory).
_OF_A_REDIRECT = ("x-content-type-options", "referrer-policy", "strict-transport-security")
_POLICY = "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
_ANSWERED = metrics.REQUESTS.labels("/q", "GET", "302")
_NO_BODY: Message = {"type": "http.response.body", "body": b""}


class FastRedirects:
    """Outermost of all: answers a known code without routing, and writes the last openings when the server stops."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        fixed = {"cache-control": "no-store", "content-length": "0", "content-security-policy": _POLICY}
        fixed |= {name: value for name, value in security_headers().items() if name in _OF_A_REDIRECT}
        self._fixed = [(name.encode(), value.encode()) for name, value in fixed.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Anything that is not a known code goes on to the routes."""
        if scope["type"] == "http":
            path: str = scope["path"]
            if path.startswith(PREFIX) and scope["method"] == "GET":
                now = clock.now()
                known = remembered(path[3:], now)
                if known:
                    await self._redirect(known, scope, send, now)
                    return
            await self.app(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self.app(scope, receive, _last_write_before(send))
        else:
            await self.app(scope, receive, send)

    async def _redirect(self, known: Known, scope: Scope, send: Send, now: datetime) -> None:
        headers = {_TOLD[name]: value.decode("latin-1") for name, value in scope["headers"] if name in _TOLD}
        set_cookie = count(known, headers, scope, now)
        answer = [(b"location", known.location), *self._fixed]
        if set_cookie:
            answer.append((b"set-cookie", set_cookie.encode("ascii")))
        await send({"type": "http.response.start", "status": 302, "headers": answer})
        await send(_NO_BODY)
        _ANSWERED.inc()


def _last_write_before(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"].startswith("lifespan.shutdown."):
            await run_in_threadpool(recorder().stop)
        await send(message)

    return sending


routes: list[BaseRoute] = [Route(f"{PREFIX}{{slug}}", PrintedCode)]
