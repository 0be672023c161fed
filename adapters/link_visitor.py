"""The daily visit of where printed codes lead: many targets in one pass, few connections, little time, public addresses only.

HEAD first, as it costs the other side least; then GET, because only a page's own words tell one that is there from one that
says with 200 that it is not. A redirection is looked at as a new address. What was looked up is what is connected to.
"""

import asyncio
import html
import re
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from adapters.link_checker import MOVED, OPEN_ENOUGH, PORTS, Pinned, Refused, Resolve, addresses, resolve
from core.networks import is_public
from core.text import fold
from services.ports import LinkVisit

SECONDS, HOPS, AT_ONCE, PER_HOST = 10.0, 5, 32, 4
PAUSE_SECONDS = 0.004  # between beginnings: 10,000 targets in 40 s at best, with a quarter of a core
KEPT_SECONDS = 1.0  # a connection, from the HEAD to the GET: half of a visit is the handshake
READ_MOST = 64 * 1024
SHORT_PAGE = 600  # letters: a page of fewer that speaks of not finding is no page
_FOR_GOOD = (301, 308)
_NOT_THERE = re.compile(r"\b404\b|not found|khong tim thay|khong ton tai|da bi xoa|da bi go|no longer (?:exists|available)")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_UNSEEN = re.compile(r"<(script|style|noscript|template)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.IGNORECASE | re.DOTALL)
_HEIR = re.compile(r"<([^>]+)>\s*;[^,]*\brel=\"?successor-version\"?", re.IGNORECASE)  # RFC 5829 §3.2
_REFRESH = re.compile(r"<meta\s[^>]*http-equiv=[\"']?refresh[\"']?[^>]*content=[\"']?\d+\s*;\s*url=([^\"'>\s]+)", re.IGNORECASE)
_CHARSET = re.compile(rb"charset=[\"']?([\w-]+)", re.IGNORECASE)


class _NoticingSocket(ssl.SSLObject):
    """Notes until when the other side's certificate holds: the connection may be gone before anyone could ask it."""

    def do_handshake(self) -> None:
        """As it is, then look."""
        super().do_handshake()
        certificate = self.getpeercert()
        if isinstance(self.context, _NoticingContext) and certificate and self.server_hostname:
            ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
            self.context.ends[self.server_hostname] = ends.date()


class _NoticingContext(ssl.SSLContext):
    """Trusts what this machine trusts."""

    ends: dict[str, date]

    @classmethod
    def made(cls, authorities: str | None) -> "_NoticingContext":
        context = cls(ssl.PROTOCOL_TLS_CLIENT)
        context.sslobject_class = _NoticingSocket
        context.ends = {}
        context.load_default_certs()
        if authorities:
            context.load_verify_locations(authorities)
        return context


class _Book(AbstractResolver):
    """The addresses found public in this pass, by name."""

    def __init__(self) -> None:
        self.addresses: dict[str, Sequence[str]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002  # as aiohttp calls it
    ) -> list[ResolveResult]:  # fmt: skip
        """Those that were written down, and nothing else."""
        return await Pinned(self.addresses.get(host, ())).resolve(host, port)

    async def close(self) -> None:
        """Nothing is held open."""


class HttpLinkVisitor:
    """Visits many targets. `resolve`, `may_connect` and `ports` are the real ones unless a test brings its own.

    `authorities` is a file of certificates that are trusted besides this machine's.
    """

    def __init__(
        self, *, resolve: Resolve = resolve, may_connect: Callable[[str], bool] = is_public, ports: frozenset[int] = PORTS,
        seconds: float = SECONDS, at_once: int = AT_ONCE, per_host: int = PER_HOST, authorities: str | None = None,
    ) -> None:  # fmt: skip
        self._resolve, self._may_connect, self._ports, self._seconds = resolve, may_connect, ports, seconds
        self._at_once, self._per_host, self._authorities = at_once, per_host, authorities

    def visit(self, urls: Sequence[str]) -> list[LinkVisit]:
        """How each target stands, in their order. Never raises for what is at the other end."""
        return asyncio.run(self._all(urls))

    async def _all(self, urls: Sequence[str]) -> list[LinkVisit]:
        book, context = _Book(), _NoticingContext.made(self._authorities)
        connector = aiohttp.TCPConnector(
            resolver=book, use_dns_cache=False, keepalive_timeout=KEPT_SECONDS, limit=self._at_once,
            limit_per_host=self._per_host, ssl=context,
        )  # fmt: skip
        async with aiohttp.ClientSession(connector=connector, trust_env=False, cookie_jar=aiohttp.DummyCookieJar()) as client:
            one_pass = _Pass(self, client, book, context)
            turn = asyncio.Semaphore(self._at_once)
            hosts: dict[str, asyncio.Semaphore] = {}

            async def one(url: str) -> LinkVisit:
                host = urlsplit(url).hostname or ""
                async with hosts.setdefault(host, asyncio.Semaphore(self._per_host)), turn:
                    await one_pass.wait_for_its_turn()
                    return await one_pass.visit(url)

            return list(await asyncio.gather(*(one(url) for url in urls)))

    @property
    def seconds(self) -> float:
        """How long a whole visit may take."""
        return self._seconds

    async def addresses(self, url: str) -> Sequence[str]:
        """The addresses behind a url, all of them ones that may be connected to; raises what must not be asked."""
        return await addresses(url, resolve=self._resolve, may_connect=self._may_connect, ports=self._ports)


class _Pass:
    """One pass over many targets."""

    def __init__(self, visitor: HttpLinkVisitor, client: aiohttp.ClientSession, book: _Book, context: _NoticingContext) -> None:
        self._visitor, self._client, self._book, self._context = visitor, client, book, context
        self._next_at = 0.0

    async def wait_for_its_turn(self) -> None:
        """Visits begin one after the other: screens and phones are answered by the same process, and handshakes are work."""
        now = asyncio.get_running_loop().time()
        self._next_at = max(now, self._next_at) + PAUSE_SECONDS
        await asyncio.sleep(self._next_at - now)

    async def visit(self, url: str) -> LinkVisit:
        """One target, whatever happens there."""
        try:
            async with asyncio.timeout(self._visitor.seconds):
                return await self._followed(url)
        except Refused:
            return LinkVisit(url, "refused")
        except (aiohttp.ClientConnectorCertificateError, ssl.SSLCertVerificationError):
            return LinkVisit(url, "certificate")
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError):
            return LinkVisit(url, "no_answer")

    async def _followed(self, url: str) -> LinkVisit:
        here, is_for_good = url, True
        for _hop in range(HOPS + 1):
            status, goes_to, body, heir = await self._asked("HEAD", here)
            if goes_to is None:
                status, goes_to, body, heir = await self._asked("GET", here)
            if goes_to is None:
                seen = self._seen(url, here, status, body, is_for_good=is_for_good)
                return replace(seen, replaced_by=urljoin(here, heir)) if seen.trouble and heir else seen
            is_for_good = is_for_good and status in _FOR_GOOD
            here = urljoin(here, goes_to)
        return LinkVisit(url, "status", status, leads_on_to=here)

    def _seen(self, url: str, here: str, status: int, body: str, *, is_for_good: bool) -> LinkVisit:
        trouble = ""
        if status >= 400 and status not in OPEN_ENOUGH:
            trouble = "status"
        elif status < 400 and (is_soft_404(body) or _fell_back(url, here)):
            trouble = "empty"
        moved = here if here != url else ""
        return LinkVisit(
            url, trouble, status, leads_on_to=moved, replaced_by=moved if is_for_good and not trouble else "",
            certificate_ends_on=self._context.ends.get(urlsplit(here).hostname or ""),
        )  # fmt: skip

    async def _asked(self, method: str, url: str) -> tuple[int, str | None, str, str]:
        """The status of one address, where it sends on, of a page the first words, and what it names as its heir."""
        found = await self._visitor.addresses(url)
        self._book.addresses[urlsplit(url).hostname or ""] = found
        # After the GET nothing more is asked there: the other side closes.
        headers = {"Connection": "close"} if method == "GET" else {}
        async with self._client.request(method, url, allow_redirects=False, headers=headers) as answer:
            goes_to = answer.headers.get("Location") if answer.status in MOVED else None
            body = ""
            if method == "GET" and goes_to is None and "html" in answer.headers.get("Content-Type", ""):
                body = _text(await answer.content.read(READ_MOST))
            heir = _HEIR.search(answer.headers.get("Link", "")) or _REFRESH.search(body)
            return answer.status, goes_to, body, html.unescape(heir[1]) if heir else ""


def _text(raw: bytes) -> str:
    named = _CHARSET.search(raw[:2048])
    try:
        return raw.decode(named[1].decode("ascii") if named else "utf-8", "replace")
    except (LookupError, UnicodeError):  # no letters of that name, or not of a page: idna
        return raw.decode("utf-8", "replace")


def is_soft_404(body: str) -> bool:
    """Whether a page that was answered with 200 says that it is not there, or says nothing at all."""
    if not body.strip():
        return False
    title = _TITLE.search(body)
    if title and _NOT_THERE.search(fold(html.unescape(title[1]))):
        return True
    words = fold(html.unescape(_UNSEEN.sub(" ", _TITLE.sub(" ", body))))
    if not words:
        return "<script" not in body.lower()
    return len(words) < SHORT_PAGE and bool(_NOT_THERE.search(words))


def _fell_back(url: str, here: str) -> bool:
    """Whether a page within a site now leads to its first page: how portals say that it is gone."""
    asked, found = urlsplit(url), urlsplit(here)
    is_deep = bool(asked.path.strip("/")) or bool(asked.query)
    return here != url and is_deep and not found.path.strip("/") and not found.query and asked.hostname == found.hostname
