"""Numbers for Prometheus: requests and their duration by route, relays by how they stand. No person, no address."""

import time
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REGISTRY = CollectorRegistry()
REQUESTS = Counter("caunoi_http_requests", "Answered requests.", ["route", "method", "status"], registry=REGISTRY)
SECONDS = Histogram(
    "caunoi_http_request_seconds", "Time to the whole answer.", ["route"], registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)  # fmt: skip
RELAYS = Gauge("caunoi_relays", "Relays of announcements that still hold.", ["state"], registry=REGISTRY)

# The first part of an address names the route; what follows it may be a secret and is left out.
ROUTES = frozenset({"a", "q", "r", "j", "assets", "session", "sign-out", "healthz", "readyz", "metrics", "webhooks", "stop"})
METHODS = frozenset({"GET", "HEAD", "POST"})


def set_relays(counts: Mapping[str, int]) -> None:
    """Show relays as they stand now; states that are not named are not known."""
    RELAYS.clear()
    for state, n in counts.items():
        RELAYS.labels(state).set(n)


class Measured:
    """Counts and times every HTTP answer of the application inside it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on, and note what came of it; an answer that never began is a 500."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500
        began = time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            first = scope["path"].split("/", 2)[1] if "/" in scope["path"] else ""
            route = f"/{first}" if first in ROUTES else "pages"
            method = scope["method"] if scope["method"] in METHODS else "other"
            REQUESTS.labels(route, method, str(status)).inc()
            SECONDS.labels(route).observe(time.perf_counter() - began)
