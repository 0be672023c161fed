"""The page on which a household says yes or no: to messages, surveys, its card, photos. Looking says nothing; a press does."""

from collections.abc import Mapping
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.db import reading, transaction
from core.errors import Invalid
from models import Extra
from services import consents, household_messages
from web import pages
from web.pages import PhonePage

SAID = {"stop": (Extra.MESSAGES.value, False), "back": (Extra.MESSAGES.value, True)} | {
    f"{extra.value}_{word}": (extra.value, answer) for extra in Extra for word, answer in (("yes", True), ("no", False))
}


class StopPage(PhonePage):
    """`/stop/{token}`. Programs that look links up only ever look."""

    def get(self, request: Request) -> Response:
        """How the household stands to each thing, and the one press that turns it."""
        token = request.path_params["token"]
        with reading() as session:
            found = household_messages.page(session, token=token)
            switches = consents.of(session, household=household_messages.behind(session, token=token))
        others = [one for one in switches if one.extra is not Extra.MESSAGES]
        return pages.render(request, "stop.html", page=found, ward=found.ward, others=others)

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """Write it down. The same press twice is one."""
        token, wish = request.path_params["token"], form.get("do")
        with reading() as session:
            household_messages.behind(session, token=token)
        extra, answer = SAID.get(wish or "", ("", False))
        if extra:
            with suppress(Invalid), transaction() as session:  # nothing to refuse any more: the page itself says so
                consents.of_token(session, token=token, extra=extra, is_given=answer)
        return pages.see(request.url.path)


routes = [Route("/stop/{token}", StopPage)]
