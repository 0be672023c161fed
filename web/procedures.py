"""`/p` and `/p/{code}`: the ward's procedures in plain words, for phones. Drawn once in a while, answered from memory.

A picture of a step lies at `/p/{code}/{step}`, and is fetched only when a reader opens it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message

from core import clock, db
from core.db import reading
from core.i18n import translate
from models import LifeEvent, PublicAnswer, Unit
from services import duty_hours, procedures, public_answers, wards
from web import attached, drawn, pages
from web.memory import Memory
from web.pages import PhonePage

PREFIX, ASK = "/p/", "/ask"
SHOWN_MOST = 20  # of those found, so that the page stays small
WORDS_MAX, FIELD_MAX = 100, 200
KEPT = timedelta(seconds=10)
Key = tuple[str, str]  # path, language


@dataclass(frozen=True, slots=True)
class Drawn:
    """A whole answer as it goes out."""

    headers: tuple[tuple[bytes, bytes], ...]
    body: Message


_drawn: Memory[Drawn] = Memory(most=1_000, kept=KEPT)


def recall(path: str, accepts: str, now: datetime) -> Drawn | None:
    """The page of a procedure, if it was drawn a moment ago in the language asked for."""
    return _drawn.recall((path, drawn.language_of(accepts)), now)


class ProcedurePage(PhonePage):
    """`/p/{code}`: what to bring, how long, how much, where."""

    def get(self, request: Request) -> Response:
        """The page; one that was retired says so (410)."""
        code, ward_code = request.path_params["code"], _ward_code(request)
        commits = db.commits()
        with reading() as session:
            homes = [] if ward_code else procedures.wards_with_procedures(session, code=code)
            page = None if len(homes) > 1 else procedures.page_of(session, code=code, ward_code=ward_code)
            duty = duty_hours.of_ward(session, ward_id=page.procedure.unit_id) if page and page.procedure.is_active else []
        if page is None:
            return _which_ward(request, homes)
        status = 200 if page.procedure.is_active else 410
        response = pages.render(
            request, "procedure.html", status=status, ward=page.ward, page=page, lines=_lines, duty=duty,
            visit_query=_query(xa=ward_code, tt=code), shelf_url="/p" + _query(xa=ward_code), here=request.url.path,
            ward_query=_query(xa=ward_code), ask_url=ASK + _query(tt=code, xa=ward_code) if page.procedure.is_active else "",
        )  # fmt: skip
        if status == 200 and request.method == "GET" and not request.url.query:
            _keep(request, response, commits=commits)
        return response


class StepPicture(PhonePage):
    """`/p/{code}/{step}`: the picture of a step."""

    def get(self, request: Request) -> Response:
        """The picture, or nothing new where the phone has it already."""
        step = request.path_params["step"]
        with reading() as session:
            page = procedures.page_of(session, code=request.path_params["code"], ward_code=_ward_code(request))
        return attached.sent(request, tuple(one for place, one in page.pictures.items() if place == step), place=1)


def _which_ward(request: Request, homes: Sequence[Unit]) -> Response:
    """Several wards share this house, and nobody has said which."""
    return pages.render(
        request, "procedures.html", ward=None, shelf=None, homes=homes, duty=[], visit_query="", answers=(),
        path=request.url.path,
    )  # fmt: skip


def _keep(request: Request, response: Response, *, commits: int) -> None:
    key = (request.url.path, drawn.language_of(request.headers.get("accept-language", "")))
    _drawn.keep(key, Drawn(*drawn.as_sent(response)), clock.now(), commits=commits)


class ProcedureShelf(PhonePage):
    """`/p`: search, by events in a life, by fields."""

    def get(self, request: Request) -> Response:
        """The shelf, or what was found; where several wards share this house, first which one."""
        query = request.query_params
        words, field = query.get("q", "").strip()[:WORDS_MAX], query.get("linhvuc", "")[:FIELD_MAX]
        event, ward_code = _event(query), _ward_code(request)
        is_asked = bool(words or event or "linhvuc" in query)
        with reading() as session:
            shelf = procedures.shelf(
                session, ward_code=ward_code, words=words, event=event.value if event else "",
                field=field if "linhvuc" in query else None,
            )  # fmt: skip
            homes = procedures.wards_with_procedures(session) if shelf is None else []
            answers = _answers(session, shelf, words)
            ward = shelf.ward if shelf else wards.here(session)
            here = duty_hours.ward_of(session, code=ward_code) if shelf and not is_asked else None
            duty = duty_hours.of_ward(session, ward_id=here) if here else []
        if len(homes) > 1:
            return _which_ward(request, homes)
        said = translate(event.label, language=pages.language_of(request)) if event else words or field
        return pages.render(
            request, "procedures.html", ward=ward, shelf=shelf, homes=[], answers=answers, words=words, said=said, duty=duty,
            visit_query=_query(xa=ward_code), is_asked=is_asked, most=SHOWN_MOST, ward_code=ward_code,
            ward_query=_query(xa=ward_code),
            ward_more=f"&xa={quote(ward_code)}" if ward_code else "",
        )  # fmt: skip


def _answers(session: Session, shelf: procedures.Shelf | None, words: str) -> Sequence[PublicAnswer]:
    """What the ward has answered for all: what fits the words, else what is asked most."""
    if shelf is None or shelf.unit_id is None:
        return ()
    if words:
        return public_answers.found(session, ward_id=shelf.unit_id, words=words, most=5)
    return public_answers.most_asked(session, ward_id=shelf.unit_id, most=3)


def _event(query: Mapping[str, str]) -> LifeEvent | None:
    return next((one for one in LifeEvent if one.value == query.get("viec")), None)


def _ward_code(request: Request) -> str:
    return request.query_params.get("xa", "")[:20]


def _query(**asked: str) -> str:
    """What follows an address, of those that say anything."""
    said = {name: value for name, value in asked.items() if value}
    return f"?{urlencode(said)}" if said else ""


def _lines(text: str) -> Markup:
    return Markup("<br>").join(text.split("\n"))


routes = [
    Route("/p", ProcedureShelf),
    Route(f"{PREFIX}{{code}}", ProcedurePage),
    Route(f"{PREFIX}{{code}}/{{step:int}}", StepPicture),
]
