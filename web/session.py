"""The two ends of a session: a one-time ticket becomes a cookie; signing out ends it. Neither waits for Streamlit."""

import re
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from core.addresses import safe_path
from core.db import transaction
from core.i18n import N_, translate
from core.networks import is_public
from core.settings import settings
from services import sessions
from web.limits import address_of
from web.origins import is_ours

_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("CocCoc", "Cốc Cốc"), ("coc_coc", "Cốc Cốc"), ("Firefox", "Firefox"),
             ("SamsungBrowser", "Samsung"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
_MACHINES = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "Mac"),
             ("Linux", "Linux"))  # fmt: skip
REFUSED = "refused"  # in the place of a ticket: whom an identity provider knows, and we do not
SECOND_DOOR = "_streamlit_user"  # Streamlit's cookies of a sign-in with an identity provider
LOCAL, INSIDE = N_("máy chủ này"), N_("mạng nội bộ")  # kept as they stand here, said in the reader's language


def open_session(request: Request) -> Response:
    """Change the ticket of the sign-in form into a cookie and go on to where the person wanted to be.

    Only by GET: Starlette lets HEAD in with it, and whoever only looks at an address may not use its ticket up. A ticket
    that is used, too old or sent by another site leads back to the sign-in page, which says so.
    """
    if request.method != "GET":
        return _not_that_way("GET")
    headers = {"cache-control": "no-store"}
    if request.path_params["ticket"] == REFUSED:
        response = RedirectResponse("/sign_in?again=elsewhere", status_code=303, headers=headers)
        forget_second_door(request, response)
        return response
    token, asked = None, None
    if is_ours(request):
        with transaction() as session:
            token = sessions.redeem(
                session, ticket=request.path_params["ticket"], device=device_of(request.headers.get("user-agent", "")),
                place=place_of(request.scope),
            )  # fmt: skip
            asked = sessions.at_the_door(session, token=token) if token else None
            if token and (before := request.cookies.get(sessions.cookie_name())):
                sessions.sign_out(session, token=before)
    if token is None:
        return RedirectResponse("/sign_in?again=ticket", status_code=303, headers=headers)
    wanted = safe_path(request.query_params.get("next", "/"))
    path = f"/second-step?{urlencode({'next': wanted})}" if asked and asked.is_waiting else wanted
    response = RedirectResponse(path, status_code=303, headers=headers)
    give_cookie(response, token)
    forget_second_door(request, response)
    return response


def give_cookie(response: Response, token: str) -> None:
    """The session's token, for this host, out of every script's reach."""
    response.set_cookie(
        sessions.cookie_name(), token, max_age=int(sessions.WHOLE_LIFE.total_seconds()), path="/", httponly=True,
        samesite="lax", secure=settings().is_https,
    )  # fmt: skip


def forget_second_door(request: Request, response: Response) -> None:
    """Take back what Streamlit keeps of a sign-in with an identity provider: our own session is the only one."""
    for name in request.cookies:
        if name.startswith(SECOND_DOOR):
            response.delete_cookie(name, path="/", httponly=True, samesite="lax")


def close_session(request: Request) -> Response:
    """End this browser's session and forget the cookie. Asked for by another site, it is refused. It is no link."""
    if request.method != "POST":
        return _not_that_way("POST")
    if not is_ours(request):
        words = translate(N_("Yêu cầu này không đến từ trang của phường."), language=settings().language)
        return PlainTextResponse(words, status_code=403)
    if token := request.cookies.get(sessions.cookie_name()):
        with transaction() as session:
            sessions.sign_out(session, token=token)
    response = RedirectResponse("/sign_in?again=out", status_code=303, headers={"cache-control": "no-store"})
    response.delete_cookie(
        sessions.cookie_name(), path="/", httponly=True, samesite="lax", secure=settings().is_https
    )  # fmt: skip
    forget_second_door(request, response)
    return response


def _not_that_way(allowed: str) -> Response:
    """Said here, not by the router: behind it Streamlit would answer any GET with its page."""
    return PlainTextResponse("Method Not Allowed", 405, headers={"allow": allowed, "cache-control": "no-store"})


def device_of(user_agent: str) -> str:
    """`Chrome, Android`: enough to recognise one's own browser, no more."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    machine = next((name for sign, name in _MACHINES if re.search(rf"\b{sign}", user_agent)), "")
    return ", ".join(filter(None, (browser, machine)))


def place_of(scope: Scope) -> str:
    """Where a browser asks from, coarsely: "192.0.2.…" tells its owner apart from a stranger, and nobody else anything."""
    address = address_of(scope)
    if address and not is_public(address):
        return LOCAL if address.startswith(("127.", "::1")) else INSIDE
    parts = address.split(".")
    return f"{'.'.join(parts[:3])}.…" if len(parts) == 4 else address


routes = [
    Route("/session/{ticket}", open_session, methods=["GET"]),
    Route("/sign-out", close_session, methods=["GET", "POST"]),
]
