"""`/ask`: ask the ward, report something broken, pass a doubtful message on; and each asker's own page. No script, no account."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core import clock
from core.db import reading, transaction
from core.errors import Invalid
from core.i18n import N_
from models import InquiryChannel, InquiryKind
from services import attachments, inquiry_intake, inquiry_page, public_answers, reports_done, rumour_relays, rumours, web_links
from services.inquiry_intake import Asked, NotOurs
from services.inquiry_page import Desk
from web import attached, file_forms, human_check, pages, posts, visits
from web.file_forms import Brought, PageWithPhotos
from web.limits import asks_seldom, counts_as_help, may_ask, may_look
from web.pages import PhonePage
from web.visits import Visit

KINDS = (
    (InquiryKind.QUESTION, N_("Hỏi phường")),
    (InquiryKind.BROKEN, N_("Báo hỏng: đèn, rác, đường ngập")),
    (InquiryKind.RUMOUR, N_("Hỏi một tin nghi là giả")),
    (InquiryKind.THANKS, N_("Cảm ơn, góp lời")),
)
LOOKED_AT, SHOWN = 300, 700  # letters of what is typed, and of an answer that is offered
TOO_MANY = N_("Máy này đã gửi nhiều câu hỏi trong thời gian ngắn. Xin đợi một lúc, hoặc gọi phường nếu cần gấp.")
CHECK = N_("Xin trả lời phép cộng để phường biết không phải máy tự gửi.")


class AskPage(PageWithPhotos):
    """`/ask`."""

    def get(self, request: Request) -> Response:
        """The form; where several wards share this house, first which one."""
        return _form(request, typed=request.query_params)

    def sent(self, request: Request, form: Mapping[str, str], files: Sequence[Brought]) -> Response:
        """Keep what is asked, and lead to its own page; first what stands already is offered."""
        return _sent(request, form, files)


class AskersPage(PageWithPhotos):
    """`/ask/{token}`: the state of one's own question."""

    def get(self, request: Request) -> Response:
        """What was said on both sides, and what is to be expected."""
        return _thread(request)

    def sent(self, request: Request, form: Mapping[str, str], files: Sequence[Brought]) -> Response:
        """More words, more photos, or whether the answer helped."""
        return _said_more(request, form, files)


class AskersPhoto(PhonePage):
    """`/ask/{token}/{place}`: a photo of one's own thread."""

    def get(self, request: Request) -> Response:
        """The photo, to whoever has the address of the thread."""
        with reading() as session:
            thread = inquiry_page.of_token(session, token=request.path_params["token"])
        return attached.sent(request, (*thread.photos, *thread.done), place=request.path_params["place"])


class AnswerPage(PhonePage):
    """`/ask/a/{slug}`: an answer for everybody."""

    def get(self, request: Request) -> Response:
        """Question, answer, whose it is and of when; of a doubtful message a card to pass on."""
        with reading() as session:
            page = public_answers.page_of(session, slug=request.path_params["slug"])
            counted = rumour_relays.counts(session, answer_ids=[page.answer.id]) if page.answer.is_rumour else {}
        posted, asked = counted.get(page.answer.id, (0, 0))
        return pages.render(
            request,
            "answer.html",
            page=page,
            one=page.answer,
            verdict=rumours.verdict_of(page.answer),
            verdicts=rumours.VERDICTS,
            ward=page.ward,
            linked=linked,
            posted_in=posted,
            asked_of=asked,
            has_helped=request.query_params.get("said") == "helped",
        )


class DonePage(PhonePage):
    """`/ask/done`: what people reported and what was done."""

    def get(self, request: Request) -> Response:
        """The list of the ward; where several share this house, first which one."""
        desk = _desk(request, {})
        if desk is None:
            return _form(request, typed={})
        with reading() as session:
            page = reports_done.page_of(session, unit=desk.unit)
        return pages.render(request, "done.html", page=page, ward=page.ward)


class DonePhoto(PhonePage):
    """`/ask/done/{id}/{place}`: a photo of before or after."""

    def get(self, request: Request) -> Response:
        """The photo, while the report is on the list."""
        with reading() as session:
            photos = reports_done.photo_of(session, inquiry_id=request.path_params["id"])
        return attached.sent(request, photos, place=request.path_params["place"])


class EnoughPage(PhonePage):
    """`/ask/a/{slug}/enough`: this answer helped, nobody need be asked."""

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:  # noqa: ARG002  # as the room is asked
        """Count it, once a phone and day, and show the answer."""
        slug, visit = request.path_params["slug"], visits.visit_of(request)
        if counts_as_help(request.scope, visit.visitor, slug, clock.now()):
            with transaction(counts_only=True) as session:
                public_answers.note_that_it_was_enough(session, slug=slug)
        return visits.remembered(pages.see(f"/ask/a/{slug}?said=helped"), visit)


class FoundPage(PhonePage):
    """`/ask/found`: what the script of `/ask` looks up while somebody types. What is typed is kept nowhere."""

    async def post(self, request: Request) -> Response:
        """As any form, but paced by itself: whoever types must not use up the presses of others."""
        return await run_in_threadpool(self.pressed, request, await posts.form_of(request))

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """The ward's public answers that share telling words, as JSON."""
        if not may_look(request.scope, visits.visit_of(request).visitor, clock.now()):
            return _told([], status=429)
        desk = _desk(request, form)
        if desk is None:
            return _told([])
        with reading() as session:
            found = public_answers.found(session, ward_id=desk.unit.id, words=form.get("text", "")[:LOOKED_AT])
        return _told([{"slug": one.slug, "question": one.question, "answer": one.answer[:SHOWN]} for one in found])


def _told(found: Sequence[Mapping[str, str]], *, status: int = 200) -> Response:
    return JSONResponse(list(found), status, headers={"Cache-Control": "no-store", "X-Robots-Tag": "noindex"})


def _sent(request: Request, form: Mapping[str, str], files: Sequence[Brought]) -> Response:
    visit, now = visits.visit_of(request), clock.now()
    desk = _desk(request, form)
    if desk is None:
        return _form(request, typed=form)
    if not may_ask(request.scope, visit.visitor, now):
        raise posts.TooMany(TOO_MANY)
    try:
        inquiry_intake.expect_ours(desk.unit, form.get("text", ""))
        photos = _kept(form, files)
        asked = _asked_in(request, form, desk, photos, visit)
        if found := _offered(form, desk, asked):
            return _form(request, typed=form, desk=desk, offered=found, photos=photos)
        if not _is_person(request, form, visit):
            return _form(request, typed=form, desk=desk, photos=photos, wrong={"sum": pages.sentence_of(request, Invalid(CHECK))})
        with transaction() as session:
            inquiry = inquiry_intake.take_in(session, ward=desk.unit, asked=asked)
            token = inquiry.token
    except NotOurs as refusal:
        return pages.trouble(
            request, status=200, heading=N_("Việc này có nơi tiếp nhận riêng"), sentence=pages.sentence_of(request, refusal),
            back="/ask",
        )  # fmt: skip
    except Invalid as refusal:
        wrong = {str(refusal.details.get("field", "photos")): pages.sentence_of(request, refusal)}
        return _form(request, typed=form, desk=desk, wrong=wrong)
    return visits.remembered(pages.see(f"/ask/{token}?said=sent"), visit)


def _said_more(request: Request, form: Mapping[str, str], files: Sequence[Brought]) -> Response:
    token, visit = request.path_params["token"], visits.visit_of(request)
    here = f"/ask/{token}"
    if form.get("do") in ("helped", "not_yet"):
        with transaction() as session:
            inquiry_page.say_whether_it_helped(session, token=token, has_helped=form["do"] == "helped")
        return pages.see(here)
    if not may_ask(request.scope, visit.visitor, clock.now()):
        raise posts.TooMany(TOO_MANY)
    try:
        with reading() as session:
            inquiry_page.expect_ours(session, token=token, text=form.get("text", ""))
        photos = _kept({}, files)
        with transaction() as session:
            inquiry = inquiry_page.find(session, token=token, for_change=True)
            inquiry_intake.say_more(session, inquiry=inquiry, text=form.get("text", ""), photos=photos)
    except (NotOurs, Invalid) as refusal:
        return _thread(request, wrong=pages.sentence_of(request, refusal), typed=form.get("text", ""), status=422)
    return visits.remembered(pages.see(f"{here}?said=more"), visit)


def _desk(request: Request, form: Mapping[str, str]) -> Desk | None:
    def given(name: str) -> str:
        return (form.get(name) or request.query_params.get(name, ""))[:80]

    with reading() as session:
        return inquiry_page.desk(session, ward_code=given("xa"), slug=given("tb"), procedure_code=given("tt"))


def _kept(form: Mapping[str, str], files: Sequence[Brought]) -> list[dict[str, Any]]:
    """Photos of this press, stored without what a camera adds, and those of the press before, which the form carries on."""
    digests = [digest for place in range(file_forms.MOST_FILES) if (digest := form.get(f"photo{place}", ""))]
    carried = [one for digest in digests if (one := attachments.again(digest)) is not None]
    return [*carried, *(attachments.store(one.content, name=one.name) for one in files)][: file_forms.MOST_FILES]


def _asked_in(
    request: Request, form: Mapping[str, str], desk: Desk, photos: Sequence[Mapping[str, Any]], visit: Visit
) -> Asked:  # fmt: skip
    kind = next((one for one, _ in KINDS if one.value == form.get("kind")), InquiryKind.QUESTION)
    return Asked(
        form.get("text", ""), InquiryChannel.FORM, kind=kind, from_id=visit.visitor, name=form.get("name", ""),
        phone=form.get("phone", ""), place=form.get("place", ""), language=pages.language_of(request), photos=photos,
        announcement_id=desk.announcement.id if desk.announcement else None,
        procedure_id=desk.procedure.id if desk.procedure else None,
    )  # fmt: skip


def _offered(form: Mapping[str, str], desk: Desk, asked: Asked) -> list[Any]:
    """Answers that stand already, shown once before a question is sent."""
    if form.get("still") or asked.kind is not InquiryKind.QUESTION:
        return []
    with reading() as session:
        return list(public_answers.found(session, ward_id=desk.unit.id, words=asked.text))


def _is_person(request: Request, form: Mapping[str, str], visit: Visit) -> bool:
    if form.get("note"):
        return human_check.is_right(form["note"], form.get("sum", ""), clock.now())
    return asks_seldom(request.scope, visit.visitor, clock.now())


def _form(
    request: Request, *, typed: Mapping[str, str], desk: Desk | None = None, wrong: Mapping[str, str] | None = None,
    offered: Sequence[Any] = (), photos: Sequence[Mapping[str, Any]] = (),
) -> Response:  # fmt: skip
    desk = desk or _desk(request, typed)
    with reading() as session:
        homes = [] if desk else inquiry_page.homes(session)
        asked = public_answers.most_asked(session, ward_id=desk.unit.id, most=5) if desk else []
    sum_, note = human_check.asked(clock.now(), language=pages.language_of(request))
    response = pages.render(
        request, "ask.html", status=422 if wrong else 200, desk=desk, ward=desk.ward if desk else None, homes=homes, kinds=KINDS,
        typed=typed, wrong=wrong or {}, offered=offered, photos=photos, most_asked=asked, sum=sum_, note=note,
        asks_sum=bool((wrong or {}).get("sum")), most=file_forms.MOST_FILES, xa=typed.get("xa", "")[:20],
        tb=typed.get("tb", "")[:40], tt=typed.get("tt", "")[:40],
    )  # fmt: skip
    return visits.remembered(response, visits.visit_of(request))


def _thread(request: Request, *, wrong: str = "", typed: str = "", status: int = 200) -> Response:
    with reading() as session:
        thread = inquiry_page.of_token(session, token=request.path_params["token"])
    said = request.query_params.get("said", "")
    one = thread.inquiry
    return pages.render(
        request, "asked.html", status=status, thread=thread, one=one, ward=thread.ward, here=request.url.path,
        just_sent=said == "sent" and not wrong, wrong=wrong, typed=typed, linked=linked, kind_label=dict(KINDS)[one.kind],
    )  # fmt: skip


def linked(text: str) -> Markup:
    """A text with its addresses, where they are written in full, to tap; everything else in it stays words."""
    anchor, pieces, last = Markup('<a href="{0}" rel="noopener noreferrer">{0}</a>'), list[str](), 0
    for link in web_links.found_in(text):
        if link.text == link.url:
            pieces += [text[last : link.start], anchor.format(link.url)]
            last = link.end
    return Markup("").join([*pieces, text[last:]])


routes = [
    Route("/ask", AskPage),
    Route("/ask/a/{slug}", AnswerPage),
    Route("/ask/a/{slug}/enough", EnoughPage),
    Route("/ask/found", FoundPage),
    Route("/ask/done", DonePage),
    Route("/ask/done/{id:uuid}/{place:int}", DonePhoto),
    Route("/ask/{token}", AskersPage),
    Route("/ask/{token}/{place:int}", AskersPhoto),
]
