"""A leader's door list on the phone: told, not at home, moved, refused. No sign-in; the address is the permission.

Ticks come as a form from any phone, or several at once from our script, which keeps those made without a connection.
"""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core import clock, phones
from core.db import reading, transaction
from core.errors import Invalid
from core.formats import near
from core.i18n import N_, translate
from core.tokens import new_slug
from models import DoorOutcome
from services import door_knocks, door_page
from services.door_knocks import Knock, Taken
from services.door_lists import Line
from services.door_page import DoorPage
from web import pages, turning
from web.pages import PhonePage

# A page stays under 20 KB whatever the names: some twenty households, fewer where names and addresses are long.
ROOM_BYTES, LINE_BYTES = 7_000, 300  # for all lines and what to say; of one, besides its name and address
MOST_AT_ONCE = 60
SAID = {
    DoorOutcome.TOLD: N_("Đã báo"), DoorOutcome.NOT_HOME: N_("Vắng nhà"), DoorOutcome.MOVED: N_("Đã chuyển đi"),
    DoorOutcome.REFUSED: N_("Không nhận tin"),
}  # fmt: skip
KINDS = {DoorOutcome.TOLD: "arrived"}
UNDO = "undo"
_ONE = re.compile(r"([A-Za-z0-9-]{6,60})\.([0-9]{1,5})\.([a-z_]{4,8})\.([0-9]{1,15})")


class DoorListPage(PhonePage):
    """`/door/{token}`."""

    def get(self, request: Request) -> Response:
        """The households, some twenty a page, in the order of a walk."""
        with reading() as session:
            page = door_page.page(session, token=request.path_params["token"])
        return _drawn(request, page)

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """One tick of a form, or those that a phone has kept; a number to call."""
        if "knocks" in form:
            return _sent_later(request, form["knocks"])
        number, _, did = form.get("k", "").partition(".")
        if not re.fullmatch(r"[0-9]{1,5}", number):
            return _refused(request, Invalid(N_("Trang này đã cũ. Xin tải lại rồi đánh dấu.")))
        try:
            if did == "call":
                return _to_call(request, int(number))
            _take(request, [_pressed(form, int(number), did)])
        except Invalid as refusal:
            return _refused(request, refusal)
        return pages.see(f"{request.url.path}?page={turning.asked(form.get('here', ''))}#h{number}")


# ---- taking ticks


def _take(request: Request, knocks: Sequence[Knock]) -> Taken:
    with transaction() as session:
        return door_knocks.by_phone(session, token=request.path_params["token"], knocks=knocks)


def _pressed(form: Mapping[str, str], number: int, did: str) -> Knock:
    """A press without our script: the page's own mark makes it one, however often it is sent."""
    return Knock(number, _outcome(did), f"{form.get('mark', '')}-{number}-{did}".replace("_", "-"))


def _outcome(did: str) -> DoorOutcome | None:
    if did == UNDO:
        return None
    with suppress(ValueError):
        return DoorOutcome(did)
    raise Invalid(N_("Trang này đã cũ. Xin tải lại rồi đánh dấu."))


def _sent_later(request: Request, text: str) -> Response:
    """Answer which ticks are kept, which are refused and why, and how their households stand now."""
    parsed = [_ONE.fullmatch(one) for one in text.split(";")[:MOST_AT_ONCE]]
    knocks = []
    for found in filter(None, parsed):
        with suppress(Invalid, ValueError, OverflowError):
            at = datetime.fromtimestamp(int(found[4]) / 1000, UTC)
            knocks.append(Knock(int(found[2]), _outcome(found[3]), found[1], at))
    taken = _take(request, knocks)
    with reading() as session:
        page = door_page.page(session, token=request.path_params["token"], is_late=True)
    numbers = {knock.number for knock in knocks}
    language = pages.language_of(request)
    answer = {
        "kept": taken.kept, "refused": {key: pages.sentence_of(request, why) for key, why in taken.refused.items()},
        "lines": {line.number: [line.outcome or "", _said(line, language)] for line in page.lines if line.number in numbers},
        "told": page.told, "total": len(page.lines),
    }  # fmt: skip
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(json.dumps(answer), media_type="application/json; charset=utf-8", headers=headers)


def _to_call(request: Request, number: int) -> Response:
    """The number of one household, by a press that is kept in the audit."""
    with transaction() as session:
        name, phone = door_knocks.number_to_call(session, token=request.path_params["token"], number=number)
    with reading() as session:
        page = door_page.page(session, token=request.path_params["token"])
    return pages.render(
        request, "door_call.html", ward=page.ward, name=name, phone=phone, shown=phones.show(phone), back=request.url.path,
        unit_label=page.unit_label,
    )  # fmt: skip


def _refused(request: Request, refusal: Invalid) -> Response:
    return pages.trouble(
        request, status=422, heading=N_("Chưa ghi được"), sentence=pages.sentence_of(request, refusal), back=request.url.path
    )  # fmt: skip


# ---- what is drawn


def _drawn(request: Request, page: DoorPage) -> Response:
    query, language = request.query_params, pages.language_of(request)
    turned = turning.turned(page.lines, room=ROOM_BYTES - len(page.words.encode()), each=LINE_BYTES)
    at = min(turning.asked(query.get("page", "")), len(turned))
    context: dict[str, Any] = {
        "page": page, "ward": page.ward, "lines": turned[at - 1], "at": at, "last": len(turned), "here": request.url.path,
        "opened": query.get("o", ""), "mark": new_slug(12), "now": round(clock.now().timestamp() * 1000),
        "said": {line.number: _said(line, language) for line in turned[at - 1] if line.outcome},
        "words": {outcome.value: words for outcome, words in SAID.items()}, "kinds": KINDS,
    }  # fmt: skip
    return pages.render(request, "door.html", **context)


def _said(line: Line, language: str) -> str:
    """`Đã báo 17 giờ 20`."""
    if line.outcome is None or line.knocked_at is None:
        return ""
    return f"{translate(SAID[line.outcome], language=language)} {near(line.knocked_at, language=language)}"


routes = [Route("/door/{token}", DoorListPage)]
