"""The page by which a household joins its group's chat: what it is, who leads it, whose household comes, and the way in."""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core import clock, formats
from core.db import reading, transaction
from core.errors import Invalid
from core.typed import counted
from services import household_cards, join, join_requests
from services.import_values import PEOPLE_MAX
from services.join_requests import Asked
from web import pages, posts, visits
from web.limits import may_join
from web.pages import PhonePage
from web.visits import Visit

# Every press takes this long: by the time nobody learns whether a number was known (which writes a little more).
PRESS_SECONDS = 0.3


class JoinPage(PhonePage):
    """`/j/{slug}`."""

    def get(self, request: Request) -> Response:
        """The group; a closed one says so (410)."""
        visit = visits.visit_of(request)
        return _page(request, visit)

    async def post(self, request: Request) -> Response:
        """As other forms, never faster than `PRESS_SECONDS`."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            return await super().post(request)
        finally:
            await asyncio.sleep(PRESS_SECONDS - (loop.time() - started))

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """The household that says it comes in: by the card this phone is tied with, or by a number. One answer to all numbers.

        As with announcements, only a phone that brings the cookie it was given has been on the page.
        """
        visit = visits.visit_of(request)
        if not visit.was_here:
            return visits.remembered(pages.see(request.url.path), visit)
        try:
            _say(request, form, visit)
        except Invalid as refusal:
            wrong = {str(refusal.details.get("field", "phone")): pages.sentence_of(request, refusal)}
            return _page(request, visit, status=422, typed=form, wrong=wrong)
        return pages.see(f"{request.url.path}?said=noted")


def _say(request: Request, form: Mapping[str, str], visit: Visit) -> None:
    slug = request.path_params["slug"]
    with reading() as session:
        link_id = join.for_slug(session, slug=slug).link_id
        mine = household_cards.tied(session, visitor=visit.visitor)
    if not may_join(request.scope, link_id, visit.visitor, clock.now()):
        raise posts.TooMany(posts.TOO_MANY)
    with transaction() as session:
        if form.get("do") == "mine" and mine:
            join_requests.ask_with_card(session, slug=slug, household_id=mine.household_id, people=_number(form))
        else:
            asked = Asked(form.get("phone", ""), form.get("name", ""), form.get("address", ""), _number(form))
            join_requests.ask(session, slug=slug, visitor=visit.visitor, asked=asked)


def _number(form: Mapping[str, str]) -> int:
    return counted(form.get("people", "").strip() or "1", least=1, most=PEOPLE_MAX)


def _page(
    request: Request, visit: Visit, *, status: int = 200, typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    with reading() as session:
        group = join.for_slug(session, slug=request.path_params["slug"])
        mine = household_cards.tied(session, visitor=visit.visitor) if visit.was_here and group.takes_in else None
        is_inside = mine is not None and join.is_inside(session, link_id=group.link_id, household_id=mine.household_id)
    context: dict[str, Any] = {
        "group": group, "ward": group.ward, "mine": mine, "is_inside": is_inside, "typed": typed or {}, "wrong": wrong or {},
        "share": _share(request, group), "month": f"{group.counted_until.month}/{group.counted_until.year}",
        "is_noted": request.query_params.get("said") == "noted" and not wrong,
    }  # fmt: skip
    response = pages.render(request, "join.html", status=410 if group.is_closed else status, **context)
    return visits.counted(request, response, visit, group.link_id)


def _share(request: Request, group: join.JoinPage) -> str:
    return formats.share(group.place.share, language=pages.language_of(request), places=0) if group.place else ""


routes = [Route("/j/{slug}", JoinPage)]
