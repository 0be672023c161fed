"""`/privacy`: what a ward keeps of people, for what, how long, whom to turn to; the same words on paper behind a code."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.db import reading
from services import inquiry_page, privacy_files
from web import pages
from web.pages import PhonePage


class PrivacyPage(PhonePage):
    """`/privacy`. Where several wards share this house, first which one."""

    def get(self, request: Request) -> Response:
        """The notice of the ward."""
        with reading() as session:
            desk = inquiry_page.desk(session, ward_code=request.query_params.get("xa", "")[:80], slug="", procedure_code="")
            homes = [] if desk else inquiry_page.homes(session)
            notice = privacy_files.notice(session, ward=desk.unit) if desk else None
        return pages.render(
            request, "privacy.html", notice=notice, homes=homes, ward=desk.ward if desk else None,
            needs_consent=privacy_files.needs_consent,
        )  # fmt: skip


routes = [Route("/privacy", PrivacyPage)]
