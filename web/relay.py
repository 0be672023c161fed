"""A leader's page: the ready text to put into the chat, "I have posted it", and the way back. The address is the permission."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core import clock
from core.db import reading, transaction
from core.errors import NotAllowed
from core.formats import number
from core.i18n import N_, translate
from services import door_page, relays, retractions
from services.relays import RelayWork
from web import leaders as door
from web import pages, visitors
from web.pages import PhonePage

MINUTE = timedelta(minutes=1)
TEMPLATES = {"waiting": "relay.html", "overdue": "relay.html", "posted": "relay_posted.html"}
OVER = {
    "cancelled": N_("Thông báo này đã hủy, không cần đăng"),
    "corrected": N_("Đã có bản đính chính, xin đừng đăng bản cũ nữa"),
    "expired": N_("Việc này đã qua, không cần đăng nữa"),
}


class RelayPage(PhonePage):
    """`/r/{token}`: one leader's own, or the common link of the leaders' chat."""

    def get(self, request: Request) -> Response:
        """What there is to post, or what came of it. Looking changes nothing, but that a person has looked."""
        token = request.path_params["token"]
        if _kind_of(token) == "leaders":
            return door.show(request, token)
        is_first = False
        with reading() as session:
            work = relays.work_for_token(session, token=token)
            doors = door_page.beside_relay(session, token=token)
            if visitors.is_person(request.headers, request.method):
                relays.opened(session, token=token)
                is_first = bool(session.dirty)  # forgotten here; looked at again by whoever writes
        if is_first:
            with transaction() as session:
                relays.opened(session, token=token)
        return pages.render(request, TEMPLATES.get(work.status, "relay_over.html"), doors=doors, **_shown(request, work))

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """Posted, undone, a withdrawn text deleted, or this phone forgotten. Each press again changes nothing."""
        token = request.path_params["token"]
        if _kind_of(token) == "leaders":
            return door.enter(token, form)
        if form.get("do") == "forget":
            return door.forget(request)
        with suppress(NotAllowed), transaction() as session:  # withdrawn or over meanwhile: the page itself says so
            if form.get("do") == "posted":
                relays.post(session, token=token)
            elif form.get("do") == "undo":
                relays.undo(session, token=token)
            elif form.get("do") in ("deleted", "not_deleted"):
                retractions.say_deleted(session, token=token, is_deleted=form["do"] == "deleted")
        return pages.see(request.url.path)


class CannotPage(PhonePage):
    """`/r/{token}/cannot`: what to try, and whom to call."""

    def get(self, request: Request) -> Response:
        """Words only."""
        with reading() as session:
            work = relays.work_for_token(session, token=request.path_params["token"])
        return pages.render(request, "relay_cannot.html", **_shown(request, work))


def _kind_of(token: str) -> Literal["relay", "leaders"]:
    with reading() as session:
        return relays.kind_of(session, token=token)


def _shown(request: Request, work: RelayWork) -> dict[str, Any]:
    language = pages.language_of(request)
    now = clock.now()
    due = work.due_at or now
    in_all = max(1, round((due - work.sent_at) / MINUTE))
    gone = min(in_all, max(0, round((now - work.sent_at) / MINUTE)))
    return {
        "work": work,
        "ward": work.ward,
        "here": f"/r/{request.path_params['token']}",
        "now": now,
        "is_remembered": door.device_token(request) is not None,
        "heading": translate(OVER.get(work.status, ""), language=language),
        "retraction": retractions.text_for(work) if work.posted_at else "",
        "known": number(work.known, language=language),
        "is_late": work.posted_at is not None and work.posted_at > due,
        "span_left": pages.span_left(request, due - (work.posted_at or now)),
        "minutes_in_all": in_all,
        "minutes_gone": gone,
    }


routes = [Route("/r/{token}", RelayPage), Route("/r/{token}/cannot", CannotPage)]
