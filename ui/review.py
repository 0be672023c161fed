"""What the reviewing page shows of a plan, and asks once before it acts: why a draft goes back, whether one is dropped."""

from uuid import UUID

import streamlit as st
from markupsafe import Markup

from models import Announcement, AnnouncementStatus
from services.plans import Plan
from ui import parts
from ui.parts import Figure
from ui.words import _, moment, money, number

_STEP = "r_step"


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


def state_of(item: Announcement) -> Markup:
    """Where it stands; what was given up before it left is dropped, not withdrawn."""
    is_dropped = item.status is AnnouncementStatus.CANCELLED and item.sent_at is None
    return parts.badge("unknown", _("Đã bỏ")) if is_dropped else parts.state(item.status)


def lost(item: Announcement, plan: Plan) -> tuple[str, str]:
    """The question before something is dropped, and what is lost with it."""
    again = _("Lời đã soạn vẫn giữ trong mục Đã dừng, mở ra là dùng lại được.")
    if item.status is AnnouncementStatus.SCHEDULED and item.send_at:
        return _("Dừng gửi “{title}”?", title=item.title), _(
            "Lúc {at} máy sẽ không gửi nữa: {n} hộ, {groups} nhóm không nhận được tin, lần duyệt không còn giá trị. {again}",
            at=moment(item.send_at), n=number(plan.households), groups=number(len(plan.groups)), again=again,
        )  # fmt: skip
    if item.status is AnnouncementStatus.IN_REVIEW:
        return _("Bỏ “{title}”?", title=item.title), _(
            "Bản này sẽ rút khỏi hàng chờ duyệt; {n} hộ không nhận được tin. {again}", n=number(plan.households), again=again
        )
    return _("Bỏ “{title}”?", title=item.title), _("Chưa có gì gửi đi. {again}", again=again)
