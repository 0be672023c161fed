"""A member's duty on the phone: the shifts ahead, a colleague asked to stand in, days on which one cannot come."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core import clock
from core.db import reading, transaction
from core.errors import Invalid, NotFound
from core.i18n import N_
from services import duty_absences, duty_swaps, team_members
from web import pages
from web.pages import PhonePage
from web.team import id_in, said_of

ANYONE, SOON = "ai", 6  # shifts shown before the rest is folded away
SAID = {
    "asked": N_("Đã nhờ. Người ấy thấy lời nhờ trên trang của mình; khi nhận lời, lịch tự đổi."),
    "withdrawn": N_("Đã thôi nhờ. Ca này vẫn của ông/bà."), "away": N_("Đã báo vắng. Các ca trong những ngày ấy cần người thay."),
    "back": N_("Đã bỏ báo vắng. Ca nào còn trống thì lại là của ông/bà."),
}  # fmt: skip


class DutyPage(PhonePage):
    """`/d/{token}/duty`."""

    def get(self, request: Request) -> Response:
        """All shifts ahead, the absences, and the form to say when one cannot come."""
        return _page(request)

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """Withdraw a swap, say that one is away, take that back. Each press again changes nothing."""
        token, do = request.path_params["token"], form.get("do", "")
        said = ""
        try:
            with transaction() as session:
                if do == "withdraw":
                    duty_swaps.withdraw(session, token=token, swap_id=id_in(form, "swap"))
                    said = "withdrawn"
                elif do == "back":
                    duty_absences.come_back_oneself(session, token=token, absence_id=id_in(form, "absence"))
                    said = "back"
                elif do == "away":
                    first, last = _day(form, "first_on"), _day(form, "last_on")
                    duty_absences.be_away_oneself(
                        session, token=token, first_on=first, last_on=last, reason=form.get("reason", "")
                    )  # fmt: skip
                    said = "away"
        except Invalid as refusal:
            wrong = {str(refusal.details.get("field", "first_on")): pages.sentence_of(request, refusal)}
            return _page(request, typed=form, wrong=wrong, status=422)
        return pages.see(f"{request.url.path}?said={said}" if said else request.url.path)


def _page(
    request: Request, *, typed: Mapping[str, str] | None = None, wrong: Mapping[str, str] | None = None, status: int = 200
) -> Response:  # fmt: skip
    token = request.path_params["token"]
    with reading() as session:
        held = team_members.opened(session, token=token)
        ahead = duty_swaps.upcoming(session, token=token)
        soon = [one for place, one in enumerate(ahead) if place < SOON or one.swap_id]  # an ask is never folded away
        context: dict[str, Any] = {
            "ward": team_members.card_of(session, held=held), "member": held.member,
            "shifts": soon, "later": [one for one in ahead if one not in soon],
            "away": duty_absences.absences_of(session, token=token),
        }  # fmt: skip
    return pages.render(
        request, "team_duty.html", status=status, here=f"/d/{token}", typed=typed or {}, wrong=wrong or {},
        today=clock.today().isoformat(), now=clock.now(), longest=duty_absences.REASON_MAX,
        said=said_of(request, SAID), **context,
    )  # fmt: skip


def _day(form: Mapping[str, str], name: str) -> date:
    try:
        return date.fromisoformat(form.get(name, "").strip())
    except ValueError:
        raise Invalid(N_("Xin ghi ngày, ví dụ 2026-12-24."), field=name) from None


class SwapPage(PhonePage):
    """`/d/{token}/swap?ca=…`: whom to ask; then, with `&voi=`, for which shift in return."""

    def get(self, request: Request) -> Response:
        """The colleagues, or the shifts of the one who was chosen."""
        return _asking(request)

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """Ask. The same press twice is one: a new ask replaces the one before."""
        token = request.path_params["token"]
        to_id = None if form.get("voi") == ANYONE else id_in(form, "voi")
        back = id_in(form, "doi") if form.get("doi") else None
        try:
            with transaction() as session:
                duty_swaps.ask(
                    session, token=token, shift_id=id_in(form, "ca"), to_id=to_id, return_shift_id=back if to_id else None
                )  # fmt: skip
        except Invalid as refusal:
            return _asking(request, wrong=pages.sentence_of(request, refusal), status=422)
        return pages.see(f"/d/{token}/duty?said=asked")


def _asking(request: Request, *, wrong: str = "", status: int = 200) -> Response:
    token, query = request.path_params["token"], request.query_params
    shift_id = id_in(query, "ca")
    to = query.get("voi", "") if not wrong else ""
    with reading() as session:
        held = team_members.opened(session, token=token)
        ward = team_members.card_of(session, held=held)
        shift = next((one for one in duty_swaps.upcoming(session, token=token) if one.id == shift_id), None)
        if shift is None:
            raise NotFound(N_("Không tìm thấy ca trực này."))
        team = duty_swaps.colleagues(session, token=token)
        other = next((one for one in team if str(one.id) == to), None)
        theirs = duty_swaps.shifts_in_return(session, token=token, shift_id=shift_id, to_id=other.id) if other else []
    return pages.render(
        request, "team_swap.html", status=status, ward=ward, here=f"/d/{token}", shift=shift, team=team, other=other,
        theirs=theirs, anyone=ANYONE, wrong=wrong,
    )  # fmt: skip


routes = [Route("/d/{token}/duty", DutyPage), Route("/d/{token}/swap", SwapPage)]
