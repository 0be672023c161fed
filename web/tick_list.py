"""A leader's tick list on the phone: who is in the chat, with how many people. No sign-in; the address is the permission."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.db import reading, transaction
from core.errors import Invalid
from core.formats import share
from core.i18n import N_
from core.typed import counted, number
from services import join_requests, tick_lists
from services.household_values import HouseholdValues
from services.import_values import PEOPLE_MAX
from services.tick_lists import Line, Saved, Tick
from web import pages, posts, turning
from web.pages import PhonePage

# A page stays under 20 KB whatever the names: about thirty households, fewer where names and addresses are long.
ROOM_BYTES, LINE_BYTES = 6_800, 225  # for all lines; of one, besides its name and address
MOST_FIELDS = 2 * ROOM_BYTES // LINE_BYTES + 20
MOST_ASKING = 5  # of those who wait to be let in, the longest waiting
LONGEST_NAME, LONGEST_ADDRESS, LONGEST_PHONE = 120, 200, 40
WRONG = N_("Trang này đã cũ hoặc gửi không đủ. Xin mở lại đường dẫn và đánh dấu lại.")


class TickListPage(PhonePage):
    """`/tick/{token}`."""

    def get(self, request: Request) -> Response:
        """The households, some thirty a page."""
        return _page(request)

    async def post(self, request: Request) -> Response:
        """As other forms, with two fields a household."""
        posts.pace(request)
        form = await posts.form_of(request, most_fields=MOST_FIELDS)
        return await run_in_threadpool(self.pressed, request, form)

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """Whatever is pressed, what was ticked is kept first; then another page is turned to, or a household added."""
        token = request.path_params["token"]
        try:
            ticks = _ticks_in(form)
            with transaction() as session:
                saved = tick_lists.save(session, token=token, ticks=ticks)
        except Invalid as refusal:
            return pages.trouble(
                request, status=422, heading=N_("Chưa ghi được"), sentence=pages.sentence_of(request, refusal),
                back=request.url.path,
            )  # fmt: skip
        if form.get("do") == "add":
            return _added(request, form, saved)
        return pages.see(_address(request, form, saved))


def _added(request: Request, form: Mapping[str, str], saved: Saved) -> Response:
    """Propose the household; what is wrong with it is said beside its field, with what was typed."""
    token = request.path_params["token"]
    try:
        with transaction() as session:
            tick_lists.propose(session, token=token, values=_household_in(form))
    except Invalid as refusal:
        wrong = {str(refusal.details.get("field", "head_name")): pages.sentence_of(request, refusal)}
        return _page(request, status=422, typed=form, wrong=wrong, saved=saved)
    return pages.see(_address(request, form, saved, added="1"))


# ---- what a form says


def _ticks_in(form: Mapping[str, str]) -> list[Tick]:
    """The households of the page as it was drawn, each with what was ticked then and is now.

    `was` names them by id, so that a list which has grown since is not mistaken; `t0`, `p0` … are their ticks and numbers.
    """
    drawn = [one.partition("-") for one in form.get("was", "").split(".") if one]
    return [
        Tick(_uuid(id_), _number(was), _number(form.get(f"p{n}", "")) if f"t{n}" in form else 0)
        for n, (id_, _, was) in enumerate(drawn)
    ]


def _household_in(form: Mapping[str, str]) -> HouseholdValues:
    return HouseholdValues(
        form.get("name", ""), address=form.get("address", ""), phone=form.get("phone", ""),
        people=_number(form.get("people", ""), least=1),
    )  # fmt: skip


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(WRONG) from None


def _number(text: str, *, least: int = 0) -> int:
    """What is written, 1 where nothing is; 0 is how the page says that nobody was ticked."""
    return counted(text.strip() or "1", least=least, most=PEOPLE_MAX)


def _address(request: Request, form: Mapping[str, str], saved: Saved, **more: str) -> str:
    """Where to go on: the page that was asked for, with what was written."""
    turned = form.get("page", "") or form.get("here", "")
    asked = form.get("show", "") or form.get("shown", "")
    query = {"said": f"{saved.joined}.{saved.left}.{saved.recounted}"} | more
    if asked == "out":
        query["show"] = asked
    if number(turned, digits=4) is not None and "show" not in form:
        query["page"] = turned
    return f"{request.url.path}?{urlencode(query)}"


# ---- what is drawn


def _page(
    request: Request, *, status: int = 200, typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None, saved: Saved | None = None,
) -> Response:  # fmt: skip
    """One page of the list: all, or only those not in the chat; and who waits to be let in."""
    with reading() as session:
        token = request.path_params["token"]
        sheet, held = tick_lists.sheet(session, token=token), tick_lists.opened(session, token=token)
        waiting = join_requests.waiting(session, actor=held.actor, group_id=held.group.id)
    query = request.query_params if typed is None else {"show": typed.get("shown", ""), "page": typed.get("here", "")}
    shows_out = query.get("show") == "out"
    listed = [line for line in sheet.lines if not line.inside] if shows_out else sheet.lines
    turned = turning.turned(listed, room=ROOM_BYTES, each=LINE_BYTES)
    last = len(turned)
    page = min(turning.asked(query.get("page", "")), last)
    lines = turned[page - 1]
    language = pages.language_of(request)
    context: dict[str, Any] = {
        "waiting": waiting[:MOST_ASKING], "asking": len(waiting), "here": request.url.path,
        "sheet": sheet, "ward": sheet.ward, "lines": lines, "was": _was(lines), "page": page, "last": last,
        "is_added": "added" in query, "shows_out": shows_out, "outside": sum(not line.inside for line in sheet.lines),
        "saved": saved or _said(query.get("said", "")), "typed": typed or {}, "wrong": wrong or {},
        "rate": share(sheet.coverage.coverage, language=language),
        "goal": share(sheet.coverage.target_percent / 100, language=language, places=0),
        "longest": {"name": LONGEST_NAME, "address": LONGEST_ADDRESS, "phone": LONGEST_PHONE},
    }  # fmt: skip
    return pages.render(request, "tick_list.html", status=status, **context)


def _was(lines: Sequence[Line]) -> str:
    return ".".join(f"{line.id.hex}-{line.inside}" for line in lines)


def _said(text: str) -> Saved | None:
    """What the last press wrote, as the address says it; whoever writes another address only deceives themselves."""
    counts = [many for part in text.split(".") if (many := number(part, digits=2)) is not None]
    return Saved(*counts) if len(counts) == 3 else None


routes = [Route("/tick/{token}", TickListPage)]
