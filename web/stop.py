"""The page on which a household says that it wants no messages of the ward. Looking at it says nothing; only a press does."""

from collections.abc import Mapping
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.db import reading, transaction
from core.errors import Invalid
from services import household_messages
from web import pages
from web.pages import PhonePage


class StopPage(PhonePage):
    """`/stop/{token}`. Programs that look links up only ever look."""

    def get(self, request: Request) -> Response:
        """Whether messages come, and the one press that ends them or has them come again."""
        with reading() as session:
            found = household_messages.page(session, token=request.path_params["token"])
        return pages.render(request, "stop.html", page=found, ward=found.ward)

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """Write it down. The same press twice is one."""
        token, wish = request.path_params["token"], form.get("do")
        with reading() as session:
            household_messages.page(session, token=token)
        if wish in ("stop", "back"):
            with suppress(Invalid), transaction() as session:  # nothing to refuse any more: the page itself says so
                household_messages.pressed(session, token=token, wants_none=wish == "stop")
        return pages.see(request.url.path)


routes = [Route("/stop/{token}", StopPage)]
