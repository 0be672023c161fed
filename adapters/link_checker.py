"""Whether a web address answers: asked once, of public addresses only, with little time and nothing kept of the answer.

The address that was looked up and found public is the one connected to, so that a name cannot point elsewhere meanwhile.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from core.networks import is_public
from services.ports import LinkState

SECONDS, HOPS, AT_ONCE = 8.0, 3, 4
PORTS = frozenset((80, 443))
MOVED = (301, 302, 303, 307, 308)
OPEN_ENOUGH = (401, 403, 405, 429)  # somebody is at home, only not for us
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as this machine's resolver gives them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class Refused(Exception):
    """The address must not be asked."""


async def addresses(
    url: str, *, resolve: Resolve, may_connect: Callable[[str], bool], ports: frozenset[int]
) -> Sequence[str]:  # fmt: skip
    """The addresses behind a url, all of them ones that may be connected to.

    Raises:
        Refused: it is no web address of a usual port, or one behind it may not be connected to. Also what `resolve` raises.
    """
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or port not in ports:
        raise Refused
    found = list(await resolve(parts.hostname, port))
    if not found or not all(may_connect(address) for address in found):
        raise Refused
    return found


class Pinned(AbstractResolver):
    """Answers with the addresses that were found public, and with nothing else."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002  # as aiohttp calls it
    ) -> list[ResolveResult]:  # fmt: skip
        """The pinned addresses, whatever is asked for."""
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=socket.AF_INET6 if ":" in address else socket.AF_INET, proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]  # fmt: skip

    async def close(self) -> None:
        """Nothing is held open."""


def client_to(found: Sequence[str]) -> aiohttp.ClientSession:
    """A client that connects to these addresses and to no others, through nobody's proxy, and keeps no cookie."""
    connector = aiohttp.TCPConnector(resolver=Pinned(found), use_dns_cache=False, force_close=True)
    return aiohttp.ClientSession(connector=connector, trust_env=False, cookie_jar=aiohttp.DummyCookieJar())


class HttpLinkChecker:
    """Asks a few addresses at once. `resolve`, `may_connect` and `ports` are the real ones unless a test brings its own."""

    def __init__(
        self, *, resolve: Resolve = resolve, may_connect: Callable[[str], bool] = is_public, ports: frozenset[int] = PORTS,
        seconds: float = SECONDS,
    ) -> None:  # fmt: skip
        self._resolve, self._may_connect, self._ports, self._seconds = resolve, may_connect, ports, seconds

    def check(self, urls: Sequence[str]) -> list[LinkState]:
        """How each address stands, in their order."""
        return asyncio.run(self._all(urls))

    async def _all(self, urls: Sequence[str]) -> list[LinkState]:
        turn = asyncio.Semaphore(AT_ONCE)

        async def one(url: str) -> LinkState:
            async with turn:
                return await self._one(url)

        return list(await asyncio.gather(*(one(url) for url in urls)))

    async def _one(self, url: str) -> LinkState:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._followed(url)
        except Refused:
            return LinkState(url, "refused")
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError):
            return LinkState(url, "dead")

    async def _followed(self, url: str) -> LinkState:
        """A redirection is looked at as a new address, three times at most."""
        here = url
        for _hop in range(HOPS + 1):
            status, goes_to = await self._asked(here)
            if goes_to is None:
                return LinkState(url, "alive" if status < 400 or status in OPEN_ENOUGH else "dead", status, here)
            here = urljoin(here, goes_to)
        return LinkState(url, "dead", status, here)

    async def _asked(self, url: str) -> tuple[int, str | None]:
        """The status of one address and where it sends on; its body is never read."""
        found = await addresses(url, resolve=self._resolve, may_connect=self._may_connect, ports=self._ports)
        async with client_to(found) as client, client.get(url, allow_redirects=False) as answer:
            return answer.status, answer.headers.get("Location") if answer.status in MOVED else None
