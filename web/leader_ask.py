"""Questions that a leader brings from the chat: asked from the leader's own page, and what came back as text for the chat."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.db import reading, transaction
from core.errors import Invalid
from core.i18n import N_
from models import InquiryKind
from services import inquiry_intake, leader_questions
from services.inquiry_intake import NotOurs
from web import pages
from web.pages import PhonePage

KINDS = (
    (InquiryKind.QUESTION, N_("Câu hỏi của bà con")), (InquiryKind.RUMOUR, N_("Tin đang lan trong nhóm, nghi là giả")),
)  # fmt: skip


class LeaderAskPage(PhonePage):
    """`/r/{token}/ask`."""

    def get(self, request: Request) -> Response:
        """The form, and what was brought before."""
        return _page(request)

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """Bring a question. Pressed twice it is one."""
        kind = InquiryKind.RUMOUR if form.get("kind") == InquiryKind.RUMOUR.value else InquiryKind.QUESTION
        try:
            with transaction() as session:
                leader_questions.bring(session, token=request.path_params["token"], text=form.get("text", ""), kind=kind)
        except (NotOurs, Invalid) as refusal:
            return _page(request, typed=form, wrong={"text": pages.sentence_of(request, refusal)}, status=422)
        return pages.see(f"{request.url.path}?said=sent")


def _page(
    request: Request, *, typed: Mapping[str, str] | None = None, wrong: Mapping[str, str] | None = None, status: int = 200
) -> Response:  # fmt: skip
    token = request.path_params["token"]
    with reading() as session:
        page = leader_questions.page(session, token=token)
    return pages.render(
        request, "leader_ask.html", status=status, page=page, ward=page.ward, here=request.url.path, back=f"/r/{token}",
        typed=typed or {}, wrong=wrong or {}, kinds=KINDS, most=inquiry_intake.TEXT_MAX,
        just_sent=request.query_params.get("said") == "sent" and not wrong,
    )  # fmt: skip


routes = [Route("/r/{token}/ask", LeaderAskPage)]
