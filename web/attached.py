"""A document of an announcement, to be read on a phone: as what its content is, and nothing that could act."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from core.db import reading
from services import announcements, attachments
from services.attachments import Attachment
from web.headers import has_already
from web.pages import PhonePage

# A PDF's viewer needs to be an object of its own page; nothing else may load or run.
POLICY = (
    "default-src 'none'; object-src 'self'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


class AttachedPage(PhonePage):
    """`/a/{slug}/{place}`: only of what the public may read."""

    def get(self, request: Request) -> Response:
        """The file, or nothing new where the phone has it already."""
        with reading() as session:
            notice = announcements.for_slug(session, slug=request.path_params["slug"])
        return sent(request, notice.attachments, place=request.path_params["place"])


def sent(request: Request, documents: tuple[Attachment, ...], *, place: int) -> Response:
    """One of these documents, under its own name (RFC 6266). A phone that has it asks only whether it still may show it.

    Raises:
        NotFound: there is none in that place.
    """
    document, path = attachments.nth(documents, place)
    tag = f'"{document.sha256[:32]}"'
    headers = {
        "Cache-Control": "private, no-cache", "ETag": tag, "X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex",
        "Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(document.name, safe='')}",
    }  # fmt: skip
    if has_already(request.headers, tag):
        return Response(status_code=304, headers=headers)
    return FileResponse(path, media_type=document.media_type, headers=headers)


routes = [Route("/a/{slug}/{place:int}", AttachedPage)]
