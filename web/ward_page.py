"""`/ward`: how the ward is doing, for everybody; no household, no count under five."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core import clock, db, formats
from core.db import reading
from core.typed import number
from services import ward_in_public, wards
from services.figure_register import Measure
from services.figure_words import amount
from services.ward_in_public import PublicPlace, PublicWard
from web import pages
from web.memory import Memory
from web.pages import PhonePage

CODE_MAX = 20
_known: Memory[PublicWard] = Memory(most=1_000, kept=timedelta(minutes=1))  # of whole months: it seldom changes
AT_A_TIME = 40  # places: with more the page would be heavier than an old phone bears


class WardPage(PhonePage):
    """One page, the whole of last month."""

    def get(self, request: Request) -> Response:
        """The page; where several wards share this house, first which one."""
        code = request.query_params.get("xa", "")[:CODE_MAX]
        seen = _seen(code)
        if seen is None:
            with reading() as session:
                homes = wards.inhabited(session)
            return pages.render(request, "ward.html", ward=None, seen=None, homes=homes)
        shown = _listed(seen, request.query_params.get("trang", ""))
        return pages.render(request, "ward.html", ward=seen.card, seen=seen, homes=[], words=_words(request, seen), places=shown)


def _seen(code: str) -> PublicWard | None:
    now, key = clock.now(), (code, clock.today())
    if seen := _known.recall(key, now):
        return seen
    commits = db.commits()
    with reading() as session:
        seen = ward_in_public.of(session, code=code)
    if seen:
        _known.keep(key, seen, now, commits=commits)
    return seen


@dataclass(frozen=True)
class _Places:
    """Those of one page; all pages together are the whole list, once."""

    rows: Sequence[PublicPlace]
    page: int
    last: int
    at: str  # the address of a page, but for its number


def _listed(seen: PublicWard, wanted: str) -> _Places:
    last = max(1, -(-len(seen.places) // AT_A_TIME))
    page = min(last, number(wanted, digits=4) or 1)
    rows = seen.places[(page - 1) * AT_A_TIME : page * AT_A_TIME]
    return _Places(rows, page, last, f"/ward?xa={quote(seen.code)}&trang=")


def _words(request: Request, seen: PublicWard) -> dict[str, str]:
    language = pages.language_of(request)
    half = None if seen.half_minutes is None else round(seen.half_minutes)
    return {
        "share": formats.share(seen.whole.share if seen.whole else None, language=language, places=0),
        "before": formats.share(seen.before, language=language, places=0),
        "known": formats.share(seen.known, language=language, places=0), "half": amount(half, Measure.MINUTES, language=language),
        "month": f"{seen.until.month}/{seen.until.year}",
    }  # fmt: skip


routes = [Route("/ward", WardPage)]
