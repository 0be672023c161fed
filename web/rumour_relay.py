"""A leader's page of the ward's word on a doubtful message: the text for the chat, and "I have posted it"."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.db import reading, transaction
from core.errors import NotAllowed
from services import rumour_relays
from web import pages, visitors
from web.pages import PhonePage


class RumourRelayPage(PhonePage):
    """`/r/c/{token}`."""

    def get(self, request: Request) -> Response:
        """What there is to post. Looking changes nothing, but that a person has looked."""
        token = request.path_params["token"]
        with reading() as session:
            work = rumour_relays.work(session, token=token)
        if not work.is_opened and visitors.is_person(request.headers, request.method):
            with transaction() as session:
                rumour_relays.opened(session, token=token)
        return pages.render(request, "rumour_relay.html", work=work, ward=work.ward, here=request.url.path)

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """Posted, or undone. Each press again changes nothing."""
        token, do = request.path_params["token"], form.get("do", "")
        try:
            with transaction() as session:
                if do == "posted":
                    rumour_relays.post(session, token=token)
                elif do == "undo":
                    rumour_relays.undo(session, token=token)
        except NotAllowed:  # withdrawn or closed meanwhile: the page itself says so
            pass
        return pages.see(request.url.path)


routes = [Route("/r/c/{token}", RumourRelayPage)]
