"""What the redirect is measured against: a bare Starlette route that returns the same 302 and knows nothing."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

TARGET = "https://dichvucong.gov.vn/"


async def redirect(_: Request) -> Response:
    """Always the same."""
    return RedirectResponse(TARGET, 302, headers={"Cache-Control": "no-store"})


app = Starlette(routes=[Route("/q/{slug}", redirect)])
