"""The page of a household card: what it is for, and the press that ties this phone to the household or lets it go."""

from collections.abc import Mapping
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.db import reading, transaction
from core.errors import Invalid
from services import household_cards, household_messages, sessions
from web import drawn, pages, team_support, visits
from web.pages import PhonePage


class HouseholdCardPage(PhonePage):
    """`/h/{token}`. The name is masked: whoever finds a card learns nobody's."""

    def get(self, request: Request) -> Response:
        """Whose card, what is kept and why; for staff who are signed in, the way to the household's record."""
        token, visit = request.path_params["token"], visits.visit_of(request)
        cookie = request.cookies.get(sessions.cookie_name())
        with reading() as session:
            card = household_cards.page(session, token=token, visitor=visit.visitor)
            clerk = sessions.session_actor(session, token=cookie) if cookie else None
            record = household_cards.household_for_staff(session, actor=clerk, token=token) if clerk else None
        stop = household_messages.path_of(card.household_id)
        response = pages.render(
            request, "household_card.html", card=card, ward=card.ward, record=record, stop=stop,
            helps=team_support.is_members(request), here=request.url.path,
        )  # fmt: skip
        return visits.remembered(response, visit) if visit.device else response

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """Tie, move from another household, or untie. Each press again changes nothing.

        A phone without our cookie has not read what it agrees to: it is led to the page, where a second press counts.
        """
        token, visit = request.path_params["token"], visits.visit_of(request)
        with reading() as session:
            household_cards.page(session, token=token, visitor=visit.visitor)
        if visit.was_here:
            with suppress(Invalid), transaction() as session:  # tied to another household meanwhile: the page itself asks
                if form.get("do") in ("tie", "move"):
                    household_cards.tie(session, token=token, visitor=visit.visitor, moves=form["do"] == "move")
                elif form.get("do") == "untie":
                    household_cards.untie(session, token=token, visitor=visit.visitor)
        return drawn.marked(visits.remembered(pages.see(request.url.path), visit))


routes = [Route("/h/{token}", HouseholdCardPage)]
