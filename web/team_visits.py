"""A member's visits at home on the phone: where to go, whom to call first, what came of it."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.db import reading, transaction
from core.errors import Invalid
from core.tokens import new_token
from core.typed import counted
from models import HelpOutcome
from services import home_visits, supports, team_members
from services.supports import Help
from web import pages
from web.pages import PhonePage
from web.team import id_in, result_in


class TeamVisitsPage(PhonePage):
    """`/d/{token}/visits`."""

    def get(self, request: Request) -> Response:
        """The visits planned for this member, as one walks."""
        return _page(request)

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """What came of one, or that nobody was there. The same press twice is one."""
        token = request.path_params["token"]
        try:
            with transaction() as session:
                if form.get("do") == "not_home":
                    home_visits.not_home(session, token=token, visit_id=id_in(form, "visit"))
                else:
                    outcome = result_in(form, "outcome", HelpOutcome)
                    help_ = Help(form.get("key", ""), outcome, minutes=_minutes(form), is_first_online="first" in form)
                    home_visits.close(
                        session, token=token, visit_id=id_in(form, "visit"), help_=help_, note=form.get("note", "")
                    )  # fmt: skip
        except Invalid as refusal:
            return _page(request, wrong=pages.sentence_of(request, refusal), status=422)
        return pages.see(f"/d/{token}?said=closed")


def _minutes(form: Mapping[str, str]) -> int:
    written = form.get("minutes", "").strip() or str(supports.USUAL_MINUTES)
    return counted(written, least=1, most=supports.MINUTES_MAX, field="minutes")


def _page(request: Request, *, wrong: str = "", status: int = 200) -> Response:
    token = request.path_params["token"]
    with reading() as session:
        held = team_members.opened(session, token=token)
        ward, rows = team_members.card_of(session, held=held), home_visits.of_member(session, token=token)
    return pages.render(
        request, "team_visits.html", status=status, ward=ward, member=held.member, here=f"/d/{token}", rows=rows, wrong=wrong,
        keys=[new_token() for _row in rows], outcomes=list(HelpOutcome), minutes=supports.MINUTES, usual=supports.MINUTES[2],
        longest=home_visits.NOTE_MAX,
    )  # fmt: skip


routes = [Route("/d/{token}/visits", TeamVisitsPage)]
