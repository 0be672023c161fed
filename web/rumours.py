"""`/ask/rumours`: the doubtful messages that go round, each with what the ward found out."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.db import reading
from services import inquiry_page, public_answers
from web import pages
from web.pages import PhonePage


class RumoursPage(PhonePage):
    """`/ask/rumours`, of one ward (`?xa=` where several share this house)."""

    def get(self, request: Request) -> Response:
        """The latest first, each with the beginning of the ward's word on it."""
        code = request.query_params.get("xa", "")[:20]
        with reading() as session:
            desk = inquiry_page.desk(session, ward_code=code)
            if desk is None:
                return pages.see("/ask")
            rows = public_answers.rumours(session, ward_id=desk.unit.id)
        return pages.render(request, "rumours.html", ward=desk.ward, rows=rows, code=code)


routes = [Route("/ask/rumours", RumoursPage)]
