"""A leader's page and the deputy's: the ready text to put into the chat, "I have posted it", passing it on, and the ways back.

The address is the permission.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core import clock
from core.db import reading, transaction
from core.errors import Invalid, NotAllowed
from core.formats import number
from core.i18n import N_, translate
from models import Part
from services import door_page, leader_questions, leader_reports, passing_on, relay_addresses, relays, retractions, team_members
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
    "closed": N_("Nhóm này đã đóng, không cần đăng nữa"),
}
REASONS = {
    "1": N_("Không có mạng, điện thoại hỏng"),
    "2": N_("Đang bận, đang đi xa"),
    "3": N_("Không vào được nhóm Zalo"),
}
SAID = {
    "long": N_("Ghi chú dài quá {most} chữ, chưa ghi được. Xin viết ngắn hơn."),
    "noted": N_("Đã ghi. Phường thấy ghi chú này."),
}


class RelayPage(PhonePage):
    """`/r/{token}`: a leader's own, the deputy's own, or the common link of the leaders' chat."""

    def get(self, request: Request) -> Response:
        """What there is to post, or what came of it. Looking changes nothing, but that a person has looked."""
        token = request.path_params["token"]
        if _kind_of(token) == "leaders":
            return door.show(request, token)
        is_first = False
        with reading() as session:
            work, old = relays.work_for_token(session, token=token), retractions.old_post(session, token=token)
            doors = door_page.beside_relay(session, token=token)
            report = leader_reports.asked_of(session, token=token)
            beside = leader_questions.beside_relay(session, token=token)
            helps = team_members.ward_with_a_team(session) is not None
            if visitors.is_person(request.headers, request.method):
                relays.opened(session, token=token)
                is_first = bool(session.dirty)  # forgotten here; looked at again by whoever writes
        if is_first:
            with transaction() as session:
                relays.opened(session, token=token)
        return pages.render(
            request, _template(work), old=old, doors=doors, helps=helps, report=report, beside=beside, **_shown(request, work)
        )

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """Posted, undone, passed on, noted, a withdrawn text deleted, this phone forgotten. Each press again changes nothing."""
        token, do = request.path_params["token"], form.get("do", "")
        if _kind_of(token) == "leaders":
            return door.enter(token, form)
        if do == "forget":
            return door.forget(request)
        said = ""
        try:
            with transaction() as session:
                said = _do(session, token, do, form)
        except Invalid:
            said = "long"
        except NotAllowed:  # withdrawn, over or closed meanwhile: the page itself says so
            pass
        return pages.see(f"{request.url.path}?said={said}#note" if said else request.url.path)


def _do(session: Session, token: str, do: str, form: Mapping[str, str]) -> str:
    """One press; what is to be said of it where the page itself does not show it."""
    if do == "posted":
        relays.post(session, token=token)
    elif do == "undo":
        relays.undo(session, token=token)
    elif do == "pass_on":
        passing_on.pass_on(session, token=token, why=REASONS.get(form.get("why", ""), ""))
    elif do == "give_back":
        passing_on.give_back(session, token=token)
    elif do == "note":
        passing_on.note(session, token=token, words=form.get("note", ""))
        return "noted" if form.get("note", "").strip() else ""
    elif do in ("deleted", "not_deleted"):
        retractions.say_deleted(session, token=token, is_deleted=do == "deleted")
    return ""


class CannotPage(PhonePage):
    """`/r/{token}/cannot`: who can do it instead, what to try, and whom to call."""

    def get(self, request: Request) -> Response:
        """Words and one form; what is over or passed on already has its own page."""
        with reading() as session:
            work = relays.work_for_token(session, token=request.path_params["token"])
        if _template(work) != "relay.html":
            return pages.see(f"/r/{request.path_params['token']}")
        asks = work.part is Part.LEADER and bool(work.deputy_name)
        template = "relay_pass_on.html" if asks else "relay_cannot.html"
        return pages.render(request, template, **_shown(request, work), reasons=list(REASONS.values()))


def _template(work: RelayWork) -> str:
    if work.status in ("waiting", "overdue") and work.part is Part.LEADER and work.passed_on_at:
        return "relay_passed.html"
    return TEMPLATES.get(work.status, "relay_over.html")


def _kind_of(token: str) -> Literal["relay", "leaders"]:
    with reading() as session:
        return relay_addresses.kind_of(session, token=token)


def _shown(request: Request, work: RelayWork) -> dict[str, Any]:
    language = pages.language_of(request)
    now = clock.now()
    due = work.due_at or now
    in_all = max(1, round((due - work.sent_at) / MINUTE))
    gone = min(in_all, max(0, round((now - work.sent_at) / MINUTE)))
    said = request.query_params.get("said", "")
    return {
        "work": work,
        "ward": work.ward,
        "here": f"/r/{request.path_params['token']}",
        "now": now,
        "is_remembered": door.device_token(request) is not None,
        "heading": translate(OVER.get(work.status, ""), language=language),
        "retraction": retractions.text_for(work) if work.posted_at else "",
        "asking": passing_on.text_for_deputy(work),
        "known": number(work.known, language=language),
        "is_late": work.posted_at is not None and work.posted_at > due,
        "span_left": pages.span_left(request, due - (work.posted_at or now)),
        "minutes_in_all": in_all,
        "minutes_gone": gone,
        "is_deputy": work.part is Part.DEPUTY,
        "poster": _poster(work),
        "note_most": passing_on.NOTE_MOST,
        "said": translate(SAID[said], language=language).format(most=passing_on.NOTE_MOST) if said in SAID else "",
        "is_wrong": said == "long",
    }


def _poster(work: RelayWork) -> str:
    """Who said that it is posted, where that is not whoever reads the page."""
    if work.is_own or not work.posted_by:
        return ""
    return {"leader": work.leader_name, "deputy": work.deputy_name}.get(work.posted_by, work.posted_by)


def shown(request: Request, work: RelayWork) -> dict[str, Any]:
    """What the page's template is told; for its rehearsal too."""
    return _shown(request, work)


routes = [Route("/r/{token}", RelayPage), Route("/r/{token}/cannot", CannotPage)]
