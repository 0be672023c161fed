"""Addresses that never were: Streamlit answers each with its page and 200, we with our own page and 404."""

from collections.abc import Collection, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from web import pages

# What Streamlit itself serves: its channel, its interface, our static files, pictures and downloads, components.
STREAMLITS = ("/_stcore/", "/static/", "/app/static/", "/media/", "/component/")
AT_THE_ROOT = frozenset({"/", "/favicon.png", "/manifest.json"})


class Unknown:
    """Middleware: 404 for a GET or HEAD of what is neither a screen, a route of ours, nor Streamlit's own."""

    def __init__(self, app: ASGIApp, screens: Collection[str], routes: Sequence[BaseRoute]) -> None:
        self.app = app
        self.screens = AT_THE_ROOT | {f"/{path}" for path in screens}
        self.routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Everything known goes on."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or self._is_known(scope):
            await self.app(scope, receive, send)
            return
        answer = await run_in_threadpool(pages.not_found, Request(scope))
        await answer(scope, receive, send)

    def _is_known(self, scope: Scope) -> bool:
        path: str = scope["path"]
        if path in self.screens or path.startswith(STREAMLITS):
            return True
        screen, is_probe, _ = path.partition("/_stcore/")  # the interface looks for its channel below the page it is on
        if (is_probe or path.endswith("/")) and screen.rstrip("/") in self.screens:
            return True
        return any(route.matches(scope)[0] is not Match.NONE for route in self.routes)
