"""Pages for phones: drawn by Jinja in the reader's language, with a policy that lets nothing foreign in."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from starlette.concurrency import run_in_threadpool
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core import formats, outages
from core.db import reading
from core.errors import NotFound, Refusal
from core.i18n import N_, best_language, translate
from core.outages import Outage
from core.settings import settings
from core.tokens import new_slug
from services import link_targets, resident_page, wards
from web import files, posts
from web.styles import STYLES

LONGEST_HELD_TOGETHER = 24
TALKING = ("door.html", "ask.html", "second_step.html", "new_passkey.html")  # whose script sends to this site by itself
_SELF, _NONE = "'self'", "'none'"
_HOURS = re.compile(r"\d{1,2} (?:giờ(?: \d{1,2})?|phút|minutes)\b")
_log = structlog.get_logger()


def language_of(request: Request) -> str:
    """The language this phone asks for, else the ward's."""
    return best_language(request.headers.get("accept-language", ""), default=settings().language)


# ---- what templates know


@pass_context
def _say(context: Context, message: str, **blanks: object) -> Markup:
    """Translate a text and fill its blanks; whatever fills them is escaped unless it is markup already."""
    return Markup(escape(translate(str(message), language=context["language"]))).format(**blanks)  # noqa: S704 (escaped)


def _spoken(show: Callable[..., str]) -> Callable[..., str]:
    @pass_context
    def filter_(context: Context, value: Any) -> str:
        return show(value, language=context["language"])

    return filter_


def _together(words: str) -> str:
    """Keep a short name or number on one line; a long one must be free to break."""
    return words.replace(" ", formats.NO_BREAK) if len(words) <= LONGEST_HELD_TOGETHER else words


def _inner(words: str) -> str:
    """As within a sentence: "phường Bắc Kạn"."""
    return words[:1].lower() + words[1:]


def _kept(words: str) -> str:
    """Hours and minutes stay with their number: "18 giờ 30" is never broken."""
    return _HOURS.sub(lambda found: found[0].replace(" ", formats.NO_BREAK), words)


def _strong(words: str) -> Markup:
    return Markup("<strong>{}</strong>").format(words)


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    made.globals |= {"_": _say, "asset": files.address, "stamp_of": resident_page.stamp_of, "to": formats.TO}
    for name in ("number", "day", "hour", "moment", "near", "span", "weekdays", "weight"):
        made.filters[name] = _spoken(getattr(formats, name))
    made.filters |= {"together": _together, "inner": _inner, "kept": _kept, "strong": _strong}
    return made


_templates = _environment()


# ---- answers


def render(
    request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **context: Any
) -> Response:
    """A whole page. It is never stored: it may be one leader's own, and tomorrow it says something else."""
    style = STYLES[template]
    body = _templates.get_template(template).render(
        context, language=language_of(request), style=Markup(style.css), public_url=settings().public_url,  # noqa: S704 (ours)
    )  # fmt: skip
    policy = (
        f"default-src 'none'; style-src {style.source}; script-src 'self'; font-src 'self'; img-src 'self'; "
        f"connect-src {_SELF if template in TALKING else _NONE}; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    fixed = {
        "Content-Security-Policy": policy, "Cache-Control": "no-store", "Content-Language": language_of(request),
        "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex",
        "Vary": "Accept-Language, Cookie",
    }  # fmt: skip
    return Response(body, status_code=status, media_type="text/html; charset=utf-8", headers=fixed | dict(headers or {}))


def see(path: str) -> Response:
    """After a press: go and look (303), so that a reload presses nothing."""
    return RedirectResponse(path, 303, headers={"Cache-Control": "no-store", "Referrer-Policy": "same-origin"})


def span_left(request: Request, length: timedelta) -> str:
    """Time left, with the minute that is still running; or time gone by, in whole minutes, at least one."""
    minute = timedelta(minutes=1)
    minutes = -(-length // minute) if length > timedelta(0) else max(1, -length // minute)
    return formats.span(timedelta(minutes=minutes), language=language_of(request))


def sentence_of(request: Request, refusal: Refusal) -> str:
    """A refusal in the reader's language."""
    return translate(refusal.message, language=language_of(request)).format(**refusal.details)


def not_found(request: Request, *, sentence: str = "", is_code: bool = False) -> Response:
    """The page for an address that never was; a printed code that is not ours comes with a warning."""
    language = language_of(request)
    heading = translate(N_("Phường không có mã này") if is_code else N_("Không có trang này"), language=language)
    start = f"{settings().public_url.split('://', 1)[1]}/q/"
    return render(
        request, "notfound.html", status=404, ward=_ward_here(), heading=heading, is_code=is_code, start=start,
        sentence=sentence or translate(N_("Xin xem lại đường dẫn"), language=language),
    )  # fmt: skip


def gone(request: Request, *, was: str, place: str = "", unit_id: UUID | None = None) -> Response:
    """The page of a printed code whose time is over: what was here, and whom to ask: the ward of the unit it hangs in."""
    return render(request, "gone.html", status=410, ward=_ward_here(unit_id), was=was, place=place)


def down(request: Request, *, was: str, place: str, url: str, unit_id: UUID | None = None) -> Response:
    """The page of a printed code whose target is dead just now: whom to ask, and the way to try all the same."""
    return render(
        request, "down.html", status=410, ward=_ward_here(unit_id), was=was, place=place, url=url, host=link_targets.host_of(url)
    )  # fmt: skip


def trouble(request: Request, *, status: int, heading: str, sentence: str, reference: str = "", back: str = "") -> Response:
    """A calm page for what could not be done."""
    ward = None if status >= 500 else _ward_here()
    return render(
        request, "trouble.html", status=status, ward=ward, heading=translate(heading, language=language_of(request)),
        sentence=translate(sentence, language=language_of(request)), reference=reference, back=back,
    )  # fmt: skip


def broken(request: Request, reference: str, *, outage: Outage | None = None) -> Response:
    """The page for a fault of ours, with the number under which its cause is in the log; an outage says what it is."""
    sentence = outage.sentence if outage else N_("Xin thử lại sau ít phút. Nếu cần gấp, xin gọi phường.")
    answer = trouble(
        request, status=503 if outage else 500, heading=N_("Trang đang trục trặc"), sentence=sentence, reference=reference
    )
    if outage:
        answer.headers["Retry-After"] = str(outages.RETRY_AFTER_SECONDS)
    return answer


def _ward_here(unit_id: UUID | None = None) -> wards.WardCard | None:
    with reading() as session:
        return wards.of_unit(session, unit_id=unit_id) if unit_id else wards.here(session)


# ---- rooms


class PhonePage(HTTPEndpoint):
    """A page that is looked at by GET and pressed by POST. Only what is defined is allowed; HEAD is a GET without its body.

    `get(request)` and `pressed(request, form)` are plain functions, run in a thread with the database.
    """

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """Do what the form asks, then `see(...)`."""
        raise NotImplementedError

    async def post(self, request: Request) -> Response:
        """Take a form of ours, of a modest size."""
        posts.pace(request)
        form = await posts.form_of(request)
        return await run_in_threadpool(self.pressed, request, form)

    async def dispatch(self) -> None:
        """Answer; refusals and failures become pages too."""
        request = Request(self.scope, receive=self.receive)
        response = await self._answer(request)
        await response(self.scope, self.receive, self.send)

    async def _answer(self, request: Request) -> Response:
        try:
            return await self._taken(request)
        except Exception as error:  # noqa: BLE001 (logged, and answered with its number)
            reference = new_slug(8)  # neither the address nor its token is logged
            _log.exception("page.failed", page=type(self).__name__, reference=reference)
            return broken(request, reference, outage=outages.of(error))

    async def _taken(self, request: Request) -> Response:
        looks, presses = getattr(self, "get", None), type(self).pressed is not PhonePage.pressed
        try:
            if request.method in ("GET", "HEAD") and looks:
                return await run_in_threadpool(looks, request)
            if request.method == "POST" and presses:
                return await self.post(request)
        except NotFound as refusal:
            return await run_in_threadpool(not_found, request, sentence=sentence_of(request, refusal))
        except posts.Unacceptable as refusal:
            return await run_in_threadpool(
                trouble, request, status=refusal.status, heading=N_("Không nhận được"), sentence=sentence_of(request, refusal)
            )
        allowed = ", ".join([*(["GET", "HEAD"] if looks else []), *(["POST"] if presses else [])])
        return Response("Method Not Allowed", 405, headers={"Allow": allowed, "Cache-Control": "no-store"})
