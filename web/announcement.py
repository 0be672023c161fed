"""An announcement on a resident's phone: to read, to hear, to pass on, and to answer without a name."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core import clock
from core.db import reading, transaction
from core.errors import Invalid
from core.i18n import N_, translate
from models import How
from services import announcements, resident_page
from services.announcements import PublicAnnouncement
from services.resident_page import CHOICES, MOST_ANSWERED
from web import pages, posts, prose, visits
from web.limits import may_answer
from web.pages import PhonePage
from web.visits import Visit


class AnnouncementPage(PhonePage):
    """`/a/{slug}`."""

    def get(self, request: Request) -> Response:
        """The text, whatever became of it. A person's opening is noted once; a robot's, a preview's, a HEAD never."""
        visit = visits.visit_of(request)
        with reading() as session:
            notice = announcements.for_slug(session, slug=request.path_params["slug"], visitor=visit.visitor)
        response = pages.render(request, "announcement.html", **_shown(request, notice))
        return visits.counted(request, response, visit, notice.link_id)

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """Keep or take back this phone's answer. The same press twice is one answer.

        Only a phone that has been here, and brings the cookie it was given, can have read what it says it knows: another
        is led to the page, where a second press counts.
        """
        visit = visits.visit_of(request)
        try:
            _press(request, form, visit)
        except Invalid as refusal:
            return pages.trouble(
                request, status=422, heading=N_("Chưa ghi được câu trả lời"),
                sentence=pages.sentence_of(request, refusal), back=request.url.path,
            )  # fmt: skip
        return visits.remembered(pages.see(request.url.path), visit)


def _press(request: Request, form: Mapping[str, str], visit: Visit) -> None:
    """Record what was pressed, of a phone that was here before."""
    slug = request.path_params["slug"]
    answer = None if form.get("do") == "take_back" else _answer_in(form)
    with reading() as session:
        notice = announcements.for_slug(session, slug=slug)
    if not visit.was_here:
        return
    if not may_answer(request.scope, notice.id, clock.now()):
        raise posts.TooMany(posts.TOO_MANY)
    with transaction() as session:
        if answer is None:
            announcements.take_back(session, slug=slug, visitor=visit.visitor)
        else:
            how, people = answer
            announcements.answer(session, slug=slug, visitor=visit.visitor, how=how, people=people)


def _answer_in(form: Mapping[str, str]) -> tuple[How, int]:
    """What was pressed: nothing chosen, or not coming, still says that the household knows."""
    people = form.get("people", "")
    if form.get("do") != "answer" or people not in {"", *(value for value, _ in CHOICES)}:
        raise Invalid(N_("Câu trả lời không đúng. Hãy chọn lại trên trang."))
    return (How.ATTENDING, int(people)) if int(people or 0) else (How.CONFIRMED, 0)


def _shown(request: Request, notice: PublicAnnouncement) -> dict[str, Any]:
    language = pages.language_of(request)
    answered = notice.answer.people if notice.answer else 0
    return {
        "notice": notice,
        "files_at": f"/a/{notice.slug}",
        "ward": notice.ward,
        "facts": prose.facts_of(notice.facts),
        "blocks": prose.blocks_of(notice.body),
        "summary": prose.summary_of(notice.facts, notice.body),
        "spoken": prose.spoken_of(notice.title, notice.facts),
        "changes": notice.answer is not None and "change" in request.query_params,
        "choices": resident_page.choices_of(notice.asks_for),
        "asked": resident_page.QUESTION,
        "chosen": str(min(answered, MOST_ANSWERED)) if answered else None,
        "answered_people": translate(N_("từ 3"), language=language) if answered >= MOST_ANSWERED else str(answered),
        "is_pressing": resident_page.is_pressing(notice.urgency, ward=notice.ward),
        "button": resident_page.button_of(notice.asks_for, notice.urgency, ward=notice.ward),
    }


def shown(request: Request, notice: PublicAnnouncement) -> dict[str, Any]:
    """What the page's template is told; for its rehearsal too."""
    return _shown(request, notice)


routes = [Route("/a/{slug}", AnnouncementPage)]
