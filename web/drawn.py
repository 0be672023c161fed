"""Announcement pages as they were drawn a moment ago, for every phone that has nothing of its own on them.

A phone that answered, or is tied to its household, carries a mark (a cookie that says nothing else) and is always answered
from the database; so is whoever asks for more than the plain page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from core import clock
from core.i18n import best_language
from core.settings import settings
from services.announcements import PublicAnnouncement
from web.headers import security_headers
from web.memory import Memory
from web.visitors import YEAR_SECONDS

Key = tuple[str, str]  # path, language
PREFIX = "/a/"
MARK = "cn_o"
KEPT = timedelta(seconds=3)
_MOST = 2_000  # pages of some 15 KB


@dataclass(frozen=True, slots=True)
class Drawn:
    """A whole answer as it goes out."""

    link_id: UUID
    headers: tuple[tuple[bytes, bytes], ...]
    body: Message


_pages: Memory[Drawn] = Memory(most=_MOST, kept=KEPT)


def marked(response: Response) -> Response:
    """Give the phone the mark that it has something of its own."""
    secure = "; Secure" if settings().is_https else ""
    response.headers.append("set-cookie", f"{MARK}=1; Max-Age={YEAR_SECONDS}; Path=/; HttpOnly; SameSite=Lax{secure}")
    return response


def key_of(path: str, headers: Mapping[str, str]) -> Key | None:
    """What the plain page of an address is kept by; None for a phone with a mark."""
    if f"{MARK}=" in headers.get("cookie", ""):
        return None
    return path, language_of(headers.get("accept-language", ""))


def recall(key: Key, now: datetime) -> Drawn | None:
    """The page, if it is kept."""
    return _pages.recall(key, now)


def keep(request: Request, response: Response, notice: PublicAnnouncement, *, commits: int) -> None:
    """Keep a page for the next phones, if it is any phone's."""
    is_own = notice.answer or notice.household or (notice.stand and notice.stand.own)
    key = key_of(request.url.path, request.headers)
    if is_own or key is None or request.method != "GET" or request.url.query:
        return
    now = clock.now()
    page = Drawn(notice.link_id, *as_sent(response))
    until = None if notice.is_expired else notice.expires_at
    _pages.keep(key, page, now, commits=commits, until=until)


def as_sent(response: Response) -> tuple[tuple[tuple[bytes, bytes], ...], Message]:
    """An answer's headers, ours among them, and its body, as they go out."""
    given = response.raw_headers
    named = {name for name, _ in given}
    more = [(name.encode(), value.encode()) for name, value in security_headers().items() if name.encode() not in named]
    return (*given, *more), {"type": "http.response.body", "body": response.body}


@lru_cache(maxsize=4096)
def language_of(accepts: str) -> str:
    return best_language(accepts, default=settings().language)
