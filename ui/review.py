"""What the reviewing page shows of a plan, and asks once before it acts: why a draft goes back, whether one is dropped."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import streamlit as st
from markupsafe import Markup

from core import clock
from models import Announcement, AnnouncementStatus, Unit, Urgency
from services import approvals, quiet_hours, sending
from services.draft_comments import COMMENT_MAX, Comment
from services.plans import Plan
from services.reviews import Changes, LastLook
from ui import differences, parts
from ui.parts import Column, Figure
from ui.words import _, moment, money, near, number

_STEP = "r_step"
_LATE = timedelta(seconds=4)


def ask(id_: UUID, step: str) -> None:
    """Let the bar ask for this step at the next drawing; "" for the way back."""
    st.session_state[_STEP] = (id_, step)


def is_asking(id_: UUID, step: str) -> bool:
    """Whether the bar asks about this step of this announcement now."""
    return bool(st.session_state.get(_STEP) == (id_, step))


def way_back(id_: UUID) -> None:
    """The button that leaves everything as it is."""
    st.button(_("Thôi"), key="r_no", on_click=ask, args=(id_, ""))


def figures_of(plan: Plan) -> None:
    """Who is reached by which path."""
    of = _("/ {n} hộ", n=number(plan.households))
    paid = _("{n} hộ bằng Zalo, SMS", n=number(sum(plan.others.values()))) if plan.others else ""
    parts.figures(
        Figure(_("Hộ nhận"), number(plan.households), _("hộ"), _("{n} người", n=number(plan.people))),
        Figure(_("Qua nhóm của tổ"), number(plan.relay), of, _("{n} nhóm", n=number(len(plan.groups)))),
        Figure(_("Phải gõ cửa"), number(plan.door), of, tone="waiting" if plan.door else None),
        Figure(_("Chi phí"), money(plan.cost), "", paid or _("không có hộ nào thiếu đường báo tin")),
    )


def groups_of(plan: Plan) -> None:
    """Every group it is posted in, those without a leader first."""
    lone = parts.badge("overdue", _("chưa có tổ trưởng"))
    rows = [(group.name, group.unit_label, number(group.households), "" if group.leader_id else lone)
            for group in sorted(plan.groups, key=lambda g: (g.leader_id is not None, -g.households))]  # fmt: skip
    heads: list[Column | str] = [_("Nhóm"), Column(_("Tổ"), "desk"), Column(_("Hộ trong nhóm"), "num"), Column("", "state")]
    parts.table(heads, rows, shown=6, more=_("Xem cả {n} nhóm", n=number(len(rows))))


def state_of(item: Announcement) -> Markup:
    """Where it stands; what was given up before it left is dropped, not withdrawn."""
    is_dropped = item.status is AnnouncementStatus.CANCELLED and item.sent_at is None
    return parts.badge("unknown", _("Đã bỏ")) if is_dropped else parts.state(item.status)


def stands(item: Announcement, approver: str, *, now: datetime) -> None:
    """What whoever opens it must know first: dropped, returned, on its way at an hour, or waiting for one."""
    if item.return_reason:
        parts.note("waiting", _("Được trả lại để sửa"), item.return_reason)
    at = sending.leaves_at(item)
    if item.status is AnnouncementStatus.CANCELLED:
        parts.note("unknown", _("Đã bỏ, chưa gửi tới ai"), _("Bấm “Dùng lại” để soạn một dự thảo mới từ bản này."))
    elif item.status is AnnouncementStatus.SCHEDULED and at and not is_leaving(item, now=now):
        words = _("{who} đã duyệt. Đến giờ máy tự gửi; trước đó vẫn rút lại được.", who=approver or "–")
        is_moved = item.send_at is None and item.leaves_at is not None
        night = " " + _("Duyệt trong giờ nghỉ nên gửi khi hết giờ nghỉ.") if is_moved else ""
        parts.note("unknown", _("Sẽ gửi {at}", at=moment(at)), words + night)
    elif item.send_at and item.status in (AnnouncementStatus.DRAFT, AnnouncementStatus.IN_REVIEW):
        parts.note("unknown", _("Hẹn gửi {at}", at=moment(item.send_at)), _("Duyệt xong, máy tự gửi đúng giờ đó."))


def is_leaving(item: Announcement, *, now: datetime) -> bool:
    """Whether it is in the seconds between being approved and being sent."""
    return item.status is AnnouncementStatus.SENDING or (
        item.status is AnnouncementStatus.SCHEDULED and item.leaves_at is not None and item.leaves_at <= now + approvals.GRACE
    )


def is_left_behind(item: Announcement, *, now: datetime) -> bool:
    """Whether its seconds were over a while ago and it has still not left."""
    is_planned = item.status is AnnouncementStatus.SCHEDULED
    return is_planned and item.leaves_at is not None and item.leaves_at <= now - _LATE


def leaving(item: Announcement, *, now: datetime) -> bool:
    """The seconds that are left, with the button that takes it back; True when that was pressed."""
    left = max(0, round(((item.leaves_at or now) - now).total_seconds()))
    with st.container(horizontal=True, vertical_alignment="center", key="r_leaving"):
        if left:
            parts.item("waiting", _("Gửi sau {n} giây", n=number(left)), _("Chưa có gì gửi đi. Bấm “Hoàn tác” để dừng lại."))
        else:
            parts.item("waiting", _("Đang gửi"), _("Máy đang giao cho các tổ trưởng; trang này tự chuyển sang bảng theo dõi."))
        return bool(left) and st.button(_("Hoàn tác"), key="r_undo", icon=":material/undo:", type="primary")


def since(item: Announcement, last: LastLook | None) -> LastLook | None:
    """From which look on changes are shown: the one before this version was first opened here, however often it redraws."""
    kept: LastLook | None = st.session_state.setdefault(f"r_since:{item.id}:{item.version}", last)
    return kept


def names_of(ward: Unit, places: Sequence[Unit], plan: Plan) -> dict[str, str]:
    """The units and groups that a draft may name, by their ids."""
    units = {str(ward.id): ward.name} | {str(place.id): place.label for place in places}
    return units | {str(group.group_id): group.name for group in plan.groups}


def changed(found: Changes | None, names: Mapping[str, str]) -> None:
    """What others changed since this person last read it."""
    if found is None:
        return
    words = _("So với bản ông/bà xem {at}.", at=near(found.since.at))
    parts.note("waiting", _("Đã đổi {n} chỗ từ lần ông/bà xem trước", n=number(len(found.fields))), words)
    differences.table(found.fields, names)


def said(comments: Sequence[Comment]) -> None:
    """What officials have said about it, in order."""
    for one in comments:
        what = _("trả lại") if one.is_return else _("góp ý")
        head = _("{who}, {what} {at}, bản {n}", who=one.author or "–", what=what, at=near(one.at), n=number(one.version))
        parts.lines(parts.cell(head, parts.text(one.text)))


def comment_field(item: Announcement) -> str:
    """Where a remark is written; what was pressed to send, "" otherwise."""
    with st.form(f"r_say:{item.version}", clear_on_submit=True, border=False):
        text = st.text_area(
            _("Góp ý cho bản này, chỉ cán bộ phường thấy"), key="r_comment", max_chars=COMMENT_MAX, height=80
        )  # fmt: skip
        return text if st.form_submit_button(_("Gửi góp ý"), key="r_say") else ""


def note_asked(item: Announcement, *, is_own: bool, now: datetime) -> str:
    """For an emergency: why at night, or who agreed on the telephone."""
    if item.urgency is not Urgency.EMERGENCY:
        return ""
    if quiet_hours.is_quiet(approvals.hour_of(item, now=now)):
        label = _("Vì sao phải gửi trong giờ nghỉ (bắt buộc); ai đã đồng ý qua điện thoại")
    elif is_own:
        label = _("Ai đã đồng ý qua điện thoại, lúc mấy giờ (nếu có)")
    else:
        return ""
    return str(st.text_input(label, key="r_note", max_chars=approvals.REASON_MAX))


def button_of(item: Announcement, plan: Plan, *, now: datetime) -> str:
    """What the button of approval says it will do."""
    at, n = approvals.hour_of(item, now=now), number(plan.households)
    return _("Duyệt, gửi {at}", at=near(at)) if at > now else _("Duyệt và gửi tới {n} hộ", n=n)


def news_of(item: Announcement, approver: str, *, is_mine: bool, groups: int) -> str:
    """What came of pressing the button of approval."""
    at = sending.leaves_at(item)
    if not is_mine:
        return _("{who} đã duyệt trước đó một lúc; lần bấm này không gửi thêm.", who=approver or "–")
    if item.status is AnnouncementStatus.SENDING:
        return ""  # the board shows how far it has come
    if item.sent_at:
        return _("Đã giao cho {n} tổ trưởng. Hãy chép đường dẫn chung dưới đây vào nhóm tổ trưởng.", n=number(groups))
    if at and is_leaving(item, now=clock.now()):
        return ""
    return _("Đã duyệt. Máy tự gửi {at}.", at=moment(at)) if at else ""


def lost(item: Announcement, plan: Plan) -> tuple[str, str]:
    """The question before something is dropped, and what is lost with it."""
    again = _("Lời đã soạn vẫn giữ trong mục Đã dừng, mở ra là dùng lại được.")
    at = sending.leaves_at(item)
    if item.status is AnnouncementStatus.SCHEDULED and at:
        return _("Dừng gửi “{title}”?", title=item.title), _(
            "Lúc {at} máy sẽ không gửi nữa: {n} hộ, {groups} nhóm không nhận được tin, lần duyệt không còn giá trị. {again}",
            at=moment(at), n=number(plan.households), groups=number(len(plan.groups)), again=again,
        )  # fmt: skip
    if item.status is AnnouncementStatus.IN_REVIEW:
        return _("Bỏ “{title}”?", title=item.title), _(
            "Bản này sẽ rút khỏi hàng chờ duyệt; {n} hộ không nhận được tin. {again}", n=number(plan.households), again=again
        )
    return _("Bỏ “{title}”?", title=item.title), _("Chưa có gì gửi đi. {again}", again=again)
