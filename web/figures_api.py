"""`/api/v1/figures…`: figures for other systems in JSON and CSV, by token; described at `/api/v1/openapi.json`.

An answer names its version (ETag): who has it already is told so in a few bytes (304).
"""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core import clock
from core.db import reading, transaction
from core.errors import Invalid, NotFound, Refusal
from core.i18n import N_, translate
from core.safe_text import safe
from models import Scope
from services import api_tokens, figure_tables, figure_values, units
from services.access import Actor
from services.figure_register import FIGURES, Definition
from services.figure_tables import FigureTable, Step
from services.figure_values import Value
from web import openapi
from web.headers import has_already
from web.limits import Allowance, address_of
from web.pages import language_of

_WRONG = Allowance(burst=20, per_second=1 / 30)  # tries with a token that opens nothing, an address
_ASKED = Allowance(burst=120, per_second=2)  # questions, a token
USUAL_DAYS = 30
_FIXED = {"X-Content-Type-Options": "nosniff", "Vary": "Authorization, Accept, Accept-Language", "X-Robots-Tag": "noindex"}
COLUMNS = (
    "name", "unit_code", "unit_name", "from", "day", "value", "numerator", "denominator", "is_running", "is_hidden",
)  # fmt: skip


class _Refused(Exception):
    """An answer that is none: its status, its sentence, and headers that belong to it."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None, **blanks: object) -> None:
        super().__init__(message)
        self.status, self.message, self.headers, self.blanks = status, message, dict(headers or {}), blanks


async def every(request: Request) -> Response:
    """`/api/v1/figures`: what each figure is. No token is needed: a definition is no secret."""
    return await _answered(request, lambda _asking: json.dumps({"figures": [_told(request, one) for one in FIGURES]}), "json")


async def one(request: Request) -> Response:
    """`/api/v1/figures/{name}`: one figure of a place over days, weeks or months."""
    kind = _kind(request)
    return await _answered(request, lambda asking: _of_one(asking, kind), kind)


async def described(request: Request) -> Response:
    """`/api/v1/openapi.json`: this interface by OpenAPI 3.1."""
    return await _answered(request, lambda _asking: json.dumps(openapi.document(), ensure_ascii=False), "json")


def _kind(request: Request) -> str:
    if request.path_params["name"].endswith(".csv") or request.query_params.get("format") == "csv":
        return "csv"
    accepts = request.headers.get("accept", "")
    return "csv" if "text/csv" in accepts and "application/json" not in accepts else "json"


def _of_one(request: Request, kind: str) -> str:
    actor, query = _actor(request), request.query_params
    with reading() as session:
        until = _day(query.get("to"), clock.today())
        since = _day(query.get("from"), until - timedelta(days=USUAL_DAYS - 1))
        name = request.path_params["name"].removesuffix(".csv")
        code = query.get("unit", "")[:40]
        place = units.by_code(session, actor=actor, code=code, on=until) if code else None
        table = figure_tables.of(
            session, actor=actor, name=name, unit_id=place.id if place else None, since=since, until=until,
            step=_one_of(query.get("step", "day"), Step), below=query.get("by") == "below",
        )  # fmt: skip
    return _csv(table) if kind == "csv" else json.dumps(_document(request, table), ensure_ascii=False)


def _document(request: Request, table: FigureTable) -> dict[str, Any]:
    rows = [dict(zip(COLUMNS, _row(table.figure, row), strict=True)) for row in table.rows]
    return {"figure": _told(request, table.figure), "rows": rows}


def _csv(table: FigureTable) -> str:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for row in table.rows:
        writer.writerow([safe(cell) if isinstance(cell, str) else cell for cell in _row(table.figure, row)])
    return file.getvalue()


def _row(figure: Definition, row: Value) -> Sequence[Any]:
    value = figure_values.rounded(row, figure.measure)
    return (
        row.name, row.unit_code, row.unit_name, row.since.isoformat(), row.day.isoformat(), value, row.numerator, row.denominator,
        row.is_running, row.is_hidden,
    )  # fmt: skip


def _told(request: Request, figure: Definition) -> dict[str, Any]:
    words = {
        "label": figure.label, "definition": figure.definition, "numerator": figure.numerator, "denominator": figure.denominator,
        "rows": figure.source.label,
    }  # fmt: skip
    said = {key: translate(text, language=language_of(request)) if text else "" for key, text in words.items()}
    return {"name": figure.name, "unit": figure.measure.value, "over_days": figure.span.value, **said}


def _actor(request: Request) -> Actor:
    """Who asks.

    Raises:
        _Refused: no token, or one that opens nothing here.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise _Refused(401, N_("Xin gửi mã truy cập trong đầu Authorization: Bearer …"), {"WWW-Authenticate": "Bearer"})
    with reading() as session:
        found = api_tokens.bearer(session, token=token.strip(), scope=Scope.FIGURES_READ)
    if found is None:
        if not _WRONG.take(address_of(request.scope), clock.now()):
            raise _Refused(429, N_("Thử sai nhiều lần quá. Xin đợi ít phút."), {"Retry-After": "60"})
        raise _Refused(
            401,
            N_("Mã truy cập không đúng, đã hết hạn hoặc đã bị thu hồi."),
            {"WWW-Authenticate": 'Bearer error="invalid_token"'},
        )
    actor, is_due = found
    if not _ASKED.take(actor.id, clock.now()):
        raise _Refused(429, N_("Hỏi nhiều quá. Xin đợi một phút."), {"Retry-After": "60"})
    if is_due:
        with transaction() as session:
            api_tokens.used(session, token=token.strip())
    return actor


def _day(text: str | None, default: date) -> date:
    try:
        return date.fromisoformat(text) if text else default
    except ValueError:
        raise Invalid(N_("Ngày “{day}” không đọc được. Xin viết như 2026-11-24."), day=str(text)[:20]) from None


def _one_of(text: str, kind: type[Step]) -> Step:
    if text not in list(kind):
        raise Invalid(N_("“{value}” không có. Chọn một trong: {values}."), value=text[:20], values=", ".join(kind))
    return kind(text)


async def _answered(request: Request, body_of: Callable[[Request], str], kind: str) -> Response:
    try:
        body = (await run_in_threadpool(body_of, request)).encode()
    except _Refused as refused:
        words = translate(refused.message, language=language_of(request)).format(**refused.blanks)
        return _refusal(refused.status, words, refused.headers)
    except Refusal as refusal:
        status = 404 if isinstance(refusal, NotFound) else 422
        return _refusal(status, translate(refusal.message, language=language_of(request)).format(**refusal.details), {})
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**_FIXED, "ETag": tag, "Cache-Control": "private, no-cache", "Content-Language": language_of(request)}
    if has_already(request.headers, tag):
        return Response(status_code=304, headers=headers)
    media = "text/csv; charset=utf-8" if kind == "csv" else "application/json"
    return Response(body, media_type=media, headers=headers)


def _refusal(status: int, words: str, headers: Mapping[str, str]) -> Response:
    return JSONResponse({"error": words}, status, headers={**_FIXED, "Cache-Control": "no-store", **headers})


routes = [
    Route("/api/v1/openapi.json", described),
    Route("/api/v1/figures", every),
    Route("/api/v1/figures/{name}", one),
]
