"""One look at a public page: whose phone, and whether it counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from core import clock
from models import Device
from web import visitors
from web.limits import may_count
from web.scan_recorder import recorder


@dataclass(frozen=True)
class Visit:
    """`device` is None for whoever does not count: robots, previews, HEAD, fetched ahead."""

    visitor: str
    set_cookie: str | None
    device: Device | None

    @property
    def was_here(self) -> bool:
        """Whether the phone brought a cookie that we gave it before."""
        return self.set_cookie is None


def visit_of(request: Request) -> Visit:
    """Who looks."""
    return Visit(*visitors.visitor_of(request), visitors.person_with(request.headers, request.method))


def counted(request: Request, response: Response, visit: Visit, link_id: UUID) -> Response:
    """Note a person's opening, without waiting for it to be written, and give the phone its cookie."""
    if visit.device is None:
        return response
    _note(link_id, visit.visitor, visit.device, request.scope)
    return remembered(response, visit)


def remembered(response: Response, visit: Visit) -> Response:
    """Give the phone its cookie where it has none."""
    if visit.set_cookie:
        response.headers.append("set-cookie", visit.set_cookie)
    return response


def noted(link_id: UUID, headers: Mapping[str, str], scope: Scope) -> str | None:
    """Note the opening of a link if a person made it; the cookie to set where the phone has none.

    `headers` by lower-case name.
    """
    device = visitors.person_with(headers, scope["method"])
    if device is None:
        return None
    visitor, set_cookie = visitors.visitor_in(headers.get("cookie", ""))
    _note(link_id, visitor, device, scope)
    return set_cookie


def _note(link_id: UUID, visitor: str, device: Device, scope: Scope) -> None:
    now = clock.now()
    if may_count(scope, link_id, now):
        recorder().note(link_id, visitor, device, now)
