"""Fetches a file that a provider keeps for a while: from public addresses only, over https, with a bounded size and time.

The address that was looked up and found public is the one connected to. Nothing of an address is logged: it opens the file.
"""

import asyncio
from collections.abc import Callable, Sequence
from urllib.parse import urljoin, urlsplit

import aiohttp

from adapters.link_checker import HOPS, MOVED, Refused, Resolve, addresses, client_to, resolve
from core.networks import is_public
from core.settings import Settings
from services.ports import Fetched

SECONDS = 20.0
BYTES_MOST = 20_000_000
LATER = (408, 425, 429)
PORTS = frozenset((443,))


def origins(settings: Settings) -> frozenset[str]:
    """Where the settings say that providers of messages are reached: they may keep files there too."""
    return frozenset(map(_origin, (settings.zalo_openapi_base_url, settings.facebook_graph_base_url)))


class HttpFileFetcher:
    """Fetches one file after the other. `own` are origins that the settings name; `resolve` and `may_connect` are the real ones
    unless a test brings its own.
    """

    def __init__(
        self, *, own: frozenset[str] = frozenset(), resolve: Resolve = resolve,
        may_connect: Callable[[str], bool] = is_public, seconds: float = SECONDS, bytes_most: int = BYTES_MOST,
    ) -> None:  # fmt: skip
        self._own, self._resolve, self._may_connect = own, resolve, may_connect
        self._seconds, self._bytes_most = seconds, bytes_most

    def fetch(self, url: str) -> Fetched:
        """The file; that it is gone, too large or must not be asked for; or that nobody answered for now."""
        return asyncio.run(self._one(url))

    async def _one(self, url: str) -> Fetched:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._followed(url)
        except (Refused, UnicodeError, aiohttp.InvalidURL):
            return Fetched("gone")
        except (TimeoutError, aiohttp.ClientError, OSError):
            return Fetched("later")
        except ValueError:
            return Fetched("gone")

    async def _followed(self, url: str) -> Fetched:
        """A redirection is looked at as a new address, three times at most."""
        here = url
        for _hop in range(HOPS + 1):
            found, goes_to = await self._asked(here)
            if goes_to is None:
                return found
            here = urljoin(here, goes_to)
        return Fetched("gone")

    async def _asked(self, url: str) -> tuple[Fetched, str | None]:
        async with client_to(await self._allowed(url)) as client, client.get(url, allow_redirects=False) as answer:
            if answer.status in MOVED and (goes_to := answer.headers.get("Location")):
                return Fetched("later"), goes_to
            if answer.status != 200:
                return Fetched("later" if answer.status >= 500 or answer.status in LATER else "gone"), None
            content = bytearray()
            async for piece in answer.content.iter_chunked(64 * 1024):
                content += piece
                if len(content) > self._bytes_most:
                    return Fetched("gone"), None
            return Fetched("taken", bytes(content)), None

    async def _allowed(self, url: str) -> Sequence[str]:
        """The addresses behind a url; raises `Refused` where it may not be asked."""
        parts = urlsplit(url)
        if _origin(url) in self._own:
            return await self._resolve(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        if parts.scheme != "https":
            raise Refused
        return await addresses(url, resolve=self._resolve, may_connect=self._may_connect, ports=PORTS)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
