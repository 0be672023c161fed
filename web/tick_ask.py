"""Someone asks to come into the group: its leader says which household it is, that it is new, or no; from the tick list."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.db import reading, transaction
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.typed import number
from services import join_requests, tick_lists
from services.join_requests import Reason, Waiting
from services.tick_lists import DIGITS_SHOWN, Pass
from web import pages
from web.pages import PhonePage

SIZE = 20  # households to choose from a page; the likeliest stand first
NEW = "new"


class TickAskPage(PhonePage):
    """`/tick/{token}/ask/{request}`."""

    def get(self, request: Request) -> Response:
        """What the visitor typed, and the households it may be. The number by its end, as on the list."""
        asked = request.query_params.get("page", "1")
        page = number(asked, digits=4)
        page = 1 if page is None else page
        with reading() as session:
            held, one = _asked(session, request)
            homes = join_requests.candidates(session, actor=held.actor, request_id=one.id)
            sheet = tick_lists.sheet(session, token=request.path_params["token"])
        last = max(1, -(-len(homes) // SIZE))
        page = min(max(page, 1), last)
        context: dict[str, Any] = {
            "sheet": sheet, "ward": sheet.ward, "one": one, "phone_end": one.phone[-DIGITS_SHOWN:], "page": page, "last": last,
            "homes": homes[(page - 1) * SIZE : page * SIZE], "reasons": list(Reason), "list": _list(request),
        }  # fmt: skip
        return pages.render(request, "tick_ask.html", **context)

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """Yes or no. Whoever was faster has answered: then the list says so by what it no longer shows."""
        try:
            with transaction() as session:
                _settle(session, request, form)
        except Invalid as refusal:
            return pages.trouble(
                request,
                status=422,
                heading=N_("Chưa ghi được"),
                sentence=pages.sentence_of(request, refusal),
                back=_list(request),
            )
        return pages.see(_list(request))


def _settle(session: Session, request: Request, form: Mapping[str, str]) -> None:
    held, one = _asked(session, request)
    if form.get("do") == "no":
        reason = next((why for why in Reason if why.value == form.get("reason")), Reason.UNKNOWN)
        join_requests.decline(session, actor=held.actor, request_id=one.id, reason=reason)
    elif form.get("home") == NEW:
        join_requests.accept_as_new(session, actor=held.actor, request_id=one.id)
    else:
        join_requests.accept(session, actor=held.actor, request_id=one.id, household_id=_uuid(form.get("home", "")))


def _asked(session: Session, request: Request) -> tuple[Pass, Waiting]:
    """The request, if it waits in the very group of this address."""
    held = tick_lists.opened(session, token=request.path_params["token"])
    waiting = join_requests.waiting(session, actor=held.actor, group_id=held.group.id)
    found = next((one for one in waiting if str(one.id) == request.path_params["request"]), None)
    if found is None:
        raise NotFound(N_("Yêu cầu này đã được trả lời, hoặc không có."))
    return held, found


def _list(request: Request) -> str:
    return f"/tick/{request.path_params['token']}"


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(N_("Xin chọn hộ nào, hoặc chọn hộ mới.")) from None


routes = [Route("/tick/{token}/ask/{request}", TickAskPage)]
