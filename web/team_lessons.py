"""A member's small lessons on the phone: when, where, and how many came."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core import clock, typed
from core.db import reading, transaction
from core.errors import Invalid
from services import lessons, team_members
from web import pages
from web.pages import PhonePage
from web.team import id_in


class LessonsPage(PhonePage):
    """`/d/{token}/lessons`."""

    def get(self, request: Request) -> Response:
        """The lessons to come and those of the last days."""
        return _page(request)

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """How many came. Said again, the last holds."""
        token = request.path_params["token"]
        try:
            with transaction() as session:
                lessons.count(
                    session, token=token, lesson_id=id_in(form, "lesson"), people=_number(form, "people"),
                    first_timers=_number(form, "first"),
                )  # fmt: skip
        except Invalid as refusal:
            return _page(request, wrong=pages.sentence_of(request, refusal), status=422)
        return pages.see(f"/d/{token}?said=counted")


def _number(form: Mapping[str, str], name: str) -> int:
    return typed.counted(form.get(name, ""), most=lessons.PEOPLE_MAX, field=name)


def _page(request: Request, *, wrong: str = "", status: int = 200) -> Response:
    token = request.path_params["token"]
    with reading() as session:
        held = team_members.opened(session, token=token)
        ward, rows = team_members.card_of(session, held=held), lessons.ahead(session, token=token)
    return pages.render(
        request, "team_lessons.html", status=status, ward=ward, member=held.member, here=f"/d/{token}", rows=rows, wrong=wrong,
        soon=clock.now() + lessons.MARGIN,
    )  # fmt: skip


routes = [Route("/d/{token}/lessons", LessonsPage)]
