"""`/privacy`: what a ward keeps of people, for what, how long, whom to turn to; the same words on paper behind a code."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core import clock
from core.db import reading, transaction
from core.errors import Invalid
from models import RequestKind
from services import inquiry_page, privacy_files, subject_requests
from services.inquiry_page import Desk
from services.subject_requests import RequestForm
from web import pages, posts, visits
from web.limits import may_ask
from web.pages import PhonePage


class PrivacyPage(PhonePage):
    """`/privacy`. Where several wards share this house, first which one."""

    def get(self, request: Request) -> Response:
        """The notice of the ward."""
        return visits.remembered(_page(request, _desk(request)), visits.visit_of(request))

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """What somebody asks about the own data: it waits at the desk for a look at who asks."""
        desk, visit = _desk(request), visits.visit_of(request)
        if desk is None:
            return _page(request, None)
        if not may_ask(request.scope, visit.visitor, clock.now()):
            raise posts.TooMany(posts.TOO_MANY)
        kinds = {kind.value: kind for kind in RequestKind}
        kind = kinds.get(form.get("kind", ""), RequestKind.VIEW)
        asked = RequestForm(kind, form.get("name", ""), form.get("contact", ""), form.get("text", ""))
        try:
            with transaction() as session:
                subject_requests.ask(session, ward=desk.unit, form=asked)
        except Invalid as refusal:
            wrong = {_FIELDS.get(str(refusal.details.get("field")), "text"): pages.sentence_of(request, refusal)}
            return _page(request, desk, typed=form, wrong=wrong)
        return visits.remembered(pages.see(f"/privacy?xa={desk.unit.code}&said=sent"), visit)


_FIELDS = {"asked_by": "name", "contact": "contact"}


def _desk(request: Request) -> Desk | None:
    with reading() as session:
        return inquiry_page.desk(session, ward_code=request.query_params.get("xa", "")[:80], slug="", procedure_code="")


def _page(
    request: Request, desk: Desk | None, *, typed: Mapping[str, str] | None = None, wrong: Mapping[str, str] | None = None
) -> Response:  # fmt: skip
    with reading() as session:
        homes = [] if desk else inquiry_page.homes(session)
        notice = privacy_files.notice(session, ward=desk.unit, language=pages.language_of(request)) if desk else None
    return pages.render(
        request, "privacy.html", status=422 if wrong else 200, notice=notice, homes=homes, ward=desk.ward if desk else None,
        kinds=list(RequestKind), typed=typed or {}, wrong=wrong or {},
        is_sent=request.query_params.get("said") == "sent" and not wrong,
    )  # fmt: skip


routes = [Route("/privacy", PrivacyPage)]
