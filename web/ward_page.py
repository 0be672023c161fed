"""`/ward`: how the ward is doing, for everybody; no household, no count under five."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core import formats
from core.db import reading
from services import ward_in_public
from services.figure_register import Measure
from services.figure_words import amount
from services.ward_in_public import PublicWard
from web import pages
from web.pages import PhonePage

CODE_MAX = 20


class WardPage(PhonePage):
    """One page, the whole of last month."""

    def get(self, request: Request) -> Response:
        """The page; where several wards share this house, first which one."""
        code = request.query_params.get("xa", "")[:CODE_MAX]
        with reading() as session:
            seen = ward_in_public.of(session, code=code)
            homes = ward_in_public.all_wards(session) if seen is None else []
        if seen is None:
            return pages.render(request, "ward.html", ward=None, seen=None, homes=homes)
        return pages.render(request, "ward.html", ward=seen.card, seen=seen, homes=[], words=_words(request, seen))


def _words(request: Request, seen: PublicWard) -> dict[str, str]:
    language = pages.language_of(request)
    half = None if seen.half_minutes is None else round(seen.half_minutes)
    return {
        "share": formats.share(seen.share, language=language, places=0),
        "before": formats.share(seen.before, language=language, places=0),
        "known": formats.share(seen.known, language=language, places=0), "half": amount(half, Measure.MINUTES, language=language),
        "month": f"{seen.until.month}/{seen.until.year}",
    }  # fmt: skip


routes = [Route("/ward", WardPage)]
