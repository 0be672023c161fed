"""`/visit`: someone who cannot come asks that the digital team comes to them, and sees under an own address how that stands."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core import clock
from core.db import reading, transaction
from core.errors import Invalid, NotFound
from core.i18n import N_
from services import home_visits, procedures, team_members
from services.home_visits import Wish
from web import pages, posts, visits
from web.limits import Allowance, is_within
from web.pages import PhonePage

# A household asks seldom; a carrier's network stands for many.
_asked, _asked_by_phone = Allowance(burst=20, per_second=1 / 120), Allowance(burst=4, per_second=1 / 1800)


class VisitForm(PhonePage):
    """`/visit`, of one ward (`?xa=` where several share this house); `?tt=` names the procedure."""

    def get(self, request: Request) -> Response:
        """The form; and the cookie without which no press counts."""
        visit = visits.visit_of(request)
        return visits.remembered(_form(request), visit)

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """Take it, and go where the person sees how it stands. A phone without our cookie has not read the page."""
        visit = visits.visit_of(request)
        if not visit.was_here:
            return visits.remembered(pages.see(str(request.url.path)), visit)
        now = clock.now()
        if not (is_within(_asked, request.scope, now) and _asked_by_phone.take(visit.visitor, now)):
            raise posts.TooMany(posts.TOO_MANY)
        try:
            with transaction() as session:
                ward_id = _ward(session, form)
                made = home_visits.ask_publicly(session, ward_id=ward_id, wish=_wish(session, ward_id, form))
        except Invalid as refusal:
            wrong = {str(refusal.details.get("field", "name")): pages.sentence_of(request, refusal)}
            return _form(request, typed=form, wrong=wrong, status=422)
        return pages.see(f"/visit/{made.url.rsplit('/', 1)[1]}")


def _ward(session: Any, form: Mapping[str, str]) -> UUID:
    ward_id = team_members.ward_with_a_team(session, code=form.get("xa", "")[:20])
    if ward_id is None:
        raise NotFound(N_("Phường chưa có tổ công nghệ số trên trang này. Xin gọi phường."))
    return ward_id


def _wish(session: Any, ward_id: UUID, form: Mapping[str, str]) -> Wish:
    try:
        unit_id = UUID(form.get("unit", ""))
    except ValueError:
        unit_id = None
    procedure = procedures.of_code(session, ward_id=ward_id, code=form.get("tt", "")[:60])
    return Wish(
        form.get("name", ""), form.get("address", ""), form.get("phone", ""), form.get("words", ""), form.get("wish", ""),
        unit_id, procedure.id if procedure else None,
    )  # fmt: skip


def _form(
    request: Request, *, typed: Mapping[str, str] | None = None, wrong: Mapping[str, str] | None = None, status: int = 200
) -> Response:  # fmt: skip
    asked = typed or request.query_params
    with reading() as session:
        ward_id = _ward(session, asked)
        procedure = procedures.of_code(session, ward_id=ward_id, code=asked.get("tt", "")[:60])
        ward, groups = team_members.ward_card(session, ward_id=ward_id), home_visits.groups_of(session, ward_id=ward_id)
    return pages.render(
        request, "visit.html", status=status, ward=ward, groups=groups, procedure=procedure, code=asked.get("xa", "")[:20],
        typed=typed or {}, wrong=wrong or {}, longest=home_visits,
    )  # fmt: skip


class VisitPage(PhonePage):
    """`/visit/{token}`."""

    def get(self, request: Request) -> Response:
        """How it stands."""
        with reading() as session:
            stands = home_visits.standing(session, token=request.path_params["token"])
        return pages.render(request, "visit_state.html", ward=stands.ward, visit=stands.visit, member=stands.member)

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """The person needs it no more. Pressed again, nothing changes."""
        if form.get("do") == "off":
            with transaction() as session:
                home_visits.need_no_more(session, token=request.path_params["token"])
        return pages.see(request.url.path)


routes = [Route("/visit", VisitForm), Route("/visit/{token}", VisitPage)]
