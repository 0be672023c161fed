"""The second step of signing in, and showing it again at an open screen: a code by a form, a passkey by its own two calls."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.addresses import safe_path
from core.db import reading, transaction
from core.errors import Refusal
from core.i18n import N_, translate
from services import passkeys, proofs, second_factors, sessions
from services.sessions import AtTheDoor
from web import pages, posts
from web.limits import address_of
from web.session import device_of, give_cookie

LARGEST_ANSWER = 16 * 1024
OVER = N_("Phiên đăng nhập đã hết. Xin đăng nhập lại.")
WRONG = N_("Mã hoặc khóa không đúng, hoặc đã dùng rồi.")


class SecondStep(pages.PhonePage):
    """Asks for a code or a passkey, of who has just signed in with a password or sits at an open screen."""

    def get(self, request: Request) -> Response:
        """The question; at the door again where the first step is over."""
        token = _token(request)
        with reading() as session:
            at = sessions.at_the_door(session, token=token)
            has_passkey = bool(at and second_factors.passkeys_of(session, user_id=at.user_id))
        if at is None:
            return pages.see("/sign_in?again=ticket")
        heading = N_("Bước hai: xác nhận là chính ông/bà") if at.is_waiting else N_("Xác nhận lại là chính ông/bà")
        said = WRONG if request.query_params.get("said") == "wrong" else ""
        language = pages.language_of(request)
        return pages.render(
            request, "second_step.html", ward=None, heading=translate(heading, language=language), has_passkey=has_passkey,
            said=translate(said, language=language) if said else "", next=_next(request.query_params), is_waiting=at.is_waiting,
        )  # fmt: skip

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """A code was typed. Whatever is wrong with it, the words are the same."""
        token, wanted = _token(request), _next(form)
        with transaction() as session:
            at = sessions.at_the_door(session, token=token)
            if at is None:
                return pages.see("/sign_in?again=ticket")
            way = second_factors.shown(
                session, user_id=at.user_id, word=form.get("code", "")[:40], address=address_of(request.scope)
            )
            given = _let_in(session, at, token, way) if way else ""
        if not way:
            return pages.see(f"/second-step?{urlencode({'next': wanted, 'said': 'wrong'})}")
        response = pages.see(wanted)
        if given:
            give_cookie(response, given)
        return response


def _let_in(session: Session, at: AtTheDoor, token: str, way: str) -> str:
    """The token of the whole session where one was waiting; else "", and the browser is proven."""
    if at.is_waiting:
        return sessions.complete(session, token=token, way=way)
    sessions.prove(session, token=token, way=way)
    return ""


class NewPasskey(pages.PhonePage):
    """Where a passkey is added: the ceremony needs a script of ours, which the staff screens do not run."""

    def get(self, request: Request) -> Response:
        """A name and a button."""
        with reading() as session:
            actor = sessions.session_actor(session, token=_token(request))
        if actor is None:
            return pages.see("/sign_in?again=ticket")
        name = device_of(request.headers.get("user-agent", ""))
        return pages.render(request, "new_passkey.html", ward=None, is_fresh=proofs.is_fresh(actor), name=name)


# The ceremonies: JSON from our own script


async def ceremony(request: Request) -> Response:
    """Begin or finish registering or showing a passkey."""
    if request.method != "POST":
        return Response("Method Not Allowed", 405, headers={"allow": "POST", "cache-control": "no-store"})
    try:
        posts.pace(request)
        body = await _body(request)
        step = _STEPS.get((request.path_params["name"], request.path_params["step"]))
        if step is None:
            return _told(request, 404, N_("Không có trang này"))
        return await run_in_threadpool(step, request, body)
    except posts.Unacceptable as refusal:
        return _told(request, refusal.status, refusal.message)
    except Refusal as refusal:
        return JSONResponse({"error": pages.sentence_of(request, refusal)}, 403, headers={"cache-control": "no-store"})


def _begin_registering(request: Request, _body: Mapping[str, Any]) -> Response:
    token = _token(request)
    with transaction() as session:
        at, actor = sessions.at_the_door(session, token=token), sessions.session_actor(session, token=token)
        if at is None or actor is None:
            return _told(request, 401, OVER)
        options = passkeys.ask_to_register(session, actor=actor, at=at)
    return _json(options)


def _finish_registering(request: Request, body: Mapping[str, Any]) -> Response:
    token = _token(request)
    with transaction() as session:
        at, actor = sessions.at_the_door(session, token=token), sessions.session_actor(session, token=token)
        if at is None or actor is None:
            return _told(request, 401, OVER)
        is_taken = passkeys.register(session, actor=actor, at=at, answer=_answer(body), name=str(body.get("name", "")))
    return _json(json.dumps({"next": "/second_factor"})) if is_taken else _told(request, 403, WRONG)


def _begin_showing(request: Request, _body: Mapping[str, Any]) -> Response:
    with transaction() as session:
        at = sessions.at_the_door(session, token=_token(request))
        options = passkeys.ask_to_prove(session, at=at) if at else None
    return _json(options) if options else _told(request, 401, OVER)


def _finish_showing(request: Request, body: Mapping[str, Any]) -> Response:
    token, given = _token(request), ""
    with transaction() as session:
        at = sessions.at_the_door(session, token=token)
        if at is None:
            return _told(request, 401, OVER)
        is_right = passkeys.prove(session, at=at, answer=_answer(body), address=address_of(request.scope))
        if is_right:
            given = _let_in(session, at, token, "passkey")
    if not is_right:
        return _told(request, 403, WRONG)
    response = _json(json.dumps({"next": safe_path(str(body.get("next", "/")))}))
    if given:
        give_cookie(response, given)
    return response


_STEPS = {
    ("register", "begin"): _begin_registering, ("register", "finish"): _finish_registering,
    ("prove", "begin"): _begin_showing, ("prove", "finish"): _finish_showing,
}  # fmt: skip


async def _body(request: Request) -> Mapping[str, Any]:
    """A JSON object of ours, of a modest size. A browser always says where a script's POST comes from."""
    posts.expect_ours(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise posts.WrongType(N_("Trang này chỉ nhận câu trả lời từ mẫu có sẵn."))
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > LARGEST_ANSWER:
            raise posts.TooLarge(N_("Câu trả lời quá dài."))
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise posts.Unacceptable(N_("Trang này chỉ nhận câu trả lời từ mẫu có sẵn."))
    return told


def _answer(body: Mapping[str, Any]) -> Mapping[str, object]:
    answer = body.get("answer")
    return answer if isinstance(answer, dict) else {}


def _next(given: Mapping[str, str]) -> str:
    return safe_path(given.get("next", "/"))


def _token(request: Request) -> str:
    return request.cookies.get(sessions.cookie_name(), "")


def _json(text: str) -> Response:
    return Response(text, media_type="application/json", headers={"cache-control": "no-store"})


def _told(request: Request, status: int, words: str) -> Response:
    said = translate(words, language=pages.language_of(request))
    return JSONResponse({"error": said}, status, headers={"cache-control": "no-store"})


routes = [
    Route("/second-step", SecondStep),
    Route("/passkeys/new", NewPasskey),
    Route("/passkeys/{name}/{step}", ceremony, methods=["GET", "POST"]),
]
