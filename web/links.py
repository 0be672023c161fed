"""`/q/{slug}`: what is printed on paper. Answers from memory where it can, counts people, never waits for a write."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Scope

from core import clock, db
from core.i18n import N_
from services import links
from services.link_slugs import normalised
from services.links import Resolved
from web import pages, visits
from web.limits import Allowance, address_of
from web.memory import Memory

PREFIX = "/q/"
# Slugs that never were: mistyped now and then, not by the hundred (S51: nobody finds links by trying).
missed = Allowance(burst=60, per_second=1)


@dataclass(frozen=True, slots=True)
class Known:
    """A living link as this process remembers it."""

    link_id: UUID
    location: bytes
    is_counted: bool


_known: Memory[Known] = Memory(most=10_000, kept=timedelta(seconds=1))


def remembered(slug: str, now: datetime) -> tuple[Known | None, bool]:
    """The link, if it is known well enough, and whether it is to be looked up again meanwhile."""
    return _known.glance(slug, now)


def look(slug: str, now: datetime) -> tuple[Resolved | None, Known | None]:
    """Ask the database, and remember the link while it lives."""
    commits = db.commits()
    with db.reading() as session:
        found = links.resolve(session, slug=slug)
    if found is None or found.kind != "live":
        _known.forget(slug)
        return found, None
    known = Known(found.link_id, found.url.encode("ascii"), not found.counts_at_landing)
    _known.keep(slug, known, now, commits=commits, until=found.expires_at)
    return found, known


def count(known: Known, headers: Mapping[str, str], scope: Scope) -> str | None:
    """Note the opening if a person made it and it is not counted where it leads; the cookie to set, if any."""
    return visits.noted(known.link_id, headers, scope) if known.is_counted else None


class PrintedCode(pages.PhonePage):
    """The whole answer: a redirect, what was here (410), that it never was (404), or that someone tries too many (429)."""

    def get(self, request: Request) -> Response:
        """Look the slug up, in a thread."""
        now = clock.now()
        found, known = look(normalised(request.path_params["slug"]), now)
        if known:
            set_cookie = count(known, request.headers, request.scope)
            return Response(status_code=302, headers=_answer_headers(known, set_cookie))
        if found and found.kind == "dead":
            visits.noted(found.link_id, request.headers, request.scope)
            return pages.down(request, was=found.title, place=found.place, url=found.url, unit_id=found.unit_id)
        if found:
            return pages.gone(request, was=found.title, place=found.place, unit_id=found.unit_id)
        if not missed.take(address_of(request.scope), now):
            return pages.trouble(
                request, status=429, heading=N_("Xin chờ một phút"), sentence=N_("Vừa có quá nhiều mã không đúng từ nơi này.")
            )
        return pages.not_found(request, is_code=True)


def _answer_headers(known: Known, set_cookie: str | None) -> MutableMapping[str, str]:
    headers = {"Location": known.location.decode("ascii"), "Cache-Control": "no-store"}
    return headers | {"Set-Cookie": set_cookie} if set_cookie else headers


routes: list[BaseRoute] = [Route(f"{PREFIX}{{slug}}", PrintedCode)]
