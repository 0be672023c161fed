"""The common link of the leaders' chat: pick the group, show four digits, and this phone is remembered with all its groups."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from core.db import reading, transaction
from core.i18n import N_, translate
from core.settings import settings
from services import leaders
from services.leaders import DoorLocked, Known, LeadersWork, WrongDigits
from web import pages, visitors

COOKIE = "cn_leader"
YEAR_SECONDS = 365 * 24 * 3600
LONG_LIST = 12  # groups, from which a field to search them is offered
SAID = {
    "wrong": N_("Bốn số cuối chưa đúng với số phường đang ghi. Xin thử lại."),
    "locked": N_("Đã thử sai nhiều lần. Xin đợi 15 phút rồi thử lại, hoặc gọi phường."),
    "unknown": N_("Phường chưa có số điện thoại của tổ trưởng tổ này. Xin gọi phường để ghi số."),
    "choose": N_("Xin chọn một tổ trong danh sách."),
}


def device_token(request: Request) -> str | None:
    """What this phone was given when it proved to be a leader's."""
    return request.cookies.get(COOKIE)


def show(request: Request, token: str) -> Response:
    """Straight to the own work for a phone that is known, or to all of it; else the groups; else, one chosen, the four digits."""
    phone = device_token(request)
    if phone and "choose" not in request.query_params:
        with reading() as session:
            known = leaders.known(session, token=token, device_token=phone)
        if known.is_news and visitors.is_person(request.headers, request.method):
            with transaction() as session:
                known = leaders.known(session, token=token, device_token=phone, writes=True)
        if len(known.works) == 1:
            return pages.see(f"/r/{known.works[0].token}")
        if known.works:
            return _all_of(request, token, known)
    with reading() as session:
        work = leaders.work(session, token=token)
    return _page(request, token, work)


def enter(token: str, form: Mapping[str, str]) -> Response:
    """Try the four digits. Right ones are answered with the cookie, wrong ones with the same page and a sentence."""
    here = f"/r/{token}"
    group_id = _uuid(form.get("group", ""))
    if group_id is None:
        return pages.see(f"{here}?said=choose")
    said = "wrong"
    try:
        with transaction() as session:
            found = leaders.enter(session, token=token, group_id=group_id, last_four=form.get("last_four", ""))
            known = leaders.known(session, token=token, device_token=found, writes=True) if found else None
        if found and known and known.works:
            one = known.works[0].token if len(known.works) == 1 else token
            return _with_cookie(pages.see(f"/r/{one}"), found)
    except DoorLocked:
        said = "locked"
    except WrongDigits:
        said = "unknown"
    return pages.see(f"{here}?{urlencode({'group': group_id, 'said': said})}")


def forget(request: Request) -> Response:
    """This phone is nobody's any more. The page it is on stays open: its address is a permission of its own."""
    if known := device_token(request):
        with transaction() as session:
            leaders.forget(session, device_token=known)
    response = pages.see(request.url.path)
    response.delete_cookie(COOKIE, path="/r", secure=settings().is_https, httponly=True, samesite="lax")
    return response


def _with_cookie(response: Response, value: str) -> Response:
    response.set_cookie(
        COOKIE, value, max_age=YEAR_SECONDS, path="/r", secure=settings().is_https, httponly=True, samesite="lax"
    )  # fmt: skip
    return response


def _page(request: Request, token: str, work: LeadersWork) -> Response:
    said = SAID.get(request.query_params.get("said", ""), "")
    group_id = _uuid(request.query_params.get("group", ""))
    place = _place(work, group_id)
    context: dict[str, Any] = {
        "work": work, "ward": work.ward, "here": f"/r/{token}",
        "said": translate(said, language=pages.language_of(request)) if said else "",
    }  # fmt: skip
    if place and work.is_open:
        is_locked = said in (SAID["locked"], SAID["unknown"])
        return pages.render(request, "leaders_digits.html", **context, place=place, group_id=group_id, is_locked=is_locked)
    is_long = sum(len(area.choices) for area in work.areas) >= LONG_LIST
    return pages.render(request, "leaders.html", **context, is_long=is_long)


def _all_of(request: Request, token: str, known: Known) -> Response:
    with reading() as session:
        work = leaders.work(session, token=token)
    left = sum(one.posted_at is None for one in known.works)
    return pages.render(request, "leaders_mine.html", work=work, ward=work.ward, here=f"/r/{token}", works=known.works, left=left)


def _place(work: LeadersWork, group_id: UUID | None) -> str:
    """The chosen group as a person says it; empty when none of these is chosen."""
    for area in work.areas:
        for choice in area.choices:
            if choice.group_id == group_id:
                return f"{choice.label}, {area.name}" if area.name else choice.label
    return ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
