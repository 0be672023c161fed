"""Files that people bring to a screen: Streamlit keeps them in memory until their screen is closed, whoever sends them."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from core.db import reading
from core.i18n import N_, best_language, translate
from core.settings import settings
from services import sessions

TAKEN = "/_stcore/upload_file"


class Brought:
    """Middleware: only who is signed in may bring one. Signing in opens a screen too, so that a screen alone proves nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Anything else goes on."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS") or not scope["path"].startswith(TAKEN):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        if await run_in_threadpool(_is_signed_in, request.cookies.get(sessions.cookie_name(), "")):
            await self.app(scope, receive, send)
            return
        language = best_language(request.headers.get("accept-language", ""), default=settings().language)
        words = translate(N_("Xin đăng nhập rồi tải tệp lên."), language=language)
        await PlainTextResponse(words, 403)(scope, receive, send)


def _is_signed_in(token: str) -> bool:
    if not token:
        return False
    with reading() as session:
        return sessions.session_actor(session, token=token) is not None
