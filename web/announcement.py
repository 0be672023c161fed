"""An announcement on a resident's phone: to read, to hear, to pass on, and to answer, with a name only where one leaves it."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core import clock, db
from core.db import reading, transaction
from core.errors import Invalid, NotFound
from core.i18n import N_, translate
from core.settings import settings
from core.typed import counted
from models import How
from services import announcements, resident_page
from services.announcements import PublicAnnouncement
from services.attendance_places import PEOPLE_MAX
from services.ports import ports
from services.resident_page import CHOICES, COUNTED, MOST_ANSWERED
from web import calendar_file, check_in, drawn, pages, posts, prose, visits
from web.limits import may_answer
from web.pages import PhonePage
from web.visits import Visit


class AnnouncementPage(PhonePage):
    """`/a/{slug}`."""

    def get(self, request: Request) -> Response:
        """The text, whatever became of it. A person's opening is noted once; a robot's, a preview's, a HEAD never."""
        visit = visits.visit_of(request)
        commits = db.commits()
        with reading() as session:
            notice = announcements.for_slug(session, slug=request.path_params["slug"], visitor=visit.visitor)
        response = pages.render(request, "announcement.html", **_shown(request, notice))
        drawn.keep(request, response, notice, commits=commits)
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
        return drawn.marked(visits.remembered(pages.see(request.url.path), visit))


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
    with transaction(counts_only=True) as session:
        if answer is None:
            announcements.take_back(session, slug=slug, visitor=visit.visitor)
        else:
            how, people = answer
            announcements.answer(
                session, slug=slug, visitor=visit.visitor, how=how, people=people, name=form.get("name", "")
            )  # fmt: skip


def _answer_in(form: Mapping[str, str]) -> tuple[How, int]:
    """What was pressed: nothing chosen, or not coming, still says that the household knows. A number written counts first."""
    written = form.get("many", "").strip()
    chosen = form.get("people", "")
    offered = {"", *(value for value, _ in (*CHOICES, *COUNTED))}
    if form.get("do") != "answer" or not (written or chosen in offered):
        raise Invalid(N_("Câu trả lời không đúng. Hãy chọn lại trên trang."))
    people = counted(written or chosen or "0", most=PEOPLE_MAX)
    return (How.ATTENDING, people) if people else (How.CONFIRMED, 0)


def _shown(request: Request, notice: PublicAnnouncement) -> dict[str, Any]:
    language = pages.language_of(request)
    own = notice.stand.own if notice.stand else None
    answered = notice.answer.people if notice.answer else own.people if own else 0
    is_counted = bool(notice.stand and notice.stand.places)
    most = len(COUNTED) - 1 if is_counted else MOST_ANSWERED
    is_written = is_counted and answered > most
    or_more = translate(N_("từ 3"), language=language)
    return {
        "notice": notice,
        "files_at": f"/a/{notice.slug}",
        "calendar": f"/a/{notice.slug}/lich.ics" if calendar_file.events_of(notice) else "",
        "ward": notice.ward,
        "facts": prose.facts_of(notice.facts),
        "blocks": prose.blocks_of(notice.body),
        "summary": prose.summary_of(notice.facts, notice.body),
        "spoken": prose.spoken_of(notice.title, notice.facts),
        "changes": notice.answer is not None and "change" in request.query_params,
        "choices": resident_page.choices_of(notice.asks_for, is_counted=is_counted),
        "asked": resident_page.QUESTION,
        "chosen": str(min(answered, most)) if answered and not is_written else None,
        "many": str(answered) if is_written else "",
        "answered_people": or_more if answered >= MOST_ANSWERED and not is_counted else str(answered),
        "is_pressing": resident_page.is_pressing(notice.urgency, ward=notice.ward),
        "button": resident_page.button_of(notice.asks_for, notice.urgency, ward=notice.ward),
    }


def shown(request: Request, notice: PublicAnnouncement) -> dict[str, Any]:
    """What the page's template is told; for its rehearsal too."""
    return _shown(request, notice)


class CodePicture(PhonePage):
    """`/a/{slug}/code.png`: the code of this phone's party, to be shown at the event's door. No other phone sees it."""

    def get(self, request: Request) -> Response:
        """The picture; nothing once the event is over."""
        visit = visits.visit_of(request)
        with reading() as session:
            notice = announcements.for_slug(session, slug=request.path_params["slug"], visitor=visit.visitor)
        if notice.stand is None or notice.stand.own is None:
            raise NotFound(N_("Máy này chưa báo có đi."))
        picture = ports().codes.png(f"{settings().public_url}/a/{notice.slug}/in/{notice.stand.own.code}")
        kept = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Vary": "Cookie"}
        return Response(picture, media_type="image/png", headers=kept)


class ShownCode(PhonePage):
    """`/a/{slug}/in/{code}`: what a camera reads from that picture. By itself it never lets anybody in."""

    def get(self, request: Request) -> Response:
        """The phone at the event's door goes on to the party's line, any other to the announcement."""
        code = request.path_params["code"]
        return pages.see(check_in.at_door(request, code) or f"/a/{request.path_params['slug']}")


class Calendar(PhonePage):
    """`/a/{slug}/lich.ics`: its days, for the calendar of a phone."""

    def get(self, request: Request) -> Response:
        """The file. What was withdrawn says so, so that a calendar that has it strikes it out.

        Raises:
            NotFound: it names no day.
        """
        with reading() as session:
            notice = announcements.for_slug(session, slug=request.path_params["slug"])
        if not calendar_file.events_of(notice):
            raise NotFound(N_("Thông báo này không ghi ngày nào để đưa vào lịch."))
        kept = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff",
                "Content-Disposition": 'attachment; filename="lich.ics"'}  # fmt: skip
        return Response(calendar_file.written(notice), media_type="text/calendar; charset=utf-8", headers=kept)


routes = [
    Route("/a/{slug}", AnnouncementPage),
    Route("/a/{slug}/lich.ics", Calendar),
    Route("/a/{slug}/code.png", CodePicture),
    Route("/a/{slug}/in/{code}", ShownCode),
]
