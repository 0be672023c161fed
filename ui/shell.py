"""The page that carries every screen: Streamlit's own, with our language, title and icon, from memory.

Streamlit says `lang="en"` and "Streamlit" until its script has run, fetches a typeface we do not use, and points at an
interface we keep closed.
"""

import hashlib
import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

import streamlit
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from core.i18n import N_, translate
from core.settings import settings
from ui import parts, streamlits

INDEX = Path(streamlit.__file__).parent / "static" / "index.html"


FONT = '<link rel="preload" href="./app/static/be-vietnam-pro-400.woff2" as="font" type="font/woff2" crossorigin />'
# A lost connection comes with a command for a terminal, or with a proxy's page: nothing for who sits at the screen.
CALM = '<style>[role="dialog"] [data-testid="stErrorCodeBlock"] { display: none }</style>'
STYLE = "parts.css"
FILES = (streamlits.PATH, STYLE)
FOREVER = "public, max-age=31536000, immutable"  # the address changes with what it brings


def page(source: str, *, language: str) -> bytes:
    """Streamlit's index.html made our own."""
    no_script = translate(N_("Trang này cần JavaScript. Hãy bật JavaScript trong trình duyệt rồi tải lại."), language=language)
    changes = {
        r"<!--.*?-->": "",
        r'<html lang="en">': f'<html lang="{language}">',
        r"<title>Streamlit</title>": "<title>Cầu Nối</title>",
        r"\./favicon\.png": "./app/static/icon.svg",
        r'<link[^>]*rel="preload"[^>]*SourceSans[^>]*/>': FONT,
        r'<link rel="service-desc"[^>]*/>': "",
        r"<script>\s*window\.prerenderReady = false\s*</script>": "",
        r"<noscript>.*?</noscript>": f"<noscript>{no_script}</noscript>",
        r"</head>": f'{CALM}<link rel="preload" href="./{style_address()}" as="style" />'
        f'<script src="./{streamlits.address()}"></script></head>',
        # Behind the page, not in its head: Streamlit writes its own rules there, and of two alike the later one holds.
        r"</body>": f'<link rel="stylesheet" href="./{style_address()}" /></body>',
        r"\n\s*\n+": "\n",
    }
    for old, new in changes.items():
        source = re.sub(old, new, source, flags=re.DOTALL)
    return source.encode()


@cache
def style_address() -> str:
    """Where the screens find the style sheet of their parts: another address for another sheet."""
    return f"{STYLE}?v={hashlib.sha256(parts.sheet().encode()).hexdigest()[:12]}"


class Shell:
    """Middleware: answer the addresses of the screens and of their words; pass everything else on."""

    def __init__(self, app: ASGIApp, paths: Collection[str]) -> None:
        self.app = app
        self.paths = frozenset({"/", *(f"/{path}" for path in paths)})
        self.body = page(INDEX.read_text(encoding="utf-8"), language=settings().language)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """GET and HEAD of a screen, or of what it brings along."""
        is_asked = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if is_asked and scope["path"] in self.paths:
            answer = Response(self.body, media_type="text/html", headers={"cache-control": "no-cache"})
            await answer(scope, receive, send)
        elif is_asked and scope["path"] == f"/{streamlits.PATH}":
            answer = Response(streamlits.script(), media_type="text/javascript", headers={"cache-control": FOREVER})
            await answer(scope, receive, send)
        elif is_asked and scope["path"] == f"/{STYLE}":
            await Response(parts.sheet(), media_type="text/css", headers={"cache-control": FOREVER})(scope, receive, send)
        else:
            await self.app(scope, receive, send)
