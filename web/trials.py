"""A draft on one's own phone: the resident's page and the leader's, as they will be, marked as a trial. Nothing counts here."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.db import reading, transaction
from core.errors import NotFound
from core.i18n import N_
from services import trials
from services.trials import GivenUp, Trial
from web import announcement, attached, pages, relay
from web.pages import PhonePage


@dataclass(frozen=True)
class Mark:
    """What a page says above itself while it is a trial: where its counterpart is."""

    other: str
    label: str


class TrialPage(PhonePage):
    """`/t/{token}`: what a resident opens."""

    def get(self, request: Request) -> Response:
        """The page; robots, previews and people alike are noted nowhere."""
        trial = _staged(request)
        mark = Mark(f"{_path(request)}/leader", N_("Xem trang của tổ trưởng")) if trial.work else Mark("", "")
        context = announcement.shown(request, trial.notice) | {"trial": mark, "files_at": _path(request), "calendar": ""}
        return pages.render(request, "announcement.html", **context)

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:  # noqa: ARG002  # whatever is pressed
        """No answer is kept."""
        return pages.see(request.url.path)


class LeadersTrialPage(PhonePage):
    """`/t/{token}/leader`: what a leader opens."""

    def get(self, request: Request) -> Response:
        """The page of the first group that would get it."""
        trial = _staged(request)
        if trial.work is None:
            raise NotFound(N_("Chưa có nhóm nào trong nơi nhận nên chưa có trang của tổ trưởng."))
        context = relay.shown(request, trial.work) | {
            "trial": Mark(_path(request), N_("Xem trang của bà con")), "here": f"{_path(request)}/leader", "old": None,
        }  # fmt: skip
        return pages.render(request, "relay.html", **context)

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:  # noqa: ARG002  # whatever is pressed
        """Nothing is posted."""
        return pages.see(request.url.path)


class BackToLeader(PhonePage):
    """`/t/{token}/leader/cannot`: whatever the leader's page leads on to is part of no trial."""

    def get(self, request: Request) -> Response:
        """Back to the page itself."""
        return pages.see(f"{_path(request)}/leader")


class TrialFile(PhonePage):
    """`/t/{token}/{place}`: a document of the draft."""

    def get(self, request: Request) -> Response:
        """The file."""
        with reading() as session:
            documents = trials.files(session, token=request.path_params["token"])
        return attached.sent(request, documents, place=request.path_params["place"])


def _staged(request: Request) -> Trial:
    seen: list[Trial] = []
    with suppress(GivenUp), transaction() as session:
        seen.append(trials.staged(session, token=request.path_params["token"]))
        raise GivenUp
    return seen[0]


def _path(request: Request) -> str:
    return f"/t/{request.path_params['token']}"


routes = [
    Route("/t/{token}", TrialPage),
    Route("/t/{token}/leader", LeadersTrialPage),
    Route("/t/{token}/leader/cannot", BackToLeader),
    Route("/t/{token}/{place:int}", TrialFile),
]
