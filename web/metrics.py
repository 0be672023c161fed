"""Numbers for Prometheus: requests and their duration by route, relays by how they stand. No person, no address."""

import time
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import clock
from models import AccountState
from services.engine_health import Engine

REGISTRY = CollectorRegistry()
REQUESTS = Counter("caunoi_http_requests", "Answered requests.", ["route", "method", "status"], registry=REGISTRY)
SECONDS = Histogram(
    "caunoi_http_request_seconds", "Time to the whole answer.", ["route"], registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)  # fmt: skip
RELAYS = Gauge("caunoi_relays", "Relays of announcements that still hold.", ["state"], registry=REGISTRY)

DELIVERIES = Gauge(
    "caunoi_deliveries", "Messages that leave by accounts, by how they stand.", ["channel", "state"], registry=REGISTRY
)
OLDEST = Gauge(
    "caunoi_delivery_oldest_seconds", "How long the oldest message waits that nothing holds back.", ["channel"], registry=REGISTRY
)  # fmt: skip
RATE = Gauge("caunoi_deliveries_per_second", "Messages sent a second, over five minutes.", ["channel"], registry=REGISTRY)
ACCOUNTS = Gauge("caunoi_account_state", "1 for the state an account is in.", ["channel", "unit", "state"], registry=REGISTRY)
FAILURES = Gauge("caunoi_account_failures", "Failures of an account in a row.", ["channel", "unit"], registry=REGISTRY)
QUOTA = Gauge("caunoi_account_quota_left", "Messages an account may still send.", ["channel", "unit"], registry=REGISTRY)
WORKERS = Gauge("caunoi_workers", "Processes that do durable work.", ["state"], registry=REGISTRY)
HELD = Gauge("caunoi_worker_batches", "Batches a process has in its hands.", ["worker"], registry=REGISTRY)
SILENT = Gauge(
    "caunoi_worker_silent_seconds", "How long ago a process last said that it is there.", ["worker"], registry=REGISTRY
)
EVENTS = Gauge("caunoi_webhook_events_waiting", "What providers told and nobody has worked off.", registry=REGISTRY)

FIGURES_WRONG = Gauge("caunoi_figures_wrong", "Kept counts that differed from the last recount.", ["subject"], registry=REGISTRY)

# The first part of an address names the route; what follows it may be a secret and is left out.
ROUTES = frozenset(
    {
        "a", "p", "q", "r", "j", "assets", "session", "sign-out", "healthz", "readyz", "metrics", "webhooks", "stop", "api",
        "ward",
    }
)  # fmt: skip
METHODS = frozenset({"GET", "HEAD", "POST"})


def set_relays(counts: Mapping[str, int]) -> None:
    """Show relays as they stand now; states that are not named are not known."""
    RELAYS.clear()
    for state, n in counts.items():
        RELAYS.labels(state).set(n)


def set_figures(wrong: Mapping[str, int]) -> None:
    """Show what the last recount of figures found."""
    FIGURES_WRONG.clear()
    for subject, n in wrong.items():
        FIGURES_WRONG.labels(subject).set(n)


def set_engine(seen: Engine) -> None:
    """Show the sending as it stands now."""
    for gauge in (DELIVERIES, OLDEST, RATE, ACCOUNTS, FAILURES, QUOTA, WORKERS, HELD, SILENT):
        gauge.clear()
    for one in seen.queues:
        for state in ("waiting", "sending", "later", "held", "unknown"):
            DELIVERIES.labels(one.channel.value, state).set(getattr(one, state))
        waited = (clock.now() - one.oldest_at).total_seconds() if one.oldest_at else 0.0
        OLDEST.labels(one.channel.value).set(waited)
        RATE.labels(one.channel.value).set(one.per_minute / 60)
    for account in seen.providers:
        state = "resting" if account.rests and account.state is AccountState.ACTIVE else account.state.value
        ACCOUNTS.labels(account.channel.value, account.unit_code, state).set(1)
        FAILURES.labels(account.channel.value, account.unit_code).set(account.failures)
        if account.quota_left is not None:
            QUOTA.labels(account.channel.value, account.unit_code).set(account.quota_left)
    WORKERS.labels("working").set(seen.at_work)
    WORKERS.labels("silent").set(len(seen.workers) - seen.at_work)
    for worker in seen.workers:
        HELD.labels(worker.name).set(worker.batches)
        SILENT.labels(worker.name).set(max(0.0, (clock.now() - worker.seen_at).total_seconds()))
    EVENTS.set(seen.events_waiting)


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
