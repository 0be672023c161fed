"""What phones keep: typeface, script, pictures. Each address names its version, so it may be kept for a year."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.settings import ROOT

FOLDER = Path(__file__).parent / "assets"
# One file a weight, Vietnamese letters included, shared with the staff's screens: never half of a word in another face.
TYPEFACE = [ROOT / "static" / f"be-vietnam-pro-{weight}.woff2" for weight in (400, 600)]
TYPES = {
    ".woff2": "font/woff2",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
}
KEPT_A_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class File:
    """One file as it is sent."""

    body: bytes
    content_type: str
    version: str


def small(script: str) -> str:
    """A style sheet or script without its comments, indents and empty lines. Our own files hold no such marks in strings."""
    return "\n".join(line.strip() for line in re.sub(r"/\*.*?\*/", "", script, flags=re.DOTALL).splitlines() if line.strip())


def _read(path: Path) -> File:
    body = path.read_bytes()
    if path.suffix == ".js":
        body = small(body.decode()).encode()
    return File(body, TYPES[path.suffix], hashlib.sha256(body).hexdigest()[:10])


FILES = {path.name: _read(path) for path in [*sorted(FOLDER.iterdir()), *TYPEFACE] if path.suffix in TYPES}


def address(name: str) -> str:
    """Where a phone gets a file."""
    return f"/assets/{name}?v={FILES[name].version}"


async def send(request: Request) -> Response:
    """One file; names outside the list do not exist, whatever the path looks like."""
    file = FILES.get(request.path_params["name"])
    if file is None:
        raise HTTPException(404)
    headers = {
        "Cache-Control": KEPT_A_YEAR, "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }  # fmt: skip
    return Response(file.body, media_type=file.content_type, headers=headers)


routes = [Route("/assets/{name}", send)]
