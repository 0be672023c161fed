"""What a leader reports after an event: a number, a line, photos. No script, no account; the address is the permission."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.db import reading, transaction
from core.errors import Invalid, NotAllowed
from core.typed import counted
from services import attachments, leader_reports
from services.leader_reports import PHOTOS_MOST
from web import attached, pages
from web.file_forms import Brought, PageWithPhotos
from web.pages import PhonePage

DROP = "drop_"  # and a photo's hash: place in the row would name another photo when pressed twice


class LeaderReportPage(PageWithPhotos):
    """`/r/{token}/report`."""

    most_files = PHOTOS_MOST

    def get(self, request: Request) -> Response:
        """What was reported, and the form while it is open."""
        return _page(request)

    def sent(self, request: Request, form: Mapping[str, str], files: Sequence[Brought]) -> Response:
        """Keep the report; where something is to be mended, photos that were good are carried on. Pressed twice it is one."""
        carried, wrong = _stored(request, form, files)
        if wrong:
            return _page(request, typed=form, carried=carried, wrong={"photos": wrong}, status=422)
        try:
            with transaction() as session:
                leader_reports.say(
                    session, token=request.path_params["token"],
                    people=counted(form.get("people", ""), most=leader_reports.PEOPLE_MAX), line=form.get("line", ""),
                    photos=carried, without=[name.removeprefix(DROP) for name in form if name.startswith(DROP)],
                )  # fmt: skip
        except Invalid as refusal:
            place = str(refusal.details.get("field", "photos"))
            return _page(request, typed=form, carried=carried, wrong={place: pages.sentence_of(request, refusal)}, status=422)
        except NotAllowed:  # its time ran out meanwhile: the page itself says so
            pass
        return pages.see(request.url.path)


class ReportedPhoto(PhonePage):
    """`/r/{token}/report/{place}`: a photo of one's own report."""

    def get(self, request: Request) -> Response:
        """The photo, to whoever has the leader's or deputy's address."""
        with reading() as session:
            page = leader_reports.page(session, token=request.path_params["token"])
        return attached.sent(request, page.photos, place=request.path_params["place"])


def _stored(request: Request, form: Mapping[str, str], files: Sequence[Brought]) -> tuple[list[dict[str, Any]], str]:
    """Photos of this press, re-encoded without what a camera adds, after those of the press before; what is wrong with one."""
    digests = [form.get(f"photo{place}", "") for place in range(PHOTOS_MOST)]
    found = [attachments.again(digest) for digest in digests]
    kept = [photo for photo in found if photo and photo["media_type"].startswith("image/")]
    wrong = ""
    for one in files:
        try:
            kept.append(attachments.store_photo(one.content, name=one.name))
        except Invalid as refusal:
            wrong = pages.sentence_of(request, refusal)
    return kept, wrong


def _page(
    request: Request, *, typed: Mapping[str, str] | None = None, carried: Sequence[Mapping[str, Any]] = (),
    wrong: Mapping[str, str] | None = None, status: int = 200,
) -> Response:  # fmt: skip
    token = request.path_params["token"]
    with reading() as session:
        report = leader_reports.page(session, token=token)
    people = "" if report.people is None else str(report.people)
    return pages.render(
        request, "leader_report.html", status=status, report=report, ward=report.ward, here=request.url.path, back=f"/r/{token}",
        people=typed.get("people", "")[:9] if typed else people, line=typed.get("line", "") if typed else report.line,
        carried=carried[:PHOTOS_MOST], wrong=wrong or {}, most=PHOTOS_MOST, line_most=leader_reports.LINE_MAX, drop=DROP,
        why=leader_reports.WHY_NOT.get(report.standing, ""),
    )  # fmt: skip


routes = [Route("/r/{token}/report", LeaderReportPage), Route("/r/{token}/report/{place:int}", ReportedPhoto)]
