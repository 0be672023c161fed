"""The page by which a household joins its group's chat: what it is, who leads it, the button to the chat."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.db import reading
from services import join
from web import pages, visits
from web.pages import PhonePage


class JoinPage(PhonePage):
    """`/j/{slug}`."""

    def get(self, request: Request) -> Response:
        """The group; a closed one says so (410)."""
        visit = visits.visit_of(request)
        with reading() as session:
            group = join.for_slug(session, slug=request.path_params["slug"])
        response = pages.render(request, "join.html", status=410 if group.is_closed else 200, group=group, ward=group.ward)
        return visits.counted(request, response, visit, group.link_id)


routes = [Route("/j/{slug}", JoinPage)]
