"""Security headers on every HTTP answer, and the few addresses of Streamlit that nobody outside needs.

Plain ASGI, so that the light public process can wear it too. A route that sets a header itself keeps its own.
"""

from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.settings import settings

# Streamlit's own numbers and its remote control: not for visitors. /_stcore/host-config stays, the client needs it.
CLOSED = ("/_stcore/metrics", "/_stcore/agent")


def has_already(headers: Headers, tag: str) -> bool:
    """Whether a caller has the version of this tag, or any with `*` (RFC 9110, 13.1.2: compared weakly)."""
    held = [one.strip().removeprefix("W/") for line in headers.getlist("if-none-match") for one in line.split(",")]
    return "*" in held or tag in held


def security_headers(scripts: Sequence[str] = ()) -> dict[str, str]:
    """The headers of every answer; `scripts` are hashes of inline scripts (as `sha256-…`).

    Streamlit's pages need inline styles and images as data; nothing needs inline scripts beyond the hashed ones, `eval`, or
    another host (docs/security.md, S25).
    """
    script_src = " ".join(["'self'", *(f"'{one}'" for one in scripts)])
    policy = (
        f"default-src 'self'; script-src {script_src}; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
        "img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )
    headers = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "x-frame-options": "DENY",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    }
    if settings().is_https:
        headers["strict-transport-security"] = "max-age=31536000"
    return headers


class SecurityHeaders:
    """Middleware: add the headers, close what is closed."""

    def __init__(self, app: ASGIApp, scripts: Sequence[str] = ()) -> None:
        self.app = app
        self.headers = security_headers(scripts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything but plain HTTP through untouched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["path"].startswith(CLOSED):
            await PlainTextResponse("Not Found", 404)(scope, receive, send_with_headers)
            return
        await self.app(scope, receive, send_with_headers)
