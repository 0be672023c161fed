"""The survey of smartphones on a member's phone: the doors left, one after the other, and the answer in two taps."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.db import reading, transaction
from core.errors import Invalid
from core.typed import counted
from models import SurveyResult
from services import phone_surveys, team_members
from services.import_values import PEOPLE_MAX
from web import pages, turning
from web.pages import PhonePage
from web.team import id_in, result_in

ROOM_BYTES, LINE_BYTES = 6_500, 190


class SurveyPage(PhonePage):
    """`/d/{token}/survey`: with `?ho=` of one household."""

    def get(self, request: Request) -> Response:
        """The doors, or one of them."""
        return _page(request)

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """What came of one; then the list again."""
        token = request.path_params["token"]
        try:
            with transaction() as session:
                result = result_in(form, "result", SurveyResult)
                is_told = result is SurveyResult.ANSWERED
                phone_surveys.answer(
                    session, token=token, line_id=id_in(form, "ho"), result=result,
                    people=_number(form, "people") if is_told else None,
                    smartphones=_number(form, "smartphones") if is_told else None,
                )  # fmt: skip
        except Invalid as refusal:
            return _page(request, typed=form, wrong=pages.sentence_of(request, refusal), status=422)
        return pages.see(request.url.path)


def _number(form: Mapping[str, str], name: str) -> int:
    return counted(form.get(name, ""), most=PEOPLE_MAX, field=name)


def _page(request: Request, *, typed: Mapping[str, str] | None = None, wrong: str = "", status: int = 200) -> Response:
    token, query = request.path_params["token"], request.query_params
    asked = (typed or query).get("ho", "")
    with reading() as session:
        held = team_members.opened(session, token=token)
        ward, doors = team_members.card_of(session, held=held), phone_surveys.doors(session, token=token)
    one = next((door for door in doors if str(door.id) == asked), None)
    turned = turning.turned(doors, room=ROOM_BYTES, each=LINE_BYTES)
    page = min(turning.asked(query.get("page", "")), len(turned))
    return pages.render(
        request, "team_survey.html", status=status, ward=ward, member=held.member, here=f"/d/{token}", one=one,
        doors=turned[page - 1], all=len(doors), done=sum(phone_surveys.is_done(door) for door in doors), page=page,
        last=len(turned), typed=typed or {}, wrong=wrong,
    )  # fmt: skip


routes = [Route("/d/{token}/survey", SurveyPage)]
