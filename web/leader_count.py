"""How many come from a leader's chat, said by the leader in one number. The address is the permission."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.db import reading, transaction
from core.errors import Invalid
from core.typed import counted
from services import attendance_counts
from web import pages
from web.pages import PhonePage


class LeaderCountPage(PhonePage):
    """`/r/{token}/coming`."""

    def get(self, request: Request) -> Response:
        """The number that was said, and what the chat's phones have answered."""
        return _page(request)

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """Keep the number, or take it back where none is written. The same press twice is one."""
        typed = form.get("people", "").strip()
        try:
            people = counted(typed, most=attendance_counts.COUNT_MAX) if typed else None
            with transaction() as session:
                attendance_counts.say(session, token=request.path_params["token"], people=people)
        except Invalid as refusal:
            return _page(request, typed=typed[:9], wrong=pages.sentence_of(request, refusal), status=422)
        return pages.see(request.url.path)


def _page(request: Request, *, typed: str = "", wrong: str = "", status: int = 200) -> Response:
    with reading() as session:
        count = attendance_counts.page(session, token=request.path_params["token"])
    shown = typed or ("" if count.counted is None else str(count.counted))
    return pages.render(
        request, "leader_count.html", status=status, count=count, ward=count.ward, typed=shown, wrong=wrong,
        here=request.url.path, back=f"/r/{request.path_params['token']}",
    )  # fmt: skip


routes = [Route("/r/{token}/coming", LeaderCountPage)]
