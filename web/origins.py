"""Where a request comes from: changes are taken from our own pages only (ASVS 3.5.1)."""

from urllib.parse import urlsplit

from starlette.requests import Request

from core.settings import settings


def is_ours(request: Request) -> bool:
    """Whether a page of this site sent the request.

    Browsers tell by Sec-Fetch-Site (on https and on this computer) or by Origin; a program that sends neither has no
    visitor's cookie to misuse.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or _host(origin) in (request.headers.get("host", ""), _host(settings().public_url))


def _host(address: str) -> str:
    return urlsplit(address).netloc
