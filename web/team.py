"""A digital-team member's page on the phone: what waits, when and where duty is. No sign-in; the address is the permission."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.db import reading, transaction
from core.errors import Invalid, NotFound
from core.i18n import N_, translate
from core.settings import settings
from services import duty_swaps, home_visits, lessons, phone_surveys, support_figures, team_members
from web import calendar_file, pages, visitors
from web.calendar_file import instant, value_of
from web.pages import PhonePage

COOKIE = "cn_team"  # so that a household card scanned by this phone offers to log the visit; sent to /h alone
YEAR_SECONDS = 365 * 24 * 3600
SHOWN = 3
SAID = {
    "agreed": N_("Đã nhận ca. Lịch của ông/bà đã có thêm ca này."), "declined": N_("Đã báo là không nhận được."),
    "logged": N_("Đã ghi lượt hỗ trợ."), "closed": N_("Đã ghi kết quả lần đến nhà."),
    "present": N_("Đã ghi hộ này có mặt ở lớp."), "counted": N_("Đã ghi số người dự."),
}  # fmt: skip
Choice = TypeVar("Choice", bound=StrEnum)


class TeamPage(PhonePage):
    """`/d/{token}`."""

    def get(self, request: Request) -> Response:
        """What waits for the member, the next duties, the ways on."""
        return page(request)

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """Take a colleague's shift, or say that one cannot. Each press again changes nothing."""
        token, do = request.path_params["token"], form.get("do", "")
        try:
            with transaction() as session:
                if do == "agree":
                    duty_swaps.agree(session, token=token, swap_id=id_in(form, "swap"))
                elif do == "decline":
                    duty_swaps.decline(session, token=token, swap_id=id_in(form, "swap"))
        except Invalid as refusal:
            return page(request, wrong=pages.sentence_of(request, refusal), status=422)
        said = {"agree": "?said=agreed", "decline": "?said=declined"}.get(do, "")
        return pages.see(f"{request.url.path}{said}")


def page(request: Request, *, wrong: str = "", status: int = 200) -> Response:
    """The member's first page."""
    token = request.path_params["token"]
    with reading() as session:
        held = team_members.opened(session, token=token)
        ward = team_members.card_of(session, held=held)
        asked = duty_swaps.waiting(session, token=token)
        shifts = duty_swaps.upcoming(session, token=token, limit=SHOWN + 1)
        visits = len(home_visits.of_member(session, token=token))
        doors, taught = phone_surveys.left(session, token=token), len(lessons.ahead(session, token=token))
        month = support_figures.own(session, token=token)
    response = pages.render(
        request, "team.html", status=status, ward=ward, member=held.member, unit=held.unit, here=f"/d/{token}", asked=asked,
        shifts=shifts[:SHOWN], is_more=len(shifts) > SHOWN, visits=visits, doors=doors, lessons=taught, month=month,
        wrong=wrong, said=said_of(request, SAID),
        calendar=team_members.calendar_url_of(held.member),
    )  # fmt: skip
    if visitors.is_person(request.headers, request.method):
        response.set_cookie(
            COOKIE, token, max_age=YEAR_SECONDS, path="/h", secure=settings().is_https, httponly=True, samesite="lax"
        )  # fmt: skip
    return response


def said_of(request: Request, sentences: Mapping[str, str]) -> str:
    """What the last press did, in the reader's language."""
    said = sentences.get(request.query_params.get("said", ""), "")
    return translate(said, language=pages.language_of(request)) if said else ""


def id_in(form: Mapping[str, str], name: str) -> UUID:
    """A record that a form or an address names.

    Raises:
        NotFound: it is none.
    """
    try:
        return UUID(form.get(name, ""))
    except ValueError:
        raise NotFound(N_("Trang này đã cũ. Xin mở lại từ trang đầu của tổ.")) from None


def result_in(form: Mapping[str, str], name: str, kind: type[Choice]) -> Choice:
    """What came of it, as a form says.

    Raises:
        Invalid: nothing that there is.
    """
    try:
        return kind(form.get(name, ""))
    except ValueError:
        raise Invalid(N_("Xin chọn kết quả.")) from None


class DutyCalendar(PhonePage):
    """`/d/{token}/lich.ics`: the member's shifts for the calendar of a phone, by an address that opens nothing else."""

    def get(self, request: Request) -> Response:
        """The file as it is now: a shift that was swapped away is in it no more."""
        with reading() as session:
            held, shifts = duty_swaps.calendar(session, token=request.path_params["token"])
        say = pages.language_of(request)
        name = translate(N_("Lịch trực tổ công nghệ số"), language=say)
        title = translate(N_("Trực {post}"), language=say)
        lines = [f"X-WR-CALNAME:{value_of(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT6H", "X-PUBLISHED-TTL:PT6H"]
        for one in shifts:
            where = ", ".join(part for part in (one.post, one.address) if part)
            lines += [
                "BEGIN:VEVENT", f"UID:{one.id.hex}@{calendar_file.host()}", f"DTSTAMP:{instant(held.member.created_at)}",
                f"DTSTART:{instant(one.starts_at)}", f"DTEND:{instant(one.ends_at)}",
                f"SUMMARY:{value_of(title.format(post=one.post))}",
                f"LOCATION:{value_of(where)}", "END:VEVENT",
            ]  # fmt: skip
        kept = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex",
                "Content-Disposition": 'attachment; filename="lich-truc.ics"'}  # fmt: skip
        body = calendar_file.file_of(lines)
        return Response(body, media_type="text/calendar; charset=utf-8", headers=kept)


routes = [Route("/d/{token}", TeamPage), Route("/d/{token}/lich.ics", DutyCalendar)]
