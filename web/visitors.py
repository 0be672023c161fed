"""Who opens a public page: a person or a machine, with which kind of device, and whether the same one as before.

What is kept of a phone is a random number in a first-party cookie, and in our database only a keyed digest of it: enough
to count phones, useless to recognise a person elsewhere. No address is kept. The cookie is signed, so that a number which
we did not give out is nobody's.
"""

import re
import secrets
from collections.abc import Mapping
from functools import lru_cache

from starlette.requests import Request

from core.settings import settings
from core.tokens import keyed_digest, same
from models import Device

COOKIE = "cn_v"
YEAR_SECONDS = 365 * 24 * 3600
_IN_COOKIES = re.compile(rf"(?:^|;)\s*{COOKIE}=([A-Za-z0-9_-]{{22}})\.([0-9a-f]{{32}})\s*(?:;|$)")  # 128 bits, signature

# Only what calls itself a browser can be a person: a phone never names itself curl, python-requests, okhttp or WhatsApp,
# while scripts, monitors and the previews of chat applications do, and those may not move a ward's figures.
_BROWSER = re.compile(r"Mozilla/\d|^Opera/\d|^UCWEB|^Nokia")
# Machines in the clothes of a browser: an address in the name, or "compatible;", is how robots introduce themselves.
# (Cubot makes phones.)
_ROBOT = re.compile(
    r"(?<!cu)bots?\b|robot|crawl|spider|slurp|preview|headless|phantomjs|lighthouse|pingdom|uptime|monitor"
    r"|facebookexternalhit|facebookcatalog|facebot|meta-external|whatsapp|skypeuri|embedly|iframely|validator"
    r"|google-|googleother|google (?:web|favicon|page)|mediapartners|apis-google|feedfetcher|archiver"
    r"|https?://|compatible;(?! ?(?:MSIE|Konqueror))",
    re.IGNORECASE,
)
_HANDHELD = re.compile(r"iPhone|iPad|iPod|Android|Mobile|Windows Phone|Opera Mini|MIDP", re.IGNORECASE)
_TABLET = re.compile(r"iPad|Tablet|Kindle|Silk/", re.IGNORECASE)
# Said by browsers that fetch ahead of a person (Sec-Purpose: Fetch Standard; the others are its older names).
AHEAD = frozenset(("sec-purpose", "purpose", "x-purpose", "x-moz"))
_FETCHED_AHEAD = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)


@lru_cache(maxsize=4096)
def device_of(user_agent: str) -> Device | None:
    """The kind of device a person holds; None for a robot, a preview, a script, or whoever does not say.

    Zalo in a phone's browser is a person in Zalo's own window; Zalo without a phone is its preview. Facebook's own
    window (FBAN, FBAV) is a person.
    """
    if not _BROWSER.search(user_agent) or _ROBOT.search(user_agent):
        return None
    is_handheld = _HANDHELD.search(user_agent) is not None
    if "zalo" in user_agent.lower() and not is_handheld:
        return None
    if not is_handheld:
        return Device.COMPUTER
    is_tablet = _TABLET.search(user_agent) or ("Android" in user_agent and "Mobile" not in user_agent)
    return Device.TABLET if is_tablet else Device.PHONE


def is_fetched_ahead(headers: Mapping[str, str]) -> bool:
    """Whether a browser fetches before anybody asked for it."""
    if AHEAD.isdisjoint(headers):
        return False
    return any(name in headers and _FETCHED_AHEAD.search(headers[name]) for name in AHEAD)


def person_with(headers: Mapping[str, str], method: str) -> Device | None:
    """The device of the person who opens a page; None unless it is a GET by a browser, not fetched ahead, not a robot's.

    `headers` by lower-case name, as Starlette gives them.
    """
    if method != "GET" or is_fetched_ahead(headers):
        return None
    return device_of(headers.get("user-agent", ""))


def is_person(headers: Mapping[str, str], method: str) -> bool:
    """Whether a request is a person opening a page."""
    return person_with(headers, method) is not None


def visitor_of(request: Request) -> tuple[str, str | None]:
    """The digest of the phone's cookie, and the Set-Cookie header to answer with where the phone had none."""
    return visitor_in(request.headers.get("cookie", ""))


def visitor_in(cookies: str) -> tuple[str, str | None]:
    """The same from a Cookie header."""
    known = _known_visitor(cookies)
    if known:
        return known, None
    value = secrets.token_urlsafe(16)
    kept, signature = _halves(value, settings().key)
    secure = "; Secure" if settings().is_https else ""
    return kept, f"{COOKIE}={value}.{signature}; Max-Age={YEAR_SECONDS}; Path=/; HttpOnly; SameSite=Lax{secure}"


@lru_cache(maxsize=4096)
def _known_visitor(cookies: str) -> str | None:
    found = _IN_COOKIES.search(cookies)
    if not found:
        return None
    halves = (_halves(found[1], key) for key in settings().keys)
    return next((kept for kept, signature in halves if same(found[2], signature)), None)


def _halves(value: str, key: str) -> tuple[str, str]:
    """What the database keeps of a visitor, and the cookie's signature: halves of one HMAC, neither of which tells the other."""
    whole = keyed_digest(key, f"{COOKIE}|{value}", digits=64)
    return whole[:32], whole[32:]
