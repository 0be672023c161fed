"""What the composing page needs around its widgets: loading a draft into them once, reading times out of them, what it says."""

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import clock
from core.db import reading
from core.errors import Invalid
from core.i18n import N_
from models import Announcement, AnnouncementKind, AnnouncementStatus, AsksFor, Audience, Need, Unit, Urgency
from services import audiences, drafts
from services import streets as addresses
from services.access import Actor
from services.attendance_places import PLACES_MAX
from services.drafts import Flaw
from services.plans import Plan
from ui import parts, said
from ui.forms import Slots
from ui.parts import Figure, Tone
from ui.words import _, moment, money, number

KINDS = [kind for kind in AnnouncementKind if kind is not AnnouncementKind.CORRECTION]
# How a field is named among what is still missing.
FIELDS = {
    "title": N_("tiêu đề"), "body": N_("nội dung"), "unit_ids": N_("nơi nhận"), "send_at": N_("ngày và giờ gửi"),
    "must_reach_by": N_("ngày của hạn đến mọi hộ"),
}  # fmt: skip


def asked_for(name: str) -> UUID | None:
    """An id in the page's address, or None for none or for nonsense."""
    try:
        return UUID(st.query_params.get(name, ""))
    except ValueError:
        return None


def at(day: date | None, hour: time | None) -> datetime | None:
    """A day and an hour of this place as an instant; a day alone means its end."""
    if day is None:
        return None
    return datetime.combine(day, hour or time(23, 59), clock.zone())


def half_given(
    must_day: date | None, must_hour: time | None, *, is_scheduled: bool, send_day: date | None, send_hour: time | None
) -> list[Flaw]:  # fmt: skip
    """Times of which half is missing: asked for, rather than guessed and sent at a wrong hour."""
    found = []
    if must_hour is not None and must_day is None:
        found.append(
            Flaw("must_reach_by", N_("Hạn đến mọi hộ có giờ mà chưa có ngày. Hãy chọn ngày, hoặc bỏ giờ."), is_missing=True)
        )
    if is_scheduled and (send_day is None or send_hour is None):
        found.append(Flaw("send_at", N_("Đã bật hẹn giờ: hãy chọn cả ngày và giờ gửi."), is_missing=True))
    return found


def show_flaws(flaws: Sequence[Flaw], slots: Slots, summary: DeltaGenerator) -> None:
    """Say under each field what is wrong in it, and all of it at once in the bar, which is always in sight."""
    missing = [_(FIELDS[flaw.place]) for flaw in flaws if flaw.is_missing]
    lines = [_("Còn thiếu: {what}.", what=", ".join(missing))] if missing else []
    for flaw in flaws:
        sentence = said(Invalid(flaw.message, **flaw.blanks))
        if flaw.place in slots:
            slots[flaw.place].error(sentence)
        if not flaw.is_missing:
            lines.append(sentence)
    if lines:
        summary.error(" ".join(lines))


def stands(draft: Announcement | None, *, actor: Actor, wrong: Announcement | None, again: Announcement | None) -> None:
    """What the author should know before changing anything: returned, waiting, approved, over; a correction; a second start."""
    if draft and draft.return_reason:
        parts.note("waiting", _("Được trả lại để sửa"), draft.return_reason)
    if draft and not drafts.may_edit(draft, actor=actor):
        parts.note("overdue", _("Bản này không sửa được nữa"), _("Đã gửi, đã bỏ, hoặc đã duyệt và do người khác soạn."))
    elif draft and draft.status is AnnouncementStatus.IN_REVIEW:
        parts.note("waiting", _("Bản này đang chờ duyệt"), _("Lưu thay đổi thì bản này về lại dự thảo, phải trình duyệt lại."))
    elif draft and draft.status is AnnouncementStatus.SCHEDULED and draft.send_at:
        parts.note(
            "overdue", _("Bản này đã duyệt, hẹn gửi {at}", at=moment(draft.send_at)),
            _("Lưu thay đổi thì lần duyệt đó không còn giá trị và máy không tự gửi nữa; phải trình duyệt lại."),
        )  # fmt: skip
    if wrong:
        parts.note(
            "waiting", _("Đính chính cho: {title}", title=wrong.title), _("Trang cũ sẽ hiện bản đính chính này trước tiên.")
        )
    if again:
        parts.note("unknown", _("Soạn lại từ bản đã bỏ"), _("Lưu thành một dự thảo mới; bản đã bỏ vẫn nằm trong mục Đã dừng."))


def news_of(draft: Announcement | None, *, is_submitted: bool) -> str:
    """What happened to it by this press, and what became of the step it was at before."""
    was_approved = draft is not None and draft.status is AnnouncementStatus.SCHEDULED
    if is_submitted and was_approved:
        return _("Đã trình duyệt lại. Lần duyệt trước không còn giá trị; duyệt xong máy mới gửi.")
    if is_submitted:
        return _("Đã trình duyệt. Người duyệt sẽ thấy ở trang Hôm nay.")
    if was_approved:
        return _("Đã lưu dự thảo. Lần duyệt trước không còn giá trị, máy không tự gửi nữa; cần trình duyệt lại.")
    if draft and draft.status is AnnouncementStatus.IN_REVIEW:
        return _("Đã lưu dự thảo, không còn chờ duyệt nữa; cần trình duyệt lại.")
    return _("Đã lưu dự thảo.")


def figures_of(plan: Plan) -> None:
    """Who is reached by which path, while one writes."""
    groups = number(len(plan.groups))
    parts.figures(
        Figure(_("Hộ nhận"), number(plan.households), _("hộ"), _("{n} người", n=number(plan.people))),
        Figure(_("Qua nhóm của tổ"), number(plan.relay), _("hộ"), _("{n} nhóm, {cost}", n=groups, cost=money(0))),
        Figure(
            _("Phải gõ cửa"), number(plan.door), _("hộ"),
            _("không còn đường khác") if plan.others else _("chưa ở trong nhóm nào"), tone="waiting" if plan.door else None,
        ),
        _by_account(plan) if plan.others else Figure(
            _("Nhóm chưa có người phụ trách"), number(plan.leaderless), _("/ {n} nhóm", n=groups),
            _("chưa ai đăng giúp") if plan.leaderless else "", "overdue" if plan.leaderless else None,
        ),
    )  # fmt: skip


def _by_account(plan: Plan) -> Figure:
    """What is sent by accounts stands where the chats without a leader stand otherwise; those are then said as its note."""
    note = _("{n} nhóm chưa có người phụ trách", n=number(plan.leaderless)) if plan.leaderless else ""
    tone: Tone | None = "overdue" if plan.leaderless else None
    return Figure(_("Bằng Zalo, SMS"), number(sum(plan.others.values())), _("hộ, {cost}", cost=money(plan.cost)), note, tone)


def kept_end(draft: Announcement | None, *times: datetime | None) -> datetime | None:
    """The end a draft had, where the new times leave it possible; the form does not ask for one."""
    end = draft.expires_at if draft else None
    return end if end and all(end > one for one in times if one) and end > clock.now() else None


def unit_names(ward: Unit, places: Sequence[Unit]) -> dict[UUID, str]:
    """The whole ward first, then its groups."""
    return {ward.id: _("Cả {ward}", ward=ward.name)} | {place.id: place.label for place in places}


def load(
    draft: Announcement | None,
    unit_ids: Sequence[UUID],
    *,
    wrong: Announcement | None = None,
    again: Announcement | None = None,
    audience: Sequence[Audience] = (),
) -> None:
    """Put a draft's words into the widgets the first time it is shown; later runs keep what was typed."""
    mark = ":".join(str(one.id) if one else "" for one in (draft, wrong, again))
    if st.session_state.get("c_loaded") == mark and "c_title" in st.session_state:  # gone after a look at another page
        return
    is_first = "c_loaded" not in st.session_state  # after a lost connection the browser still has what was typed
    st.session_state["c_loaded"], st.session_state["c_pressed"], st.session_state["c_base"] = mark, False, None
    own = draft or again
    source = own or wrong
    fields: dict[str, object] = {
        "title": source.title if source else "",
        "body": source.body if source else "",
        "group_text": own.group_text if own else "",  # a correction needs new words for the chat
        "units": list(unit_ids),
        "needs": audiences.needs_of(audience),
        "streets": audiences.streets_of(audience),
        "urgency": source.urgency if source else Urgency.NORMAL,
        "kind": own.kind if own and own.kind in KINDS else AnnouncementKind.NOTICE,
        "asks": source.asks_for if source else AsksFor.CONFIRMATION,
        "places": source.places if source else None,
        "version": draft.version if draft else 0,
        "attachments": list(own.attachments) if own else [],
    }
    fields |= {name: source.facts.get(name, "") if source else "" for name in drafts.FACTS}
    fields |= _times(draft.must_reach_by, draft.send_at) if draft else _times(*_ahead(again))
    for name, value in fields.items():
        if not is_first or f"c_{name}" not in st.session_state:
            st.session_state[f"c_{name}"] = value


def ask_needs() -> list[Need]:
    """The circumstances an audience is narrowed to; empty for every household."""
    return st.multiselect(
        _("Chỉ báo cho hộ có hoàn cảnh"), list(Need), format_func=lambda need: _(need.label), key="c_needs",
        placeholder=_("Mọi hộ"),
        help=_("Chỉ hộ có một trong các hoàn cảnh này nhận tin riêng và được gõ cửa. Bài trong nhóm thì cả nhóm vẫn đọc."),
    )  # fmt: skip


def ask_streets(actor: Actor, unit_ids: Sequence[UUID]) -> list[str]:
    """The streets an audience is narrowed to, as its addresses are written; empty for every household."""
    with reading() as session:
        known = addresses.written(session, actor=actor, unit_ids=unit_ids)
    chosen = st.session_state.get("c_streets", [])

    def named(street: str) -> str:
        homes = _("{n} hộ", n=number(known.get(street, 0)))
        return f"{street} ({homes})"

    return st.multiselect(
        _("Chỉ báo cho hộ ở đường, ngõ"), [*known, *(one for one in chosen if one not in known)], key="c_streets",
        format_func=named,
        placeholder=_("Mọi đường, ngõ"),
        help=_("Như địa chỉ ghi trong sổ hộ. Dùng khi tin chỉ về một khu: cắt điện một tuyến, quanh ổ dịch. Một đường ghi "
               "nhiều cách thì chọn cả các cách ấy. Bài trong nhóm thì cả nhóm vẫn đọc."),
    )  # fmt: skip


def ask_places(asks_for: AsksFor) -> int:
    """How many can come, where residents are asked whether they do; 0 where there is no end."""
    if asks_for is not AsksFor.ATTENDANCE:
        return 0
    places = st.number_input(
        _("Số chỗ (nếu có hạn)"), min_value=1, max_value=PLACES_MAX, step=1, value=None, key="c_places", width=220,
        help=_("Ai báo trước được chỗ, ai báo sau vào danh sách chờ. Bỏ trống: không hạn chỗ."),
    )  # fmt: skip
    return places or 0


def is_shown(draft_id: UUID, *, asked: str) -> None:
    """What was typed has become this draft (`asked`: the announcement it corrects, if any), so nothing is loaded over it."""
    st.session_state["c_loaded"] = f"{draft_id}:{asked}:"


def left() -> None:
    """What was typed is kept now: the next one to open this page starts from what it opens."""
    st.session_state["c_loaded"] = ""


def _ahead(again: Announcement | None) -> list[datetime | None]:
    """Deadline and hour of what was dropped, as far as they are still to come."""
    times = (again.must_reach_by, again.send_at) if again else (None, None)
    return [one if one and one > clock.now() else None for one in times]


def _times(must_by: datetime | None, send_at: datetime | None) -> dict[str, object]:
    return _moment("must", must_by) | _moment("send", send_at) | {"later": send_at is not None}


def _moment(name: str, instant: datetime | None) -> dict[str, object]:
    here = clock.local(instant) if instant else None
    return {
        f"{name}_day": here.date() if here else None,
        f"{name}_hour": here.time().replace(second=0, microsecond=0) if here else None,
    }
