"""What a page for phones is measured against: a bare Starlette route that returns the same bytes and knows nothing."""

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

_BODY = Path(os.environ["CAUNOI_BENCH_BODY"]).read_bytes()


async def page(_: Request) -> Response:
    """Always the same."""
    return HTMLResponse(_BODY, headers={"Cache-Control": "no-store"})


app = Starlette(routes=[Route("/a/{slug}", page), Route("/p/{slug}", page)])
