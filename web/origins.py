"""Where a request comes from: changes are taken from our own pages only (ASVS 3.5.1)."""

from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from core.settings import settings


def is_ours(request: HTTPConnection) -> bool:
    """Whether a page of this site sent the request, or opens the socket.

    Browsers tell by Sec-Fetch-Site (on https and on this computer) or by Origin; a program that sends neither has no
    visitor's cookie to misuse.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or _host(origin) in (request.headers.get("host", ""), _host(settings().public_url))


def _host(address: str) -> str:
    """With its port; what is no address is nobody's."""
    try:
        return urlsplit(address).netloc or "-"
    except ValueError:
        return "-"


@lru_cache(maxsize=256)
def is_our_name(host: str, names: tuple[str, ...]) -> bool:
    """Whether a Host header names this house: one of its names, a number, or a name that no public one can be.

    A page of somebody else whose name is made to lead into our own network would ask with that name (DNS rebinding).
    """
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    if name in names or ("." not in name and ":" not in name) or name.endswith((".local", ".localhost")):
        return True
    return _is_number(name)


def our_names() -> tuple[str, ...]:
    """By the settings: the public address's name, and others by which the house is reached."""
    return (urlsplit(settings().public_url).hostname or "", *filter(None, map(str.strip, settings().hosts.lower().split(","))))


def _is_number(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
