"""Noting help in two taps: the procedure, then what came of it. From the member's page, or from a household card just scanned."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.db import reading, transaction
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.tokens import new_token
from core.typed import counted
from models import HelpOutcome
from services import lessons, supports, team_members
from services.supports import Help
from web import pages
from web.pages import PhonePage
from web.team import COOKIE, id_in, result_in

OTHER = "khac"  # none of the ward's procedures
WORDS_MAX = 100


class SupportPage(PhonePage):
    """`/d/{token}/support`: with `?tt=` of one procedure."""

    def get(self, request: Request) -> Response:
        """The procedures, or what came of the one that was chosen."""
        return _page(request, request.path_params["token"])

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """Note it, or take a slip back. The same press twice is one."""
        token = request.path_params["token"]
        return _pressed(request, form, token, back=f"/d/{token}")


class CardSupportPage(PhonePage):
    """`/h/{card}/support`: the same for the household whose card this member's phone has scanned."""

    def get(self, request: Request) -> Response:
        """As above, with whose card it is."""
        return _page(request, member_of(request), card=request.path_params["card"])

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """As above; or that the household is here at a lesson of today."""
        token, card = member_of(request), request.path_params["card"]
        if form.get("do") == "present":
            with transaction() as session:
                lessons.present(session, token=token, lesson_id=id_in(form, "lesson"), card=card)
            return pages.see(f"/d/{token}?said=present")
        return _pressed(request, form, token, back=f"/d/{token}", card=card)


def member_of(request: Request) -> str:
    """The address of the member whose phone this is.

    Raises:
        NotFound: it is no member's phone.
    """
    token = request.cookies.get(COOKIE, "")
    if not token:
        raise NotFound(N_("Trang này dành cho thành viên tổ công nghệ số. Xin mở đường dẫn riêng của ông/bà trước."))
    return token


def is_members(request: Request) -> bool:
    """Whether this phone is a member's whose address is good, so that a card offers to note help."""
    if COOKIE not in request.cookies:
        return False
    try:
        with reading() as session:
            team_members.opened(session, token=request.cookies[COOKIE])
    except NotFound:
        return False
    return True


def _pressed(request: Request, form: Mapping[str, str], token: str, *, back: str, card: str = "") -> Response:
    try:
        with transaction() as session:
            if form.get("do") == "undo":
                supports.undo(session, token=token, visit_id=id_in(form, "visit"))
                return pages.see(f"{back}/support")
            code = form.get("tt", "")
            procedure = None if code == OTHER else supports.procedure_of(session, token=token, code=code)
            outcome = result_in(form, "outcome", HelpOutcome)
            help_ = Help(form.get("key", ""), outcome, procedure.id if procedure else None, _minutes(form), "first" in form)
            supports.log(session, token=token, help_=help_, card=card)
    except Invalid as refusal:
        return _page(request, token, card=card, wrong=pages.sentence_of(request, refusal), typed=form, status=422)
    return pages.see(f"{back}?said=logged")


def _minutes(form: Mapping[str, str]) -> int:
    return counted(form.get("minutes", ""), least=1, most=supports.MINUTES_MAX, field="minutes")


def _page(
    request: Request, token: str, *, card: str = "", wrong: str = "", typed: Mapping[str, str] | None = None, status: int = 200
) -> Response:  # fmt: skip
    query = request.query_params
    code, words = (typed or query).get("tt", ""), query.get("q", "").strip()[:WORDS_MAX]
    with reading() as session:
        held = team_members.opened(session, token=token)
        context: dict[str, Any] = {
            "ward": team_members.card_of(session, held=held), "member": held.member,
            "home": supports.scanned(session, token=token, card=card) if card else None,
            "procedure": supports.procedure_of(session, token=token, code=code) if code and code != OTHER else None,
            "offered": [] if code else supports.offered(session, token=token, words=words),
            "given": [] if code or card else supports.given(session, token=token),
            "lessons": lessons.now(session, token=token) if card and not code else [],
        }  # fmt: skip
    return pages.render(
        request, "team_outcome.html" if code else "team_support.html", status=status, here=f"/d/{token}", at=request.url.path,
        code=code, words=words, other=OTHER, key=(typed or {}).get("key") or new_token(), wrong=wrong, outcomes=list(HelpOutcome),
        minutes=supports.MINUTES, usual=supports.USUAL_MINUTES, **context,
    )  # fmt: skip


routes = [Route("/d/{token}/support", SupportPage), Route("/h/{card}/support", CardSupportPage)]
