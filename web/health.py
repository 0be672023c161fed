"""What monitors ask: alive, ready, and how much of what."""

import ipaddress
from collections.abc import Callable

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from core.db import reading
from services import engine_health, figure_checks, health
from services.access import TERMINAL
from services.engine_health import Engine
from web import metrics

_NEVER_KEPT = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_watched: dict[str, Callable[[], bool]] = {}


def watch(name: str, is_ready: Callable[[], bool]) -> None:
    """Have readiness ask for one more part of this process, for example the engine of durable work."""
    _watched[name] = is_ready


def is_database_ready() -> bool:
    """Whether our tables answer."""
    try:
        with reading() as session:
            return health.is_database_ready(session)
    except SQLAlchemyError:
        return False


async def alive(_request: Request) -> Response:
    """`/healthz`: this process answers."""
    return JSONResponse({"status": "ok"}, headers=_NEVER_KEPT)


def ready(_request: Request) -> Response:
    """`/readyz`: the database and everything watched are ready; else 503 with each by name."""
    parts = {"database": is_database_ready(), **{name: bool(is_ready()) for name, is_ready in _watched.items()}}
    is_all = all(parts.values())
    said = {"status": "ok" if is_all else "unavailable", **{name: "ok" if up else "down" for name, up in parts.items()}}
    return JSONResponse(said, 200 if is_all else 503, headers=_NEVER_KEPT)


async def numbers(request: Request) -> Response:
    """`/metrics`: Prometheus text, for the machine's own network only (ASVS 13.4.6); from elsewhere it is not there."""
    if not is_near(request):
        return PlainTextResponse("Not Found", 404, headers=_NEVER_KEPT)
    try:
        relays, engine, wrong = await run_in_threadpool(_counted)
    except SQLAlchemyError:
        relays, engine, wrong = {}, Engine(), {}  # a database that is down must not hide the other numbers
    metrics.set_relays(relays)
    metrics.set_engine(engine)
    metrics.set_figures(wrong)
    return Response(generate_latest(metrics.REGISTRY), media_type=CONTENT_TYPE_LATEST, headers=_NEVER_KEPT)


def is_near(request: Request) -> bool:
    """Whether the request comes from this machine or a private network, as the server knows it: no header is believed."""
    try:
        address = ipaddress.ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    return address.is_loopback or address.is_private


def _counted() -> tuple[dict[str, int], Engine, dict[str, int]]:
    with reading() as session:
        wrong = {one.subject: one.wrong for one in figure_checks.latest(session, actor=TERMINAL)}
        return health.relay_counts(session), engine_health.look(session, actor=TERMINAL), wrong


routes = [Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", numbers)]
