"""The page of whoever stands at an event's door: type or scan a code, see whether there is a place, let in. No sign-in."""

import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core import clock
from core.db import reading, transaction
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.settings import settings
from core.tokens import ALPHABET
from core.typed import counted
from services import check_in
from services.attendance_figures import PartyRow
from services.attendance_places import CODE_LETTERS, PEOPLE_MAX
from services.check_in import Door
from web import pages
from web.pages import PhonePage

COOKIE = "cn_door"  # on the door's phone only, so that a code it scans opens here and nowhere else
LONGEST = 120
_CODE = re.compile(rf"[{ALPHABET}]{{{CODE_LETTERS}}}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
_READ = re.compile(rf"/in/([{ALPHABET}]{{{CODE_LETTERS}}})/?$")  # a scanner that types sends the whole address


class CheckInPage(PhonePage):
    """`/check-in/{token}`. Only a press lets anybody in; an address, whatever it says, never does."""

    def get(self, request: Request) -> Response:
        """The field, how many are in, and with `?code=` the party that has it."""
        code = request.query_params.get("code", "")
        try:
            return _page(request, code=code, is_done="done" in request.query_params)
        except Invalid as refusal:
            return _page(request, wrong=pages.sentence_of(request, refusal), typed=code[:LONGEST], status=422)

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """Look someone up, let in, or take that back. The same press twice is one."""
        code = form.get("code", "")[:LONGEST]
        try:
            if form.get("do") == "find":
                return _found(request, form.get("q", "")[:LONGEST])
            return pages.see(_address(request, code) + ("&done=1" if _write(request, form, code) else ""))
        except Invalid as refusal:
            wrong = pages.sentence_of(request, refusal)
            known = code if refusal.details.get("field") != "q" and _is_there(request, code) else ""
            return _page(request, wrong=wrong, code=known, typed=form.get("q", code)[:LONGEST], status=422)


def at_door(request: Request, code: str) -> str | None:
    """Where a scanned code is answered, if this phone stands at a door that is open; the address alone presses nothing."""
    token = request.cookies.get(COOKIE, "")
    if not (_TOKEN.fullmatch(token) and _CODE.fullmatch(code)):
        return None
    try:
        with reading() as session:
            check_in.opened(session, token=token)
    except NotFound:
        return None
    return f"/check-in/{token}?code={code}"


def _write(request: Request, form: Mapping[str, str], code: str) -> bool:
    token, do = request.path_params["token"], form.get("do")
    if do not in ("in", "over", "back"):
        raise Invalid(N_("Câu trả lời không đúng. Hãy chọn lại trên trang."))
    with transaction() as session:
        if do == "back":
            check_in.put_back(session, token=token, code=code)
            return False
        return check_in.let_in(session, token=token, code=code, people=_number(form), takes_over=do == "over")


def _number(form: Mapping[str, str]) -> int:
    return counted(form.get("people", ""), least=1, most=PEOPLE_MAX)


def _found(request: Request, typed: str) -> Response:
    """A code leads to its party; any other words are a name, and answered here, so that no name stands in an address."""
    words = "".join(typed.lower().split())
    read = _READ.search(words)
    code = read[1] if read else words
    with reading() as session:
        check_in.opened(session, token=request.path_params["token"])
    if _CODE.fullmatch(code) and (read or _is_there(request, code)):
        return pages.see(_address(request, code))
    with reading() as session:
        found = check_in.named(session, token=request.path_params["token"], words=typed)
    return _page(request, typed=typed, found=found)


def _is_there(request: Request, code: str) -> bool:
    """Whether somebody has this code: a name may have six letters too."""
    try:
        with reading() as session:
            check_in.guest(session, token=request.path_params["token"], code=code)
    except Invalid:
        return False
    return True


def _address(request: Request, code: str) -> str:
    return f"{request.url.path}?code={code.strip().lower()}" if _CODE.fullmatch(code.strip().lower()) else f"{request.url.path}?"


def _page(
    request: Request, *, code: str = "", typed: str = "", wrong: str = "", found: list[PartyRow] | None = None,
    is_done: bool = False, status: int = 200,
) -> Response:  # fmt: skip
    token = request.path_params["token"]
    with reading() as session:
        door, seen = check_in.opened(session, token=token), check_in.figures(session, token=token)
        guest = check_in.guest(session, token=token, code=code) if code else None
    context: dict[str, Any] = {
        "door": door, "ward": door.ward, "seen": seen, "guest": guest, "typed": typed, "wrong": wrong, "found": found,
        "is_done": is_done, "here": request.url.path, "title": door.announcement.title,
    }  # fmt: skip
    return _kept_here(pages.render(request, "check_in.html", status=status, **context), door, token)


def _kept_here(response: Response, door: Door, token: str) -> Response:
    seconds = int((door.expires_at - clock.now()).total_seconds())
    response.set_cookie(
        COOKIE, token, max_age=max(1, seconds), path="/a", secure=settings().is_https, httponly=True, samesite="lax"
    )  # fmt: skip
    return response


routes = [Route("/check-in/{token}", CheckInPage)]
