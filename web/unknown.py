"""Addresses that never were: Streamlit answers each with its page and 200, we with our own page and 404."""

from collections.abc import Collection, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from web import pages

# What Streamlit itself serves: its channel, its interface, our static files, pictures and downloads, components.
STREAMLITS = ("/_stcore/", "/static/", "/app/static/", "/media/", "/component/")
LONGEST_NAME = 255  # bytes; what is longer can be no file, and Streamlit breaks on looking for it
AT_THE_ROOT = frozenset({"/", "/favicon.png", "/manifest.json"})


class Unknown:
    """Middleware: 404 for a GET or HEAD of what is neither a screen, a route of ours, nor Streamlit's own; 405 where a route of
    ours takes other methods only.
    """

    def __init__(self, app: ASGIApp, screens: Collection[str], routes: Sequence[BaseRoute]) -> None:
        self.app = app
        self.screens = AT_THE_ROOT | {f"/{path}" for path in screens}
        self.routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Everything known goes on."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or self._is_streamlits(scope["path"]):
            await self.app(scope, receive, send)
            return
        found = {match: route for route in reversed(self.routes) if (match := route.matches(scope)[0]) is not Match.NONE}
        if Match.FULL in found:
            await self.app(scope, receive, send)
        elif Match.PARTIAL in found:
            allowed = ", ".join(sorted(getattr(found[Match.PARTIAL], "methods", None) or ()))
            await PlainTextResponse("Method Not Allowed", 405, headers={"allow": allowed})(scope, receive, send)
        else:
            answer = await run_in_threadpool(pages.not_found, Request(scope))
            await answer(scope, receive, send)

    def _is_streamlits(self, path: str) -> bool:
        if path in self.screens:
            return True
        if path.startswith(STREAMLITS):
            return all(len(part.encode("utf-8", "replace")) <= LONGEST_NAME for part in path.split("/"))
        screen, is_probe, _ = path.partition("/_stcore/")  # the interface looks for its channel below the page it is on
        return bool(is_probe or path.endswith("/")) and screen.rstrip("/") in self.screens
